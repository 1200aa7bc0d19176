import Glibc
import NIOCore
import NIOPosix
import SIP
import Testing

@testable import Net

/// UDP over real sockets on loopback.
@Suite(.timeLimit(.minutes(10))) struct DatagramTests {
    private let flow = Flow(number: 7)
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    /// A port of loopback on which nobody takes datagrams.
    private func closedPort() async throws -> Endpoint {
        let gone = TestEnd()
        let endpoint = try await gone.listen(over: .udp)
        await gone.transport.shutDown()
        return endpoint
    }

    /// An opener with a flow to the acceptor, which has got one octet over it.
    private func greet(_ acceptor: inout TestEnd, at endpoint: Endpoint) async throws -> (TestEnd, accepted: Flow) {
        var opener = TestEnd(on: self.loop)
        opener.transport.open(Flow(number: 1), to: endpoint)
        opener.transport.send([1], over: try await opener.nextStanding())
        let accepted = try await acceptor.nextStanding()
        #expect(try await acceptor.next() == .received(accepted, [1]))
        return (opener, accepted)
    }

    @Test func aFlowIsOpenAtOnceAndAcceptedWithItsFirstDatagram() async throws {
        var (opener, acceptor) = (TestEnd(), TestEnd())
        let endpoint = try await acceptor.listen(over: .udp)
        opener.transport.open(self.flow, to: endpoint)
        guard case .opened(self.flow, .udp, let local, let remote) = try await opener.next() else {
            throw UnexpectedEvent()
        }
        #expect(remote == FlowAddress(host: "127.0.0.1", port: endpoint.port))
        opener.transport.send(Array("INVITE".utf8), over: self.flow)
        let accepted = Flow(number: SIPTransport.firstAcceptedFlow)
        #expect(try await acceptor.next() == .accepted(accepted, .udp, local: remote, remote: local))
        #expect(try await acceptor.next() == .received(accepted, Array("INVITE".utf8)))
        acceptor.transport.send(Array("200".utf8), over: accepted)
        #expect(try await opener.next() == .received(self.flow, Array("200".utf8)))
    }

    @Test func eachDatagramComesWholeAndAlone() async throws {
        var (opener, acceptor, opened, accepted) = try await TestEnd.connectedPair(over: .udp)
        #expect(try await acceptor.next() == .received(accepted, [0x0D, 0x0A]))
        // The last is the largest that UDP over IPv4 can carry.
        for size in [1, 1_301, 3_000, 16_385, 65_507] {
            let octets = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            opener.transport.send(octets, over: opened)
            #expect(try await acceptor.next() == .received(accepted, octets))
            acceptor.transport.send(octets, over: accepted)
            #expect(try await opener.next() == .received(opened, octets))
        }
    }

    @Test func whatNoDatagramCarriesEndsTheFlowAtBothEnds() async throws {
        var (opener, acceptor, opened, accepted) = try await TestEnd.connectedPair(over: .udp)
        #expect(try await acceptor.next() == .received(accepted, [0x0D, 0x0A]))
        let tooLarge = [UInt8](repeating: 0, count: 65_508)
        opener.transport.send(tooLarge, over: opened)
        #expect(try await opener.nextEnd(of: opened).errno == EMSGSIZE)
        acceptor.transport.send(tooLarge, over: accepted)
        #expect(try await acceptor.nextEnd(of: accepted).errno == EMSGSIZE)
    }

    @Test func aClosedPortEndsTheFlowAtOnceWithItsOwnReason() async throws {
        let endpoint = try await self.closedPort()
        var opener = TestEnd()
        opener.transport.open(self.flow, to: endpoint)
        #expect(try await opener.nextStanding() == self.flow)
        opener.transport.send([1], over: self.flow)
        let failure = try await opener.nextEnd(of: self.flow)
        #expect(failure.errno == ECONNREFUSED)
        #expect(failure.description == "127.0.0.1:\(endpoint.port) takes no datagrams (ICMP port unreachable)")
    }

    @Test func theNextAddressOfANameIsTakenWhenThePortOfOneIsClosed() async throws {
        var acceptor = TestEnd()
        let port = try await acceptor.listen(over: .udp).port
        // The refusals come in no time, but on a busy machine nobody may look for a while.
        var limits = NetLimits()
        limits.probeWait = .seconds(500)
        var opener = TestEnd(
            limits: limits,
            lookup: .answering("255.255.255.255", "127.0.0.2", "127.0.0.3", "127.0.0.1")
        )
        opener.transport.open(self.flow, to: Endpoint(transport: .udp, host: "center.example", port: port))
        guard case .opened(self.flow, .udp, _, let remote) = try await opener.next() else { throw UnexpectedEvent() }
        #expect(remote.host == "127.0.0.1")
        opener.transport.send([1], over: self.flow)
        let accepted = try await acceptor.nextStanding()
        #expect(try await acceptor.next() == .received(accepted, [1]))
    }

    @Test func anAddressThatKeepsSilentIsTaken() async throws {
        var (opener, silent) = (TestEnd(lookup: .answering("127.0.0.1", "127.0.0.2")), TestEnd())
        let port = try await silent.listen(over: .udp).port
        opener.transport.open(self.flow, to: Endpoint(transport: .udp, host: "center.example", port: port))
        let accepted = try await silent.nextStanding()
        #expect(try await silent.next() == .received(accepted, [0x0D, 0x0A, 0x0D, 0x0A]))
        guard case .opened(self.flow, .udp, _, let remote) = try await opener.next() else { throw UnexpectedEvent() }
        #expect(remote.host == "127.0.0.1")
    }

    @Test func anAddressToWhichThereIsNoWayIsNamed() async throws {
        var opener = TestEnd()
        opener.transport.open(self.flow, to: Endpoint(transport: .udp, host: "255.255.255.255", port: 5060))
        let failure = try await opener.nextEnd(of: self.flow)
        #expect(failure.operation == .connect && failure.errno == EACCES)
    }

    @Test func closingWhileAnAddressIsProbedIsReportedOnce() async throws {
        var limits = NetLimits()
        limits.probeWait = .seconds(500)
        let silent = TestEnd()
        let port = try await silent.listen(over: .udp).port
        var opener = TestEnd(limits: limits, lookup: .answering("127.0.0.1", "127.0.0.2"))
        opener.transport.open(self.flow, to: Endpoint(transport: .udp, host: "center.example", port: port))
        var others = silent
        _ = try await others.nextStanding()
        opener.transport.close(self.flow)
        #expect(try await opener.nextEnd(of: self.flow).cause == .closedHere)
    }

    @Test func aPeerIsOneFlowAndAnotherPeerAnother() async throws {
        var acceptor = TestEnd(on: self.loop)
        let endpoint = try await acceptor.listen(over: .udp)
        let (first, one) = try await self.greet(&acceptor, at: endpoint)
        let (_, two) = try await self.greet(&acceptor, at: endpoint)
        #expect(one != two)
        first.transport.send([2], over: Flow(number: 1))
        #expect(try await acceptor.next() == .received(one, [2]))
    }

    @Test func aPeerThatIsGoneTakesNothingFromTheOthers() async throws {
        var acceptor = TestEnd(on: self.loop)
        let endpoint = try await acceptor.listen(over: .udp)
        let (gone, goneFlow) = try await self.greet(&acceptor, at: endpoint)
        var (other, otherFlow) = try await self.greet(&acceptor, at: endpoint)
        await gone.transport.shutDown()
        for octet in 1...3 as ClosedRange<UInt8> {
            acceptor.transport.send([octet], over: goneFlow)
            acceptor.transport.send([octet], over: otherFlow)
            #expect(try await other.next() == .received(Flow(number: 1), [octet]))
        }
    }

    @Test func thePeerThatWasSilentLongestMakesRoomUnlessACallIsOnIt() async throws {
        var limits = NetLimits()
        limits.maximumPeers = 2
        // However long the tests beside this one take, nobody is silent for too long.
        limits.peerSilence = .seconds(86_400)
        var acceptor = TestEnd(on: self.loop, limits: limits)
        let endpoint = try await acceptor.listen(over: .udp)
        let (_, oldest) = try await self.greet(&acceptor, at: endpoint)
        acceptor.transport.hold(oldest, true)
        let (_, middle) = try await self.greet(&acceptor, at: endpoint)
        let third = TestEnd(on: self.loop)
        var events = third
        third.transport.open(self.flow, to: endpoint)
        third.transport.send([1], over: try await events.nextStanding())
        #expect(try await acceptor.nextEnd(of: middle).cause == .peersExceeded(limit: 2))
        let last = try await acceptor.nextStanding()
        #expect(try await acceptor.next() == .received(last, [1]))
        acceptor.transport.hold(last, true)
        // A turn that is still reading would read what comes before it holds.
        try await acceptor.transport.eventLoop.submit {}.get()
        // Both are held: there is no room, and both live on.
        let fourth = TestEnd(on: self.loop)
        events = fourth
        fourth.transport.open(self.flow, to: endpoint)
        fourth.transport.send([1], over: try await events.nextStanding())
        third.transport.send([2], over: self.flow)
        #expect(try await acceptor.next() == .received(last, [2]))
        #expect(acceptor.transport.lostDatagrams == 1)
        acceptor.transport.hold(oldest, false)
        fourth.transport.send([3], over: self.flow)
        #expect(try await acceptor.nextEnd(of: oldest).cause == .peersExceeded(limit: 2))
        let newest = try await acceptor.nextStanding()
        #expect(try await acceptor.next() == .received(newest, [3]))
    }

    @Test func aPeerThatFallsSilentIsForgottenAndComesBackAsAnotherFlow() async throws {
        var limits = NetLimits()
        limits.peerSilence = .milliseconds(1)
        var acceptor = TestEnd(on: self.loop, limits: limits)
        let endpoint = try await acceptor.listen(over: .udp)
        let (peer, first) = try await self.greet(&acceptor, at: endpoint)
        let failure = try await acceptor.nextEnd(of: first)
        #expect(failure.cause == .silent(for: .milliseconds(1)))
        #expect(failure.description.hasSuffix(" has been silent for 0.001 seconds"))
        peer.transport.send([2], over: Flow(number: 1))
        #expect(try await acceptor.nextStanding().number == first.number + 1)
    }

    @Test func closingAPeersFlowForgetsThePeer() async throws {
        var acceptor = TestEnd(on: self.loop)
        let endpoint = try await acceptor.listen(over: .udp)
        let (peer, first) = try await self.greet(&acceptor, at: endpoint)
        acceptor.transport.close(first)
        #expect(try await acceptor.nextEnd(of: first).cause == .closedHere)
        acceptor.transport.send([9], over: first)
        peer.transport.send([2], over: Flow(number: 1))
        #expect(try await acceptor.nextStanding() != first)
    }

    @Test func bothTransportsListenAtOnePort() async throws {
        var acceptor = TestEnd()
        // A port that is free over TCP may be somebody's over UDP.
        var both: (tcp: Endpoint, udp: Endpoint)?
        for _ in 0..<16 where both == nil {
            let tcp = try await acceptor.listen()
            if let udp = try? await acceptor.listen(over: .udp, port: tcp.port) { both = (tcp, udp) }
        }
        let (tcp, udp) = try #require(both)
        #expect(udp.port == tcp.port)
        let opener = TestEnd()
        opener.transport.open(Flow(number: 1), to: tcp)
        guard case .accepted(let first, .tcp, _, _) = try await acceptor.next() else { throw UnexpectedEvent() }
        opener.transport.open(Flow(number: 2), to: udp)
        var events = opener
        _ = try await (events.nextStanding(), events.nextStanding())
        opener.transport.send([1], over: Flow(number: 2))
        guard case .accepted(let second, .udp, _, _) = try await acceptor.next() else { throw UnexpectedEvent() }
        #expect(second.number == first.number + 1)
    }

    @Test func anAddressForAllTellsTheOneThatThePeerSees() async throws {
        var (opener, acceptor) = (TestEnd(), TestEnd())
        let bound = try await acceptor.transport.listen(on: Endpoint(transport: .udp, host: "0.0.0.0", port: 0))
        opener.transport.open(self.flow, to: Endpoint(transport: .udp, host: "127.0.0.1", port: bound.port))
        opener.transport.send([1], over: try await opener.nextStanding())
        guard case .accepted(_, .udp, let local, _) = try await acceptor.next() else { throw UnexpectedEvent() }
        #expect(local == FlowAddress(host: "127.0.0.1", port: bound.port))
    }

    @Test func refusesToListenWhereSomebodyDoes() async throws {
        let (first, second) = (TestEnd(), TestEnd())
        let endpoint = try await first.listen(over: .udp)
        await #expect(throws: NetFailure(.listen, .system(errno: EADDRINUSE), at: "127.0.0.1:\(endpoint.port)")) {
            _ = try await second.transport.listen(on: endpoint)
        }
    }

    @Test func reportsEveryFlowBeforeShutDownReturnsAndNothingAfter() async throws {
        var (opener, acceptor, opened, accepted) = try await TestEnd.connectedPair(over: .udp)
        #expect(try await acceptor.next() == .received(accepted, [0x0D, 0x0A]))
        await opener.transport.shutDown()
        #expect(try await opener.nextEnd(of: opened).cause == .shutDown)
        await acceptor.transport.shutDown()
        #expect(try await acceptor.nextEnd(of: accepted).cause == .shutDown)
        acceptor.transport.open(self.flow, to: Endpoint(transport: .udp, host: "127.0.0.1", port: 1))
        #expect(try await acceptor.nextEnd(of: self.flow).cause == .shutDown)
        let transport = acceptor.transport
        await #expect(throws: NetFailure.self) {
            _ = try await transport.listen(on: Endpoint(transport: .udp, host: "127.0.0.1", port: 0))
        }
    }

    @Test func moreDatagramsThanOneTurnReadsKeepTheirOrder() async throws {
        var (opener, acceptor, opened, accepted) = try await TestEnd.connectedPair(over: .udp)
        #expect(try await acceptor.next() == .received(accepted, [0x0D, 0x0A]))
        // Fewer than what the receiving socket holds unread.
        let octets = (1...UInt8(3 * NetLimits.datagramsPerTurn)).map(\.self)
        for octet in octets { opener.transport.send([octet], over: opened) }
        #expect(try await acceptor.nextOctets(octets.count, of: accepted) == octets)
    }
}
