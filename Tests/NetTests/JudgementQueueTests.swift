import Dispatch
import NIOCore
import SIP
import NIOConcurrencyHelpers
import Testing

@testable import Net

/// Where and when certificates are judged.
@Suite(.timeLimit(.minutes(10))) struct JudgementQueueTests {
    /// Judgements that go on when they are told to, and how many run.
    private final class Gate: Sendable {
        private let mayGoOn = DispatchSemaphore(value: 0)
        private let running = NIOLockedValueBox((now: 0, most: 0))

        func pass() {
            self.running.withLockedValue { ($0.now, $0.most) = ($0.now + 1, max($0.most, $0.now + 1)) }
            self.mayGoOn.wait()
            self.running.withLockedValue { $0.now -= 1 }
        }

        func open(times: Int) {
            for _ in 0..<times { self.mayGoOn.signal() }
        }

        var most: Int { self.running.withLockedValue { $0.most } }
    }

    @Test func noMoreRunAtOnceThanThereAreThreads() async throws {
        let (queue, gate) = (JudgementQueue(threads: 2, places: 8), Gate())
        let tasks = (0..<8).compactMap { _ in queue.judge { gate.pass() } }
        gate.open(times: tasks.count)
        for task in tasks { await task.value }
        #expect(tasks.count == 8)
        #expect(gate.most <= 2)
    }

    @Test func noMoreWaitThanThereArePlaces() async throws {
        let (queue, gate) = (JudgementQueue(threads: 1, places: 2), Gate())
        let tasks = (0..<3).map { _ in queue.judge { gate.pass() } }
        #expect(tasks.map { $0 == nil } == [false, false, true])
        gate.open(times: 2)
        for task in tasks { await task?.value }
        #expect(queue.judge {} != nil, "a judgement that has ended gives its place back")
    }

    @Test func theThreadsOfAllOtherWorkAreLeftAlone() async throws {
        // More than the pool of Swift's concurrency has threads on any machine of ours.
        let (queue, gate) = (JudgementQueue(threads: 128, places: 128), Gate())
        let tasks = (0..<128).compactMap { _ in queue.judge { gate.pass() } }
        #expect(await Task { 7 }.value == 7)
        gate.open(times: tasks.count)
        for task in tasks { await task.value }
    }

    @Test func aChainIsNotJudgedWhenItsConnectionIsGoneBeforeItsTurn() async throws {
        let (queue, gate, bench) = (JudgementQueue(threads: 1, places: 8), Gate(), try TLSBench())
        let busy = try #require(queue.judge { gate.pass() })
        let judged = NIOLockedValueBox(0)
        let clock: @Sendable () -> TrustedTime = {
            judged.withLockedValue { $0 += 1 }
            return TLSBench.clock()()
        }
        var limits = NetLimits()
        limits.handshakeTimeout = .milliseconds(500)
        var opener = TestEnd(limits: limits, lookup: .answering("127.0.0.1"), judgements: queue)
        let server = try TLSServer(try bench.center(), clock: TLSBench.clock())
        let acceptor = TestEnd(limits: TLSBench.limits)
        let address = try await acceptor.transport.listen(
            on: Endpoint(transport: .tls, host: "127.0.0.1", port: 0),
            tls: server
        )
        opener.transport.open(
            Flow(number: 1),
            to: Endpoint(transport: .tls, host: TLSBench.host, port: address.port),
            tls: .success(try bench.client(clock: clock))
        )
        #expect(try await opener.nextEnd(of: Flow(number: 1)).cause == .timedOut(after: .milliseconds(500)))
        gate.open(times: 1)
        await busy.value
        await queue.judge {}?.value
        #expect(judged.withLockedValue { $0 } == 0)
    }
}
