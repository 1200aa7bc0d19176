internal import Supervision
internal import CallControl
internal import Digests
internal import NGECall
internal import Net
internal import SIP
internal import SIPTrace
internal import Timeline

extension IVS {
    /// Whose a flow is: the link to a center, or the way for requests too large for that link.
    private enum Owner {
        case link(Int)
        case stream(Int)

        /// The place of its center in the configuration.
        var center: Int {
            switch self {
            case .link(let index), .stream(let index): index
            }
        }
    }

    private func owner(of flow: Flow) -> Owner? {
        if let index = self.links.firstIndex(where: { $0.owns(flow) }) { return .link(index) }
        return self.streamLinks.firstIndex { $0.owns(flow) }.map(Owner.stream)
    }

    /// The center that this end opened a flow to; `nil` for one that is not its own.
    func center(of flow: Flow) -> Int? { self.owner(of: flow)?.center }

    /// What happened on a connection.
    mutating func netEvent(_ event: NetEvent, at now: Moment) {
        switch event {
        case .opened(let flow, let transport, let local, let remote):
            let security = self.security.removeValue(forKey: flow)
            let connection = Connection(transport: transport, local: local, remote: remote, security: security)
            self.opened(flow, connection, at: now)
        case .secured(let flow, let security):
            self.security[flow] = security
        case .securing(let flow):
            if self.owner(of: flow) != nil { self.handshakes.insert(flow) }
        case .received(let flow, let bytes):
            self.heard(flow, at: now)
            var heard: [(octets: [UInt8], callID: String?)] = []
            let outputs = self.userAgent.received(bytes, over: flow, at: now.instant) { octets, headers in
                heard.append((Array(octets), headers["Call-ID"]))
            }
            self.beginCallbackTraces(outputs)
            for message in heard { self.trace(message.octets, .received, callID: message.callID, over: flow, at: now) }
            self.process(outputs, at: now)
        case .failed(let flow, let failure):
            if failure.operation == .secure, self.tryUnchecked(flow, because: failure.description, at: now) { return }
            self.flowEnded(flow, because: failure.description, at: now)
        case .closed(let flow, let failure):
            self.flowEnded(flow, because: failure.description, at: now)
        case .accepted(let flow, _, _, _):
            // The vehicle listens on nothing; a connection that was not ours is closed.
            self.outputs.append(.close(flow))
        }
    }

    private mutating func opened(_ flow: Flow, _ connection: Connection, at now: Moment) {
        guard let owner = self.owner(of: flow) else { return self.outputs.append(.close(flow)) }
        self.connections[flow] = connection
        self.handshakes.remove(flow)
        if connection.security?.proof == .dated, now.trustedMilliseconds == nil { self.undatedFlows.insert(flow) }
        switch owner {
        case .link(let index):
            let isConnection = connection.transport.isReliable
            // A way for datagrams that is tried again after ICMP refused it is no news until something comes back.
            let isNews = isConnection || self.links[index].lastFailure == nil
            self.links[index].opened(flow, isHeard: isConnection, at: now.instant)
            self.linkSince[index] = now
            if isNews { self.noteOpened(connection, to: index, isHeard: isConnection, at: now) }
        case .stream(let index):
            self.streamLinks[index].opened(flow, at: now.instant)
            self.noteOpened(connection, to: index, isHeard: true, at: now)
        }
        self.process(
            self.userAgent.flowOpened(
                flow,
                transport: connection.transport,
                local: connection.local,
                remote: connection.remote,
                keepAlive: self.configuration.keepAlive,
                at: now.instant
            ),
            at: now
        )
        // A digest given to somebody who only says that it is the center is one to guess the password by.
        if connection.security?.isVerified ?? true, let credentials = self.secrets.credentials[owner.center] {
            self.userAgent.use([credentials], .crypto, over: flow)
        }
        // A call that waits for this way goes first.
        self.inviteWaiting(for: owner, at: now)
        if case .link(let index) = owner { self.register(over: flow, ofLink: index, connection.transport, at: now) }
    }

    /// The attempt that waits for this way goes on.
    private mutating func inviteWaiting(for owner: Owner, at now: Moment) {
        guard let waiting = self.waitingAttempt else { return }
        switch (owner, waiting.largeInvite) {
        case (.link(waiting.attempt.center), nil):
            self.waitingAttempt = nil
            self.invite(waiting.attempt, of: waiting.incident, at: now)
        case (.stream(waiting.attempt.center), let large?):
            self.waitingAttempt = nil
            self.invite(large, over: self.streamLinks[waiting.attempt.center].flow, at: now)
        case (.link, _), (.stream, _):
            break
        }
    }

    /// Something came: over UDP the first sign that the center is there.
    private mutating func heard(_ flow: Flow, at now: Moment) {
        guard case .link(let index) = self.owner(of: flow), let connection = self.connections[flow] else { return }
        guard self.links[index].heard(flow) else { return }
        self.linkSince[index] = now
        self.noteOpened(connection, to: index, isHeard: true, at: now)
    }

