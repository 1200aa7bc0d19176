package import Timeline

// The called side: INVITE, its answers, ACK and CANCEL (RFC 3261 sections 9.2, 13.3 and 17.2).
extension UserAgent {
    /// A request that came, with its envelope, and with the top Via telling where it came from.
    struct Received: Sendable {
        let message: Message
        let envelope: Envelope
        let method: Method
        let flow: Flow

        var key: ServerKey { ServerKey(self.envelope, method: self.method) }
    }

    /// Sends a provisional answer with a tag, which makes an early dialog.
    package mutating func ring(_ call: Call, status: Int = 180, at now: Instant) -> [Output] {
        precondition((101...199).contains(status), "A call rings with a provisional status other than 100.")
        guard case .ringing(let ringing) = self.calls[call]?.phase else { return [] }
        var outputs: [Output] = []
        let response = self.inviteResponse(ringing, call, status: status, headers: Headers(), body: [])
        self.driveServer(ringing.key, into: &outputs) { $0.respond(with: response, at: now) }
        return outputs
    }

    /// Accepts a call with a 200, which is repeated until its ACK comes, over TCP as well (13.3.1.4).
    ///
    /// Without ACK for 64*T1 the call is cleared with a BYE and reported `.lost`.
    package mutating func answer(_ call: Call, headers: Headers, body: [UInt8], at now: Instant) -> [Output] {
        guard case .ringing(let ringing) = self.calls[call]?.phase else { return [] }
        var outputs: [Output] = []
        var own = headers
        if let name = self.configuration.userAgentName, !headers.contains("Server") { own.prepend("Server", name) }
        var all = self.capabilities(besides: headers)
        all.append(contentsOf: own)
        let response = self.inviteResponse(ringing, call, status: 200, headers: all, body: body)
        self.driveServer(ringing.key, into: &outputs) { $0.respond(with: response, at: now) }
        var dialog = ringing.dialog
        dialog.confirm()
        let timers = self.configuration.timers
        let answered = Answered(
            response: response,
            retransmission: Retransmission(after: timers.t1, at: now),
            giveUp: now.advanced(by: timers.ackTimeout)
        )
        self.setPhase(.answered(dialog, answered), of: call)
        return outputs
    }

    /// Refuses a call with a status of 300 or more; the call is over.
    package mutating func reject(
        _ call: Call,
        status: Int,
        reason: String?,
        headers: Headers,
        body: [UInt8],
        at now: Instant
    ) -> [Output] {
        precondition((300...699).contains(status), "A call is rejected with a final status of 300 or more.")
        guard case .ringing(let ringing) = self.calls[call]?.phase else { return [] }
        var outputs: [Output] = []
        let response = Message.response(
            to: ringing.invite,
            status: status,
            reason: reason,
            tag: ringing.localTag,
            headers: headers,
            body: body
        )
        self.driveServer(ringing.key, into: &outputs) { $0.respond(with: response, at: now) }
        self.over(call, at: now, into: &outputs)
        return outputs
    }

    /// An answer that makes or keeps a dialog: it carries the route back and our Contact (12.1.1).
    private func inviteResponse(
        _ ringing: Ringing,
        _ call: Call,
        status: Int,
        headers: Headers,
        body: [UInt8]
    ) -> Message {
        var own = Headers()
        for route in ringing.invite.headers.all("Record-Route") { own.append("Record-Route", route) }
        if let flow = self.calls[call]?.flow { own.append("Contact", self.contact(on: flow)) }
        own.append(contentsOf: headers)
        return Message.response(to: ringing.invite, status: status, tag: ringing.localTag, headers: own, body: body)
    }

