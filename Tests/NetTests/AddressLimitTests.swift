import Glibc
import NIOCore
import NIOPosix
import SIP
import Testing

@testable import Net

/// What one address may have of the places that are for all.
@Suite(.timeLimit(.minutes(10))) struct AddressLimitTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    private static func limits(_ change: (inout NetLimits) -> Void) -> NetLimits {
        var limits = NetLimits()
        limits.limitsLoopback = true
        change(&limits)
        return limits
    }

    @Test func oneAddressHasNoMoreConnectionsThanItsShare() async throws {
        var acceptor = TestEnd(on: self.loop, limits: Self.limits { $0.maximumAcceptedPerAddress = 1 })
        let endpoint = try await acceptor.listen()
        let first = try RawSocket(connectedTo: endpoint, from: "127.0.0.2")
        let held = try await acceptor.nextStanding()
        var opener = TestEnd(on: self.loop)
        let second = try RawSocket(connectedTo: endpoint, from: "127.0.0.2")
        let other = try RawSocket(connectedTo: endpoint, from: "127.0.0.3")
        #expect(try await acceptor.nextStanding().number == held.number + 1)
        #expect(acceptor.transport.refusedConnections == 1)
        acceptor.transport.close(held)
        #expect(try await acceptor.nextEnd(of: held).cause == .closedHere)
        let third = try RawSocket(connectedTo: endpoint, from: "127.0.0.2")
        _ = try await acceptor.nextStanding()
        opener.transport.open(Flow(number: 1), to: endpoint)
        _ = try await (opener.nextStanding(), acceptor.nextStanding())
        withExtendedLifetime(first) { withExtendedLifetime(second) {} }
        withExtendedLifetime(other) { withExtendedLifetime(third) {} }
    }

    @Test func oneAddressHasNoMoreHandshakesThanItsShare() async throws {
        let bench = try TLSBench()
        let server = try TLSServer(try bench.center(), clock: TLSBench.clock())
        var limits = Self.limits { $0.maximumHandshakesPerAddress = 1 }
        limits.handshakeTimeout = .seconds(500)
        var acceptor = TestEnd(on: self.loop, limits: limits)
        let address = try await acceptor.transport.listen(
            on: Endpoint(transport: .tls, host: "127.0.0.1", port: 0),
            tls: server
        )
        let endpoint = Endpoint(transport: .tls, host: address.host, port: address.port)
        let silent = try RawSocket(connectedTo: endpoint, from: "127.0.0.2")
        let more = try RawSocket(connectedTo: endpoint, from: "127.0.0.2")
        // They are accepted in their order, and this one, from another address, behind them.
        var opener = TestEnd(limits: TLSBench.limits, lookup: .answering("127.0.0.1"))
        let place = Endpoint(transport: .tls, host: TLSBench.host, port: address.port)
        for number in 1...2 as ClosedRange<UInt64> {
            opener.transport.open(Flow(number: number), to: place, tls: .success(try bench.client()))
            guard case .secured = try await opener.next(), case .opened = try await opener.next(),
                case .secured = try await acceptor.next(), case .accepted = try await acceptor.next()
            else { throw UnexpectedEvent() }
        }
        #expect(acceptor.transport.refusedConnections == 1, "a handshake that has ended takes no place")
        withExtendedLifetime(silent) { withExtendedLifetime(more) {} }
    }

    @Test func oneAddressHasNoMorePeersThanItsShareAndTheOneSilentLongestEnds() async throws {
        let limits = Self.limits {
            $0.maximumPeersPerAddress = 2
            // However long the tests beside this one take, nobody is silent for too long.
            $0.peerSilence = .seconds(86_400)
        }
        var acceptor = TestEnd(on: self.loop, limits: limits)
        let endpoint = try await acceptor.listen(over: .udp)
        let place = try SocketAddress(ipAddress: endpoint.host, port: Int(endpoint.port))
        func peer(_ host: String) throws -> DatagramSocket {
            try DatagramSocket(boundTo: try SocketAddress(ipAddress: host, port: 0))
        }
        let sockets = try ["127.0.0.3", "127.0.0.2", "127.0.0.2", "127.0.0.2", "127.0.0.2"].map(peer)
        var flows: [Flow] = []
        for socket in sockets.prefix(3) {
            #expect(socket.send([1], to: place) == 0)
            flows.append(try await acceptor.nextStanding())
            #expect(try await acceptor.next() == .received(flows[flows.count - 1], [1]))
        }
        #expect(sockets[3].send([1], to: place) == 0)
        let failure = try await acceptor.nextEnd(of: flows[1])
        #expect(failure.cause == .addressExceeded(limit: 2), "the other address was silent for longer, and stays")
        #expect(failure.description.hasSuffix(" was silent longest when more than 2 peers of its address came"))
        let fourth = try await acceptor.nextStanding()
        #expect(try await acceptor.next() == .received(fourth, [1]))
        acceptor.transport.hold(flows[2], true)
        acceptor.transport.hold(fourth, true)
        // A turn that is still reading would read what comes before it holds.
        try await acceptor.transport.eventLoop.submit {}.get()
        #expect(sockets[4].send([1], to: place) == 0)
        #expect(sockets[0].send([2], to: place) == 0)
        #expect(try await acceptor.next() == .received(flows[0], [2]), "calls take no end for a newcomer")
        #expect(acceptor.transport.lostDatagrams == 1)
    }

    @Test func loopbackHasNoLimitOfItsOwnUnlessTold() throws {
        var limits = NetLimits()
        for host in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            #expect(PeerHost(try SocketAddress(ipAddress: host, port: 1), limits) == nil)
        }
        #expect(PeerHost(nil, limits) == nil)
        limits.limitsLoopback = true
        #expect(PeerHost(try SocketAddress(ipAddress: "127.0.0.1", port: 1), limits) != nil)
    }

    @Test func anAddressOfIPv6IsItsNetworkAndOneOfIPv4Itself() throws {
        func host(_ text: String) throws -> PeerHost? {
            PeerHost(try SocketAddress(ipAddress: text, port: 1), NetLimits())
        }
        #expect(try host("2001:db8::1") == host("2001:db8::2:3:4:5"))
        #expect(try host("2001:db8::1") != host("2001:db8:0:1::1"))
        #expect(try host("192.0.2.1") != host("192.0.2.2"))
        #expect(try host("192.0.2.1") == host("::ffff:192.0.2.1"))
        #expect(try host("::ffff:192.0.2.1") != host("::ffff:192.0.2.2"))
    }
}
