import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import NIOPosix
import Supervision
import Synchronization
import Testing
import Timeline

@Suite(.timeLimit(.minutes(10))) struct LoopTests {
    private let eventLoop = NIOAsyncTestingEventLoop()
    private let trace = Trace()

    @Test func handlesEventsInTheOrderOfTheirArrival() async {
        let loop = self.makeLoop { [trace] _ in TestBody(trace) }
        for event in 1...3 { loop.post(event) }
        await self.eventLoop.run()
        #expect(self.trace.steps == [.handled(1), .handled(2), .handled(3)])
    }

    @Test func countsWhatTheMailboxCannotHold() async {
        let loop = self.makeLoop(capacity: 3) { [trace] loop in
            for event in 1...5 { loop.post(event) }
            return TestBody(trace)
        }
        await self.eventLoop.run()
        #expect(self.trace.steps == [.overflowed(2), .handled(1), .handled(2), .handled(3)])
        loop.post(6)
        await self.eventLoop.run()
        #expect(self.trace.steps.last == .handled(6))
    }

    @Test func countsWhatABodyPostsBeyondItsOwnMailbox() async {
        let loop = self.makeLoop(capacity: 2) { [trace] loop in
            TestBody(trace) { event, _ in
                guard event == 1 else { return }
                for more in 2...4 { loop.post(more) }
            }
        }
        loop.post(1)
        await self.eventLoop.run()
        #expect(self.trace.steps == [.handled(1), .overflowed(1), .handled(2), .handled(3)])
    }

    @Test func reachesTheDeadlineAtItsInstantAndOnce() async {
        let due = Instant(nanosecondsSinceBoot: 5_000_000)
        let loop = self.makeLoop { [trace] _ in
            let body = TestBody(trace)
            body.nextDeadline = due
            return body
        }
        await self.eventLoop.advanceTime(by: .nanoseconds(4_999_999))
        #expect(self.trace.steps.isEmpty)
        await self.eventLoop.advanceTime(by: .nanoseconds(1))
        await self.eventLoop.advanceTime(by: .seconds(10))
        #expect(self.trace.steps == [.deadlineReached(due)])
        loop.stop()
    }

    @Test func followsADeadlineThatMovesInEitherDirection() async {
        let instants = [9, 3, 6].map { Instant(nanosecondsSinceBoot: $0 * 1_000_000) }
        let loop = self.makeLoop { [trace] _ in
            TestBody(trace) { event, body in body.nextDeadline = instants[event] }
        }
        for event in instants.indices {
            loop.post(event)
            await self.eventLoop.run()
        }
        await self.eventLoop.advanceTime(by: .milliseconds(20))
        let reached = self.trace.steps.filter { if case .deadlineReached = $0 { true } else { false } }
        #expect(reached.count == 1)
        #expect(self.trace.steps.last == .deadlineReached(self.instant(after: .milliseconds(6))))
    }

    @Test func forgetsADeadlineThatWasWithdrawn() async {
        let loop = self.makeLoop { [trace] _ in
            TestBody(trace) { event, body in
                body.nextDeadline = event == 1 ? Instant(nanosecondsSinceBoot: 3_000_000) : nil
            }
        }
        loop.post(1)
        await self.eventLoop.run()
        loop.post(2)
        await self.eventLoop.advanceTime(by: .milliseconds(20))
        #expect(self.trace.steps == [.handled(1), .handled(2)])
    }

    @Test func aDueDeadlineComesBeforeTheEventsOfItsTurn() async {
        let loop = self.makeLoop { [trace] loop in
            for event in 1...(LoopLimits.maximumEventsPerTurn + 1) { loop.post(event) }
            return TestBody(trace) { event, body in
                if event == 1 { body.nextDeadline = .boot }
            }
        }
        await self.eventLoop.advanceTime(by: .milliseconds(1))
        loop.stop()
        let steps = self.trace.steps
        #expect(steps.suffix(2) == [.deadlineReached(.boot), .handled(LoopLimits.maximumEventsPerTurn + 1)])
    }

    @Test func neverReEntersTheBody() async throws {
        let loop = self.makeLoop { [trace] loop in
            // The body checks by itself that it is not running when it is called.
            TestBody(trace) { event, _ in if event < 5 { loop.post(event + 1) } }
        }
        try await self.eventLoop.executeInContext { loop.post(1) }
        #expect(self.trace.steps == (1...5).map { .handled($0) })
    }

    @Test func handlesAtOnceWhatIsPostedOnTheEventLoop() async throws {
        let loop = self.makeLoop { [trace] _ in TestBody(trace) }
        await self.eventLoop.run()
        let (trace, turns) = (self.trace, loop.turns)
        let stepsInside = try await self.eventLoop.executeInContext {
            loop.post(1)
            return trace.steps
        }
        #expect(stepsInside == [.handled(1)])
        #expect(loop.turns == turns + 1)
    }

    @Test func givesTheEventLoopBackBetweenTurns() async {
        let count = LoopLimits.maximumEventsPerTurn * 2
        let loop = self.makeLoop { [trace, eventLoop] loop in
            TestBody(trace) { event, _ in
                guard event == 0 else { return }
                for more in 1...count { loop.post(more) }
                eventLoop.execute { trace.append(.elsewhere) }
            }
        }
        loop.post(0)
        await self.eventLoop.advanceTime(by: .milliseconds(1))
        #expect(self.trace.steps.firstIndex(of: .elsewhere) == LoopLimits.maximumEventsPerTurn)
        #expect(self.trace.steps.last == .handled(count))
    }

    @Test func itsSocketsAreReadThoughEventsNeverEnd() async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let wasRead = NIOLockedValueBox(false)
        let channel = try await DatagramBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        ReadingNoted { wasRead.withLockedValue { $0 = true } }
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let done = eventLoop.makePromise(of: Int?.self)
        let loop = Loop(on: eventLoop, capacity: 10) { [trace] loop in
            TestBody(trace) { event, _ in
                if event == 0, let address = channel.localAddress {
                    let datagram = AddressedEnvelope(remoteAddress: address, data: ByteBuffer(string: "to itself"))
                    channel.writeAndFlush(datagram, promise: nil)
                }
                if wasRead.withLockedValue({ $0 }) { return done.succeed(event) }
                // A loop that never looks is found out, and does not hang.
                if event == 100_000 { return done.succeed(nil) }
                loop.post(event + 1)
            }
        }
        loop.post(0)
        let events = try await done.futureResult.get()
        #expect(events != nil)
        loop.stop()
        try await channel.close()
    }

    @Test func afterAProcessThatStoodStillTheRestIsHandledWithinMilliseconds() async {
        let standstill = NIOLockedValueBox(Duration.zero)
        let eventLoop = self.eventLoop
        let count = LoopLimits.maximumEventsPerTurn + 1
        let loop = Loop<TestBody>(
            on: eventLoop,
            capacity: 1_000,
            now: {
                Instant(nanosecondsSinceBoot: Int64(eventLoop.now.uptimeNanoseconds))
                    .advanced(by: standstill.withLockedValue(\.self))
            },
            makeBody: { [trace] loop in
                for event in 1...count { loop.post(event) }
                return TestBody(trace) { event, _ in
                    if event == 1 { standstill.withLockedValue { $0 = .seconds(60) } }
                }
            }
        )
        await eventLoop.run()
        #expect(self.trace.steps.count == count - 1)
        await eventLoop.advanceTime(by: TimeAmount(LoopLimits.maximumPause))
        #expect(self.trace.steps.last == .handled(count))
        loop.stop()
    }

    @Test func aStoppedLoopHandlesNothingAnyMore() async {
        let loop = self.makeLoop { [trace] _ in
            let body = TestBody(trace)
            body.nextDeadline = Instant(nanosecondsSinceBoot: 1_000_000)
            return body
        }
        loop.post(1)
        await self.eventLoop.run()
        loop.stop()
        loop.post(2)
        await self.eventLoop.advanceTime(by: .milliseconds(20))
        #expect(self.trace.steps == [.handled(1)])
        loop.post(3)
        await self.eventLoop.run()
        #expect(self.trace.steps == [.handled(1)])
    }

    @Test func countsEveryEventOfManyThreadsExactlyOnce() async throws {
        let (threads, perThread) = (8, 2_000)
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let done = eventLoop.makePromise(of: Tally.self)
        let loop = Loop(on: eventLoop, capacity: 100) { _ in CountingBody(until: threads * perThread, done) }
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<threads {
                group.addTask { @concurrent in
                    for event in 0..<perThread { loop.post(thread * perThread + event) }
                }
            }
        }
        let tally = try await done.futureResult.get()
        #expect(tally.handled.count + tally.lost == threads * perThread)
        #expect(Set(tally.handled).count == tally.handled.count)
        for thread in 0..<threads {
            let own = tally.handled.filter { $0 / perThread == thread }
            #expect(own == own.sorted())
        }
        loop.stop()
    }

    private func makeLoop(
        capacity: Int = 1_000,
        makeBody: @escaping @Sendable (Loop<TestBody>) -> TestBody
    ) -> Loop<TestBody> {
        let eventLoop = self.eventLoop
        return Loop(
            on: eventLoop,
            capacity: capacity,
            now: { Instant(nanosecondsSinceBoot: Int64(eventLoop.now.uptimeNanoseconds)) },
            makeBody: makeBody
        )
    }

    private func instant(after duration: Duration) -> Instant {
        .boot.advanced(by: duration)
    }
}

/// Tells that something was read.
private final class ReadingNoted: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let note: @Sendable () -> Void

    init(_ note: @escaping @Sendable () -> Void) { self.note = note }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { self.note() }
}

/// What became of the events of `CountingBody`.
private struct Tally: Sendable {
    var handled: [Int] = []
    var lost = 0
}

/// Counts until as many events were handled or lost as the test posted.
private final class CountingBody: LoopBody {
    private let expected: Int
    private let done: EventLoopPromise<Tally>
    private var tally = Tally()
    let nextDeadline: Instant? = nil

    init(until expected: Int, _ done: EventLoopPromise<Tally>) {
        self.expected = expected
        self.done = done
    }

    func handle(_ event: Int, at now: Instant) {
        self.tally.handled.append(event)
        self.finishWhenComplete()
    }

    func overflowed(by count: Int, at now: Instant) {
        self.tally.lost += count
        self.finishWhenComplete()
    }

    func deadlineReached(at now: Instant) {}

    private func finishWhenComplete() {
        if self.tally.handled.count + self.tally.lost == self.expected { self.done.succeed(self.tally) }
    }
}
