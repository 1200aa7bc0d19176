internal import Store
internal import NGECall
internal import SIP
internal import Supervision
internal import Timeline

// The registrations with centers that have a registrar. No call waits for one, or fails by one.
extension IVS {
    /// How many failures in a row are a fault: one may be a restart, two an unlucky moment.
    static let failuresOfAFault = 3

    /// How long an orderly stop waits for the answers to its removals; a binding that stays ends by itself.
    static let leaveWait = Duration.seconds(1)

    /// One registration for each center that has one; a hop of the 112 profile never has.
    mutating func makeRegistrations() {
        guard self.configuration.profile == .privateCenter else { return }
        for (index, center) in self.configuration.centers.enumerated() where !center.isFallback {
            guard let wanted = center.registration else { continue }
            let settings = Registration.Settings(
                address: wanted.address,
                registrar: wanted.registrar,
                seconds: Int(wanted.expires.components.seconds),
                instance: self.configuration.instance
            )
            self.registrations[index] = self.userAgent.makeRegistration(settings)
        }
    }

    /// The connection to a center stands.
    mutating func register(over flow: Flow, ofLink index: Int, _ transport: Transport, at now: Moment) {
        self.drive(registrationOf: index, at: now) {
            $0.opened(flow, isStream: transport.isReliable, at: now.instant)
        }
    }

    mutating func registrationAnswered(_ sent: UserAgent.Sent, _ message: Message, at now: Moment) {
        guard let index = self.registering.removeValue(forKey: sent) else { return }
        let share = self.userAgent.pauseShare()
        self.drive(registrationOf: index, at: now) { $0.answered(message, share: share, at: now.instant) }
    }

    mutating func registrationFailed(_ sent: UserAgent.Sent, _ reason: UserAgent.FailureReason, at now: Moment) {
        guard let index = self.registering.removeValue(forKey: sent) else { return }
        // A connection that is gone says nothing of the registrar; its end tells the registration, and the next asks anew.
        if case .flowClosed = reason { return }
        self.failRegistration(index, because: reason.sentence, at: now)
    }

    private mutating func failRegistration(_ index: Int, because cause: String, at now: Moment) {
        let share = self.userAgent.pauseShare()
        self.drive(registrationOf: index, at: now) { $0.failed(cause, share: share, at: now.instant) }
    }

    mutating func registrationDeadlineReached(at now: Moment) {
        for index in self.registrations.keys.sorted() {
            self.drive(registrationOf: index, at: now) { $0.deadlineReached(at: now.instant) }
        }
    }

    /// Lets one event happen to the registration with a center, if it has one, and does what it wants.
    mutating func drive(
        registrationOf index: Int,
        at now: Moment,
        _ event: (inout Registration) -> [Registration.Action]
    ) {
        guard var registration = self.registrations[index] else { return }
        let actions = event(&registration)
        self.registrations[index] = registration
        for action in actions {
            switch action {
            case .send(let request, let flow): self.send(request, over: flow, ofLink: index, at: now)
            case .limitKeepAlive(let interval, let flow):
                self.userAgent.limitKeepAlive(interval, of: flow, at: now.instant)
            case .tell(let news): self.tell(news, of: index, at: now)
            }
        }
    }

    /// The gate is asked before the user agent, so that what it refuses is not repeated to it.
    private mutating func send(
        _ request: Registration.Request,
        over flow: Flow,
        ofLink index: Int,
        at now: Moment
    ) {
        let message = Message(
            startLine: .request(method: .register, uri: request.registrar),
            headers: [Header("To", "<\(request.address)>")]
        )
        let host = self.connections[flow]?.remote.host ?? self.configuration.centers[index].endpoint.host
        if case .refused(let reason) = self.gateVerdict(on: message, to: host) {
            self.note(.gateRefused, reason, at: now, severity: .error)
            return self.failRegistration(index, because: "the 112 gate refused it: \(reason)", at: now)
        }
        let (sent, outputs) = self.userAgent.register(request, over: flow, at: now.instant)
        self.registering[sent] = index
        self.process(outputs, at: now)
    }

    private mutating func tell(_ news: Registration.News, of index: Int, at now: Moment) {
        let name = self.configuration.centers[index].name
        switch news {
        case .registered(let seconds, let isOutbound, let isRefresh):
            self.clear(.registrationFailing, unit: name, at: now)
            self.note(
                .registered,
                "\(isRefresh ? "still registered" : "registered") with \(name) for \(seconds) s",
                at: now,
                severity: isRefresh ? .debug : .info,
                fields: [
                    "center": name, "expires": String(seconds), "outbound": String(isOutbound),
                    "refresh": String(isRefresh),
                ]
            )
        case .failed(let cause, let count, let pause):
            let wait = pause.components.seconds
            self.note(
                .registrationFailed,
                "not registered with \(name): \(cause); the next attempt follows in \(wait) s",
                at: now,
                severity: .warning,
                fields: ["center": name, "cause": cause, "failures": String(count), "pause": "\(wait) s"]
            )
            guard count >= Self.failuresOfAFault else { return }
            let sentence = "\(name) cannot ring back: \(count) registrations in a row have failed, \(cause)"
            self.raise(.registrationFailing, unit: name, sentence, at: now)
        case .lapsed:
            self.note(
                .registrationFailed,
                "the registration with \(name) has ended without a refresh",
                at: now,
                severity: .warning,
                fields: ["center": name, "cause": "lapsed"]
            )
        case .removed(let isConfirmed):
            let doubt = isConfirmed ? "" : "; the registrar did not confirm it"
            self.note(
                .registrationRemoved,
                "no longer registered with \(name)\(doubt)",
                at: now,
                fields: ["center": name, "confirmed": String(isConfirmed)]
            )
        }
    }
}

// An orderly stop.
extension IVS {
    /// Removes every binding before the daemon stops.
    mutating func leaveCenters(at now: Moment) {
        self.leaveBy = now.instant.advanced(by: Self.leaveWait)
        if let started = self.runStarted { self.ledger.records.append(.runEnded(started)) }
        // Nobody would drive their lines back.
        self.equipment.release()
        for index in self.registrations.keys.sorted() {
            self.drive(registrationOf: index, at: now) { $0.stopped() }
        }
    }

    /// Says once that the daemon may stop: every removal is answered, or has had its time.
    mutating func tellLeft(at now: Moment) {
        guard let leaveBy = self.leaveBy else { return }
        guard leaveBy <= now.instant || self.registrations.values.allSatisfy({ $0.standing == .left }) else { return }
        self.leaveBy = nil
        self.outputs.append(.left)
    }
}
