internal import CallControl
internal import ControlSocket
internal import CrashSensing
internal import MSD
internal import Store
internal import Supervision
internal import Timeline

/// What is known of the accelerometer.
struct SensorStanding: Hashable, Sendable {
    /// Samples a second; `nil` while none come.
    var rate: Double?
    /// Whether roll rates come; `nil` before anything was said of them.
    var isRolling: Bool?
    /// Whether something is felt that may become an event.
    var isAwake = false
    /// When that was last over.
    var calmAt: Instant?
    /// When lines and accelerometer have to have told of the same crash.
    var agreementDueAt: Instant?
}

/// What of a crash is on record with a call.
struct KeptCrash: Hashable, Sendable {
    let incident: IncidentID
    let account: CrashAccount
}

extension SensorStanding {
    mutating func calmed(at now: Instant) {
        self.isAwake = false
        self.calmAt = now
    }
}

// Accelerations: what they mean for the call, and what is kept of them.
extension IVS {
    /// How long after a trigger of a line the accelerometer may take to feel the same crash: the line and a batch of
    /// samples come by different ways.
    static let crashFeltWithin = Duration.milliseconds(100)

    /// How long after the first of two crash signals the other may come.
    static let agreementWithin = Duration.milliseconds(500)

    /// A crash was told: where lines and accelerometer can both tell, both have to.
    mutating func awaitAgreement(at now: Moment) {
        guard self.sensor.rate != nil, !self.configuration.lines.crash.isEmpty, self.sensor.agreementDueAt == nil else {
            return
        }
        self.sensor.agreementDueAt = now.instant.advanced(by: Self.agreementWithin)
    }

    /// Says when only one of both has told, which never holds a call: it is going on by now.
    mutating func judgeAgreement(at now: Moment) {
        guard let due = self.sensor.agreementDueAt, due <= now.instant else { return }
        self.sensor.agreementDueAt = nil
        let isFelt = !self.crash.records.isEmpty || self.crash.hasRolledOver == true
        switch (self.crash.sides.isEmpty, isFelt) {
        case (false, true): self.clear(.crashSignalsDisagree, at: now)
        case (false, false):
            self.raise(.crashSignalsDisagree, "a crash line has fired, and the accelerometer has felt nothing", at: now)
        case (true, true):
            self.raise(
                .crashSignalsDisagree,
                "the accelerometer has felt a crash, and no crash line has fired",
                at: now
            )
        case (true, false): break
        }
    }

    mutating func sensorSays(_ news: SensorNews, at now: Moment) {
        switch news {
        case .working(let rate): self.lastSensorRate = rate
        case .failed, .rollWorking, .rollFailed, .sign: break
        }
        // A sensor that is injected as gone says nothing.
        guard !self.selfTest.injected.contains(Injection(.accelerometer)) else { return }
        switch news {
        case .rollWorking where self.selfTest.injected.contains(Injection(.gyro)): break
        case .rollWorking, .rollFailed, .working, .failed, .sign: self.hear(news, at: now)
        }
    }

    mutating func hear(_ news: SensorNews, at now: Moment) {
        switch news {
        case .working(let rate):
            self.sensor.rate = rate
            self.clear(.accelerometerFailing, at: now)
            self.note(.sensorWorking, "the accelerometer gives \(Int(rate.rounded())) samples a second", at: now)
        case .failed(let reason):
            // Whoever is gone is not asked.
            self.sensor = SensorStanding()
            // What is wrong may have become something else.
            self.clear(.accelerometerFailing, at: now)
            self.raise(.accelerometerFailing, reason, at: now)
        case .rollWorking:
            self.sensor.isRolling = true
            self.clear(.gyroFailing, at: now)
        case .rollFailed(let reason):
            self.sensor.isRolling = false
            self.clear(.gyroFailing, at: now)
            self.raise(.gyroFailing, reason, at: now)
        case .sign(let sign): self.take(sign, at: now)
        }
    }

    /// Forgets a crash that is over, unless it is what the present call is about.
    mutating func expireCrash(at now: Moment) {
        guard !self.call.isGoingOn || self.call.incident?.trigger == .test else { return }
        self.crash.expire(at: now.instant)
    }

