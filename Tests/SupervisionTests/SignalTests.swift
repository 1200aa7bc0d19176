import Glibc
import Supervision
import Testing

@Suite(.serialized, .timeLimit(.minutes(10))) struct SignalTests {
    @Test func deliversARequestInsteadOfEndingTheProcess() async {
        let (stream, source) = AsyncStream.makeStream(of: Signals.Request.self)
        let signals = Signals { source.yield($0) }
        var requests = stream.makeAsyncIterator()
        for (number, request) in [(SIGHUP, Signals.Request.hangUp), (SIGTERM, .terminate), (SIGINT, .interrupt)] {
            kill(getpid(), number)
            #expect(await requests.next(isolation: #isolation) == request)
        }
        withExtendedLifetime(signals) {}
    }

    @Test func aReaderThatHangsUpIsAnErrorNumber() throws {
        let signals = Signals { _ in }
        var ends: [Int32] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        close(ends[0])
        #expect(unsafe write(ends[1], [0], 1) == -1)
        #expect(errno == EPIPE)
        close(ends[1])
        withExtendedLifetime(signals) {}
    }
}
