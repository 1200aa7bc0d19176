internal import ControlSocket
internal import Diagnosis
internal import Store

/// What is kept of the faults of this system over its operation cycles: one entry for each fault and unit that has failed
/// since the memory was cleared.
struct FaultMemory: Sendable {
    /// One fault, with what was so when it began to fail last.
    struct Entry: Hashable, Sendable {
        var trouble = Trouble()
        /// What is wrong, as it was said last.
        var sentence: String
        /// When it has failed for the first time, and when it began to fail last.
        let first: Stamp
        var last: Stamp
        /// The freeze frame: what was so then, by stable names; neither VIN nor place.
        var frame: [String: String]
    }

    /// More entries than a vehicle has faults at a time; then one that has failed least often goes.
    static let maximumEntries = 256

    private(set) var entries: [FaultKey: Entry] = [:]
    private let rules: TroubleRules

    init(rules: TroubleRules = TroubleRules()) {
        self.rules = rules
    }

    /// A fault is there, or goes on in a cycle that has just begun; returns the fault that was forgotten to make room.
    @discardableResult
    mutating func failed(
        _ key: FaultKey,
        _ sentence: String,
        at stamp: Stamp,
        frame: [String: String]
    ) -> FaultKey? {
        let isNew = self.entries[key] == nil
        var entry = self.entries[key] ?? Entry(sentence: sentence, first: stamp, last: stamp, frame: frame)
        if !isNew, !entry.trouble.status.contains(.testFailed) {
            entry.last = stamp
            entry.frame = frame
        }
        entry.sentence = sentence
        entry.trouble.failed(self.rules(of: key.fault))
        let forgotten = isNew ? self.makeRoom() : nil
        self.entries[key] = entry
        return forgotten
    }

    /// Of a note nobody is warned.
    private func rules(of fault: Fault) -> TroubleRules {
        var rules = self.rules
        rules.warns = rules.warns && fault.isSerious
        return rules
    }

    /// A fault was looked for and is not there; whether that changed anything.
    mutating func passed(_ key: FaultKey) -> Bool {
        guard let before = self.entries[key]?.trouble else { return false }
        self.entries[key]?.trouble.passed()
        return self.entries[key]?.trouble != before
    }

    /// Another operation cycle begins.
    mutating func cycleBegins() {
        for key in self.entries.keys {
            let rules = self.rules(of: key.fault)
            self.entries[key]?.trouble.cycleBegins(rules)
        }
    }

    /// Forgets what a workshop has seen to: one fault of one unit, one of all units, or everything.
    mutating func clear(_ fault: Fault?, unit: String?) {
        self.entries = self.entries.filter { key, _ in
            (fault != nil && key.fault != fault) || (unit != nil && key.unit != unit)
        }
    }

    /// What earlier runs have kept.
    init(_ records: [TroubleRecord], rules: TroubleRules = TroubleRules()) {
        self.init(rules: rules)
        for record in records.suffix(Self.maximumEntries) {
            guard let fault = Fault(rawValue: record.fault) else { continue }  // Of another version.
            let key = FaultKey(fault: fault, unit: record.unit)
            let frame = (try? JSONValue(decoding: record.frame.utf8, maximumValues: 64))?.asObject ?? [:]
            var entry = Entry(
                sentence: record.sentence,
                first: record.first,
                last: record.last,
                frame: frame.compactMapValues(\.asString)
            )
            entry.trouble = Trouble(
                status: TroubleStatus(rawValue: UInt8(truncatingIfNeeded: record.status)),
                failedCycles: record.failedCycles,
                cleanCycles: record.cleanCycles,
                occurrences: record.occurrences
            )
            self.entries[key] = entry
        }
    }

    /// An entry as it goes on record.
    func record(of key: FaultKey) -> TroubleRecord? {
        guard let entry = self.entries[key] else { return nil }
        return TroubleRecord(
            fault: key.fault.rawValue,
            unit: key.unit,
            status: Int(entry.trouble.status.rawValue),
            failedCycles: entry.trouble.failedCycles,
            cleanCycles: entry.trouble.cleanCycles,
            occurrences: entry.trouble.occurrences,
            first: entry.first,
            last: entry.last,
            sentence: entry.sentence,
            frame: JSONValue.object(entry.frame.mapValues(JSONValue.string)).text
        )
    }

    private mutating func makeRoom() -> FaultKey? {
        guard self.entries.count >= Self.maximumEntries else { return nil }
        let rarest = self.entries.min { left, right in
            (left.value.trouble.occurrences, left.key) < (right.value.trouble.occurrences, right.key)
        }
        if let key = rarest?.key { self.entries[key] = nil }
        return rarest?.key
    }
}
