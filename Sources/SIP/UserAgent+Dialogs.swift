package import Timeline

// Requests inside dialogs, the same for both sides.
extension UserAgent {
    /// Sends a request in the call's dialog, an early one included; its end is `.answeredRequest` or `.failedRequest`.
    ///
    /// What a 481 or 408 means for the dialog is the user's decision (RFC 5057 5.1 differs by method).
    package mutating func request(
        _ method: Method,
        in call: Call,
        headers: Headers,
        body: [UInt8],
        at now: Instant
    ) -> (Sent, [Output]) {
        let sent = Sent(number: self.nextNumber(), method: method)
        guard let flow = self.calls[call]?.flow, var dialog = self.calls[call]?.dialog, self.isOpen(call) else {
            return (sent, [.event(.failedRequest(sent, call, .noDialog))])
        }
        var outputs: [Output] = []
        var request = dialog.request(method)
        // Both make or use a subscription, whose requests come to this address (RFC 3515 2.2, RFC 6665 8.2.1).
        if method == .refer || method == .notify { request.headers.append("Contact", self.contact(on: flow)) }
        request.headers.append(contentsOf: headers)
        request.body = body
        self.calls[call]?.replace(dialog)
        _ = self.startClient(request, owner: .request(sent, call), over: flow, at: now, into: &outputs)
        return (sent, outputs)
    }

    /// Ends an answered call; calls without a final answer want `cancel` or `reject`.
    ///
    /// Before the ACK of our 2xx the BYE is held back (RFC 3261 15).
    package mutating func bye(_ call: Call, at now: Instant) -> [Output] {
        var outputs: [Output] = []
        switch self.calls[call]?.phase {
        case .confirmed(let dialog):
            self.startBye(call, dialog, at: now, into: &outputs)
        case .answered(let dialog, var answered):
            answered.byeHeld = true
            self.setPhase(.answered(dialog, answered), of: call)
        case .calling, .ringing, .clearing, nil:
            break
        }
        return outputs
    }

    /// Answers a request of the peer in a dialog, with a final status.
    ///
    /// A 2xx to INVITE or UPDATE gets its Contact, what this element can do, and the session timer here; that to an
    /// INVITE is repeated until its ACK comes, and without it the call is lost (14.2).
    package mutating func respond(
        to request: Request,
        status: Int,
        headers: Headers,
        body: [UInt8],
        at now: Instant
    ) -> [Output] {
        var outputs: [Output] = []
        self.answerPending(request, status: status, headers: headers, body: body, at: now, into: &outputs)
        return outputs
    }

    mutating func answerPending(
        _ request: Request,
        status: Int,
        headers: Headers = Headers(),
        body: [UInt8] = [],
        at now: Instant,
        into outputs: inout [Output]
    ) {
        precondition((200...699).contains(status), "An in-dialog request is answered with a final status.")
        guard let pending = self.pendingRequests.removeValue(forKey: request) else { return }
        self.calls[pending.call]?.pending.remove(request)
        // The peer may have used the branch again after the connection of this request was gone.
        guard let transaction = pending.transaction, self.servers[pending.key]?.number == transaction else { return }
        var all = headers
        let isAccepted = (200..<300).contains(status) && pending.message.changesSession
        if isAccepted {
            all.append(contentsOf: self.accept(pending.message, of: pending.call, at: now))
            if !body.isEmpty { self.calls[pending.call]?.session = body }
        }
        if (200..<300).contains(status), pending.message.method == .refer, let flow = self.calls[pending.call]?.flow {
            all.append("Contact", self.contact(on: flow))
        }
        let response = Message.response(to: pending.message, status: status, headers: all, body: body)
        self.driveServer(pending.key, into: &outputs) { $0.respond(with: response, at: now) }
        if isAccepted, pending.message.method == .invite {
            self.changed(pending.call, with: response, pending.message, at: now)
        }
    }

    mutating func startBye(_ call: Call, _ dialog: Dialog, at now: Instant, into outputs: inout [Output]) {
        guard let flow = self.calls[call]?.flow else { return }
        var dialog = dialog
        self.clear(&dialog, over: flow, owner: .bye(call), at: now, into: &outputs)
        self.setPhase(.clearing(dialog), of: call)
    }

    private func isOpen(_ call: Call) -> Bool {
        switch self.calls[call]?.phase {
        case .calling(let calling): !calling.isAbandoned
        case .ringing, .answered, .confirmed: true
        case .clearing, nil: false
        }
    }

    /// A request of the peer with a To tag.
    mutating func takeInDialog(_ received: Received, at now: Instant, into outputs: inout [Output]) {
        let envelope = received.envelope
        let identifier = received.dialog
        guard let call = self.dialogs[identifier], var dialog = self.calls[call]?.dialog(identifier) else {
            return self.answerWithoutState(received, status: 481, into: &outputs)
        }
        guard dialog.accepts(envelope.cseq.number) else {
            return self.answer(received, status: 500, at: now, into: &outputs)
        }
        self.calls[call]?.replace(dialog)
        switch received.method {
        case .bye:
            self.takeBye(received, call, at: now, into: &outputs)
        case .invite:
            self.takeReinvite(received, call, at: now, into: &outputs)
        case .update:
            self.takeUpdate(received, call, at: now, into: &outputs)
        case .prack:
            self.takePRACK(received, call, at: now, into: &outputs)
        case .options:
            self.answerOptions(received, into: &outputs)
        default:
            self.takeRequest(received, in: call, at: now, into: &outputs)
        }
    }

    mutating func takeRequest(
        _ received: Received,
        in call: Call,
        at now: Instant,
        into outputs: inout [Output]
    ) {
        let limits = self.configuration.limits
        guard self.isOpen(call) else { return self.answer(received, status: 481, at: now, into: &outputs) }
        guard let pending = self.calls[call]?.pending, pending.count < limits.maximumPendingRequests else {
            let headers: Headers = [Header("Retry-After", String(limits.retryAfterSeconds))]
            return self.answer(received, status: 500, headers: headers, at: now, into: &outputs)
        }
        let request = Request(number: self.nextNumber())
        let key = self.addServer(received, call: nil, at: now)
        let message = received.message
        self.pendingRequests[request] = PendingRequest(
            call: call,
            key: key,
            transaction: self.servers[key]?.number,
            message: message
        )
        self.servers[key]?.request = request
        self.calls[call]?.pending.insert(request)
        outputs.append(.event(.requested(request, call, message)))
    }

    private mutating func takeBye(_ received: Received, _ call: Call, at now: Instant, into outputs: inout [Output]) {
        self.answer(received, status: 200, at: now, into: &outputs)
        switch self.calls[call]?.phase {
        case .calling(let calling) where calling.isAbandoned:
            self.over(call, at: now, into: &outputs)
        case .calling, .answered, .confirmed:
            // While calling: every 2xx was lost, and the peer gave up waiting for the ACK.
            outputs.append(.event(.cleared(call, received.message)))
            self.over(call, at: now, into: &outputs)
        case .ringing(let ringing):
            self.withdraw(call, ringing, at: now, into: &outputs)
        case .clearing, nil:
            break  // Both ends said BYE; the answer to ours ends the call.
        }
    }
}