    /// An INVITE outside any dialog.
    mutating func takeInvite(_ received: Received, at now: Instant, into outputs: inout [Output]) {
        let invitation = InvitationKey(received.envelope)
        guard self.invitations[invitation] == nil else {
            return self.answer(received, status: 482, at: now, into: &outputs)
        }
        let limits = self.configuration.limits
        guard self.calls.count < limits.maximumCalls else {
            let headers: Headers = [Header("Retry-After", String(limits.retryAfterSeconds))]
            return self.answer(received, status: 503, headers: headers, at: now, into: &outputs)
        }
        let call = Call(number: self.nextNumber())
        let tag = self.token()
        let dialog = Dialog(received: received.message, envelope: received.envelope, localTag: tag)
        let key = self.addServer(received, call: call, at: now)
        let ringing = Ringing(key: key, invite: received.message, localTag: tag, dialog: dialog)
        self.calls[call] = CallRecord(flow: received.flow, phase: .ringing(ringing), invitation: invitation)
        self.flows[received.flow]?.calls.insert(call)
        self.invitations[invitation] = call
        self.register(dialog, for: call)
        outputs.append(.event(.incoming(call, received.message, over: received.flow)))
    }

    /// An ACK: it ends the repetition of a refusal by its branch, or that of a 2xx by its dialog.
    mutating func takeACK(_ received: Received, at now: Instant, into outputs: inout [Output]) {
        let key = ServerKey(received.envelope, method: .invite)
        self.driveServer(key, into: &outputs) { record in
            guard case .invite(var machine) = record.machine else { return [] }
            defer { record.machine = .invite(machine) }
            return machine.receivedACK(received.message, at: now)
        }
        let identifier = Dialog.Identifier(
            callID: received.envelope.callID,
            localTag: received.envelope.to.tag ?? "",
            remoteTag: received.envelope.from.tag ?? ""
        )
        guard let call = self.dialogs[identifier], case .answered(let dialog, let answered) = self.calls[call]?.phase
        else { return }
        self.setPhase(.confirmed(dialog), of: call)
        outputs.append(.event(.established(call)))
        if answered.byeHeld { self.startBye(call, dialog, at: now, into: &outputs) }
    }

    /// A CANCEL (9.2): 200 for itself, 487 for an INVITE without final answer.
    mutating func takeCancel(_ received: Received, at now: Instant, into outputs: inout [Output]) {
        let key = ServerKey(received.envelope, method: .invite)
        guard let record = self.servers[key] else {
            return self.answer(received, status: 481, at: now, into: &outputs)
        }
        guard let call = record.call, case .ringing(let ringing) = self.calls[call]?.phase, ringing.key == key else {
            return self.answer(received, status: 200, at: now, into: &outputs)
        }
        self.answer(received, status: 200, tag: ringing.localTag, at: now, into: &outputs)
        self.withdraw(call, ringing, at: now, into: &outputs)
    }

    mutating func withdraw(_ call: Call, _ ringing: Ringing, at now: Instant, into outputs: inout [Output]) {
        let response = Message.response(to: ringing.invite, status: 487, tag: ringing.localTag)
        self.driveServer(ringing.key, into: &outputs) { $0.respond(with: response, at: now) }
        outputs.append(.event(.withdrawn(call)))
        self.over(call, at: now, into: &outputs)
    }

    mutating func answeredDeadline(
        _ call: Call,
        _ dialog: Dialog,
        _ answered: Answered,
        at now: Instant,
        into outputs: inout [Output]
    ) {
        guard let flow = self.calls[call]?.flow else { return }
        if answered.giveUp <= now {
            guard !answered.byeHeld else { return self.startBye(call, dialog, at: now, into: &outputs) }
            var dialog = dialog
            self.clear(&dialog, over: flow, owner: .nobody, at: now, into: &outputs)
            outputs.append(.event(.lost(call, .noACK)))
            return self.over(call, at: now, into: &outputs)
        }
        var answered = answered
        if answered.retransmission.due <= now {
            answered.retransmission = answered.retransmission.next(ceiling: self.configuration.timers.t2, at: now)
            outputs.append(.send(answered.response, over: flow))
        }
        self.setPhase(.answered(dialog, answered), of: call)
    }
}
