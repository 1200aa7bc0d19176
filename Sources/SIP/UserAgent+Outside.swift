package import Timeline

// Requests outside of a call that stand by themselves: MESSAGE (RFC 3428) and OPTIONS as a client, and the answers to
// MESSAGE and to REGISTER.
extension UserAgent {
    /// A REGISTER or a MESSAGE that came and has no answer.
    package struct OutsideRequest: Hashable, Sendable {
        package let message: Message
        package let flow: Flow
        let key: ServerKey
        /// Tells its transaction from a later one with the same key.
        let transaction: UInt64
    }

    /// What a MESSAGE is made from.
    package struct MessagePlan: Hashable, Sendable {
        /// The Request-URI, of any scheme, sent as it is.
        package var requestURI: String
        /// The sender; the tag is added.
        package var from: NameAddress
        package var to: NameAddress
        /// Headers besides those that the user agent makes; these stand behind them, in this order.
        package var headers: Headers
        package var body: [UInt8]
        package var callID: String

        package init(
            requestURI: String,
            from: NameAddress,
            to: NameAddress,
            headers: Headers,
            body: [UInt8],
            callID: String
        ) {
            self.requestURI = requestURI
            self.from = from
            self.to = to
            self.headers = headers
            self.body = body
            self.callID = callID
        }
    }

    /// Sends a MESSAGE; its end is `.messageAnswered` or `.messageFailed`.
    package mutating func message(_ plan: MessagePlan, over flow: Flow, at now: Instant) -> (Sent, [Output]) {
        self.sendOutside(.message, plan, over: flow, at: now)
    }

    /// Asks the peer whether it is there (RFC 3261 section 11); its end is `.messageAnswered` or `.messageFailed`.
    package mutating func options(_ plan: MessagePlan, over flow: Flow, at now: Instant) -> (Sent, [Output]) {
        self.sendOutside(.options, plan, over: flow, at: now)
    }

    private mutating func sendOutside(
        _ method: Method,
        _ plan: MessagePlan,
        over flow: Flow,
        at now: Instant
    ) -> (Sent, [Output]) {
        let sent = Sent(number: self.nextNumber(), method: method)
        guard self.flows[flow] != nil else {
            return (sent, [.event(.messageFailed(sent, .flowClosed("the flow is not open")))])
        }
        var outputs: [Output] = []
        let request = self.outsideRequest(method, plan)
        _ = self.startClient(request, owner: .message(sent), over: flow, at: now, into: &outputs)
        return (sent, outputs)
    }

    /// The octets that the MESSAGE of a plan has over an open flow, for `SizeRule`; nothing is sent.
    package func octets(ofMessage plan: MessagePlan, over flow: Flow) -> Int {
        var trial = self
        var request = trial.outsideRequest(.message, plan)
        request.headers.prepend("Via", trial.via(branch: Via.magicCookie + trial.token(), flow: flow))
        return request.serialized().count
    }

    /// Neither has a Contact: it begins no dialog (RFC 3428 section 4).
    private mutating func outsideRequest(_ method: Method, _ plan: MessagePlan) -> Message {
        var headers = Headers([Header("Max-Forwards", String(Message.initialMaxForwards))])
        var from = plan.from
        from.parameters.set("tag", self.token())
        headers.append("From", from.description)
        headers.append("To", plan.to.description)
        headers.append("Call-ID", plan.callID)
        headers.append("CSeq", CSeq(1, method).description)
        if let name = self.configuration.userAgentName { headers.append("User-Agent", name) }
        headers.append(contentsOf: plan.headers)
        return Message(
            startLine: .request(method: method, uri: plan.requestURI),
            headers: headers,
            body: plan.body
        )
    }

    mutating func takeOutside(_ received: Received, at now: Instant, into outputs: inout [Output]) {
        let key = self.addServer(received, call: nil, at: now)
        guard let transaction = self.servers[key]?.number else { return }
        let request = OutsideRequest(
            message: received.message,
            flow: received.flow,
            key: key,
            transaction: transaction
        )
        outputs.append(.event(received.method == .message ? .messaging(request) : .registering(request)))
    }

    /// Answers a request outside of a call with a final status.
    package mutating func respond(
        to request: OutsideRequest,
        status: Int,
        headers: Headers,
        at now: Instant
    ) -> [Output] {
        precondition((200...699).contains(status), "A request outside of a call is answered with a final status.")
        guard self.servers[request.key]?.number == request.transaction else { return [] }
        var outputs: [Output] = []
        let tag = self.token()
        let response = Message.response(to: request.message, status: status, tag: tag, headers: headers)
        self.driveServer(request.key, into: &outputs) { $0.respond(with: response, at: now) }
        return outputs
    }
}
