internal import CallControl
internal import ControlSocket
internal import CrashSensing
internal import Diagnosis
internal import GPIO
internal import Store
internal import Supervision
internal import Timeline

// The fault memory: what is found goes in, and with each operation cycle it is confirmed, healed or forgotten.
extension IVS {
    /// How long what is looked for all the time has to be looked for in a cycle before its absence counts: longer than
    /// anything of that takes to be found.
    private var watchedFor: Duration {
        let limits =
            self.configuration.crashProfiles.values.map(\.faultAfter) + [
                self.configuration.button.stuckAfter, self.configuration.receiver?.silentAfter ?? .zero,
            ]
        return max(.seconds(60), (limits.max() ?? .zero) + .seconds(10))
    }

    /// The record is open: what earlier runs have found is there, and a cycle begins with this run.
    ///
    /// What has come and gone before that is told to it afterwards.
    mutating func openFaultMemory(_ records: [TroubleRecord], at now: Moment) {
        let early = self.memory.entries.filter { self.faults[$0.key] == nil }
        self.memory = FaultMemory(records)
        self.isMemoryOpen = true
        self.beginCycle(at: now)
        for (key, entry) in early.sorted(by: { $0.key < $1.key }) {
            self.put(key, entry.sentence, at: entry.last, frame: entry.frame)
            self.recall(key)
        }
    }

    /// An operation cycle begins: with the daemon, and whenever the ignition comes on.
    mutating func beginCycle(at now: Moment) {
        guard self.isMemoryOpen else { return }
        self.memory.cycleBegins()
        self.warnedOf = Set(self.faults.keys)
        self.forgetDiagnosisOfEarlierCycle()
        for key in self.faults.keys.sorted() { self.remember(key, at: now) }
        for key in self.memory.entries.keys.sorted() { self.write(key) }
        self.judgeFaultsAt = self.memory.entries.isEmpty ? nil : now.instant.advanced(by: self.watchedFor)
    }

    /// Whether a fault that is there would have been found: what cannot be looked for is not proven to be gone.
    private func isLookedFor(_ key: FaultKey, at now: Instant) -> Bool {
        let line = LineName(key.unit)
        let isUsable =
            (self.health[line] ?? .good) == .good && self.faults[FaultKey(fault: .lineNoisy, unit: key.unit)] == nil
        switch key.fault {
        case .lineUnusable: return self.configuration.lineSpecifications.contains { $0.name == line }
        case .lineNoisy, .buttonStuck, .crashLineStuck, .crashLineSilent, .crashLineInvalid:
            return isUsable && self.configuration.lineSpecifications.contains { $0.name == line }
        case .receiverFailing: return self.configuration.receiver != nil
        case .accelerometerFailing: return self.sensor.rate != nil
        case .gyroFailing: return self.sensor.isRolling == true
        case .batteryInsufficient: return self.power.charge != nil
        case .batteryFailing: return self.selfTest.power.map { $0.trouble == nil } ?? false
        case .ringBroken, .ringUnstable: return self.isRingLookedAt(at: now) { $0.first?.hasLight == true }
        case .ringUnitDead, .ringUnitUnpowered:
            let unit = self.configuration.ring?.units.firstIndex { $0.name == key.unit }
            return self.isRingLookedAt(at: now) { units in
                guard let unit else { return false }
                return key.fault == .ringUnitDead
                    ? units[unit].isAlive == true && units[unit].isBypassed != true : units[unit].hasSupply == true
            }
        case .recordFailing, .controlSocketFailing, .credentialsUnusable, .softwareFailing: return true
        case .memoryLow: return self.selfTest.host?.availableMemory != nil
        case .diskLow: return self.selfTest.host?.freeDisk != nil
        case .configurationUnusable: return self.selfTest.host?.configuration != nil
        case .clockUnset: return self.selfTest.host?.isClockSynchronized == true
        case .loopSlow: return self.selfTest.host?.lateness != nil
        case .hopUnresolved: return self.selfTest.host?.resolved.contains(key.unit) == true
        case .networkAdapterGone: return self.selfTest.host?.isAdapterThere != nil
        case .centerUnreachable:
            let index = self.configuration.centers.firstIndex { $0.name == key.unit }
            return index.map { self.links[$0].standing == .open } ?? false
        case .bluetoothAdapterGone: return self.selfTest.bluetooth != nil
        case .phoneNotPaired: return self.selfTest.bluetooth?.isPhonePaired != nil
        case .pairingBroken: return self.selfTest.bluetooth?.isPairingWhole != nil
        case .buttonOpen, .buttonShort, .crashLineOpen, .crashLineShort, .microphoneOpen, .microphoneShort,
            .loudspeakerOpen, .loudspeakerShort, .antennaOpen, .antennaShort, .networkAntennaOpen, .networkAntennaShort:
            return self.selfTest.circuits.judgements.contains { Fault($0.key) == key.fault && $0.value == false }
        case .msdNotMade, .incidentInterrupted, .tlsUnusable, .ownCertificate, .certificateDate, .registrationFailing,
            .selfCheckFailing, .crashSignalsDisagree, .ledOpen, .lampOpen, .chimeOpen:
            return false
        }
    }

    private func isRingLookedAt(at now: Instant, _ isKnown: ([RingReading.Unit]) -> Bool) -> Bool {
        guard let ring = self.ring, ring.isJudging else { return false }
        return isKnown(ring.reading(at: now).units)
    }

