package import Timeline

extension UserAgent {
    /// CRLF CRLF, the ping of RFC 5626 3.5.1.
    private static let ping: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
    private static let pong: [UInt8] = [0x0D, 0x0A]

    /// A connection is there, opened by us or by the peer, or a way for datagrams.
    ///
    /// `keepAlive` is the longest time between pings of ours, the first of which leaves at once; the side that opened
    /// the connection sets it. A peer that has answered `Limits.pongsThatOblige` pings owes a pong within
    /// `Limits.pongWait`, else the flow is closed and its calls are lost; one that does not know RFC 5626 owes none. Over UDP the same octets keep the
    /// way through address translators open, and nobody owes an answer (3.5.2 has STUN for that), but ICMP gives one
    /// where the port is closed. `nil` sends no pings. A flow of the same number that is still open counts as closed.
    package mutating func flowOpened(
        _ flow: Flow,
        transport: Transport,
        local: FlowAddress,
        remote: FlowAddress,
        keepAlive: Duration?,
        at now: Instant
    ) -> [Output] {
        var outputs: [Output] = []
        self.abandon(flow, because: "the flow was opened anew", at: now, into: &outputs)
        var record = FlowRecord(
            transport: transport,
            local: local,
            remote: remote,
            host: Self.host(of: remote),
            keepAlive: keepAlive,
            framer: MessageFramer(limits: self.configuration.limits)
        )
        if keepAlive != nil { record.pingDue = now }
        self.flows[flow] = record
        self.ping(flow, at: now, into: &outputs)
        return outputs
    }

    /// What is shown of each message that comes: its octets, and those of its headers that are whole.
    ///
    /// Of a stream that cannot be read on only the head of its last message is shown; keep-alives never are.
    package typealias Tap = (_ octets: ArraySlice<UInt8>, _ headers: Headers) -> Void

    /// Octets came: a segment of a stream, or one datagram; `tap` is shown each message in them before it is taken.
    package mutating func received(
        _ octets: [UInt8],
        over flow: Flow,
        at now: Instant,
        tap: Tap = { _, _ in }
    ) -> [Output] {
        var outputs: [Output] = []
        switch self.flows[flow]?.transport {
        case .udp:
            self.takeDatagram(octets, over: flow, at: now, tap: tap, into: &outputs)
        case .tcp, .tls:
            self.takeSegment(octets, over: flow, at: now, tap: tap, into: &outputs)
        case nil:
            break
        }
        return outputs
    }

    /// A connection is gone: what was under way on it has failed, answered calls are lost.
    package mutating func flowClosed(_ flow: Flow, because reason: String, at now: Instant) -> [Output] {
        var outputs: [Output] = []
        self.abandon(flow, because: reason, at: now, into: &outputs)
        return outputs
    }

    /// Pings come at 80 to 100 % of the interval, so that vehicles do not ping in step (RFC 5626 4.4.1).
    mutating func pingDue(_ keepAlive: Duration?, at now: Instant) -> Instant? {
        guard let keepAlive else { return nil }
        return now.advanced(by: keepAlive * Int(80 + self.random(below: 21)) / 100)
    }

    private mutating func takeDatagram(
        _ octets: [UInt8],
        over flow: Flow,
        at now: Instant,
        tap: Tap,
        into outputs: inout [Output]
    ) {
        guard octets.contains(where: { $0 != 0x0D && $0 != 0x0A }) else { return }
        switch DatagramReader.read(octets, limits: self.configuration.limits) {
        case .message(let message):
            tap(octets[...], message.headers)
            self.take(message, over: flow, at: now, into: &outputs)
        case .malformed(let malformed):
            tap(octets[...], malformed.headers)
            self.refuse(malformed, over: flow, into: &outputs)
        }
    }

