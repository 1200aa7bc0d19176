package import Timeline

// The calling side: INVITE, its answers, CANCEL (RFC 3261 sections 9 and 13).
extension UserAgent {
    /// Calls; without an open flow the call has failed at once.
    package mutating func invite(_ plan: InvitePlan, over flow: Flow, at now: Instant) -> (Call, [Output]) {
        var outputs: [Output] = []
        let call = Call(number: self.nextNumber())
        guard self.flows[flow] != nil else {
            return (call, [.event(.failed(call, .flowClosed("the flow is not open")))])
        }
        let request = self.inviteRequest(plan, over: flow)
        let (key, invite) = self.startClient(request, owner: .invite(call), over: flow, at: now, into: &outputs)
        var calling = Calling(key: key, invite: invite)
        calling.provisionalWait = plan.provisionalWait
        calling.provisionalDue = plan.provisionalWait.map { now.advanced(by: $0) }
        var record = CallRecord(flow: flow, phase: .calling(calling))
        record.session = plan.session
        self.calls[call] = record
        self.flows[flow]?.calls.insert(call)
        self.setPhase(.calling(calling), of: call)
        return (call, outputs)
    }

    /// The octets that the INVITE of a plan has over an open flow; nothing is sent.
    ///
    /// For `SizeRule`, before the way of the INVITE is chosen. Tokens have one length, so that it is exact.
    package func octets(ofInvite plan: InvitePlan, over flow: Flow) -> Int {
        var trial = self
        var request = trial.inviteRequest(plan, over: flow)
        request.headers.prepend("Via", trial.via(branch: Via.magicCookie + trial.token(), flow: flow))
        return request.serialized().count
    }

    /// Withdraws a call of ours that has no final answer.
    ///
    /// The CANCEL waits for a provisional answer (9.1). A 200 that crosses it is reported as `.answered` with
    /// `crossedCancel`; to stay or to say `bye` is then the caller's choice.
    package mutating func cancel(_ call: Call, at now: Instant) -> [Output] {
        guard case .calling(var calling) = self.calls[call]?.phase, calling.cancellation == .none else { return [] }
        var outputs: [Output] = []
        if calling.heardProvisional {
            self.sendCancel(&calling, of: call, at: now, into: &outputs)
        } else {
            calling.cancellation = .held
        }
        self.setPhase(.calling(calling), of: call)
        return outputs
    }

    private mutating func inviteRequest(_ plan: InvitePlan, over flow: Flow) -> Message {
        var headers = Headers([Header("Max-Forwards", String(Message.initialMaxForwards))])
        for route in plan.route { headers.append("Route", route) }
        var from = plan.from
        from.parameters.set("tag", self.token())
        headers.append("From", from.description)
        headers.append("To", plan.to.description)
        headers.append("Call-ID", plan.callID ?? self.token() + self.token())
        headers.append("CSeq", "1 INVITE")
        headers.append("Contact", self.contact(on: flow, parameters: plan.contactParameters))
        if let name = self.configuration.userAgentName { headers.append("User-Agent", name) }
        headers.append(contentsOf: self.capabilities(besides: plan.headers))
        headers.append(contentsOf: plan.headers)
        return Message(
            startLine: .request(method: .invite, uri: plan.requestURI),
            headers: headers,
            body: plan.body
        )
    }

    private mutating func sendCancel(
        _ calling: inout Calling,
        of call: Call,
        at now: Instant,
        into outputs: inout [Output]
    ) {
        guard let flow = self.calls[call]?.flow else { return }
        let cancel = Message.cancel(of: calling.invite)
        let key = ClientKey(branch: calling.key.branch, method: .cancel)
        self.addClient(key, request: cancel, owner: .nobody, over: flow, at: now)
        outputs.append(.send(cancel, over: flow))
        calling.cancellation = .sent(giveUp: now.advanced(by: self.configuration.timers.t1 * 64))
    }

    /// A client transaction delivers an answer.
    mutating func answered(
        _ response: Message,
        to record: ClientRecord,
        _ key: ClientKey,
        at now: Instant,
        into outputs: inout [Output]
    ) {
        let status = response.status ?? 0
        if self.answersChallenge(response, to: record, at: now, into: &outputs) { return }
        switch record.owner {
        case .invite(let call):
            switch status {
            case ..<200: self.inviteProgressed(call, response, at: now, into: &outputs)
            case ..<300: self.inviteAccepted(call, response, key, record, at: now, into: &outputs)
            default: self.inviteRefused(call, response, at: now, into: &outputs)
            }
        case .request(let sent, let call):
            guard status >= 200, self.calls[call] != nil else { return }
            outputs.append(.event(.answeredRequest(sent, call, response)))
        case .change(let sent, let call):
            self.changeAnswered(response, sent, call, key, record, at: now, into: &outputs)
        case .bye(let call):
            guard status >= 200, self.calls[call] != nil else { return }
            outputs.append(.event(.ended(call)))
            self.over(call, at: now, into: &outputs)
        case .registration(let sent):
            guard status >= 200 else { return }
            outputs.append(.event(.registrationAnswered(sent, response)))
        case .message(let sent):
            guard status >= 200 else { return }
            outputs.append(.event(.messageAnswered(sent, response)))
        case .nobody, .prack:
            return
        }
    }

