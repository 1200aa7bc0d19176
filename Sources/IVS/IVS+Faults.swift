internal import Supervision
internal import CallControl
internal import GPIO

/// What is wrong, and with which unit.
struct FaultKey: Hashable, Sendable, Comparable {
    let fault: Fault
    /// The line, or empty for the system as a whole.
    let unit: String

    static func < (left: FaultKey, right: FaultKey) -> Bool {
        (left.fault, left.unit) < (right.fault, right.unit)
    }
}

extension IVS {
    /// Lights the malfunction lamp and says once what is wrong.
    mutating func raise(_ fault: Fault, of line: LineName? = nil, _ sentence: String, at now: Moment) {
        self.raise(fault, unit: line?.text ?? "", sentence, at: now)
    }

    /// The same for a unit that is no line.
    mutating func raise(_ fault: Fault, unit: String, _ sentence: String, at now: Moment) {
        let key = FaultKey(fault: fault, unit: unit)
        guard self.faults.updateValue(sentence, forKey: key) == nil else { return }
        self.note(.fault, sentence, at: now, severity: .error, fields: key.fields)
        self.remember(key, at: now)
        if fault.isSerious, self.warnedOf.insert(key).inserted { self.isWarningDue = true }
    }

    /// The fault is gone.
    mutating func clear(_ fault: Fault, of line: LineName? = nil, at now: Moment) {
        self.clear(fault, unit: line?.text ?? "", at: now)
    }

    /// The fault is gone, or can be told no longer: only the first is a proof that goes into the memory.
    mutating func end(_ fault: Fault, unit: String = "", isProven: Bool, at now: Moment) {
        guard !isProven else { return self.clear(fault, unit: unit, at: now) }
        let key = FaultKey(fault: fault, unit: unit)
        guard self.faults.removeValue(forKey: key) != nil else { return }
        self.note(.faultCleared, "\(fault.rawValue) can be told no longer", at: now, fields: key.fields)
    }

    /// The same for a unit that is no line.
    mutating func clear(_ fault: Fault, unit: String, at now: Moment) {
        let key = FaultKey(fault: fault, unit: unit)
        let wasThere = self.faults.removeValue(forKey: key) != nil
        // Also where this run has not found it: it was looked for, unless it has to be looked for longer than so far.
        if wasThere || !fault.isWatched || self.judgeFaultsAt == nil { self.recall(key) }
        guard wasThere else { return }
        self.note(.faultCleared, "\(fault.rawValue) is gone", at: now, fields: key.fields)
    }
}

extension FaultKey {
    fileprivate var fields: [String: String] {
        self.unit.isEmpty ? ["fault": self.fault.rawValue] : ["fault": self.fault.rawValue, "unit": self.unit]
    }
}
