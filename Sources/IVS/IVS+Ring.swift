internal import ControlSocket
internal import Diagnosis
internal import GPIO
internal import Supervision
internal import Timeline

// The optical ring of the sound system: watched all the time, and diagnosed step by step when a mechanic asks.
extension IVS {
    /// A level of a line of the ring; `false` for any other line.
    mutating func ringLine(_ line: LineName, isActive: Bool, at stamp: Instant, now: Moment) -> Bool {
        guard let (unit, sense) = self.configuration.ring?.place(of: line) else { return false }
        let news = self.ring?.told(sense, of: unit, isActive: isActive, at: stamp) ?? []
        self.tell(news, at: now)
        return true
    }

    /// A line of the ring tells nothing any more.
    mutating func ringLineLost(_ line: LineName) {
        guard let (unit, sense) = self.configuration.ring?.place(of: line) else { return }
        self.ring?.lost(sense, of: unit)
    }

    private mutating func tell(_ news: [RingWatch.News], at now: Moment) {
        for case .criticalUnlock(let away) in news {
            guard let held = self.unlocks.pass(at: now.instant) else { continue }
            let more = held > 0 ? ", and \(held) more since the last that was told" : ""
            self.note(
                .ringUnlocked,
                "the ring was dark for \(away.wholeMilliseconds) ms\(more)",
                at: now,
                severity: .warning,
                fields: ["milliseconds": String(away.wholeMilliseconds)]
            )
        }
    }

    /// Says what is wrong with the ring, and what no longer is.
    mutating func judgeRing(at now: Moment) {
        guard let before = self.ring?.faults, let units = self.configuration.ring?.units else { return }
        self.tell(self.ring?.deadlineReached(at: now.instant) ?? [], at: now)
        self.forgetDiagnosis(at: now)
        guard let ring = self.ring, ring.faults != before else { return }
        for (number, unit) in units.enumerated() {
            let isUnpowered = ring.faults.contains(.noSupply(number))
            self.set(.ringUnitUnpowered, unit, .noSupply([number]), isUnpowered, at: now)
            let verdict: RingVerdict =
                ring.reading(at: now.instant).units[number].hasSupply == nil
                ? .deadOrUnpowered(number) : .dead(number)
            self.set(.ringUnitDead, unit, verdict, ring.faults.contains(.dead(number)), at: now)
        }
        guard ring.faults.contains(.broken) else { return self.clear(.ringBroken, at: now) }
        let cause = ring.verdict(at: now.instant).map { $0.mechanicSentence(units) }
        self.raise(.ringBroken, "the ring is broken; \(cause ?? "ecallctl ring diagnose finds where")", at: now)
    }

    /// What a search has found holds until the ring runs again as it was built; light alone comes back in the midst of it.
    private mutating func forgetDiagnosis(at now: Moment) {
        guard case .done? = self.ringDiagnosis?.step, let ring = self.ring, !ring.faults.contains(.broken) else {
            return
        }
        let reading = ring.reading(at: now.instant)
        if reading.isClosed == true, !reading.units.contains(where: \.isBypassed) { self.ringDiagnosis = nil }
    }

    private mutating func set(
        _ fault: Fault,
        _ unit: RingUnit,
        _ verdict: RingVerdict,
        _ isThere: Bool,
        at now: Moment
    ) {
        guard isThere else { return self.clear(fault, unit: unit.name, at: now) }
        self.raise(fault, unit: unit.name, verdict.mechanicSentence(self.configuration.ring?.units ?? []), at: now)
    }

    /// What is known of where the ring is broken: what a diagnosis has found, or what the lines tell by themselves.
    private func ringVerdict(at now: Instant) -> RingVerdict? {
        if case .done(let verdict)? = self.ringDiagnosis?.step { return verdict }
        return self.ring?.verdict(at: now)
    }

    /// The ring, for `Status`; null without one.
    func ringStatus(at now: Instant) -> JSONValue {
        guard let ring = self.ring, let units = self.configuration.ring?.units else { return .null }
        let reading = ring.reading(at: now)
        let verdict = self.ringVerdict(at: now)
        let json = { (value: Bool?) in value.map(JSONValue.bool) ?? .null }
        return [
            "closed": json(reading.isClosed), "criticalUnlocks": .int(ring.criticalUnlocks),
            "driver": .string(verdict?.driverSentence(units) ?? Self.brokenRing),
            "mechanic": .string(verdict?.mechanicSentence(units) ?? "Broken; ecallctl ring diagnose finds where."),
            "step": self.ringDiagnosis.map { .string($0.sentence) } ?? .null,
            "units": .array(
                zip(units, reading.units).map { unit, values in
                    [
                        "name": .string(unit.name), "place": unit.place.map(JSONValue.string) ?? .null,
                        "supply": json(values.hasSupply), "alive": json(values.isAlive),
                        "light": json(values.hasLight), "bypassed": .bool(values.isBypassed),
                    ]
                }
            ),
        ]
    }