    /// A client transaction ended without a final answer.
    mutating func failed(_ owner: ClientOwner, _ reason: FailureReason, at now: Instant, into outputs: inout [Output]) {
        switch owner {
        case .invite(let call):
            guard case .calling(let calling) = self.calls[call]?.phase else { return }
            if !calling.isAbandoned { outputs.append(.event(.failed(call, reason))) }
            self.over(call, at: now, into: &outputs)
        case .request(let sent, let call):
            guard self.calls[call] != nil else { return }
            outputs.append(.event(.failedRequest(sent, call, reason)))
        case .change(let sent, let call):
            self.changeFailed(sent, call, reason, at: now, into: &outputs)
        case .bye(let call):
            guard self.calls[call] != nil else { return }
            outputs.append(.event(.ended(call)))
            self.over(call, at: now, into: &outputs)
        case .registration(let sent):
            outputs.append(.event(.registrationFailed(sent, reason)))
        case .message(let sent):
            outputs.append(.event(.messageFailed(sent, reason)))
        case .nobody, .prack:
            return
        }
    }

    private mutating func inviteProgressed(
        _ call: Call,
        _ response: Message,
        at now: Instant,
        into outputs: inout [Output]
    ) {
        guard case .calling(var calling) = self.calls[call]?.phase else { return }
        calling.heardProvisional = true
        calling.provisionalDue = nil
        let envelope = try? Envelope(response)  // It was read on the way in; without it there is no dialog to make.
        if let envelope, envelope.to.tag != nil, response.status != 100 {
            let dialog = Dialog(invite: calling.invite, answer: response, envelope: envelope)
            let isKnown = calling.dialogs.contains { $0.identifier == dialog.identifier }
            if !isKnown, calling.dialogs.count < self.configuration.limits.maximumEarlyDialogs {
                calling.dialogs.append(dialog)
                self.register(dialog, for: call)
            }
        }
        if calling.cancellation == .held { self.sendCancel(&calling, of: call, at: now, into: &outputs) }
        self.setPhase(.calling(calling), of: call)
        if let envelope, !self.takesProvisional(response, envelope, of: call, at: now, into: &outputs) { return }
        if !calling.isAbandoned { outputs.append(.event(.provisional(call, response))) }
    }

    /// The first 2xx answers the call, and gets its ACK again when it is repeated.
    ///
    /// The 2xx of another fork is acknowledged and its dialog cleared (13.2.2.4).
    private mutating func inviteAccepted(
        _ call: Call,
        _ response: Message,
        _ key: ClientKey,
        _ record: ClientRecord,
        at now: Instant,
        into outputs: inout [Output]
    ) {
        guard case .invite(let machine) = record.machine,
            let envelope = try? Envelope(response)  // It was read on the way in.
        else { return }
        let tag = envelope.to.tag ?? ""
        if let ack = record.acks[tag] {
            outputs.append(.send(ack, over: record.flow))
            return
        }
        guard record.acks.count < self.configuration.limits.maximumEarlyDialogs else {
            outputs.append(.event(.discarded("a 2xx of one fork too many")))
            return
        }
        var dialog = Dialog(invite: machine.request, answer: response, envelope: envelope)
        if let early = self.calls[call]?.dialog(dialog.identifier) {
            dialog = early
            dialog.confirm(with: response)
        }
        var ack = dialog.ack(ofInvite: envelope.cseq.number)
        ack.headers.append(contentsOf: machine.request.authorizations)
        ack.headers.prepend("Via", self.via(branch: Via.magicCookie + self.token(), flow: record.flow))
        self.clients[key]?.acks[tag] = ack
        outputs.append(.send(ack, over: record.flow))
        guard case .calling(let calling) = self.calls[call]?.phase, !calling.isAbandoned else {
            self.clear(&dialog, over: record.flow, owner: .nobody, at: now, into: &outputs)
            if case .calling = self.calls[call]?.phase { self.over(call, at: now, into: &outputs) }
            return
        }
        self.register(dialog, for: call)
        self.calls[call]?.notePeer(response)
        self.calls[call]?.sessionTimer = SessionTimer(answer: response, at: now)
        self.setPhase(.confirmed(dialog), of: call)
        let crossed = calling.cancellation != .none
        outputs.append(.event(.answered(call, response, crossedCancel: crossed)))
    }

    private mutating func inviteRefused(
        _ call: Call,
        _ response: Message,
        at now: Instant,
        into outputs: inout [Output]
    ) {
        guard case .calling(let calling) = self.calls[call]?.phase else { return }
        if !calling.isAbandoned { outputs.append(.event(.rejected(call, response))) }
        self.over(call, at: now, into: &outputs)
    }

    mutating func callingDeadline(
        _ call: Call,
        _ calling: Calling,
        at now: Instant,
        into outputs: inout [Output]
    ) {
        var calling = calling
        if case .sent(let giveUp) = calling.cancellation, giveUp <= now {
            if !calling.isAbandoned { outputs.append(.event(.failed(call, .noAnswerToCancel))) }
            self.removeClient(calling.key)
            return self.over(call, at: now, into: &outputs)
        }
        if let due = calling.provisionalDue, due <= now {
            // The peer may still have the INVITE: should it answer late, it is cancelled or cleared, not left ringing.
            calling.provisionalDue = nil
            calling.isAbandoned = true
            calling.cancellation = .held
            outputs.append(.event(.failed(call, .noProvisional)))
        }
        self.setPhase(.calling(calling), of: call)
    }

    /// Sends a BYE in a dialog.
    mutating func clear(
        _ dialog: inout Dialog,
        over flow: Flow,
        owner: ClientOwner,
        at now: Instant,
        into outputs: inout [Output]
    ) {
        var bye = dialog.request(.bye)
        if let name = self.configuration.userAgentName { bye.headers.append("User-Agent", name) }
        _ = self.startClient(bye, owner: owner, over: flow, at: now, into: &outputs)
    }
}
