internal import CallControl
internal import ControlSocket
internal import GPSD
internal import Positioning
internal import Supervision
internal import Timeline

/// The receiver: what it said last, and what was made of it.
struct ReceiverStanding: Sendable {
    var filter: PositionFilter
    /// Whether the connection to gpsd stands.
    var isConnected = false
    /// Where the vehicle has gone since the last fix that can be trusted; `nil` where nobody tells that.
    var reckoning: DeadReckoning?
    /// The dilution of the last sky view, which belongs to the reports of its device soon behind it.
    var dilution: (value: Double, device: String?, at: Instant)?
    /// When a report came last, or the wait for the first began.
    var heardAt: Instant?
    /// Whether the position was trusted when that was looked at last.
    var isTrusted = false
    /// How often refusals and problems are told: a receiver has one with each report.
    var refusals = Throttle(every: .seconds(10))
    var problems = Throttle(every: .seconds(10))
    /// How often each of its changes goes on record, for one that comes and goes all the time.
    var trusted = Throttle(every: .seconds(60))
    var untrusted = Throttle(every: .seconds(60))
    var connected = Throttle(every: .seconds(60))
    var lost = Throttle(every: .seconds(60))

    init(meaning: ErrorMeaning) {
        self.filter = PositionFilter(meaning: meaning)
    }

    /// How long a sky view counts: receivers tell one every second, or every few.
    private static let dilutionAge = Duration.seconds(5)

    /// The dilution that a report of a device may be judged by; `nil` where the last view is old, or another's.
    func dilution(of device: String?, at instant: Instant) -> Double? {
        guard let dilution = self.dilution, dilution.at.duration(to: instant) <= Self.dilutionAge,
            dilution.device == nil || device == nil || dilution.device == device
        else { return nil }
        return dilution.value
    }
}

// The receiver's position: taken or refused, trusted or not, and kept through a crash.
extension IVS {
    mutating func receiverSays(_ event: GPSDEvent, at now: Moment) {
        // A receiver that is injected as silent says nothing.
        guard !self.selfTest.injected.contains(Injection(.receiver)) else { return }
        switch event {
        case .connected:
            self.receiver.isConnected = true
            let isRare = self.receiver.connected.pass(at: now.instant) != nil
            self.note(.receiverConnected, "connected to gpsd", at: now, severity: isRare ? .info : .debug)
        case .report(let report, let instant): self.take(report, at: instant, now)
        case .problem(let problem, _):
            guard let held = self.receiver.problems.pass(at: now.instant) else { return }
            self.note(.receiverProblem, "\(problem)\(Self.more(held))", at: now, severity: .warning)
        case .lost(let loss, _, _), .unreachable(let loss, _, _):
            let wasConnected = self.receiver.isConnected
            self.receiver.isConnected = false
            self.receiver.dilution = nil
            guard wasConnected || self.receiver.problems.pass(at: now.instant) != nil else { return }
            let isRare = self.receiver.lost.pass(at: now.instant) != nil
            self.note(.receiverLost, "\(loss)", at: now, severity: isRare ? .warning : .debug)
        }
    }

    private mutating func take(_ report: GPSDReport, at instant: Instant, _ now: Moment) {
        switch report {
        case .sky(let sky): if let dilution = sky.hdop { self.receiver.dilution = (dilution, sky.device, instant) }
        case .tpv(let tpv):
            self.receiver.heardAt = now.instant
            self.clear(.receiverFailing, at: now)
            let hdop = self.receiver.dilution(of: tpv.device, at: instant)
            switch self.receiver.filter.report(tpv.receiverReport(hdop: hdop), at: instant) {
            case .accepted(let fix):
                self.locations.update(fix)
                if fix.canBeTrusted(at: now.instant) { self.receiver.reckoning = DeadReckoning(from: fix) }
            case .refused(.noFix): break  // What it means is told when the last fix is too old.
            case .refused(let refusal):
                guard let held = self.receiver.refusals.pass(at: now.instant) else { return }
                let sentence = "a report of the receiver is not taken: \(refusal)\(Self.more(held))"
                self.note(.positionRefused, sentence, at: now, severity: .warning)
            }
        case .error(let message):
            guard let held = self.receiver.problems.pass(at: now.instant) else { return }
            self.note(.receiverProblem, "gpsd: \(message.prefix(120))\(Self.more(held))", at: now, severity: .warning)
        case .version, .devices, .device: break
        }
    }