    private static let brokenRing =
        "SOS call malfunction: the sound system is not connected. An emergency call is possible, perhaps without the "
        + "vehicle's loudspeakers. Have the vehicle looked at."

    /// Begins a diagnosis, or goes on with it: the step that was asked for is done.
    mutating func diagnoseRing(_ call: ControlCall, at now: Moment) {
        guard let ring = self.ring, let units = self.configuration.ring?.units else {
            return self.fail(call, "NoRing", [:])
        }
        let reading = ring.reading(at: now.instant)
        if call.parameters["begin"]?.asBool == true || self.ringDiagnosis == nil {
            self.ringDiagnosis = RingBreakDiagnosis(units, reading)
        } else if let position = call.parameters["position"]?.asInt {
            self.ringDiagnosis?.restarted(headUnitPosition: position)
        } else {
            self.ringDiagnosis?.done(reading)
        }
        guard let diagnosis = self.ringDiagnosis else { return }
        let (word, unit) = Self.words(diagnosis.step)
        if case .done(let verdict) = diagnosis.step {
            self.note(.ringDiagnosed, verdict.mechanicSentence(units), at: now, severity: .warning)
        }
        let reply: JSONValue = [
            "step": .string(word), "unit": unit.map { .string(units[$0].name) } ?? .null,
            "sentence": .string(diagnosis.sentence),
        ]
        self.outputs.append(.reply(call.id, reply, continues: false))
    }

    private static func words(_ step: RingBreakDiagnosis.Step) -> (String, Int?) {
        switch step {
        case .restart: ("restart", nil)
        case .bypass(let unit): ("bypass", unit)
        case .putBack(let unit): ("putBack", unit)
        case .done: ("done", nil)
        }
    }
}

// A ring that is not there: what its lines say on a simulated rig.
extension IVS {
    /// The lines say what the model says.
    mutating func startRing() {
        guard self.configuration.isSimulated, let settings = self.configuration.ring else { return }
        self.ringModel = RingModel(count: settings.units.count)
        self.moveRing(from: nil)
    }

    /// Breaks something of a simulated ring, mends all of it, plugs a loop, or starts its units anew.
    mutating func simulateRing(_ call: ControlCall) {
        guard self.configuration.ring != nil else { return self.fail(call, "NoRing", [:]) }
        guard let before = self.ringModel else {
            return self.fail(call, "NotSimulated", ["what": "the ring of a real rig"])
        }
        let count = before.count
        let number = call.parameters["unit"]?.asInt
        if let number, !(1...count).contains(number) { return self.outOfRange(call, "unit", "1 to \(count)") }
        let unit = number.map { $0 - 1 }
        switch ControlMethod(fullName: call.method) {
        case .breakRing:
            guard let unit, let fault = Self.fault(call.parameters["fault"]?.asString, of: unit) else {
                return self.outOfRange(call, "unit", "1 to \(count)")
            }
            self.ringModel?.faults.insert(fault)
        case .mendRing: self.ringModel?.faults = []
        case .plugRing: self.ringModel?.bypassed = unit.map { [$0] } ?? []
        case .restartRing: self.ringModel?.isRestarted = call.parameters["restarted"]?.asBool ?? false
        default: break
        }
        self.moveRing(from: before)
        self.outputs.append(.reply(call.id, [:], continues: false))
    }

    private static func fault(_ word: String?, of unit: Int) -> RingModel.Fault? {
        switch word {
        case "supply": .supply(unit)
        case "dead": .dead(unit)
        case "transmitter": .transmitter(unit)
        case "receiver": .receiver(unit)
        case "fibre": .fibre(from: unit)
        case "weak": .weak(from: unit)
        default: nil
        }
    }

    private mutating func moveRing(from before: RingModel?) {
        guard let settings = self.configuration.ring, let model = self.ringModel else { return }
        var commands: [LineCommand] = []
        for (unit, values) in model.reading.units.enumerated() {
            let old = before?.reading.units[unit]
            let move = { (sense: RingMonitor.Sense, isActive: Bool, was: Bool?) in
                guard settings.senses[unit].contains(sense), isActive != was else { return }
                commands.append(.set(RingSettings.line(sense, of: unit), isActive ? .active : .inactive))
            }
            move(.supply, values.hasSupply == true, old?.hasSupply)
            move(.light, values.hasLight == true, old?.hasLight)
            move(.bypass, values.isBypassed, old?.isBypassed)
            guard settings.senses[unit].contains(.alive), values.isAlive != old?.isAlive else { continue }
            let line = RingSettings.line(.alive, of: unit)
            commands.append(values.isAlive == true ? .play(line, Self.life) : .set(line, .inactive))
        }
        if !commands.isEmpty { self.outputs.append(.moveLines(commands)) }
    }

    /// Twice a second.
    private static let life = LineSignal(
        once: [],
        again: [.init(.active, .milliseconds(250)), .init(.inactive, .milliseconds(250))],
        rest: .inactive
    )
}
