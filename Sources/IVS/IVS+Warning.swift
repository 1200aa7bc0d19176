internal import Positioning
internal import Store
internal import CallControl
internal import ControlSocket
internal import Diagnosis
internal import GPIO
internal import Supervision
internal import Timeline

/// Of which call it was told that something does not work, and how much.
struct ToldDegradation: Hashable, Sendable {
    let incident: IncidentID
    let count: Int
}

// The warning of the driver: lamp, buzzer and page, for as long as a serious fault is there.
extension IVS {
    /// How soon the buzzer may sound again for another fault: one warning is heard, three at once are noise.
    private static let warningRest = Duration.seconds(10)

    /// Whether a serious fault is there.
    var hasSeriousFault: Bool { self.faults.keys.contains { $0.fault.isSerious } }

    /// When the buzzer is due; `nil` when nothing is to be said, or while a call has the occupants' ears.
    func warningDueAt(after now: Instant) -> Instant? {
        // The end of a lamp check has a deadline of its own.
        guard self.isWarningDue, self.call.state == .idle, !self.indicators.isChecking(at: now) else { return nil }
        return self.warningRestsUntil
    }

    /// Sounds the buzzer for a serious fault that is new, and at each ignition; never in a call.
    mutating func warn(at now: Moment) {
        guard self.isWarningDue else { return }
        guard self.hasSeriousFault else { return self.isWarningDue = false }
        guard self.call.state == .idle, !self.indicators.isChecking(at: now.instant),
            self.warningRestsUntil.map({ $0 <= now.instant }) ?? true
        else { return }
        self.isWarningDue = false
        self.warningRestsUntil = now.instant.advanced(by: Self.warningRest)
        self.announce(.malfunction, at: now)
    }

    /// What the driver is told of a fault.
    func driverSentence(_ key: FaultKey) -> String {
        switch key.fault {
        case .ringBroken, .ringUnitDead, .ringUnitUnpowered:
            let units = self.configuration.ring?.units ?? []
            return self.ringVerdict?.driverSentence(units) ?? Self.brokenRing
        // A line that is gone is what hangs on it.
        case .lineUnusable, .lineNoisy:
            return key.fault.driverSentence(as: self.fault(ofLine: key.unit, otherwise: key.fault))
        case _: return key.fault.driverSentence
        }
    }

    /// What of the call that goes on does not work, for the driver; empty without a call, and for one that is whole.
    func degradations(at now: Moment) -> [String] {
        guard self.call.isGoingOn, let incident = self.call.incident, !incident.isSelfCheck else { return [] }
        var sentences: [String] = []
        for key in self.faults.keys.sorted() where key.fault.isSerious {
            let plain = self.driverSentence(key).drop { $0 != ":" }.dropFirst(2)
            if !sentences.contains(String(plain)) { sentences.append(String(plain)) }
        }
        if !(self.locations.current?.canBeTrusted(at: now.instant) ?? false) {
            sentences.append("the center is not told where you are with certainty: say where you are.")
        }
        let isAway = { (index: Int) in
            self.configuration.isConnectedWithoutCall && !self.configuration.centers[index].isFallback
                && self.links[index].flow == nil && self.links[index].lastFailure != nil
        }
        let away = self.links.indices.filter(isAway).map { self.configuration.centers[$0].name }
        if !away.isEmpty { sentences.append("\(away.joined(separator: ", ")) cannot be reached: another is called.") }
        return sentences
    }

    /// Says once for each call what of it does not work, and again when more does not.
    mutating func tellDegradation(at now: Moment) {
        guard let incident = self.call.incident?.id, self.call.isGoingOn else { return }
        let known = self.toldDegradation?.incident == incident ? self.toldDegradation?.count ?? 0 : 0
        let sentences = self.degradations(at: now)
        guard sentences.count > known else { return }
        self.toldDegradation = ToldDegradation(incident: incident, count: sentences.count)
        self.note(
            .callDegraded,
            "the call goes on without all that it has: \(sentences.joined(separator: " "))",
            at: now,
            severity: .warning,
            fields: ["count": String(sentences.count)]
        )
    }

    /// The part of `Status` about what is wrong, the serious first.
    var malfunctions: JSONValue {
        let keys = self.faults.keys.sorted { left, right in
            left.fault.isSerious == right.fault.isSerious ? left < right : left.fault.isSerious
        }
        return .array(
            keys.map { key in
                let entry = self.memory.entries[key]
                return [
                    "code": .string(key.fault.code), "fault": .string(key.fault.rawValue), "unit": .string(key.unit),
                    "serious": .bool(key.fault.isSerious), "driver": .string(self.driverSentence(key)),
                    "mechanic": .string(self.faults[key] ?? ""), "advice": .string(self.advice(key)),
                    "at": entry.map { .int(Int($0.last.at.nanosecondsSinceBoot)) } ?? .null,
                ]
            }
        )
    }

    private func advice(_ key: FaultKey) -> String {
        guard key.fault == .ringBroken, let diagnosis = self.ringDiagnosis else { return key.fault.advice }
        return diagnosis.sentence
    }

    /// What a line that is gone means for the driver: what hangs on it does not work.
    private func fault(ofLine name: String, otherwise: Fault) -> Fault {
        let (line, lines) = (LineName(name), self.configuration.lines)
        if line == lines.button { return .buttonOpen }
        if lines.crash.keys.contains(line) { return .crashLineOpen }
        if line == lines.lamp { return .lampOpen }
        if line == lines.led { return .ledOpen }
        return line == lines.chime ? .chimeOpen : otherwise
    }

    /// Whether a means of warning is there and nothing is known against it.
    private func works(_ fault: Fault, _ line: LineName?) -> Bool {
        guard let line else { return false }
        let against = [
            FaultKey(fault: fault, unit: ""), FaultKey(fault: .lineUnusable, unit: line.text),
        ]
        return against.allSatisfy { self.faults[$0] == nil }
    }

    /// By what the driver is warned; null while nothing serious is wrong.
    var warningStatus: JSONValue {
        guard self.hasSeriousFault else { return .null }
        let isRingOut = self.faults.keys.contains { $0.fault == .ringBroken }
        let means =
            ["page"] + (self.works(.lampOpen, self.configuration.lines.lamp) ? ["lamp"] : [])
            + (self.works(.chimeOpen, self.configuration.lines.chime) ? ["buzzer"] : [])
        let own = means.dropFirst().joined(separator: " and ")
        let sentence =
            isRingOut && !own.isEmpty
            ? "The vehicle's loudspeakers are out: warned by the system's own \(own)."
            : "Warned by \(means.joined(separator: ", "))."
        return ["by": .array(means.map(JSONValue.string)), "sentence": .string(sentence)]
    }
}