    private static func more(_ held: Int) -> String {
        held > 0 ? ", and \(held) more since the last that was told" : ""
    }

    /// Tells when the position becomes one that can be trusted, and when it is none any more; raises the fault of a
    /// receiver that says nothing.
    mutating func judgePosition(at now: Moment) {
        guard self.configuration.receiver != nil else { return }
        let isTrusted = self.receiver.filter.trustedFix(at: now.instant) != nil
        if isTrusted != self.receiver.isTrusted {
            self.receiver.isTrusted = isTrusted
            let word = isTrusted ? "can be trusted" : "cannot be trusted any more"
            let pass =
                isTrusted ? self.receiver.trusted.pass(at: now.instant) : self.receiver.untrusted.pass(at: now.instant)
            let kind = isTrusted ? VehicleEvent.Kind.positionTrusted : .positionUntrusted
            self.note(kind, "the position \(word)", at: now, severity: pass == nil ? .debug : .info)
        }
        guard let due = self.receiverDueAt, due <= now.instant else { return }
        let limit = CallReason.text(self.configuration.receiver?.silentAfter ?? .zero)
        let why = self.receiver.isConnected ? "the receiver has said nothing" : "there was no connection to gpsd"
        self.raise(.receiverFailing, "\(why) for \(limit)", at: now)
    }

    /// When the receiver will have been silent for too long; `nil` once that was told.
    private var receiverDueAt: Instant? {
        guard let settings = self.configuration.receiver, let heardAt = self.receiver.heardAt,
            !self.faults.keys.contains(where: { $0.fault == .receiverFailing })
        else { return nil }
        return heardAt.advanced(by: settings.silentAfter)
    }

    /// When the position is next looked at without a report.
    func positionDeadline(after now: Instant) -> Instant? {
        guard self.configuration.receiver != nil else { return nil }
        let trust = self.receiver.isTrusted ? self.receiver.filter.nextDeadline(after: now) : nil
        return Instant.earliest(trust, self.receiverDueAt)
    }

    /// An emergency begins: the approach is kept as it is, and after a crash the trusted position too.
    mutating func keepApproach(of incident: Incident, at now: Moment) {
        guard incident.trigger != .test else { return }
        self.locations.freeze()
        if incident.trigger == .automatic { self.receiver.filter.crashed(at: now.instant) }
    }

    /// The emergency is over: positions come and go again.
    mutating func releaseApproach() {
        self.locations.thaw()
        self.receiver.filter.released()
    }

    /// Until when a call waits for a position that can be trusted; `nil` where it has one, or waits for none.
    func endOfPositionWait(at now: Moment) -> Instant? {
        guard let settings = self.configuration.receiver, settings.wait > .zero,
            self.call.incident?.trigger != .test, self.receiver.filter.trustedFix(at: now.instant) == nil,
            // One that was gone on to from the last fix is as good.
            !(self.locations.current?.canBeTrusted(at: now.instant) ?? false)
        else { return nil }
        return now.instant.advanced(by: settings.wait)
    }

    /// Where the position of the trigger cannot be trusted, an INVITE takes the first one behind it that can.
    mutating func freezeLatePosition(at now: Moment) {
        guard let frozen = self.frozen, frozen.incident.trigger != .test,
            !(frozen.locations.current?.canBeTrusted(at: frozen.at.instant) ?? false),
            self.locations.current?.canBeTrusted(at: now.instant) ?? false
        else { return }
        self.frozen = FrozenData(
            frozen.incident,
            locations: self.locations,
            identifiers: frozen.identifiers,
            timestamp: frozen.timestamp,
            at: now
        )
    }

    /// The part of `Status` about the position, without the place; `null` where there is none and no receiver.
    func receiverStatus(at now: Moment) -> JSONValue {
        guard self.configuration.receiver != nil else { return .null }
        let filter = self.receiver.filter
        return [
            "connected": .bool(self.receiver.isConnected),
            "trusted": .bool(filter.trustedFix(at: now.instant) != nil),
            "age": filter.age(at: now.instant).map { .int($0.wholeMilliseconds) } ?? .null,
            "radius": filter.fix?.radius95Meters.map(JSONValue.int) ?? .null,
        ]
    }
}