    private mutating func take(_ sign: CrashDetector.Sign, at now: Moment) {
        self.expireCrash(at: now)
        switch sign {
        case .woke: self.sensor.isAwake = true
        case .calmed: self.sensor.calmed(at: now.instant)
        case .event(let record):
            self.crash.took(record, at: now.instant)
            self.note(.impactDetected, self.sentence(record), at: now, severity: .warning, fields: self.fields(record))
            if self.call.state == .idle { self.announce(.impactFelt, at: now) }
        case .severe(let record, let severity):
            self.crash.took(record, at: now.instant)
            let cause = severity == .deltaV ? "its change of velocity" : "its change of velocity to the side"
            self.note(
                .impactSevere,
                "the impact calls for \(cause)",
                at: now,
                severity: .warning,
                fields: self.fields(record)
            )
            self.queue.append(.crash(InputLines.accelerometer, at: now.instant))
        case .ended(let record):
            self.sensor.calmed(at: now.instant)
            self.crash.took(record, at: now.instant)
        case .recorded(let record):
            self.crash.took(record, at: now.instant)
            self.note(.impactRecorded, self.sentence(record), at: now, severity: .warning, fields: self.fields(record))
            self.keep(record, at: now)
        case .rollover:
            // How far is told by the record of the event.
            self.crash.rolledOver(at: now.instant)
            self.note(.rolloverDetected, "the vehicle rolls over", at: now, severity: .warning)
            self.queue.append(.crash(InputLines.accelerometer, at: now.instant))
        case .badSample:
            guard let held = self.badSamples.pass(at: now.instant) else { return }
            let more = held > 0 ? ", and \(held) more since the last that was told" : ""
            self.note(
                .sensorSampleBad,
                "a sample is nothing that a sensor measures, or older than the one before\(more)",
                at: now,
                severity: .warning
            )
        }
    }

    /// Until when an INVITE waits for the end of the crash; `nil` where nobody would feel it.
    func endOfCrash(at now: Moment) -> Instant? {
        guard self.call.incident?.trigger == .automatic, self.sensor.rate != nil, self.configuration.crash.wait > .zero
        else { return nil }
        return now.instant.advanced(by: self.configuration.crash.wait)
    }

    /// When what was postponed is looked at again: at once when nothing is waited for any more.
    var postponedDueAt: Instant? {
        guard let postponed = self.postponed else { return nil }
        let since = postponed.since
        var waits: [Instant] = []
        if let until = postponed.crashUntil, !self.isCrashOver(since: since) {
            waits.append(self.sensor.isAwake ? until : min(until, since.advanced(by: Self.crashFeltWithin)))
        }
        if let until = postponed.positionUntil, !self.receiver.isTrusted { waits.append(until) }
        return waits.max() ?? since
    }

    /// Whether nothing that was postponed is waited for any more.
    func mayResume(at now: Moment) -> Bool {
        self.postponedDueAt.map { $0 <= now.instant } ?? true
    }

    /// Whether what a trigger may be about has been felt, and is over.
    private func isCrashOver(since: Instant) -> Bool {
        guard !self.sensor.isAwake, let calmAt = self.sensor.calmAt else { return false }
        return since.advanced(by: .zero - Self.crashFeltWithin) <= calmAt
    }

    /// Puts what a sensor saw on record, with the incident that it belongs to.
    mutating func keep(_ record: CrashRecord, at now: Moment) {
        let isOfCall = self.call.incident.map { $0.trigger != .test } ?? false
        if !isOfCall {
            self.expectPurge(at: now.instant.advanced(by: Self.purgeInterval / self.configuration.timeScale))
        }
        let began = Stamp(
            boot: self.ledger.boot,
            at: record.timeZero,
            wallMilliseconds: now.trustedMilliseconds.map {
                $0 - Int64(record.timeZero.duration(to: now.instant).wholeMilliseconds)
            }
        )
        self.ledger.records.append(
            .crashRecorded(
                CrashEventRecord(
                    incident: isOfCall ? self.call.incident?.id.text : nil,
                    began: began,
                    summary: record.json.text,
                    samples: record.samplesJSON.text
                )
            )
        )
    }

    /// A call has begun: what was felt just before belongs to it.
    mutating func keepCrashOfCall(at now: Moment) {
        self.crash.expire(at: now.instant)
        for record in self.crash.records where !record.samples.isEmpty && record.changes.count == CrashRecord.count {
            self.keep(record, at: now)
        }
    }

