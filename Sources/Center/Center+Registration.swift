internal import SIP
internal import Supervision
internal import Timeline

// REGISTER of vehicles, where this center is their registrar.
extension Center {
    /// Answers a REGISTER: 401 until its sender is known, where credentials are asked for at all.
    mutating func register(_ request: UserAgent.OutsideRequest, at now: Moment) {
        if let refusal = self.refusal(of: request, at: now) { return self.answer(request, refusal, at: now) }
        let isStream = self.connections[request.flow]?.transport.isReliable ?? true
        guard
            var answer = self.registrar?.register(
                request.message,
                over: request.flow,
                isStream: isStream,
                at: now.instant
            )
        else { return }  // Without a registrar REGISTER is not in Allow, and none is delivered.
        if answer.headers.contains("Require") {
            // A third of the silence after which the connection is closed: two pings may be lost (RFC 5626 5.4).
            let seconds = (self.configuration.idleConnection / 3).components.seconds
            answer.headers.append("Flow-Timer", String(seconds))
        }
        self.answer(request, answer, at: now)
        self.tell(answer.news, over: request.flow, at: now)
    }

    /// What a REGISTER without good credentials is answered: 401, or 403 for the address of another user.
    private mutating func refusal(of request: UserAgent.OutsideRequest, at now: Moment) -> Registrar.Answer? {
        switch self.authenticator?.judge(request.message, at: now.instant) {
        case nil: return nil
        case .challenge(let headers, let reason)?:
            return Registrar.Answer(status: 401, headers: headers, reason: reason)
        case .good(let user)?:
            // An address that cannot be read is the registrar's matter.
            guard let to = try? NameAddress(parsing: request.message.headers["To"] ?? ""), case .sip(let uri) = to.uri,
                let own = uri.user, own != user, "\(own)@\(uri.host)" != user
            else { return nil }
            return Registrar.Answer(status: 403, reason: "the address is not that of the user in its credentials")
        }
    }

    private mutating func answer(_ request: UserAgent.OutsideRequest, _ answer: Registrar.Answer, at now: Moment) {
        if answer.status >= 300 {
            self.note(
                answer.status == 401 ? .challenged : .registrationRefused,
                nil,
                "a REGISTER is answered \(answer.status): \(answer.reason)",
                at: now,
                fields: answer.status == 401 ? [:] : ["status": String(answer.status)]
            )
        }
        self.process(
            self.userAgent.respond(to: request, status: answer.status, headers: answer.headers, at: now.instant),
            at: now
        )
    }

    /// A flow is gone, and what was registered over it.
    mutating func unregister(_ flow: Flow, at now: Moment) {
        let news = self.registrar?.flowClosed(flow) ?? []
        self.tell(news, over: flow, at: now)
    }

    mutating func registrarDeadlineReached(at now: Moment) {
        let news = self.registrar?.deadlineReached(at: now.instant) ?? []
        self.tell(news, over: nil, at: now)
    }

    private mutating func tell(_ news: [Registrar.News], over flow: Flow?, at now: Moment) {
        for one in news {
            switch one {
            case .registered(let address, let seconds, let isOutbound):
                let transport = flow.flatMap { self.connections[$0]?.transport.rawValue } ?? "none"
                self.note(
                    .registered,
                    nil,
                    "\(address) is registered for \(seconds) s",
                    at: now,
                    fields: [
                        "address": address, "expires": String(seconds), "outbound": String(isOutbound),
                        "transport": transport,
                    ]
                )
            case .removed(let address, let cause):
                self.note(
                    .registrationRemoved,
                    nil,
                    "\(address) is no longer registered: \(cause)",
                    at: now,
                    fields: ["address": address]
                )
            }
        }
    }
}
