import Center
import NIOCore
import NIOPosix
import Net
import SIP
import Supervision
import Synchronization
import Timeline

/// A response center of its own thread and TCP port that notes when the first octets of each INVITE reach it.
///
/// It answers at once, clears each established call down at once, and keeps no record, so that it takes nothing of the
/// disk from the vehicle that is measured.
final class MeasuredCenter: Sendable {
    /// Events that may wait: one call at a time makes a handful.
    private static let mailboxCapacity = 1_024
    /// How an INVITE begins on the wire.
    private static let invite = Array("INVITE ".utf8)

    private let group: MultiThreadedEventLoopGroup
    private let transport: SIPTransport
    private let loop: LateLoop
    /// When the first octets of each INVITE had been read.
    let arrivals: AsyncStream<Instant>

    /// The loop, once it is there: the transport is made first and knows it only then.
    private final class LateLoop: Sendable {
        private let loop = Mutex<Loop<Body>?>(nil)

        func set(_ loop: Loop<Body>?) { self.loop.withLock { $0 = loop } }

        func post(_ input: CenterInput) { self.loop.withLock { $0 }?.post(input) }
    }

    init(reply: CenterConfiguration.Reply) {
        let late = LateLoop()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (arrivals, continuation) = AsyncStream.makeStream(of: Instant.self)
        let transport = SIPTransport(group: group) { event in
            // A keep-alive, empty lines, may come in the same read and before the INVITE.
            if case .received(_, let octets) = event, octets.drop(while: { $0 < 0x20 }).starts(with: Self.invite) {
                continuation.yield(MonotonicClock.now())
            }
            late.post(.net(event))
        }
        self.group = group
        self.transport = transport
        self.loop = late
        self.arrivals = arrivals
        var configuration = CenterConfiguration()
        configuration.ringing = .zero
        configuration.reply = reply
        let center = Center(
            configuration: configuration,
            boot: "benchmark",
            random: SystemRandomNumberGenerator(),
            agentRandom: SystemRandomNumberGenerator()
        )
        late.set(
            Loop<Body>(on: group.next(), capacity: Self.mailboxCapacity) { _ in
                Body(center, transport: transport, post: late.post)
            }
        )
    }

    /// Listens on loopback and returns the port it got.
    func listen() async throws -> UInt16 {
        try await self.transport.listen(on: Endpoint(transport: .tcp, host: "127.0.0.1", port: 0)).port
    }

    func stop() async throws {
        await self.transport.shutDown()
        self.loop.set(nil)
        try await self.group.shutdownGracefully()
    }

    /// What only the loop touches.
    private final class Body: LoopBody {
        private var center: Center
        private let transport: SIPTransport
        private let post: @Sendable (CenterInput) -> Void

        init(_ center: Center, transport: SIPTransport, post: @escaping @Sendable (CenterInput) -> Void) {
            self.center = center
            self.transport = transport
            self.post = post
        }

        var nextDeadline: Instant? { self.center.nextDeadline }

        func handle(_ event: CenterInput, at now: Instant) {
            self.perform(self.center.step(event, at: Self.moment(now)))
            if case .net(.received(let flow, _)) = event { self.transport.handled(flow) }
        }

        func deadlineReached(at now: Instant) {
            self.perform(self.center.deadlineReached(at: Self.moment(now)))
        }

        func overflowed(by count: Int, at now: Instant) {
            self.handle(.overflow(count), at: now)
        }

        private static func moment(_ now: Instant) -> Moment {
            Moment(instant: now, wall: WallClock.now())
        }

        private func perform(_ outputs: [CenterOutput]) {
            for output in outputs {
                switch output {
                case .send(let octets, let flow): self.transport.send(octets, over: flow)
                case .close(let flow): self.transport.close(flow)
                case .hold(let flow, let isHeld): self.transport.hold(flow, isHeld)
                case .write(let batch, _): self.post(.written(batch: batch, nil))
                case .show(let event):
                    guard event.kind == .established, let call = event.call else { break }
                    self.post(.command(.clearDown(call)))
                }
            }
        }
    }
}
