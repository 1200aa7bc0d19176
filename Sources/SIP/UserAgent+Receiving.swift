import Timeline

// What comes in, and the answers that need no decision (RFC 3261 8.2 and 18).
extension UserAgent {
    mutating func take(_ message: Message, over flow: Flow, at now: Instant, into outputs: inout [Output]) {
        let envelope: Envelope
        do throws(MessageError) {
            envelope = try Envelope(message)
        } catch {
            return self.refuse(MalformedMessage(error: error, message: message), over: flow, into: &outputs)
        }
        switch message.startLine {
        case .response:
            self.takeResponse(message, envelope, over: flow, at: now, into: &outputs)
        case .request(let method, _):
            let received = self.received(message, envelope, method, over: flow)
            self.takeRequest(received, at: now, into: &outputs)
        }
    }

    private mutating func takeResponse(
        _ message: Message,
        _ envelope: Envelope,
        over flow: Flow,
        at now: Instant,
        into outputs: inout [Output]
    ) {
        let key = ClientKey(branch: envelope.topVia.branch ?? "", method: envelope.cseq.method)
        // More than one Via: it was meant for somebody else (8.1.3.3). Another flow: nobody there was asked.
        guard envelope.vias.count == 1, self.clients[key]?.flow == flow else {
            return outputs.append(.event(.discarded("a \(message.status ?? 0) response that belongs to no request")))
        }
        self.driveClient(key, at: now, into: &outputs) { $0.received(message, at: now) }
    }

    /// The request with the source noted in its top Via.
    private func received(_ message: Message, _ envelope: Envelope, _ method: Method, over flow: Flow) -> Received {
        var message = message
        if let remote = self.flows[flow]?.remote, let line = message.headers["Via"] {
            var via = envelope.topVia
            via.noteSource(remote)
            let others = HeaderSyntax.split(atCommas: line).dropFirst()
            if via != envelope.topVia {
                message.headers.replaceFirst("Via", with: ([via.description] + others).joined(separator: ", "))
            }
        }
        return Received(message: message, envelope: envelope, method: method, flow: flow)
    }

    private mutating func takeRequest(_ received: Received, at now: Instant, into outputs: inout [Output]) {
        if received.method == .ack { return self.takeACK(received, at: now, into: &outputs) }
        let key = received.key
        if self.servers[key] != nil {
            return self.driveServer(key, into: &outputs) { $0.receivedAgain() }
        }
        guard self.hasRoom(for: received, at: now, into: &outputs) else { return }
        if received.method == .cancel { return self.takeCancel(received, at: now, into: &outputs) }
        guard self.mayServe(received, into: &outputs) else { return }
        if received.envelope.to.tag != nil { return self.takeInDialog(received, at: now, into: &outputs) }
        switch received.method {
        case .invite: self.takeInvite(received, at: now, into: &outputs)
        case .options: self.answerOptions(received, into: &outputs)
        case .register, .message: self.takeOutside(received, at: now, into: &outputs)
        default: self.answerWithoutState(received, status: 481, into: &outputs)
        }
    }

    /// Whether the method, the URI and the required extensions can be served (8.2.1 to 8.2.2.3); answers when not.
    ///
    /// Max-Forwards 0 is no reason to refuse: it forbids to pass a request on, not to serve it (16.3).
    private mutating func mayServe(_ received: Received, into outputs: inout [Output]) -> Bool {
        guard self.configuration.allow.contains(received.method) else {
            let headers: Headers = [Header("Allow", self.allowValue)]
            self.answerWithoutState(received, status: 405, headers: headers, into: &outputs)
            return false
        }
        guard let scheme = received.envelope.requestURI?.scheme, self.configuration.schemes.contains(scheme) else {
            self.answerWithoutState(received, status: 416, into: &outputs)
            return false
        }
        let unknown = received.message.headers.elements("Require").filter { option in
            !self.configuration.supported.contains { HeaderSyntax.equalsIgnoringCase($0, option) }
        }
        guard unknown.isEmpty else {
            let headers: Headers = [Header("Unsupported", unknown.joined(separator: ", "))]
            self.answerWithoutState(received, status: 420, headers: headers, into: &outputs)
            return false
        }
        return true
    }

    mutating func answerOptions(_ received: Received, into outputs: inout [Output]) {
        var headers = self.capabilities(besides: Headers())
        if !self.configuration.receivableInfoPackages.isEmpty {
            headers.append("Recv-Info", self.configuration.receivableInfoPackages.joined(separator: ", "))
        }
        self.answerWithoutState(received, status: 200, headers: headers, into: &outputs)
    }

    /// Answers a request finally, in a server transaction of its own.
    mutating func answer(
        _ received: Received,
        status: Int,
        tag: String? = nil,
        headers: Headers = Headers(),
        at now: Instant,
        into outputs: inout [Output]
    ) {
        let key = self.addServer(received, call: nil, at: now)
        let tag = tag ?? self.token()
        let response = Message.response(to: received.message, status: status, tag: tag, headers: headers)
        self.driveServer(key, into: &outputs) { $0.respond(with: response, at: now) }
    }

    mutating func addServer(_ received: Received, call: Call?, at now: Instant) -> ServerKey {
        let isReliable = self.flows[received.flow]?.transport.isReliable ?? true
        let timers = self.configuration.timers
        let machine: ServerMachine =
            received.method == .invite
            ? .invite(
                ServerInviteTransaction(request: received.message, isReliable: isReliable, timers: timers, at: now)
            )
            : .other(ServerTransaction(isReliable: isReliable, timers: timers))
        let host = self.flows[received.flow]?.host ?? []
        let record = ServerRecord(
            number: self.nextNumber(),
            flow: received.flow,
            host: host,
            call: call,
            machine: machine
        )
        self.count(host: host, transactions: 1)
        let key = received.key
        self.servers[key] = record
        self.flows[received.flow]?.servers.insert(key)
        self.deadlines.set(.server(key), record.nextDeadline)
        return key
    }

    /// Answers a malformed request as far as its headers allow; says of anything malformed that it was dropped.
    mutating func refuse(_ malformed: MalformedMessage, over flow: Flow, into outputs: inout [Output]) {
        outputs.append(.event(.discarded("a malformed message: \(malformed.error)")))
        guard malformed.isRequest, malformed.method != .ack, malformed.headers.contains("Via") else { return }
        let uri = ""  // Only the headers of the request go into its answer.
        let request = Message(
            startLine: .request(method: malformed.method ?? .options, uri: uri),
            headers: malformed.headers
        )
        let status = malformed.error.status
        let reason = "\(ReasonPhrase.of(status)) - \(malformed.error)"
        let response = Message.response(to: request, status: status, reason: reason, tag: self.token())
        outputs.append(.send(response, over: flow))
    }
}
