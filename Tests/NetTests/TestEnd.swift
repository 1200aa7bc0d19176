import NIOCore
import NIOPosix
import SIP
import Testing

@testable import Net

/// A transport with the events it delivered, in order.
struct TestEnd {
    let transport: SIPTransport
    private var events: AsyncStream<NetEvent>.Iterator

    init(
        on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        limits: NetLimits = NetLimits(),
        lookup: AddressLookup = .system,
        judgements: JudgementQueue? = nil
    ) {
        let (stream, source) = AsyncStream.makeStream(of: NetEvent.self)
        self.events = stream.makeAsyncIterator()
        self.transport = SIPTransport(group: group, limits: limits, lookup: lookup, judgements: judgements) {
            source.yield($0)
        }
    }

    /// The flows whose handshakes have begun.
    private(set) var securing: [Flow] = []

    /// The next event, awaited; the beginning of a handshake is noted and passed over.
    mutating func next() async throws -> NetEvent {
        guard let event = await self.events.next(isolation: #isolation) else { throw UnexpectedEvent() }
        if case .securing(let flow) = event {
            self.securing.append(flow)
            return try await self.next()
        }
        if case .received(let flow, _) = event { self.transport.handled(flow) }
        return event
    }

    /// Listens on a free port of the loopback address.
    func listen(over transport: Transport = .tcp, port: UInt16 = 0) async throws -> Endpoint {
        let address = try await self.transport.listen(
            on: Endpoint(transport: transport, host: "127.0.0.1", port: port)
        )
        return Endpoint(transport: transport, host: address.host, port: address.port)
    }

    /// The flow of the next event, which has to be `opened` or `accepted`.
    mutating func nextStanding() async throws -> Flow {
        switch try await self.next() {
        case .opened(let flow, _, _, _), .accepted(let flow, _, _, _): return flow
        case let other:
            Issue.record("expected a standing flow, got \(other)")
            throw UnexpectedEvent()
        }
    }

    /// The failure of the next event, which has to be `failed` or `closed` for that flow.
    mutating func nextEnd(of flow: Flow) async throws -> NetFailure {
        switch try await self.next() {
        case .failed(flow, let failure), .closed(flow, let failure): return failure
        case let other:
            Issue.record("expected the end of \(flow), got \(other)")
            throw UnexpectedEvent()
        }
    }

    /// Octets of that flow until `count` have come.
    mutating func nextOctets(_ count: Int, of flow: Flow) async throws -> [UInt8] {
        var octets: [UInt8] = []
        while octets.count < count {
            guard case .received(flow, let more) = try await self.next() else { throw UnexpectedEvent() }
            octets += more
        }
        return octets
    }

    /// Two ends on one event loop, and the flow between them as each side names it.
    static func connectedPair(
        over transport: Transport = .tcp,
        limits: NetLimits = NetLimits()
    ) async throws -> (opener: TestEnd, TestEnd, Flow, accepted: Flow) {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        var (opener, acceptor) = (TestEnd(on: loop, limits: limits), TestEnd(on: loop))
        opener.transport.open(Flow(number: 1), to: try await acceptor.listen(over: transport))
        let opened = try await opener.nextStanding()
        // Over UDP nobody is there before the first datagram.
        if transport == .udp { opener.transport.send([0x0D, 0x0A], over: opened) }
        let accepted = try await acceptor.nextStanding()
        return (opener, acceptor, opened, accepted)
    }
}

struct UnexpectedEvent: Error {}
