import Seeds
import SIP
import Testing
import Timeline

/// One user agent on the bench, with handwritten messages as its peer.
struct Bench {
    private(set) var now = Instant.boot
    var agent: UserAgent
    let flow = Flow(number: 1)

    private let keepAlive: Duration?

    init(transport: Transport = .tcp, limits: Limits = Limits(), seed: UInt64 = 5, keepAlive: Duration? = nil) {
        self.keepAlive = keepAlive
        var configuration = UserAgent.Configuration(contactUser: "psap")
        configuration.limits = limits
        self.agent = UserAgent(configuration: configuration, random: SeededGenerator(seed: seed))
        _ = self.open(self.flow, transport: transport)
    }

    mutating func open(_ flow: Flow, transport: Transport = .tcp) -> [UserAgent.Output] {
        self.agent.flowOpened(
            flow,
            transport: transport,
            local: FlowAddress(host: "192.0.2.1", port: 5060),
            remote: FlowAddress(host: "192.0.2.10", port: 5060),
            keepAlive: self.keepAlive,
            at: self.now
        )
    }

    mutating func receive(_ message: Message, over flow: Flow? = nil) -> [UserAgent.Output] {
        self.receive(message.serialized(), over: flow)
    }

    mutating func receive(_ octets: [UInt8], over flow: Flow? = nil) -> [UserAgent.Output] {
        self.agent.received(octets, over: flow ?? self.flow, at: self.now)
    }

    mutating func act(_ act: (inout UserAgent, Instant) -> [UserAgent.Output]) -> [UserAgent.Output] {
        act(&self.agent, self.now)
    }

    /// Lets time pass and collects what the deadlines give.
    mutating func advance(by duration: Duration) -> [UserAgent.Output] {
        let end = self.now.advanced(by: duration)
        var outputs: [UserAgent.Output] = []
        while let next = self.agent.nextDeadline, next <= end {
            self.now = max(self.now, next)
            outputs += self.agent.deadlineReached(at: self.now)
        }
        self.now = end
        return outputs
    }

    /// The INVITE of a new call of the agent's, and the call.
    mutating func invite() throws -> (UserAgent.Call, Message) {
        let (call, outputs) = self.agent.invite(try Wire.plan(), over: self.flow, at: self.now)
        return (call, try #require(outputs.sent.first))
    }

    /// The call of an INVITE that was received.
    mutating func incoming(_ invite: Message) throws -> UserAgent.Call {
        for event in self.receive(invite).events {
            if case .incoming(let call, _, _) = event { return call }
        }
        throw Wire.Missing.incoming
    }

    /// A request of the peer with a tag of ours in To, inside the dialog of an answered INVITE.
    func inDialog(_ method: Method, number: Int, answer: Message, branch: String) throws -> Message {
        let invite = try Samples.invite()
        return Message(
            startLine: .request(method: method, uri: "sip:psap@192.0.2.1"),
            headers: [
                Header("Via", "SIP/2.0/TCP 192.0.2.10:5060;branch=z9hG4bK\(branch)"),
                Header("Max-Forwards", "70"),
                Header("From", invite.headers["From"] ?? ""),
                Header("To", answer.headers["To"] ?? ""),
                Header("Call-ID", "c1"),
                Header("CSeq", "\(number) \(method)"),
            ]
        )
    }
}

extension [UserAgent.Output] {
    var sent: [Message] {
        self.compactMap { output in
            guard case .send(let message, _) = output else { return nil }
            return message
        }
    }

    var events: [UserAgent.Event] {
        self.compactMap { output in
            guard case .event(let event) = output else { return nil }
            return event
        }
    }

    var statuses: [Int] { self.sent.compactMap(\.status) }
    var methods: [String] { self.sent.compactMap(\.method?.name) }
    var words: [String] { self.events.map(\.word) }
}
