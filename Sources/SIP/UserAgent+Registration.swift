package import Timeline

// REGISTER, as a client and as what a registrar answers (RFC 3261 section 10, RFC 5626).
extension UserAgent {
    /// A REGISTER that came and has no answer.
    package struct RegisterRequest: Hashable, Sendable {
        package let message: Message
        package let flow: Flow
        let key: ServerKey
        /// Tells its transaction from a later one with the same key.
        let transaction: UInt64
    }

    /// A registration that has not begun, with a Call-ID of its own (RFC 3261 10.2).
    package mutating func makeRegistration(_ settings: Registration.Settings) -> Registration {
        Registration(settings, callID: self.token() + self.token())
    }

    /// Between 50 and 100 percent, for the pause of a registration that failed (RFC 5626 4.5).
    package mutating func pauseShare() -> Int {
        Registration.pauseShares.lowerBound + Int(self.random(below: UInt64(Registration.pauseShares.count)))
    }

    /// Sends a REGISTER; its end is `.registrationAnswered` or `.registrationFailed`.
    package mutating func register(
        _ request: Registration.Request,
        over flow: Flow,
        at now: Instant
    ) -> (Sent, [Output]) {
        let sent = Sent(number: self.nextNumber(), method: .register)
        guard self.flows[flow] != nil else {
            return (sent, [.event(.registrationFailed(sent, .flowClosed("the flow is not open")))])
        }
        var outputs: [Output] = []
        let message = self.registerMessage(request, over: flow)
        _ = self.startClient(message, owner: .registration(sent), over: flow, at: now, into: &outputs)
        return (sent, outputs)
    }

    private mutating func registerMessage(_ request: Registration.Request, over flow: Flow) -> Message {
        let address = "<\(request.address)>"
        var headers = Headers([Header("Max-Forwards", String(Message.initialMaxForwards))])
        headers.append("From", "\(address);tag=\(self.token())")
        headers.append("To", address)
        headers.append("Call-ID", request.callID)
        headers.append("CSeq", CSeq(request.sequence, .register).description)
        var parameters = Parameters([.init("+sip.instance", "\"<\(request.instance)>\"")])
        if request.isOutbound { parameters.set("reg-id", String(Registration.flowIdentifier)) }
        headers.append("Contact", self.contact(on: flow, parameters: parameters))
        headers.append("Expires", String(request.seconds))
        headers.append("Supported", request.isOutbound ? "path, outbound" : "path")
        if let name = self.configuration.userAgentName { headers.append("User-Agent", name) }
        return Message(startLine: .request(method: .register, uri: request.registrar), headers: headers)
    }

    /// Makes the pings of a flow come at least as often as its peer wants them (RFC 5626 4.4).
    ///
    /// An interval that is longer than the flow's own changes nothing.
    package mutating func limitKeepAlive(_ interval: Duration, of flow: Flow, at now: Instant) {
        let interval = max(interval, self.configuration.limits.shortestKeepAlive)
        guard let record = self.flows[flow], record.keepAlive.map({ interval < $0 }) ?? true else { return }
        self.flows[flow]?.keepAlive = interval
        guard record.pongDue == nil else { return }  // The next ping is set when the pong comes.
        let due = Instant.earliest(record.pingDue, self.pingDue(interval, at: now))
        self.flows[flow]?.pingDue = due
        self.deadlines.set(.flow(flow), self.flows[flow]?.nextDeadline)
    }

    mutating func takeRegister(_ received: Received, at now: Instant, into outputs: inout [Output]) {
        let key = self.addServer(received, call: nil, at: now)
        guard let transaction = self.servers[key]?.number else { return }
        let request = RegisterRequest(
            message: received.message,
            flow: received.flow,
            key: key,
            transaction: transaction
        )
        outputs.append(.event(.registering(request)))
    }

    /// Answers a REGISTER with a final status.
    package mutating func respond(
        to request: RegisterRequest,
        status: Int,
        headers: Headers,
        at now: Instant
    ) -> [Output] {
        precondition((200...699).contains(status), "A REGISTER is answered with a final status.")
        guard self.servers[request.key]?.number == request.transaction else { return [] }
        var outputs: [Output] = []
        let tag = self.token()
        let response = Message.response(to: request.message, status: status, tag: tag, headers: headers)
        self.driveServer(request.key, into: &outputs) { $0.respond(with: response, at: now) }
        return outputs
    }
}