    /// Puts what is known of the crash on record with the call that it is about, whenever more is known.
    ///
    /// It goes to the disk with the trigger, before any INVITE: a next run tells the same crash.
    mutating func keepCrashAccount(at now: Moment) {
        guard let incident = self.call.incident, incident.trigger != .test, self.call.isGoingOn, !self.crash.isEmpty
        else { return }
        let kept = KeptCrash(incident: incident.id, account: self.crash)
        guard kept != self.keptCrash else { return }
        self.keptCrash = kept
        self.ledger.change(incident.id, IncidentChange(crash: self.crash.json.text))
    }

    /// What an earlier run knew of the crash of a call, its last sign so long ago; with nothing known, an empty account.
    mutating func crashAccount(of stored: StoredIncident, before gap: Duration, at now: Moment) -> CrashAccount {
        guard let text = stored.crash else { return CrashAccount() }
        let sign = max(.boot, now.instant.advanced(by: .zero - gap))
        if let account = CrashAccount(text: text, at: sign) { return account }
        let sentence = "what is on record of the crash cannot be read; its data is unknown"
        self.note(.recordFailed, sentence, at: now, severity: .error)
        return CrashAccount()
    }

    /// The crash that a call of an earlier run is about, with what was felt since this one began: nothing of that has
    /// triggered, for a trigger would be the call.
    mutating func takeOverCrash(of stored: StoredIncident, after gap: Duration, at now: Moment) {
        self.expireCrash(at: now)
        var account = self.crashAccount(of: stored, before: gap, at: now)
        account.add(self.crash)
        self.crash = account
    }

    /// The additional data of an automatic call's MSD; `nil` where none is configured.
    ///
    /// For the private service alone: the emergency service gets what EU 2017/79 names, and no more.
    func additionalData(of incident: Incident, to center: Int) -> OptionalAdditionalData? {
        let settings = self.configuration.crash
        guard self.configuration.profile(of: center) == .privateCenter, settings.addsEuroNCAP,
            incident.trigger == .automatic || incident.crashFollowed
        else { return nil }
        let data = EuroNCAPData(
            locationOfImpact: self.locationOfImpact,
            rolloverDetected: self.crash.hasRolledOver,
            rangeLimit: settings.rangeLimit,
            deltaVX: Self.velocity(self.crash.worst?.maximum.x),
            deltaVY: Self.velocity(self.crash.worst?.maximum.y)
        )
        return try? OptionalAdditionalData(data)  // Every value is in its range.
    }

    private var locationOfImpact: EuroNCAPData.LocationOfImpact {
        let isRight = self.configuration.crash.isRightHandDrive
        switch self.crash.side {
        case .front: return .front
        case .rear: return .rear
        case .left: return isRight ? .nonDriverSide : .driverSide
        case .right: return isRight ? .driverSide : .nonDriverSide
        case .rollover, .other: return .other
        case .unknown: return self.crash.hasRolledOver == true ? .other : .unknown
        }
    }

    /// Whole km/h, 250 at the most; 255 where nothing is known.
    private static func velocity(_ change: Double?) -> Int {
        guard let change, change.isFinite else { return unknownVelocity }
        return Int(max(-largestVelocity, min(largestVelocity, change)).rounded())
    }

    private static let unknownVelocity = 255
    private static let largestVelocity = 250.0

    /// The estimate for those on board.
    func injuryEstimate(at now: Moment) -> InjuryModel.Estimate? {
        guard !self.crash.isEmpty else { return nil }
        var inputs = self.crash.injuryInputs
        inputs.anyUnbelted = self.knownValues(at: now).isAnyUnbelted
        return self.configuration.crash.model.estimate(inputs)
    }

    private func sentence(_ record: CrashRecord) -> String {
        let speed = "\(Int(record.maximum.magnitude.rounded())) km/h"
        let from = record.direction.map { ", from \($0.clock) o'clock" } ?? ""
        let number = record.number > 1 ? ", the \(record.number). of this crash" : ""
        return "an impact with a change of velocity of \(speed)\(from)\(number)"
    }

    private func fields(_ record: CrashRecord) -> [String: String] {
        var fields = [
            "event": String(record.number), "deltaV": String(Int(record.maximum.magnitude.rounded())),
            "longitudinal": String(Int(record.maximumLongitudinal.rounded())),
            "lateral": String(Int(record.maximumLateral.rounded())),
        ]
        if let direction = record.direction { fields["direction"] = String(Int(direction.degrees.rounded()) % 360) }
        if record.isSaturated { fields["saturated"] = "true" }
        if record.isIncomplete { fields["incomplete"] = "true" }
        return fields
    }
}