    private mutating func takeSegment(
        _ octets: [UInt8],
        over flow: Flow,
        at now: Instant,
        tap: Tap,
        into outputs: inout [Output]
    ) {
        self.flows[flow]?.framer.append(octets)
        var isProgress = false
        do throws(FramingError) {
            while let item = try self.flows[flow]?.framer.next() {
                isProgress = true
                switch item {
                case .message(let message):
                    tap(self.lastOctets(of: flow), message.headers)
                    self.take(message, over: flow, at: now, into: &outputs)
                case .malformed(let malformed):
                    tap(self.lastOctets(of: flow), malformed.headers)
                    self.refuse(malformed, over: flow, into: &outputs)
                case .ping: outputs.append(.transmit(Self.pong, over: flow))
                case .pong(let isAlone): self.takePong(isAlone: isAlone, over: flow, at: now)
                }
            }
        } catch {
            tap(self.lastOctets(of: flow), error.message.headers)
            self.refuse(error.message, over: flow, into: &outputs)
            self.close(flow, because: "the stream cannot be read on: \(error)", at: now, into: &outputs)
            return
        }
        guard let record = self.flows[flow] else { return }
        if !record.framer.holdsPartialMessage {
            self.flows[flow]?.partialDue = nil
        } else if isProgress || record.partialDue == nil {
            let due = now.advanced(by: self.configuration.limits.partialMessageWait)
            self.flows[flow]?.partialDue = due
        }
        self.deadlines.set(.flow(flow), self.flows[flow]?.nextDeadline)
    }

    private func lastOctets(of flow: Flow) -> ArraySlice<UInt8> {
        self.flows[flow]?.framer.lastOctets ?? []
    }

    private mutating func takePong(isAlone: Bool, over flow: Flow, at now: Instant) {
        let keepAlive = self.flows[flow]?.keepAlive
        let due = self.pingDue(keepAlive, at: now)
        if isAlone { self.flows[flow]?.pongs += 1 }
        self.flows[flow]?.pongDue = nil
        self.flows[flow]?.pingDue = due
    }

    /// Sends the ping that is due, if one is.
    private mutating func ping(_ flow: Flow, at now: Instant, into outputs: inout [Output]) {
        guard let record = self.flows[flow] else { return }
        if let due = record.pingDue, due <= now {
            let isConnection = record.transport.isReliable
            let next = isConnection ? nil : self.pingDue(record.keepAlive, at: now)
            self.flows[flow]?.pingDue = next
            if isConnection {
                let owed = now.advanced(by: self.configuration.limits.pongWait)
                self.flows[flow]?.pongDue = owed
                self.flows[flow]?.framer.expectPong()
            }
            outputs.append(.transmit(Self.ping, over: flow))
        }
        self.deadlines.set(.flow(flow), self.flows[flow]?.nextDeadline)
    }

    mutating func flowDeadline(_ flow: Flow, at now: Instant, into outputs: inout [Output]) {
        guard let record = self.flows[flow] else { return }
        let limits = self.configuration.limits
        if let due = record.pongDue, due <= now {
            guard record.pongs < limits.pongsThatOblige else {
                return self.close(flow, because: "no pong within \(limits.pongWait)", at: now, into: &outputs)
            }
            // A peer that does not answer does not know pings: the kernel notices when what we send stays unacknowledged.
            let next = self.pingDue(record.keepAlive, at: now)
            self.flows[flow]?.pongDue = nil
            self.flows[flow]?.pingDue = next
            self.flows[flow]?.framer.expectNoPong()
        }
        if let due = record.partialDue, due <= now {
            let reason = "a message was not completed within \(limits.partialMessageWait)"
            return self.close(flow, because: reason, at: now, into: &outputs)
        }
        self.ping(flow, at: now, into: &outputs)
    }

    private mutating func close(_ flow: Flow, because reason: String, at now: Instant, into outputs: inout [Output]) {
        self.abandon(flow, because: reason, at: now, into: &outputs)
        outputs.append(.close(flow, reason: reason))
    }

    /// Ends everything that hangs on a flow, in the order in which it began, and forgets the flow.
    private mutating func abandon(_ flow: Flow, because reason: String, at now: Instant, into outputs: inout [Output]) {
        guard let record = self.flows.removeValue(forKey: flow) else { return }
        self.deadlines.set(.flow(flow), nil)
        for key in record.servers { self.removeServer(key) }
        let clients = record.clients.compactMap { key in self.clients[key].map { (key, $0) } }
        for (key, client) in clients.sorted(by: { $0.1.number < $1.1.number }) {
            var client = client
            self.removeClient(key)
            guard !client.transportFailed().isEmpty else { continue }
            self.failed(client.owner, .flowClosed(reason), at: now, into: &outputs)
        }
        for call in record.calls.sorted(by: { $0.number < $1.number }) {
            switch self.calls[call]?.phase {
            case .ringing:
                outputs.append(.event(.failed(call, .flowClosed(reason))))
            case .answered, .confirmed:
                outputs.append(.event(.lost(call, .flowClosed(reason))))
            case .clearing:
                outputs.append(.event(.ended(call)))
            case .calling, nil:
                break
            }
            self.over(call, at: now, into: &outputs)
        }
    }
}
