internal import CallControl
internal import NGECall
internal import SIP
internal import Supervision
internal import Timeline

// An INVITE too large for UDP: over TCP, and over UDP all the same when TCP does not serve (RFC 3261 18.1.1).
extension IVS {
    /// How long the TCP connection for a large INVITE may take: one lost SYN, and the answer to its repetition.
    ///
    /// That is sent after 1 s (RFC 6298 section 2). A longer wait would use up the redial window for a center that is
    /// known to take UDP.
    static let streamWait = Duration.seconds(2)

    /// Sends an INVITE over a flow, or over TCP when the flow is UDP and the INVITE too large for it.
    mutating func invite(_ prepared: PreparedInvite, over flow: Flow?, at now: Moment) {
        let attempt = prepared.attempt
        guard let flow, let connection = self.connections[flow] else {
            return self.abandon(prepared, "no connection to the center", at: now)
        }
        let center = self.configuration.centers[attempt.center]
        let plan: UserAgent.InvitePlan
        do {
            plan = try self.plan(prepared, to: center, from: connection.local, at: now)
        } catch {
            // The configuration's URIs are checked when it is read, so that this is a mistake of ours in them.
            return self.abandon(prepared, "the INVITE cannot be built: \(error)", at: now)
        }
        let octets = self.userAgent.octets(ofInvite: plan, over: flow)
        let isTooLarge = SizeRule.needsStream(octets: octets, over: connection.transport)
        guard !isTooLarge || self.streamless.contains(attempt.center) else {
            return self.openStream(for: prepared, octets: octets, at: now)
        }
        self.send(plan, of: prepared, over: flow, connection.transport, at: now)
    }

    /// An INVITE that cannot leave.
    private mutating func abandon(_ prepared: PreparedInvite, _ reason: String, at now: Moment) {
        guard prepared.isTransfer else { return self.over(prepared.attempt, .failed(reason), at: now) }
        self.transferFailed(nil, prepared.attempt, 503, reason, at: now)
    }

    private mutating func openStream(for prepared: PreparedInvite, octets: Int, at now: Moment) {
        let index = prepared.attempt.center
        if let flow = self.streamLinks[index].flow { return self.invite(prepared, over: flow, at: now) }
        var prepared = prepared
        prepared.octets = octets
        self.waitingAttempt = WaitingAttempt(
            incident: prepared.incident,
            attempt: prepared.attempt,
            until: now.instant.advanced(by: Self.streamWait),
            largeInvite: prepared
        )
        self.performStream(self.streamLinks[index].needed(self.newFlow()), index)
    }

    private mutating func performStream(_ actions: [CenterLink.Action], _ index: Int) {
        let own = self.configuration.centers[index].endpoint
        for action in actions {
            switch action {
            case .open(let flow):
                let endpoint = Endpoint(transport: .tcp, host: own.host, port: own.port)
                self.outputs.append(.open(flow, endpoint, center: index, isChecked: true))
            case .close(let flow): self.outputs.append(.close(flow))
            }
        }
    }

    /// The TCP connection is gone, or never stood; an INVITE that waits for it leaves over UDP.
    mutating func streamEnded(_ flow: Flow, _ index: Int, because cause: String, at now: Moment) {
        let wasOpen = self.streamLinks[index].flow == flow
        self.streamLinks[index].ended(flow, because: cause, at: now.instant)
        let name = self.configuration.centers[index].name
        if wasOpen {
            self.note(
                .linkClosed,
                "no connection to \(name): \(cause)",
                at: now,
                severity: .warning,
                fields: ["center": name, "cause": cause, "transport": Transport.tcp.rawValue]
            )
        }
        guard let waiting = self.waitingAttempt, waiting.attempt.center == index, let large = waiting.largeInvite
        else { return }
        self.waitingAttempt = nil
        self.streamless.insert(index)
        self.note(
            .transportFallback,
            "\(name) takes no TCP connection (\(cause)); the INVITE of \(large.octets) octets leaves over UDP",
            at: now,
            severity: .warning,
            fields: ["center": name, "cause": cause, "octets": String(large.octets)]
        )
        self.invite(large, over: self.links[index].flow, at: now)
    }

    /// The TCP connection did not come in time.
    mutating func giveUpStream(_ waiting: WaitingAttempt, at now: Moment) {
        guard let flow = self.streamLinks[waiting.attempt.center].openingFlow else { return }
        self.outputs.append(.close(flow))
        self.flowEnded(flow, because: "no answer over TCP within \(Self.streamWait)", at: now)
    }

    /// An INVITE over TCP got no answer: as long as the incident lasts, the center gets its INVITEs over UDP.
    mutating func noteUnanswered(_ leg: CallLeg) {
        guard self.streamLinks[leg.attempt.center].owns(leg.flow) else { return }
        self.streamless.insert(leg.attempt.center)
    }

    /// Closes the TCP connections of large INVITEs, once nothing is left on them.
    mutating func releaseIdleStreams() {
        // Over that of the center that may ring back it does.
        let kept = self.call.callbackWindow?.center
        for index in self.streamLinks.indices where index != kept {
            let flow = self.streamLinks[index].flow
            guard !self.legs.values.contains(where: { $0.flow == flow }) else { continue }
            self.performStream(self.streamLinks[index].released(), index)
        }
    }
}

/// An INVITE but for the way that it takes.
struct PreparedInvite: Hashable, Sendable {
    let attempt: Attempt
    let incident: Incident
    /// Made and recorded once, whichever way it leaves.
    var msd: MSDPart?
    /// What the size rule found too large; 0 while it was not asked.
    var octets = 0
    /// The address that the center named instead of its own; `nil` for the configured one.
    var target: URI?
    /// Further addresses for the call, the most wanted first.
    var alternatives: [URI] = []
    /// The addresses that it has gone to before, in their order.
    var tried: [String] = []
    /// Whether it is to take over a call that the center has answered.
    var isTransfer = false
    /// Who asked for that, as Referred-By says it (RFC 3892 2.1); `nil` when nobody said so.
    var referrer: String?
}
