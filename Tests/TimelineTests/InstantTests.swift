import Testing
import Timeline

@Suite struct InstantTests {
    @Test func advancingAndMeasuringAgree() {
        let start = Instant(nanosecondsSinceBoot: 5)
        let end = start.advanced(by: .milliseconds(20))
        #expect(start.duration(to: end) == .milliseconds(20))
        #expect(end.duration(to: start) == .milliseconds(-20))
        #expect(start < end)
    }

    @Test func staysAtTheLastInstantInsteadOfOverflowing() {
        let far = Instant.boot.advanced(by: .seconds(Int64.max))
        #expect(far.nanosecondsSinceBoot == Int64.max)
        #expect(far.advanced(by: .seconds(1)) == far)
    }

    @Test func theEarliestOfNoDeadlinesIsNone() {
        #expect(Instant.earliest(nil, nil) == nil)
        let first = Instant(nanosecondsSinceBoot: 1)
        #expect(Instant.earliest(nil, Instant(nanosecondsSinceBoot: 2), first) == first)
    }
}