    /// What is looked for all the time, and was not found in this cycle so far, is not there.
    mutating func judgeFaults(at now: Moment) {
        guard let due = self.judgeFaultsAt, due <= now.instant else { return }
        self.judgeFaultsAt = nil
        for key in self.memory.entries.keys.sorted()
        where self.isLookedFor(key, at: now.instant) && self.faults[key] == nil {
            if self.memory.passed(key) { self.write(key) }
        }
    }

    /// Puts a fault that is there into the memory.
    mutating func remember(_ key: FaultKey, at now: Moment) {
        guard let sentence = self.faults[key] else { return }
        self.put(key, sentence, at: self.ledger.stamp(now), frame: self.freezeFrame(at: now))
        if self.judgeFaultsAt == nil { self.judgeFaultsAt = now.instant.advanced(by: self.watchedFor) }
    }

    private mutating func put(_ key: FaultKey, _ sentence: String, at stamp: Stamp, frame: [String: String]) {
        let forgotten = self.memory.failed(key, sentence, at: stamp, frame: frame)
        if let forgotten, self.isMemoryOpen {
            self.ledger.records.append(.troublesCleared(fault: forgotten.fault.rawValue, unit: forgotten.unit))
        }
        self.write(key)
    }

    /// A fault that is gone, or was looked for and not found.
    mutating func recall(_ key: FaultKey) {
        if self.memory.passed(key) { self.write(key) }
    }

    /// Nothing is written over what an earlier run has kept, before that is read.
    private mutating func write(_ key: FaultKey) {
        guard self.isMemoryOpen, let record = self.memory.record(of: key) else { return }
        self.ledger.records.append(.troubleChanged(record))
    }

    private func freezeFrame(at now: Moment) -> [String: String] {
        var frame = ["state": self.call.state.rawValue, "version": Product.version]
        if let ignition = self.ignition { frame["ignition"] = ignition ? "on" : "off" }
        if let speed = self.knownValues(at: now).speed?.value { frame["speed"] = String(Int(speed.rounded())) }
        if let charge = self.power.charge { frame["charge"] = String(charge) }
        if self.configuration.receiver != nil { frame["positionTrusted"] = String(self.receiver.isTrusted) }
        return frame
    }

    /// The reply to `Faults`: those that are there first, then by the time at which they began to fail last.
    func faultReply() -> JSONValue {
        let sorted = self.memory.entries.sorted { left, right in
            let isThere = { (key: FaultKey) in self.faults[key] != nil }
            if isThere(left.key) != isThere(right.key) { return isThere(left.key) }
            let (leftAge, rightAge) = (self.age(left.value.last), self.age(right.value.last))
            return leftAge == rightAge ? left.key < right.key : leftAge < rightAge
        }
        return ["faults": .array(sorted.map { self.json($0.key, $0.value) })]
    }

    /// What sorts stamps, the newest first: those of this boot, then the others by the wall clock as far as they have it.
    private func age(_ stamp: Stamp) -> (Int, Int64, Int64) {
        let isOfThisBoot = stamp.boot == self.ledger.boot
        let at = Int64(clamping: stamp.at.nanosecondsSinceBoot)
        return (isOfThisBoot ? 0 : 1, isOfThisBoot ? 0 : -(stamp.wallMilliseconds ?? 0), -at)
    }

    private func json(_ key: FaultKey, _ entry: FaultMemory.Entry) -> JSONValue {
        let status = entry.trouble.status
        return [
            "code": .string(key.fault.code), "fault": .string(key.fault.rawValue), "unit": .string(key.unit),
            "sentence": .string(entry.sentence), "present": .bool(self.faults[key] != nil),
            "status": .int(Int(status.rawValue)), "pending": .bool(status.contains(.pending)),
            "confirmed": .bool(status.contains(.confirmed)), "warning": .bool(status.contains(.warningRequested)),
            "occurrences": .int(entry.trouble.occurrences), "cleanCycles": .int(entry.trouble.cleanCycles),
            "first": Self.json(entry.first), "last": Self.json(entry.last),
            "frame": .object(entry.frame.mapValues(JSONValue.string)),
        ]
    }

    private static func json(_ stamp: Stamp) -> JSONValue {
        [
            "boot": .string(stamp.boot), "at": .int(Int(stamp.at.nanosecondsSinceBoot)), "time": stamp.timeText,
        ]
    }

    /// Forgets faults that a workshop has seen to; what is still there is found anew at once.
    mutating func clearFaults(_ call: ControlCall, at now: Moment) {
        let name = call.parameters["fault"]?.asString
        let fault = name.flatMap { name in Fault.allCases.first { $0.rawValue == name || $0.code == name } }
        if let name, fault == nil {
            return self.fail(call, "UnknownFault", ["fault": .string(name)])
        }
        guard self.isMemoryOpen else {
            return self.fail(call, "StoreUnavailable", ["reason": "what earlier runs have kept is not read yet"])
        }
        let unit = call.parameters["unit"]?.asString
        self.memory.clear(fault, unit: unit)
        self.ledger.records.append(.troublesCleared(fault: fault?.rawValue, unit: unit))
        self.note(
            .faultsForgotten,
            "the fault memory is cleared: \(fault?.rawValue ?? "every fault")\(unit.map { " of \($0)" } ?? "")",
            at: now
        )
        for key in self.faults.keys.sorted() where self.memory.entries[key] == nil { self.remember(key, at: now) }
        self.outputs.append(.reply(call.id, [:], continues: false))
    }
}
