import FuzzHarness
import SIP
import Timeline

/// One user agent between two flows, driven by an input: what the peer sends, what the user does, how time goes.
struct AgentScript {
    /// The steps of one script; more would only be slow.
    static let maximumSteps = 24
    /// What one step may give at most: a few outputs for each call and transaction that the limits let live.
    static let maximumOutputs = 512

    static let stream = Flow(number: 1)
    static let datagrams = Flow(number: 2)

    private(set) var now = Instant.boot
    private(set) var agent: UserAgent
    private(set) var peer = Peer()
    private var ledger = CallLedger()
    private var open: Set<Flow> = []
    private let limits: Limits

    static func play(_ source: inout OctetSource) {
        var script = AgentScript()
        for flow in [Self.stream, Self.datagrams] { script.reopen(flow) }
        var steps = 0
        while !source.isEmpty, steps < Self.maximumSteps {
            script.step(&source)
            steps += 1
        }
        script.rest()
    }

    private init() {
        var limits = Limits()
        limits.maximumCalls = 3
        limits.maximumServerTransactions = 12
        limits.maximumEarlyDialogs = 2
        limits.maximumPendingRequests = 2
        self.limits = limits
        var configuration = UserAgent.Configuration(contactUser: "psap")
        configuration.userAgentName = "fuzz"
        configuration.allow += [.register, .message]
        configuration.supported = ["timer"]
        configuration.receivableInfoPackages = ["x"]
        configuration.limits = limits
        self.agent = UserAgent(configuration: configuration, random: CountingGenerator())
    }

    private mutating func step(_ source: inout OctetSource) {
        switch source.number(below: 16) {
        case 0: self.receive(source.stretch(), source.choice([Self.stream, Self.datagrams]))
        case 1, 2: self.deliver(self.peer.invite(&source))
        case 3, 4: self.deliver(self.peer.request(&source))
        case 5, 6, 7: self.peer.answer(&source).map { self.deliver($0) }
        case 8: self.invite(&source)
        case 9: self.advance(source.octet())
        case 10: self.reopen(source.choice([Self.stream, Self.datagrams]))
        case 11: self.close(source.choice([Self.stream, Self.datagrams]))
        case 12: self.respond(&source)
        case 13: if source.octet() % 2 == 0 { self.register(&source) } else { self.message(&source) }
        default: self.act(&source)
        }
    }

    /// Ends every flow and lets time pass: then nothing may be left.
    private mutating func rest() {
        for flow in [Self.stream, Self.datagrams] { self.close(flow) }
        var rounds = 0
        while let due = self.agent.nextDeadline {
            self.reach(max(due, self.now))
            rounds += 1
            require(rounds < 1_000, "the user agent does not come to rest")
        }
        require(self.agent.isQuiet, "without flows and deadlines something is left: \(self.agent)")
        require(self.ledger.outside.isEmpty, "REGISTER requests never ended")
        require(self.ledger.live.isEmpty, "calls never ended: \(self.ledger.live)")
    }
}

// Time and flows.
extension AgentScript {
    private mutating func advance(_ octet: UInt8) {
        guard octet < 128, let due = self.agent.nextDeadline else {
            return self.reach(self.now.advanced(by: .milliseconds(Int(octet) * 64)))
        }
        self.reach(max(due, self.now))
    }

    private mutating func reach(_ instant: Instant) {
        self.now = instant
        self.take(self.agent.deadlineReached(at: instant))
        if let next = self.agent.nextDeadline {
            require(next > instant, "a deadline of \(next) stays after \(instant)")
        }
    }

    private mutating func reopen(_ flow: Flow) {
        let isStream = flow == Self.stream
        let outputs = self.agent.flowOpened(
            flow,
            transport: isStream ? .tcp : .udp,
            local: FlowAddress(host: "192.0.2.1", port: 5060),
            remote: FlowAddress(host: "2001:db8::1", port: 40_000),
            keepAlive: isStream ? .seconds(30) : nil,
            at: self.now
        )
        // The first ping comes with the opening.
        self.open.insert(flow)
        self.take(outputs)
    }

    private mutating func close(_ flow: Flow) {
        self.open.remove(flow)
        self.take(self.agent.flowClosed(flow, because: "the script closes it", at: self.now))
    }

    private mutating func receive(_ octets: [UInt8], _ flow: Flow) {
        self.take(self.agent.received(octets, over: flow, at: self.now))
    }

    private mutating func deliver(_ sent: Peer.Sent) {
        self.receive(sent.octets, sent.overStream ? Self.stream : Self.datagrams)
    }
}

