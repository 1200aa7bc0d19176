import Testing
import Timeline

@testable import GPSD

@Suite struct ReconnectionTests {
    @Test func pausesDoubleUpToTheLongestUntilSomethingIsReported() {
        var reconnection = Reconnection(GPSDLimits())
        let pauses = (0..<7).map { _ in reconnection.pause() }
        #expect(pauses == [1, 2, 4, 8, 16, 30, 30].map { .seconds($0) })
        reconnection.succeeded()
        #expect(reconnection.pause() == .seconds(1))
    }

    @Test func aSecondHasItsNumberOfEvents() {
        var budget = EventBudget(limit: 3)
        let at = { (milliseconds: Int) in Instant.boot.advanced(by: .milliseconds(milliseconds)) }
        #expect([0, 0, 999, 999, 1_000].map { budget.allows(at: at($0)) } == [true, true, true, false, true])
    }
}
