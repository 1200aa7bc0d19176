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

    /// Whether the peer's INVITE of a call still waits for our answer.
    package func isRinging(_ call: Call) -> Bool {
        if case .ringing = self.calls[call]?.phase { true } else { false }
    }

    /// Sends a provisional answer with a tag, which makes an early dialog.
    ///
    /// It is reliable where the caller requires that (RFC 3262 3), and then no other follows before its PRACK.
    package mutating func ring(_ call: Call, status: Int = 180, at now: Instant) -> [Output] {
        precondition((101...199).contains(status), "A call rings with a provisional status other than 100.")
        guard case .ringing(let ringing) = self.calls[call]?.phase, !self.awaitsPRACK(call) else { return [] }
        var outputs: [Output] = []
        let plain = self.inviteResponse(ringing, call, status: status, headers: Headers(), body: [])
        let response = self.reliably(plain, ringing, of: call, at: now)
        self.driveServer(ringing.key, into: &outputs) { $0.respond(with: response, at: now) }
        return outputs
    }

    /// Accepts a call with a 200, which is repeated until its ACK comes, over TCP as well (13.3.1.4).
    ///
    /// Without ACK for 64*T1 the call is cleared with a BYE and reported `.lost`. `session` is the session description
    /// in the body, which a refresh by INVITE repeats (RFC 4028 7.4).
    package mutating func answer(
        _ call: Call,
        headers: Headers,
        body: [UInt8],
        session: [UInt8] = [],
        at now: Instant
    ) -> [Output] {
        guard case .ringing(let ringing) = self.calls[call]?.phase else { return [] }
        var outputs: [Output] = []
        var own = headers
        if let name = self.configuration.userAgentName, !headers.contains("Server") { own.prepend("Server", name) }
        var all = self.capabilities(besides: headers)
        all.append(contentsOf: own)
        let timer = SessionTimerAnswer(to: ringing.invite)
        if let timer { all.append(contentsOf: timer.headers) }
        self.calls[call]?.sessionTimer = timer?.timer(at: now)
        self.calls[call]?.session = session
        self.calls[call]?.notePeer(ringing.invite)
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

    /// Refuses a call once, and keeps nothing of it: a challenge, which a forged sender must not make us repeat.
    ///
    /// Over UDP a repeated INVITE is a new call (RFC 3261 26.3.2.4).
    package mutating func challenge(_ call: Call, status: Int, headers: Headers, at now: Instant) -> [Output] {
        guard case .ringing(let ringing) = self.calls[call]?.phase else { return [] }
        var outputs: [Output] = []
        let flow = self.calls[call]?.flow
        let response = Message.response(to: ringing.invite, status: status, tag: ringing.localTag, headers: headers)
        if let flow { outputs.append(.send(response, over: flow)) }
        self.removeServer(ringing.key)
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
        guard self.allowsInterval(received, at: now, into: &outputs) else { return }
        guard self.hasRoomForCall(received, into: &outputs) else { return }
        let call = Call(number: self.nextNumber())
        let tag = self.token()
        let dialog = Dialog(received: received.message, envelope: received.envelope, localTag: tag)
        let key = self.addServer(received, call: call, at: now)
        let ringing = Ringing(key: key, invite: received.message, localTag: tag, dialog: dialog)
        let host = self.flows[received.flow]?.host ?? []
        self.calls[call] = CallRecord(
            flow: received.flow,
            phase: .ringing(ringing),
            invitation: invitation,
            host: host
        )
        self.count(host: host, calls: 1)
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
        guard let call = self.dialogs[received.dialog] else { return }
        guard case .answered(let dialog, let answered) = self.calls[call]?.phase else {
            return self.takeChangeACK(received.envelope.cseq.number, call)
        }
        self.setPhase(.confirmed(dialog), of: call)
        outputs.append(.event(.established(call)))
        if answered.byeHeld { self.startBye(call, dialog, at: now, into: &outputs) }
    }

    /// A CANCEL (9.2): 200 for itself, 487 for an INVITE without final answer.
    mutating func takeCancel(_ received: Received, at now: Instant, into outputs: inout [Output]) {
        let key = ServerKey(received.envelope, method: .invite)
        guard let record = self.servers[key] else {
            return self.answerWithoutState(received, status: 481, into: &outputs)
        }
        guard let call = record.call, case .ringing(let ringing) = self.calls[call]?.phase, ringing.key == key else {
            self.answer(received, status: 200, at: now, into: &outputs)
            if let request = record.request { self.answerPending(request, status: 487, at: now, into: &outputs) }
            return
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