// What the user does.
extension AgentScript {
    private mutating func invite(_ source: inout OctetSource) {
        guard self.ledger.live.count < 2 * self.limits.maximumCalls else { return }
        let target = URI.sip(SIPURI(user: nil, host: "192.0.2.9"))
        var plan = UserAgent.InvitePlan(
            requestURI: source.choice(["sip:psap@192.0.2.9", "urn:service:sos.ecall.manual"]),
            from: NameAddress(uri: target),
            to: NameAddress(uri: target)
        )
        plan.provisionalWait = source.choice([nil, .seconds(5)])
        plan.callID = source.choice([nil, "c1"])
        let flow = source.choice([Self.stream, Self.datagrams])
        let (call, outputs) = self.agent.invite(plan, over: flow, at: self.now)
        self.ledger.begin(call)
        self.take(outputs)
    }

    private mutating func act(_ source: inout OctetSource) {
        let action = source.number(below: 6)
        guard let call = self.ledger.call(source.octet()) else { return }
        switch action {
        case 0: self.take(self.agent.ring(call, at: self.now))
        case 1: self.take(self.agent.answer(call, headers: [], body: [], at: self.now))
        case 2: self.take(self.agent.cancel(call, at: self.now))
        case 3: self.take(self.agent.bye(call, at: self.now))
        case 4: self.take(self.agent.request(.info, in: call, headers: [], body: [1, 2], at: self.now).1)
        default:
            self.reject(call, status: source.choice([302, 486, 603]))
        }
    }

    private mutating func register(_ source: inout OctetSource) {
        let settings = Registration.Settings(
            address: "sip:vehicle@192.0.2.9",
            registrar: "sip:192.0.2.9",
            seconds: 3_600,
            instance: "urn:uuid:00000000-0000-4000-8000-000000000001"
        )
        let flow = source.choice([Self.stream, Self.datagrams])
        var registration = self.agent.makeRegistration(settings)
        for action in registration.opened(flow, isStream: flow == Self.stream, at: self.now) {
            guard case .send(let request, let flow) = action else { continue }
            let (sent, outputs) = self.agent.register(request, over: flow, at: self.now)
            self.ledger.begin(sent)
            self.take(outputs)
        }
        self.agent.limitKeepAlive(.seconds(Int(source.octet())), of: flow, at: self.now)
    }

    private mutating func message(_ source: inout OctetSource) {
        let name = NameAddress(uri: URI.sip(SIPURI(user: nil, host: "192.0.2.9")))
        let plan = UserAgent.MessagePlan(
            requestURI: "sip:center@192.0.2.9",
            from: name,
            to: name,
            headers: [Header("Subject", "late data")],
            body: [source.octet()],
            callID: "m\(source.octet())"
        )
        let flow = source.choice([Self.stream, Self.datagrams])
        let (sent, outputs) = self.agent.message(plan, over: flow, at: self.now)
        self.ledger.begin(sent)
        self.take(outputs)
    }

    /// Answers at once, as a registrar does.
    private mutating func answer(_ request: UserAgent.OutsideRequest) {
        let outputs = self.agent.respond(to: request, status: 200, headers: [], at: self.now)
        require(outputs.sent <= 1, "a request outside of a call is answered \(outputs.sent) times")
        self.take(outputs)
    }

    /// Whoever rejects is told nothing of the end.
    private mutating func reject(_ call: UserAgent.Call, status: Int) {
        let count = self.agent.callCount
        let outputs = self.agent.reject(call, status: status, reason: nil, headers: [], body: [], at: self.now)
        self.take(outputs)
        if self.agent.callCount < count { self.ledger.end(call) }
    }

    private mutating func respond(_ source: inout OctetSource) {
        let status = source.choice([200, 469, 500])
        guard let request = self.ledger.request(source.octet()) else { return }
        self.take(self.agent.respond(to: request, status: status, headers: [], body: [], at: self.now))
    }

    /// Holds what the user agent wants against what it promises.
    private mutating func take(_ outputs: [UserAgent.Output]) {
        require(outputs.count <= Self.maximumOutputs, "one step gave \(outputs.count) outputs")
        for output in outputs {
            switch output {
            case .send(let message, let flow):
                require(self.open.contains(flow), "\(message) is sent over a closed flow")
                MessageProbe.survives(message)
                self.peer.take(message, overStream: flow == Self.stream)
            case .transmit(let octets, let flow):
                require(self.open.contains(flow), "a ping over a closed flow")
                require(octets.allSatisfy { $0 == 0x0D || $0 == 0x0A }, "a ping of \(octets)")
            case .close(let flow, _):
                require(self.open.remove(flow) != nil, "a closed flow is closed")
            case .event(let event):
                self.ledger.take(event)
                switch event {
                case .registering(let request), .messaging(let request): self.answer(request)
                default: break
                }
            }
        }
        let own = self.ledger.ownCount
        require(
            self.agent.callCount <= self.limits.maximumCalls + own,
            "\(self.agent.callCount) calls, \(own) of them ours"
        )
    }
}

extension [UserAgent.Output] {
    /// How many messages are sent.
    fileprivate var sent: Int { self.count { if case .send = $0 { true } else { false } } }
}
