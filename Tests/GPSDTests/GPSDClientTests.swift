import GPSD
import NIOCore
import NIOPosix
import Testing
import Timeline

/// The client against a server on loopback that plays gpsd.
@Suite(.timeLimit(.minutes(2)))
struct GPSDClientTests {
    private static let instant = Instant.boot.advanced(by: .seconds(42))
    private static let watch = #"?WATCH={"enable":true,"json":true};"# + "\n"

    /// Says its lines once it has been asked for reports, and then closes or waits.
    private final class Desk: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        private let says: String
        private let closes: Bool
        /// Whether it answers a question.
        private let isAwake: Bool

        init(says: String, closes: Bool, isAwake: Bool) {
            self.says = says
            self.closes = closes
            self.isAwake = isAwake
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            // Each request is one write on loopback, and arrives whole; several may arrive together.
            for line in String(buffer: Self.unwrapInboundIn(data)).split(separator: "\n") {
                switch line + "\n" {
                case GPSDClientTests.watch: self.say(context)
                case "?VERSION;\n": if self.isAwake { self.say(context) }
                default: context.close(promise: nil)
                }
            }
        }

        private func say(_ context: ChannelHandlerContext) {
            let channel = context.channel
            channel.writeAndFlush(ByteBuffer(string: self.says)).assumeIsolated().whenComplete { _ in
                if self.closes { channel.close(promise: nil) }
            }
        }
    }

    private func listen(says: String, closes: Bool, isAwake: Bool = false) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Desk(says: says, closes: closes, isAwake: isAwake))
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
    }

    private func limits() -> GPSDLimits {
        var limits = GPSDLimits()
        limits.firstPause = .milliseconds(1)
        limits.longestPause = .milliseconds(2)
        return limits
    }

    /// Runs a client until `count` events came, and returns them.
    private func events(_ count: Int, port: Int, limits: GPSDLimits) async throws -> [GPSDEvent] {
        let (stream, continuation) = AsyncStream.makeStream(of: GPSDEvent.self, bufferingPolicy: .unbounded)
        let client = GPSDClient(
            host: "127.0.0.1",
            port: port,
            group: MultiThreadedEventLoopGroup.singleton,
            limits: limits,
            now: { Self.instant },
            deliver: { continuation.yield($0) }
        )
        client.start()
        client.start()
        var events: [GPSDEvent] = []
        for await event in stream {
            events.append(event)
            if events.count == count { break }
        }
        await client.stop()
        await client.stop()
        return events
    }

    @Test func asksForReportsAndTellsThem() async throws {
        let server = try await self.listen(
            says: #"{"class":"TPV"}"# + "\r\nno\r\n" + #"{"class":"SKY"}"# + "\n",
            closes: false
        )
        let port = try #require(server.localAddress?.port)
        let events = try await self.events(4, port: port, limits: self.limits())
        #expect(
            events == [
                .connected(at: Self.instant), .report(.tpv(GPSDTPV()), at: Self.instant),
                .problem(.malformed(.unexpectedOctet, octet: 1), at: Self.instant),
                .report(.sky(GPSDSKY()), at: Self.instant),
            ]
        )
        try await server.close()
    }

    @Test func connectsAgainWhenTheConnectionEnds() async throws {
        let server = try await self.listen(says: #"{"class":"TPV"}"# + "\n" + "{", closes: true)
        let port = try #require(server.localAddress?.port)
        let events = try await self.events(8, port: port, limits: self.limits())
        let round: [GPSDEvent] = [
            .connected(at: Self.instant), .report(.tpv(GPSDTPV()), at: Self.instant),
            .problem(.unfinishedLine(octets: 1), at: Self.instant),
            .lost(.closedByPeer, nextAttempt: .milliseconds(1), at: Self.instant),
        ]
        #expect(events == round + round)
        try await server.close()
    }

    @Test func tellsThatNobodyListensAndTriesAgain() async throws {
        let server = try await self.listen(says: "", closes: true)
        let port = try #require(server.localAddress?.port)
        try await server.close()
        let events = try await self.events(3, port: port, limits: self.limits())
        for (event, pause) in zip(events, [1, 2, 2]) {
            guard case .unreachable(let loss, .milliseconds(pause), at: Self.instant) = event else {
                Issue.record("\(event)")
                continue
            }
            #expect(loss.description == "no gpsd listens there (connection refused)")
        }
    }

    @Test func endsAConnectionOnWhichNobodyAnswers() async throws {
        let server = try await self.listen(says: "", closes: false)
        let port = try #require(server.localAddress?.port)
        var limits = self.limits()
        limits.silence = .milliseconds(5)
        let events = try await self.events(3, port: port, limits: limits)
        let lost = GPSDEvent.lost(
            .silent(after: .milliseconds(10)),
            nextAttempt: .milliseconds(1),
            at: Self.instant
        )
        #expect(events == [.connected(at: Self.instant), lost, .connected(at: Self.instant)])
        try await server.close()
    }

    @Test func keepsAConnectionThatAnswersWhenItIsAsked() async throws {
        let server = try await self.listen(says: #"{"class":"VERSION"}"# + "\n", closes: false, isAwake: true)
        let port = try #require(server.localAddress?.port)
        var limits = self.limits()
        limits.silence = .seconds(1)
        let events = try await self.events(3, port: port, limits: limits)
        #expect(events.first == .connected(at: Self.instant))
        #expect(events.dropFirst().allSatisfy { if case .report = $0 { true } else { false } })
        try await server.close()
    }

    @Test(arguments: [
        (#"{"class":"ATT"}"# + "\n", GPSDLoss.tooManyLines(limit: 50)),
        ("xxxxxxxxxxxxxxxx", .tooManyOctets(limit: 4_000)),
    ])
    func endsAConnectionThatFloodsWithWhatTellsNothing(piece: String, expected: GPSDLoss) async throws {
        let server = try await self.listen(says: String(repeating: piece, count: 1_000), closes: false)
        let port = try #require(server.localAddress?.port)
        var limits = self.limits()
        limits.maximumLinesPerSecond = 50
        limits.maximumOctetsPerSecond = piece.hasSuffix("\n") ? 1_000_000 : 4_000
        let events = try await self.events(3, port: port, limits: limits)
        let loss = events.compactMap { if case .lost(let loss, _, _) = $0 { loss } else { nil } }
        #expect(loss.first == expected)
        try await server.close()
    }

    @Test func endsAConnectionThatFloods() async throws {
        let server = try await self.listen(says: String(repeating: "?\n", count: 1_000), closes: false)
        let port = try #require(server.localAddress?.port)
        var limits = self.limits()
        limits.maximumEventsPerSecond = 5
        let events = try await self.events(7, port: port, limits: limits)
        #expect(events.last == .lost(.flooded(limit: 5), nextAttempt: .milliseconds(1), at: Self.instant))
        #expect(events.count { if case .problem = $0 { true } else { false } } == 5)
        try await server.close()
    }
}
