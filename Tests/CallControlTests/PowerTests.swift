import CallControl
import Testing
import Timeline

/// What the battery has to carry, and what is told of it.
@Suite struct PowerTests {
    /// 1.0 Wh of voice and 2.0 Wh of waiting.
    private static let budget = PowerBudget(capacity: 10, voiceDraw: 6, standbyDraw: 2)

    @Test func aCallAndAnHourTakeTenMinutesOfVoiceAndAnHourOfWaiting() {
        #expect(Self.budget.needed == 3)
        #expect(Self.budget.available(percent: 42) == 4.2)
    }

    @Test(arguments: [(100, 17_100), (30, 4_500), (5, 0), (0, 0)] as [(Int, Int64)])
    func theWaitThatIsLeftKeepsATalkOfFiveMinutes(_ percent: Int, _ seconds: Int64) {
        #expect(Self.budget.standbyLeft(percent: percent) == .seconds(seconds))
    }

    @Test func tooLittleIsToldOnceAndEndsAboveTheLimitOnly() {
        var power = PowerState(budget: Self.budget)
        let news = [100, 30, 29, 28, 30, 32, 33, 29].map { power.read(.init(charge: $0)) }
        let low = { (available: Double) in PowerState.News.insufficient(available: available, needed: 3) }
        #expect(news == [[], [], [low(2.9)], [], [], [], [.sufficient], [low(2.9)]])
    }

    @Test func theLineAndTheSupplyEachTellThatThePowerIsGone() {
        var power = PowerState(budget: nil)
        let first = power.failLine(true)
        #expect(first == [.lost] && power.isOnBattery)
        // The supply knows it too, a little later, and the line is first to know better.
        let supply = [power.read(.init(isOnline: false)), power.failLine(false), power.read(.init(isOnline: true))]
        #expect(supply == [[], [], [.back]])
        #expect(!power.isOnBattery)
    }

    @Test func withoutASupplyThePowerCountsAsThere() {
        var power = PowerState(budget: Self.budget)
        let news = power.read(.init())
        #expect(news == [] && !power.isOnBattery && power.charge == nil)
    }

    @Test func whatIsWrongWithTheBatteryIsToldAndItsEndToo() {
        var power = PowerState(budget: nil)
        let news = ["hot", "hot", "dead", nil].map { power.read(.init(trouble: $0)) }
        #expect(news == [[.battery(trouble: "hot")], [], [.battery(trouble: "dead")], [.batteryGood]])
    }
}
