import Diagnosis
import Testing
import Timeline

/// The ring while the vehicle runs.
@Suite struct RingWatchTests {
    private func at(_ milliseconds: Int) -> Instant { Instant.boot.advanced(by: .milliseconds(milliseconds)) }

    private func running() -> RingWatch {
        var watch = RingWatch()
        _ = watch.lit(at: self.at(0))
        return watch
    }

    @Test func lightThatIsAwayForTwoSecondsIsABrokenRing() {
        var watch = self.running()
        #expect(watch.dark(at: self.at(1_000)) == [])
        #expect(watch.nextDeadline == self.at(3_000))
        #expect(watch.deadlineReached(at: self.at(2_999)) == [] && !watch.isBroken)
        #expect(watch.deadlineReached(at: self.at(3_000)) == [.broken(since: self.at(1_000))])
        #expect(watch.isBroken && watch.nextDeadline == nil && watch.criticalUnlocks == 0)
    }

    @Test func aRingThatIsDarkFromTheStartIsBrokenToo() {
        var watch = RingWatch()
        #expect(watch.dark(at: self.at(0)) == [])
        #expect(watch.deadlineReached(at: self.at(2_000)) == [.broken(since: self.at(0))])
    }

    @Test func lightHasToStayForTheRingToBeClosedAgain() {
        var watch = self.running()
        _ = watch.dark(at: self.at(1_000))
        _ = watch.deadlineReached(at: self.at(3_000))
        #expect(watch.lit(at: self.at(5_000)) == [] && watch.isBroken)
        #expect(watch.dark(at: self.at(5_050)) == [])
        #expect(watch.deadlineReached(at: self.at(5_200)) == [] && watch.isBroken)
        _ = watch.lit(at: self.at(6_000))
        #expect(watch.deadlineReached(at: self.at(6_100)) == [.closed])
        #expect(!watch.isBroken)
    }

    @Test func aMomentWithoutLightCountsFromSeventyMillisecondsOn() {
        var watch = self.running()
        for (from, to) in [(1_000, 1_070), (2_000, 2_071), (3_000, 4_999)] {
            _ = watch.dark(at: self.at(from))
            let news = watch.lit(at: self.at(to))
            #expect(news == (to - from > 70 ? [.criticalUnlock(.milliseconds(to - from))] : []))
        }
        #expect(watch.criticalUnlocks == 2 && !watch.isBroken)
    }

    @Test func repetitionsChangeNothing() {
        var watch = RingWatch()
        #expect(watch.lit(at: self.at(0)) == [.closed])
        #expect(watch.lit(at: self.at(10)) == [])
        #expect(watch.deadlineReached(at: self.at(20)) == [])
        _ = watch.dark(at: self.at(100))
        #expect(watch.dark(at: self.at(1_000)) == [])
        #expect(watch.nextDeadline == self.at(2_100))
    }
}