    private mutating func noteOpened(_ connection: Connection, to index: Int, isHeard: Bool, at now: Moment) {
        let name = self.configuration.centers[index].name
        let transport = connection.transport
        let sentence: String
        switch (transport.isReliable, isHeard) {
        case (true, _): sentence = "connected to \(name)"
        case (false, true): sentence = "\(name) is heard"
        case (false, false): sentence = "datagrams can be sent to \(name); nothing is heard of it yet"
        }
        self.note(
            .linkOpened,
            sentence,
            at: now,
            fields: [
                "center": name, "remote": "\(connection.remote)", "transport": transport.rawValue,
                "protection": connection.security?.proof.rawValue ?? "none",
            ]
        )
        self.noteOwnAddress(connection.local.host, to: index, at: now)
        if let security = connection.security { self.noteProtection(security, of: name, at: now) }
    }

    /// What is to be told of a connection over TLS that is not all as it should be.
    private mutating func noteProtection(_ security: FlowSecurity, of name: String, at now: Moment) {
        guard let remark = security.remark else { return self.clear(.certificateDate, unit: name, at: now) }
        switch security.proof {
        case .dated, .verified: self.raise(.certificateDate, unit: name, "\(name) \(remark)", at: now)
        case .unverified:
            self.note(
                .linkUnprotected,
                "the connection to \(name) is encrypted and not protected: \(remark)",
                at: now,
                severity: .warning,
                fields: ["center": name]
            )
        }
    }

    /// The clock is right now: links whose certificates could not be dated are made anew between calls, so that they are
    /// judged, and the center can ring back and take late data over them.
    mutating func judgeUndatedLinks(at now: Moment) {
        guard !self.undatedFlows.isEmpty, now.trustedMilliseconds != nil, self.call.state == .idle else { return }
        for index in self.links.indices where index != self.call.keptCenter {
            guard let flow = self.links[index].flow, self.undatedFlows.contains(flow),
                !self.legs.values.contains(where: { $0.flow == flow })
            else { continue }
            self.outputs.append(.close(flow))
            self.flowEnded(flow, because: "the clock is set, and the certificate is judged by it", at: now)
        }
    }

    /// The files of TLS to a center can be used, or cannot.
    mutating func protectionChanged(_ standing: TLSStanding, at now: Moment) {
        let name = self.configuration.centers[standing.center].name
        if let fault = standing.fault {
            self.raise(.tlsUnusable, unit: name, "no TLS to \(name) that can be checked: \(fault)", at: now)
        } else {
            self.clear(.tlsUnusable, unit: name, at: now)
        }
        if let fault = standing.identityFault {
            self.raise(.ownCertificate, unit: name, "our certificate for \(name): \(fault)", at: now)
        } else {
            self.clear(.ownCertificate, unit: name, at: now)
        }
    }

    /// The second way to an emergency service whose TLS failed: without a check of who answers (RFC 6881), once.
    ///
    /// It may take as long as the first. Not for a center of the private profile, which has others and 112 behind it.
    mutating func tryUnchecked(_ flow: Flow, because cause: String, at now: Moment) -> Bool {
        guard var waiting = self.waitingAttempt, !waiting.isUnchecked,
            self.configuration.profile(of: waiting.attempt.center) == .emergency112,
            self.links[waiting.attempt.center].openingFlow == flow
        else { return false }
        let index = waiting.attempt.center
        let name = self.configuration.centers[index].name
        self.note(
            .linkClosed,
            "no protected connection to \(name): \(cause); once more without a check of who answers",
            at: now,
            severity: .warning,
            fields: ["center": name, "cause": cause]
        )
        waiting.isUnchecked = true
        waiting.until = now.instant.advanced(by: self.configuration.provisionalWait)
        self.waitingAttempt = waiting
        self.handshakes.remove(flow)
        self.links[index].ended(flow, because: cause, at: now.instant)
        self.perform(self.links[index].needed(self.newFlow()), ofLink: index, isChecked: false)
        return true
    }

    /// A connection is gone, or never stood; everything on it ends at once with its own reason.
    mutating func flowEnded(_ flow: Flow, because cause: String, at now: Moment) {
        self.connections[flow] = nil
        self.undatedFlows.remove(flow)
        self.security[flow] = nil
        self.handshakes.remove(flow)
        self.process(self.userAgent.flowClosed(flow, because: cause, at: now.instant), at: now)
        switch self.owner(of: flow) {
        case .link(let index): self.linkEnded(flow, index, because: cause, at: now)
        case .stream(let index): self.streamEnded(flow, index, because: cause, at: now)
        case nil: break
        }
    }

