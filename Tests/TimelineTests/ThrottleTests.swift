import Testing
import Timeline

@Suite struct ThrottleTests {
    @Test func letsOnePassPerIntervalAndCountsTheRest() {
        var throttle = Throttle(every: .seconds(1))
        let start = Instant.boot
        #expect(throttle.pass(at: start) == 0)
        #expect(throttle.pass(at: start.advanced(by: .milliseconds(1))) == nil)
        #expect(throttle.pass(at: start.advanced(by: .milliseconds(999))) == nil)
        #expect(throttle.pass(at: start.advanced(by: .seconds(1))) == 2)
        #expect(throttle.pass(at: start.advanced(by: .seconds(5))) == 0)
    }
}
