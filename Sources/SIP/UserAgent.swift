package import Timeline

/// A SIP user agent that does no I/O: octets and times come in, messages, events and the next deadline go out.
///
/// It owns the framing of each flow, the transactions, the dialogs, and what RFC 3261 asks of both ends of a call.
/// It answers by itself what needs no decision; after the event that ends a call nothing more is said of that call.
/// Calls, requests and flows that it does not know (any more) are no mistake of the user: such input changes nothing.
package struct UserAgent: Sendable {
    package let configuration: Configuration
    /// Branches, tags and Call-IDs come from here, so it must be unpredictable in the field.
    private var random: any RandomNumberGenerator & Sendable
    var flows: [Flow: FlowRecord] = [:]
    var calls: [Call: CallRecord] = [:]
    var dialogs: [Dialog.Identifier: Call] = [:]
    var clients: [ClientKey: ClientRecord] = [:]
    var servers: [ServerKey: ServerRecord] = [:]
    var invitations: [InvitationKey: Call] = [:]
    var pendingRequests: [Request: PendingRequest] = [:]
    var hosts: [[UInt8]: HostLoad] = [:]
    var deadlines = DeadlineQueue<TimerKey>()
    private var lastNumber: UInt64 = 0

    package init(configuration: Configuration, random: any RandomNumberGenerator & Sendable) {
        self.configuration = configuration
        self.random = random
    }

    /// When `deadlineReached` is next owed; `nil` while nothing is pending.
    package var nextDeadline: Instant? { self.deadlines.next }

    /// How many calls are not over, abandoned ones included.
    package var callCount: Int { self.calls.count }

    /// Whether nothing is remembered but the flows: no call, no transaction, nothing of theirs.
    package var isQuiet: Bool {
        self.calls.isEmpty && self.dialogs.isEmpty && self.invitations.isEmpty && self.pendingRequests.isEmpty
            && self.clients.isEmpty && self.servers.isEmpty && self.hosts.isEmpty
            && self.flows.values.allSatisfy { $0.calls.isEmpty && $0.clients.isEmpty && $0.servers.isEmpty }
    }

    package mutating func deadlineReached(at now: Instant) -> [Output] {
        var outputs: [Output] = []
        while let key = self.deadlines.takeReached(at: now) {
            switch key {
            case .client(let key):
                self.driveClient(key, at: now, into: &outputs) { $0.deadlineReached(at: now) }
            case .server(let key):
                self.driveServer(key, into: &outputs) { $0.deadlineReached(at: now) }
            case .call(let call):
                self.callDeadline(call, at: now, into: &outputs)
            case .flow(let flow):
                self.flowDeadline(flow, at: now, into: &outputs)
            }
        }
        return outputs
    }

    /// The next number of a call, request or transaction.
    mutating func nextNumber() -> UInt64 {
        self.lastNumber += 1
        return self.lastNumber
    }

    /// 64 random bits as 16 hexadecimal digits; RFC 3261 19.3 asks for at least 32.
    mutating func token() -> String {
        let digits = String(self.random.next() as UInt64, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// A random part of `0..<bound`.
    mutating func random(below bound: UInt64) -> UInt64 {
        self.random.next() % bound
    }
}

// Transactions.
extension UserAgent {
    /// Sends a request of ours over a flow, with a Via and a transaction of its own.
    mutating func startClient(
        _ request: Message,
        owner: ClientOwner,
        over flow: Flow,
        at now: Instant,
        into outputs: inout [Output]
    ) -> (key: ClientKey, request: Message) {
        let branch = Via.magicCookie + self.token()
        var request = request
        request.headers.prepend("Via", self.via(branch: branch, flow: flow))
        let key = ClientKey(branch: branch, method: request.method ?? .options)
        let carried = self.flows[flow]?.digest?.authorize(&request) ?? []
        self.addClient(key, request: request, owner: owner, over: flow, at: now)
        self.clients[key]?.challenges.carried = carried
        outputs.append(.send(request, over: flow))
        return (key, request)
    }

    mutating func addClient(_ key: ClientKey, request: Message, owner: ClientOwner, over flow: Flow, at now: Instant) {
        let isReliable = self.flows[flow]?.transport.isReliable ?? true
        let timers = self.configuration.timers
        let machine: ClientMachine =
            key.method == .invite
            ? .invite(ClientInviteTransaction(request: request, isReliable: isReliable, timers: timers, at: now))
            : .other(ClientTransaction(request: request, isReliable: isReliable, timers: timers, at: now))
        let record = ClientRecord(number: self.nextNumber(), flow: flow, owner: owner, machine: machine)
        self.clients[key] = record
        self.flows[flow]?.clients.insert(key)
        self.deadlines.set(.client(key), record.nextDeadline)
    }

    /// The Via of our requests over a flow (18.1.1, RFC 3581 3).
    func via(branch: String, flow: Flow) -> String {
        guard let record = self.flows[flow] else { return "" }
        let parameters = Parameters([.init("branch", branch), .init("rport")])
        let (host, port) = (record.local.host, record.local.port)
        return Via(transport: record.transport.viaToken, host: host, port: port, parameters: parameters).description
    }

    /// Lets one event happen to a client transaction and does what it wants.
    mutating func driveClient(
        _ key: ClientKey,
        at now: Instant,
        into outputs: inout [Output],
        _ event: (inout ClientRecord) -> [TransactionAction]
    ) {
        guard var record = self.clients[key] else { return }
        let actions = event(&record)
        if record.isTerminated {
            self.removeClient(key)
        } else {
            self.clients[key] = record
            self.deadlines.set(.client(key), record.nextDeadline)
        }
        for action in actions {
            switch action {
            case .send(let message): outputs.append(.send(message, over: record.flow))
            case .deliver(let response): self.answered(response, to: record, key, at: now, into: &outputs)
            case .fail: self.failed(record.owner, .timedOut, at: now, into: &outputs)
            }
        }
    }

    mutating func removeClient(_ key: ClientKey) {
        guard let record = self.clients.removeValue(forKey: key) else { return }
        self.deadlines.set(.client(key), nil)
        self.flows[record.flow]?.clients.remove(key)
    }

    /// Lets one event happen to a server transaction and does what it wants.
    mutating func driveServer(
        _ key: ServerKey,
        into outputs: inout [Output],
        _ event: (inout ServerRecord) -> [TransactionAction]
    ) {
        guard var record = self.servers[key] else { return }
        let actions = event(&record)
        if record.isTerminated {
            self.removeServer(key)
        } else {
            self.servers[key] = record
            self.deadlines.set(.server(key), record.nextDeadline)
        }
        for action in actions {
            switch action {
            case .send(let message): outputs.append(.send(message, over: record.flow))
            // An ACK is taken by its dialog, and a refusal without ACK leaves nothing to do: the call is over.
            case .deliver, .fail: break
            }
        }
    }

    mutating func removeServer(_ key: ServerKey) {
        guard let record = self.servers.removeValue(forKey: key) else { return }
        self.deadlines.set(.server(key), nil)
        self.flows[record.flow]?.servers.remove(key)
        self.count(host: record.host, transactions: -1)
    }
}

// Calls.
extension UserAgent {
    mutating func setPhase(_ phase: Phase, of call: Call) {
        self.calls[call]?.phase = phase
        self.deadlines.set(.call(call), self.calls[call]?.nextDeadline)
    }

    mutating func register(_ dialog: Dialog, for call: Call) {
        guard self.dialogs[dialog.identifier] == nil else { return }
        self.dialogs[dialog.identifier] = call
        self.calls[call]?.identifiers.append(dialog.identifier)
    }

    /// Forgets a call; requests of the peer that still wait are answered 487 (15.1.2).
    mutating func over(_ call: Call, at now: Instant, into outputs: inout [Output]) {
        guard let record = self.calls[call] else { return }
        for request in record.pending.sorted(by: { $0.number < $1.number }) {
            self.answerPending(request, status: 487, at: now, into: &outputs)
        }
        if let change = record.change { self.removeClient(change.key) }
        self.calls[call] = nil
        for identifier in record.identifiers { self.dialogs[identifier] = nil }
        if let invitation = record.invitation { self.invitations[invitation] = nil }
        if let host = record.host { self.count(host: host, calls: -1) }
        self.flows[record.flow]?.calls.remove(call)
        self.deadlines.set(.call(call), nil)
    }

    private mutating func callDeadline(_ call: Call, at now: Instant, into outputs: inout [Output]) {
        switch self.calls[call]?.phase {
        case .calling(let calling):
            self.callingDeadline(call, calling, at: now, into: &outputs)
        case .answered(let dialog, let answered):
            self.answeredDeadline(call, dialog, answered, at: now, into: &outputs)
        case .ringing:
            self.ringingDeadline(call, at: now, into: &outputs)
        case .confirmed(let dialog):
            self.confirmedDeadline(call, dialog, at: now, into: &outputs)
        case .clearing, nil:
            return
        }
    }

    /// Our Contact on a flow; it names the connection itself, over which the peer's requests come back.
    func contact(on flow: Flow, parameters: Parameters = Parameters()) -> String {
        guard let record = self.flows[flow] else { return "" }
        let uri = SIPURI(
            user: self.configuration.contactUser,
            host: record.local.host,
            port: record.local.port,
            parameters: Parameters([.init("transport", record.transport.rawValue)])
        )
        return NameAddress(uri: .sip(uri), parameters: parameters).description
    }

    /// The headers that say what this element can do, except those that `own` already holds.
    func capabilities(besides own: Headers) -> Headers {
        var headers = Headers()
        if !own.contains("Allow") { headers.append("Allow", self.allowValue) }
        if !own.contains("Supported"), !self.configuration.supported.isEmpty {
            headers.append("Supported", self.configuration.supported.joined(separator: ", "))
        }
        if !own.contains("Accept"), !self.configuration.accept.isEmpty {
            headers.append("Accept", self.configuration.accept.joined(separator: ", "))
        }
        return headers
    }

    var allowValue: String {
        self.configuration.allow.map(\.name).joined(separator: ", ")
    }
}