    private mutating func linkEnded(_ flow: Flow, _ index: Int, because cause: String, at now: Moment) {
        let isNews = self.links[index].lastFailure != cause
        self.links[index].ended(flow, because: cause, at: now.instant)
        self.linkSince[index] = now
        self.drive(registrationOf: index, at: now) { $0.closed(flow) }
        let center = self.configuration.centers[index]
        if isNews {
            self.note(
                .linkClosed,
                "no connection to \(center.name): \(cause)",
                at: now,
                severity: .warning,
                fields: ["center": center.name, "cause": cause, "transport": center.endpoint.transport.rawValue]
            )
        }
        if let waiting = self.waitingAttempt, waiting.attempt.center == index, waiting.largeInvite == nil {
            self.waitingAttempt = nil
            self.over(waiting.attempt, .failed(cause), at: now)
        }
    }

    mutating func perform(_ actions: [CenterLink.Action], ofLink index: Int, isChecked: Bool = true) {
        for action in actions {
            switch action {
            case .open(let flow):
                let endpoint = self.configuration.centers[index].endpoint
                guard !self.isAway(index) else {
                    self.outputs.append(.refuse(flow, endpoint))
                    continue
                }
                self.outputs.append(.open(flow, endpoint, center: index, isChecked: isChecked))
            case .close(let flow): self.outputs.append(.close(flow))
            }
        }
    }

    /// What the user agent wants sent, closed and known.
    mutating func process(_ outputs: [UserAgent.Output], at now: Moment) {
        for output in outputs {
            switch output {
            case .send(let message, let flow): self.send(message, over: flow, at: now)
            case .transmit(let bytes, let flow): self.outputs.append(.send(bytes, over: flow))
            case .close(let flow, let reason):
                self.outputs.append(.close(flow))
                self.flowEnded(flow, because: reason, at: now)
            case .event(let event): self.agentEvent(event, at: now)
            }
        }
    }

    /// The only way out for a message: through the 112 gate, and behind a trigger that is not yet on record.
    ///
    /// A request inside a dialog, an ACK or a CANCEL belongs to an INVITE that has passed, on the same connection.
    private mutating func send(_ message: Message, over flow: Flow, at now: Moment) {
        guard let remote = self.connections[flow]?.remote else { return }
        if message.opensDialog, case .refused(let reason) = self.gateVerdict(on: message, to: remote.host) {
            self.note(.gateRefused, reason, at: now, severity: .error)
            let callID = message.headers["Call-ID"]
            guard let leg = self.legs.first(where: { $0.value.callID == callID }) else { return }
            self.legs[leg.key] = nil
            if leg.value.prepared.isTransfer {
                return self.transferFailed(leg.key, leg.value.attempt, 603, reason, at: now)
            }
            return self.over(leg.value.attempt, .barred(reason), at: now)
        }
        if self.hold != nil {
            self.hold?.sends.append((message, flow))
            return
        }
        self.leave(message, over: flow, at: now)
    }

    /// A message leaves; nothing stands between it and the connection any more.
    mutating func leave(_ message: Message, over flow: Flow, at now: Moment) {
        let octets = message.serialized()
        self.outputs.append(.send(octets, over: flow))
        self.trace(octets, .sent, callID: message.headers["Call-ID"], over: flow, at: now)
    }

    /// What the gate will say of an INVITE to this center, asked before a connection is opened for it.
    func gateVerdict(beforeCalling index: Int, for incident: Incident) -> EmergencyGate.Verdict {
        let center = self.configuration.centers[index]
        let uri: String
        switch self.configuration.profile(of: index) {
        case .privateCenter: uri = center.uri
        case .emergency112: uri = ServiceURN(trigger: incident.trigger).text
        }
        let invite = Message(
            startLine: .request(method: .invite, uri: uri),
            headers: [Header("To", "<\(uri)>")]
        )
        let host = center.endpoint.host
        return self.gateVerdict(on: invite, to: host == "localhost" ? "127.0.0.1" : host)
    }

    func gateVerdict(on message: Message, to host: String) -> EmergencyGate.Verdict {
        // The addresses were read with the configuration; one that is none would have been refused there.
        guard
            let gate = try? EmergencyGate(
                unlocked: self.isGateUnlocked() && !self.isGateShut,
                allowedAddresses: self.configuration.gate.allowedAddresses,
                simulated: self.configuration.isSimulated || self.configuration.timeScale > 1
            )
        else { return .refused(reason: "the list of allowed addresses cannot be read") }
        return gate.verdict(for: message, toAddress: host)
    }
}

extension Message {
    /// Whether this is a request outside a dialog that stands by itself.
    fileprivate var opensDialog: Bool {
        guard case .request(let method, _) = self.startLine, method != .ack, method != .cancel else { return false }
        // A To that cannot be read has no tag: the gate looks at the request.
        return (try? NameAddress(parsing: self.headers["To"] ?? ""))?.tag == nil
    }
}
