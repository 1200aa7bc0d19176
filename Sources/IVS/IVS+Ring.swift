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

    /// The vehicle is known to be off or on: a ring that sleeps is not broken.
    mutating func ringIgnition(isOn: Bool, at now: Moment) {
        if isOn { self.ring?.wakes(at: now.instant) } else { self.ring?.sleeps() }
        self.sleepRingModel(!isOn)
    }

    /// Says what is wrong with the ring, and what no longer is.
    mutating func judgeRing(at now: Moment) {
        guard let before = self.ring?.faults, let units = self.configuration.ring?.units else { return }
        self.tell(self.ring?.deadlineReached(at: now.instant) ?? [], at: now)
        self.forgetDiagnosis(at: now)
        guard let ring = self.ring, ring.faults != before else { return }
        let reading = ring.reading(at: now.instant)
        for (number, unit) in units.enumerated() {
            let values = reading.units[number]
            self.set(
                .ringUnitUnpowered,
                of: unit,
                to: ring.faults.contains(.noSupply(number)) ? .noSupply([number]) : nil,
                isProven: values.hasSupply == true,
                at: now
            )
            let verdict: RingVerdict = values.hasSupply == nil ? .deadOrUnpowered(number) : .dead(number)
            self.set(
                .ringUnitDead,
                of: unit,
                to: ring.faults.contains(.dead(number)) ? verdict : nil,
                isProven: values.isAlive == true && values.isBypassed != true,
                at: now
            )
        }
        self.judgeLight(ring, reading, at: now)
    }

    private mutating func judgeLight(_ ring: RingMonitor, _ reading: RingReading, at now: Moment) {
        let units = self.configuration.ring?.units ?? []
        if ring.faults.contains(.broken) {
            let cause = ring.verdict.map { $0.mechanicSentence(units) }
            self.raise(.ringBroken, "the ring is broken; \(cause ?? "ecallctl ring diagnose finds where")", at: now)
        } else {
            self.end(.ringBroken, isProven: ring.verdict == .closed, at: now)
        }
        if ring.faults.contains(.unstable) {
            let sentence =
                "the ring was dark for a moment again and again; ecallctl ring diagnose looks for a weak link"
            self.raise(.ringUnstable, sentence, at: now)
        } else {
            self.end(.ringUnstable, isProven: reading.isClosed == true, at: now)
        }
    }

    /// What a search has found holds until the ring runs again as it was built; light alone comes back in the midst of it.
    private mutating func forgetDiagnosis(at now: Moment) {
        guard case .done(let verdict)? = self.ringDiagnosis?.step, !verdict.isOfClosedRing, let ring = self.ring,
            !ring.faults.contains(.broken)
        else { return }
        let reading = ring.reading(at: now.instant)
        let isWhole = reading.units.allSatisfy { $0.hasLight != false && $0.isBypassed != true }
        if reading.isClosed == true, isWhole { self.ringDiagnosis = nil }
    }

    /// What an earlier cycle has found of a ring that runs is over: a loop may have been left in it for good.
    mutating func forgetDiagnosisOfEarlierCycle() {
        guard case .done? = self.ringDiagnosis?.step, self.ring?.faults.contains(.broken) != true else { return }
        self.ringDiagnosis = nil
    }

    private mutating func set(
        _ fault: Fault,
        of unit: RingUnit,
        to verdict: RingVerdict?,
        isProven: Bool,
        at now: Moment
    ) {
        if let verdict {
            let sentence = verdict.mechanicSentence(self.configuration.ring?.units ?? [])
            return self.raise(fault, unit: unit.name, sentence, at: now)
        }
        self.end(fault, unit: unit.name, isProven: isProven, at: now)
    }

    /// What is known of where the ring is broken: what the lines tell by themselves, or what a search has found.
    var ringVerdict: RingVerdict? {
        let live = self.ring?.verdict
        switch live {
        case .noSupply, .dead, .deadOrUnpowered: return live
        case .closed, .notMonitored, nil, .transmitter, .receiver, .fibre, .fibreOrHeadUnit, .weakLink, .intermittent,
            .severalBreaks:
            guard case .done(let found)? = self.ringDiagnosis?.step else { return live }
            return found.isOfClosedRing == (live == .closed) ? found : live
        }
    }

    /// The ring, for `Status`; null without one.
    func ringStatus(at now: Instant) -> JSONValue {
        guard let ring = self.ring, let units = self.configuration.ring?.units else { return .null }
        let reading = ring.reading(at: now)
        let verdict = self.ringVerdict
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
                        "light": json(values.hasLight), "bypassed": json(values.isBypassed),
                    ]
                }
            ),
        ]
    }

    static let brokenRing =
        "SOS call malfunction: the sound system is not connected. An emergency call is possible, perhaps without the "
        + "vehicle's loudspeakers. Have the vehicle looked at."

    /// Begins a diagnosis, or goes on with it: the step that was asked for is done.
    mutating func diagnoseRing(_ call: ControlCall, at now: Moment) {
        guard let ring = self.ring, let units = self.configuration.ring?.units else {
            return self.fail(call, "NoRing", [:])
        }
        let reading = ring.reading(at: now.instant)
        if call.parameters["begin"]?.asBool == true || self.ringDiagnosis == nil {
            self.ringDiagnosis = RingBreakDiagnosis(units, reading, criticalUnlocks: ring.criticalUnlocks)
        } else if let position = call.parameters["position"]?.asInt {
            self.ringDiagnosis?.restarted(headUnitPosition: position)
        } else {
            self.ringDiagnosis?.done(reading)
        }
        self.dimRing()
        guard let diagnosis = self.ringDiagnosis else { return }
        let (word, unit) = diagnosis.step.words
        if case .done(let verdict) = diagnosis.step {
            self.note(.ringDiagnosed, verdict.mechanicSentence(units), at: now, severity: .warning)
        }
        let reply: JSONValue = [
            "step": .string(word), "unit": unit.map { .string(units[$0].name) } ?? .null,
            "sentence": .string(diagnosis.sentence),
        ]
        self.outputs.append(.reply(call.id, reply, continues: false))
    }

    /// Drives the lines that dim light as the search wants them.
    private mutating func dimRing() {
        var dimmed: Int?
        if case .dim(let unit)? = self.ringDiagnosis?.step { dimmed = unit }
        guard dimmed != self.dimmedUnit else { return }
        if let before = self.dimmedUnit { self.outputs.append(.drive(RingSettings.dimmer(of: before), .inactive)) }
        if let dimmed { self.outputs.append(.drive(RingSettings.dimmer(of: dimmed), .active)) }
        self.dimmedUnit = dimmed
        self.dimRingModel(dimmed)
    }
}

extension RingVerdict {
    /// Whether it is about a ring that runs, and not about a break.
    fileprivate var isOfClosedRing: Bool {
        switch self {
        case .closed, .weakLink, .intermittent: true
        case .noSupply, .dead, .deadOrUnpowered, .transmitter, .receiver, .fibre, .fibreOrHeadUnit, .severalBreaks,
            .notMonitored:
            false
        }
    }
}

extension RingBreakDiagnosis.Step {
    /// The word for it, and the unit that it is about.
    fileprivate var words: (String, Int?) {
        switch self {
        case .restart: ("restart", nil)
        case .position: ("position", nil)
        case .bypass(let unit): ("bypass", unit)
        case .putBack(let unit): ("putBack", unit)
        case .dim(let unit): ("dim", unit)
        case .done: ("done", nil)
        }
    }
}
