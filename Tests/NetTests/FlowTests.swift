import Dispatch
import Glibc
import NIOCore
import NIOPosix
import SIP
import Synchronization
import Testing

@testable import Net

@Suite(.timeLimit(.minutes(10))) struct FlowTests {
    private let flow = Flow(number: 7)

    @Test func keepsTheOrderOfAThousandSmallSends() async throws {
        var (opener, acceptor, opened, accepted) = try await TestEnd.connectedPair()
        let pieces = (0..<1_000).map { Array("\($0);".utf8) }
        for piece in pieces { opener.transport.send(piece, over: opened) }
        let expected = pieces.flatMap(\.self)
        #expect(try await acceptor.nextOctets(expected.count, of: accepted) == expected)
        acceptor.transport.send(Array("back".utf8), over: accepted)
        #expect(try await opener.nextOctets(4, of: opened) == Array("back".utf8))
    }

    @Test func handsOctetsToTheKernelBeforeSendReturns() async throws {
        var acceptor = TestEnd()
        let endpoint = try await acceptor.listen()
        let client = try RawSocket(connectedTo: endpoint)
        let accepted = try await acceptor.nextStanding()
        let (transport, descriptor) = (acceptor.transport, client.descriptor)
        let arrived = try await transport.eventLoop.submit {
            transport.send([1, 2, 3], over: accepted)
            return RawSocket.arrived(at: descriptor)
        }.get()
        #expect(arrived == [1, 2, 3])
        withExtendedLifetime(client) {}
    }

    @Test func deliversALargeMessageInBoundedReads() async throws {
        var (opener, acceptor, opened, accepted) = try await TestEnd.connectedPair()
        let message = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        opener.transport.send(message, over: opened)
        var received: [UInt8] = []
        while received.count < message.count {
            guard case .received(accepted, let octets) = try await acceptor.next() else { throw UnexpectedEvent() }
            #expect((1...NetLimits.readSize).contains(octets.count))
            received += octets
        }
        #expect(received == message)
        opener.transport.close(opened)
    }

    @Test func closesAFlowWhosePeerDoesNotRead() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port.flatMap(UInt16.init(exactly:)))
        var limits = NetLimits()
        limits.maximumBacklog = 10_000
        var opener = TestEnd(limits: limits)
        opener.transport.open(self.flow, to: Endpoint(transport: .tcp, host: "127.0.0.1", port: port))
        _ = try await opener.nextStanding()
        // More than the kernel's buffers of both ends take.
        let piece = [UInt8](repeating: 0, count: 1_000_000)
        for _ in 0..<40 { opener.transport.send(piece, over: self.flow) }
        let failure = try await opener.nextEnd(of: self.flow)
        #expect(failure.cause == .backlogExceeded(limit: 10_000))
        #expect(failure.description == "127.0.0.1:\(port) does not read: more than 10000 octets are waiting")
        try await server.close()
    }

    @Test func acceptsNoMoreConnectionsThanItsLimit() async throws {
        var limits = NetLimits()
        limits.maximumAccepted = 1
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        var (opener, acceptor) = (TestEnd(on: loop), TestEnd(on: loop, limits: limits))
        let endpoint = try await acceptor.listen()
        let flows = (0..<3).map { Flow(number: $0) }
        opener.transport.open(flows[0], to: endpoint)
        _ = try await opener.nextStanding()
        let first = try await acceptor.nextStanding()
        opener.transport.open(flows[1], to: endpoint)
        #expect(try await opener.nextStanding() == flows[1])
        #expect(try await opener.nextEnd(of: flows[1]).cause == .closedByPeer)
        #expect(acceptor.transport.refusedConnections == 1)
        acceptor.transport.close(first)
        #expect(try await acceptor.nextEnd(of: first).cause == .closedHere)
        #expect(try await opener.nextEnd(of: flows[0]).cause == .closedByPeer)
        opener.transport.open(flows[2], to: endpoint)
        #expect(try await opener.nextStanding() == flows[2])
        let second = try await acceptor.nextStanding()
        #expect(second.number == first.number + 1)
    }

    @Test(arguments: [true, false]) func eitherSideClosingIsReportedOnceAtBothEnds(openerCloses: Bool) async throws {
        var (opener, acceptor, opened, accepted) = try await TestEnd.connectedPair()
        for _ in 0..<2 {
            if openerCloses {
                opener.transport.close(opened)
            } else {
                acceptor.transport.close(accepted)
            }
        }
        let near = try await opener.nextEnd(of: opened)
        let far = try await acceptor.nextEnd(of: accepted)
        #expect(near.cause == (openerCloses ? .closedHere : .closedByPeer))
        #expect(far.cause == (openerCloses ? .closedByPeer : .closedHere))
        // Neither end has anything more to say about the flow.
        for end in [opener, acceptor] {
            var end = end
            end.transport.send([1], over: openerCloses ? opened : accepted)
            end.transport.open(Flow(number: 2), to: Endpoint(transport: .udp, host: "255.255.255.255", port: 1))
            #expect(try await end.nextEnd(of: Flow(number: 2)).errno == EACCES)
        }
    }

    @Test func namesAResetAsSuch() async throws {
        var acceptor = TestEnd()
        let endpoint = try await acceptor.listen()
        do {
            let client = try RawSocket(connectedTo: endpoint)
            _ = try await acceptor.nextStanding()
            client.resetOnClose()
        }
        let failure = try await acceptor.nextEnd(of: Flow(number: SIPTransport.firstAcceptedFlow))
        #expect(failure.errno == ECONNRESET)
        #expect(failure.description.hasPrefix("connection reset by 127.0.0.1:"))
    }

    @Test func aPeerIsReadNoFasterThanItsShareAndLosesNothing() async throws {
        var limits = NetLimits()
        limits.octetsPerSecond = 200 * NetLimits.readSize
        var acceptor = TestEnd()
        let endpoint = try await acceptor.listen()
        var opener = TestEnd(limits: limits)
        opener.transport.open(Flow(number: 1), to: endpoint)
        _ = try await opener.nextStanding()
        let flow = try await acceptor.nextStanding()
        let portion = [UInt8](repeating: 7, count: NetLimits.readSize)
        for _ in 0..<64 { acceptor.transport.send(portion, over: flow) }
        let begun = NIODeadline.now()
        var read = 0
        while read < 64 * portion.count {
            guard case .received(_, let octets) = try await opener.next() else { throw UnexpectedEvent() }
            read += octets.count
        }
        // Twenty portions in each tenth of a second: three have to pass, with more than the kernel keeps.
        #expect(NIODeadline.now() - begun >= .milliseconds(200))
        await opener.transport.shutDown()
        await acceptor.transport.shutDown()
    }

    @Test func outlivesAPeerThatResetsBeforeItWasAccepted() async throws {
        // A loop of its own, because it is held up.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var acceptor = TestEnd(on: group)
        let endpoint = try await acceptor.listen()
        let isHeld = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
        let mayGoOn = DispatchSemaphore(value: 0)
        acceptor.transport.eventLoop.execute {
            isHeld.succeed()
            mayGoOn.wait()
        }
        try await isHeld.futureResult.get()
        do {
            let client = try RawSocket(connectedTo: endpoint)
            client.resetOnClose()
        }
        let patient = try RawSocket(connectedTo: endpoint)
        mayGoOn.signal()
        // The next connection may be the reset one, if the kernel still knew its peer; the patient one comes anyway.
        var flow = try await acceptor.nextStanding()
        if flow.number == SIPTransport.firstAcceptedFlow {
            _ = try await acceptor.nextEnd(of: flow)
            flow = try await acceptor.nextStanding()
        }
        acceptor.transport.send([9], over: flow)
        await acceptor.transport.shutDown()
        #expect(patient.arrived() == [9])
        try await group.shutdownGracefully()
    }

    @Test func reportsEveryFlowBeforeShutDownReturnsAndNothingAfter() async throws {
        var (opener, acceptor, opened, accepted) = try await TestEnd.connectedPair()
        await opener.transport.shutDown()
        #expect(try await opener.nextEnd(of: opened).cause == .shutDown)
        #expect(try await acceptor.nextEnd(of: accepted).cause == .closedByPeer)
        opener.transport.open(Flow(number: 2), to: Endpoint(transport: .tcp, host: "127.0.0.1", port: 1))
        #expect(try await opener.nextEnd(of: Flow(number: 2)).cause == .shutDown)
        let transport = opener.transport
        await #expect(throws: NetFailure.self) {
            _ = try await transport.listen(on: Endpoint(transport: .tcp, host: "127.0.0.1", port: 0))
        }
        await opener.transport.shutDown()
    }

    @Test func refusesToListenWhereSomebodyDoes() async throws {
        let (first, second) = (TestEnd(), TestEnd())
        let endpoint = try await first.listen()
        let place = "127.0.0.1:\(endpoint.port)"
        await #expect(throws: NetFailure(.listen, .system(errno: EADDRINUSE), at: place)) {
            _ = try await second.transport.listen(on: endpoint)
        }
        await #expect(throws: NetFailure(.listen, .notNumeric, at: "localhost:0")) {
            _ = try await second.transport.listen(on: Endpoint(transport: .tcp, host: "localhost", port: 0))
        }
    }

    @Test func aFlowIsReadNoFurtherWhileItsLastReadingIsNotHandled() async throws {
        let (readings, source) = AsyncStream.makeStream(of: Flow.self)
        let count = Mutex(0)
        let transport = SIPTransport(group: MultiThreadedEventLoopGroup.singleton) { event in
            guard case .received(let flow, _) = event else { return }
            count.withLock { $0 += 1 }
            source.yield(flow)
        }
        let address = try await transport.listen(on: Endpoint(transport: .tcp, host: "127.0.0.1", port: 0))
        let peer = try RawSocket(connectedTo: Endpoint(transport: .tcp, host: address.host, port: address.port))
        let octets = [UInt8](repeating: 1, count: 3 * NetLimits.readSize)
        #expect(unsafe Glibc.send(peer.descriptor, octets, octets.count, 0) == octets.count)
        var told = readings.makeAsyncIterator()
        let flow = try #require(await told.next(isolation: #isolation))
        // Turns of the loop, in which it would read what waits.
        for _ in 0..<8 { try await transport.eventLoop.submit {}.get() }
        #expect(count.withLock { $0 } == NetLimits.unhandledReadings)
        transport.handled(flow)
        #expect(await told.next(isolation: #isolation) == flow)
        for _ in 0..<8 { try await transport.eventLoop.submit {}.get() }
        #expect(count.withLock { $0 } == NetLimits.unhandledReadings + 1)
        transport.allHandled()
        #expect(await told.next(isolation: #isolation) == flow)
        await transport.shutDown()
    }
}
