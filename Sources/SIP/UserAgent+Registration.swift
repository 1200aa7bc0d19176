package import Timeline

// REGISTER, as a client (RFC 3261 section 10, RFC 5626).
extension UserAgent {
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
}
