import CallControl
import Testing
import Timeline

/// Checks come at random times, never right behind a start, and failures are retried before they count.
@Suite struct SelfCheckScheduleTests {
    private static let interval = Duration.seconds(30 * 86_400)

    private static func opened(
        _ interval: Duration? = SelfCheckScheduleTests.interval,
        ago: Duration?,
        start: Double = 0,
        share: Double = 0
    ) -> SelfCheckSchedule {
        var schedule = SelfCheckSchedule(interval: interval)
        schedule.opened(lastAgo: ago, shares: (start, share), at: at(0))
        return schedule
    }

    @Test func withoutAnIntervalThereIsNone() {
        #expect(Self.opened(nil, ago: nil).dueAt == nil)
    }

    @Test(arguments: [(0.0, 1_800.0), (0.5, 2_700), (0.999, 3_598.2)])
    func whereNobodyKnowsOfACheckTheFirstComesHalfAnHourToAnHourBehindTheStart(_ share: Double, _ due: Double) {
        #expect(Self.opened(ago: nil, start: share).dueAt == at(due))
        #expect(Self.opened(ago: .seconds(40_000_000), start: share).dueAt == at(due))
    }

    @Test(arguments: [(0.0, 14.0), (0.5, 29), (0.999, 43.97)])
    func aCheckOfYesterdayIsFollowedHalfToOneAndAHalfIntervalsLater(_ share: Double, _ days: Double) {
        #expect(Self.opened(ago: .seconds(86_400), share: share).dueAt == at(days * 86_400))
    }

    @Test func theThirdFailureInARowIsAFaultAndAnythingGoodEndsTheRow() {
        var schedule = Self.opened(ago: nil)
        let results = [false, false, true, false, false, false, false].map { isGood in
            schedule.began(IncidentID("a"))
            return schedule.ended(isGood: isGood, share: 0, at: at(10_000))
        }
        #expect(results == [false, false, false, false, false, true, true])
    }

    @Test func aFailureIsTriedAgainWithinTheHourAndAHalf() {
        var schedule = Self.opened(ago: nil)
        schedule.began(IncidentID("a"))
        #expect(schedule.dueAt == nil && schedule.calling == IncidentID("a"))
        _ = schedule.ended(isGood: false, share: 0.999, at: at(0))
        #expect(schedule.dueAt.map { $0 > at(1_800) && $0 < at(5_400) } == true)
    }

    @Test func anotherAddressMakesACheckDueOnceADay() {
        var schedule = Self.opened(ago: .seconds(86_400))
        schedule.addressChanged(share: 0, at: at(100_000))
        #expect(schedule.dueAt == at(100_900))
        schedule.began(IncidentID("a"))
        _ = schedule.ended(isGood: true, share: 0, at: at(100_900))
        let due = schedule.dueAt
        schedule.addressChanged(share: 0, at: at(150_000))
        #expect(schedule.dueAt == due)
        schedule.addressChanged(share: 0, at: at(190_000))
        #expect(schedule.dueAt == at(190_900))
    }

    @Test func anotherAddressNeverPostponesOne() {
        var schedule = Self.opened(ago: nil)
        schedule.addressChanged(share: 0.999, at: at(1_700))
        #expect(schedule.dueAt == at(1_800))
    }
}
