import Diagnosis
import Testing
import Timeline

/// The lines of a ring of four while the vehicle runs, by the light of a model of it.
@Suite struct RingMonitorTests {
    /// A model whose lines are told to a monitor, ten milliseconds at a time.
    private struct Rig {
        var model = RingModel(count: 4)
        var monitor: RingMonitor
        var now = 0
        var news: [RingWatch.News] = []
        private let senses: [Set<RingMonitor.Sense>]

        init(senses: [Set<RingMonitor.Sense>]? = nil) {
            let units = ["head unit", "amplifier", "telematics unit", "satellite tuner"].map { RingUnit($0) }
            self.senses = senses ?? Array(repeating: Set(RingMonitor.Sense.allCases), count: 4)
            self.monitor = RingMonitor(units, senses: self.senses)
        }

        var instant: Instant { Instant.boot.advanced(by: .milliseconds(self.now)) }

        mutating func run(_ milliseconds: Int) {
            let end = self.now + milliseconds
            while self.now < end {
                self.now += 10
                let reading = self.model.reading
                for (unit, values) in reading.units.enumerated() {
                    self.tell(.supply, unit, values.hasSupply == true)
                    if values.isAlive == true { self.tell(.alive, unit, self.now / 250 % 2 == 0) }
                    self.tell(.light, unit, values.hasLight == true)
                    self.tell(.bypass, unit, values.isBypassed == true)
                }
                guard let due = self.monitor.nextDeadline, due <= self.instant else { continue }
                self.news += self.monitor.deadlineReached(at: self.instant)
                let later = self.monitor.nextDeadline
                #expect(later.map { $0 > self.instant } ?? true, "a deadline that is over is owed no more")
            }
        }

        private mutating func tell(_ sense: RingMonitor.Sense, _ unit: Int, _ isActive: Bool) {
            self.news += self.monitor.told(sense, of: unit, isActive: isActive, at: self.instant)
            self.news += self.monitor.deadlineReached(at: self.instant)
        }
    }

    @Test func aRingThatRunsIsClosedAndHasNoTrouble() {
        var rig = Rig()
        rig.run(30_000)
        #expect(rig.monitor.faults.isEmpty && rig.monitor.verdict == .closed)
        #expect(rig.news == [.closed])
        #expect(rig.monitor.reading(at: rig.instant) == RingModel(count: 4).reading)
    }

    struct Case: Sendable {
        let fault: RingModel.Fault
        let faults: Set<RingMonitor.Fault>
        let verdict: RingVerdict?
    }

    private static let cases = [
        Case(fault: .supply(1), faults: [.noSupply(1), .broken], verdict: .noSupply([1])),
        Case(fault: .supply(0), faults: [.noSupply(0), .broken], verdict: .noSupply([0])),
        Case(fault: .dead(2), faults: [.dead(2), .broken], verdict: .dead(2)),
        Case(fault: .fibre(from: 1), faults: [.broken], verdict: nil),
        Case(fault: .transmitter(3), faults: [.broken], verdict: nil),
        Case(fault: .receiver(2), faults: [.broken], verdict: nil),
    ]

    @Test(arguments: Self.cases.indices)
    func aFaultIsFoundWithinTwoSecondsAndGoneWhenItIsMended(_ index: Int) {
        let (fault, faults, verdict) = (
            Self.cases[index].fault, Self.cases[index].faults, Self.cases[index].verdict
        )
        var rig = Rig()
        rig.run(3_000)
        rig.model.faults = [fault]
        rig.run(1_700)
        #expect(rig.monitor.faults.isEmpty, "not before its time")
        rig.run(600)
        #expect(rig.monitor.faults == faults)
        #expect(rig.monitor.verdict == verdict)
        rig.model.faults = []
        rig.run(400)
        #expect(rig.monitor.faults.isEmpty && rig.monitor.verdict == .closed)
    }

    @Test func aMomentWithoutLightIsCountedAndNoBreak() {
        var rig = Rig()
        rig.run(3_000)
        for _ in 0..<2 {
            rig.model.faults = [.fibre(from: 0)]
            rig.run(150)
            rig.model.faults = []
            rig.run(1_000)
        }
        #expect(rig.monitor.criticalUnlocks == 2 && rig.monitor.faults.isEmpty)
    }

    @Test func aUnitWithALoopInItsPlaceIsNotCalledDead() {
        var rig = Rig()
        rig.run(3_000)
        rig.model.bypassed = [1]
        rig.run(10_000)
        #expect(rig.monitor.faults.isEmpty)
        #expect(rig.monitor.reading(at: rig.instant).units[1].isBypassed == true)
    }

    @Test func aRingThatSleepsIsNotBroken() {
        var rig = Rig()
        rig.run(3_000)
        rig.monitor.sleeps()
        rig.model.isAsleep = true
        rig.run(300_000)
        #expect(rig.monitor.faults.isEmpty && rig.monitor.nextDeadline == nil)
        rig.monitor.wakes(at: rig.instant)
        rig.run(8_000)
        rig.model.isAsleep = false
        rig.run(5_000)
        #expect(rig.monitor.faults.isEmpty && rig.monitor.criticalUnlocks == 0)
        rig.model.faults = [.fibre(from: 1)]
        rig.run(2_500)
        #expect(rig.monitor.faults == [.broken])
        // What was broken stays so over the sleep, until it is proven mended.
        rig.monitor.sleeps()
        rig.model.isAsleep = true
        rig.run(60_000)
        #expect(rig.monitor.faults == [.broken])
        rig.monitor.wakes(at: rig.instant)
        rig.model.isAsleep = false
        rig.run(11_000)
        #expect(rig.monitor.faults == [.broken])
        rig.model.faults = []
        rig.run(1_000)
        #expect(rig.monitor.faults.isEmpty)
    }

    @Test func aRingThatNeverStartsIsBrokenAfterTenSeconds() {
        var rig = Rig()
        rig.model.faults = [.fibre(from: 1)]
        rig.run(9_500)
        #expect(rig.monitor.faults.isEmpty && !rig.monitor.isJudging)
        rig.run(1_000)
        #expect(rig.monitor.faults == [.broken] && rig.monitor.isJudging)
    }

    @Test func momentsWithoutLightAgainAndAgainMakeItUnstable() {
        var rig = Rig()
        rig.run(3_000)
        for moment in 1...3 {
            #expect(!rig.monitor.faults.contains(.unstable), "\(moment)")
            rig.model.faults = [.fibre(from: 0)]
            rig.run(150)
            rig.model.faults = []
            rig.run(10_000)
        }
        #expect(rig.monitor.faults == [.unstable])
        rig.run(580_000)
        #expect(rig.monitor.faults == [.unstable])
        rig.run(20_000)
        #expect(rig.monitor.faults.isEmpty)
    }

    @Test func withoutALineNothingIsClaimed() {
        var rig = Rig(senses: [[.light], [], [.alive], []])
        rig.run(3_000)
        rig.model.faults = [.supply(1)]
        rig.run(3_000)
        #expect(rig.monitor.faults == [.broken] && rig.monitor.verdict == nil)
        rig.model.faults = [.supply(2)]
        rig.run(3_000)
        #expect(rig.monitor.verdict == .deadOrUnpowered(2))
        var blind = Rig(senses: [[.supply], [], [], []])
        blind.model.faults = [.fibre(from: 1)]
        blind.run(5_000)
        #expect(blind.monitor.verdict == .notMonitored)
        var lost = Rig()
        lost.run(3_000)
        lost.monitor.lost(.light, of: 0)
        #expect(lost.monitor.reading(at: lost.instant).isClosed == nil)
    }

    @Test func whatDoesNotBelongToTheRingChangesNothing() {
        var rig = Rig()
        rig.run(1_000)
        let before = rig.monitor
        #expect(rig.monitor.told(.light, of: 4, isActive: false, at: rig.instant) == [])
        #expect(rig.monitor.told(.light, of: -1, isActive: false, at: rig.instant) == [])
        rig.monitor.lost(.light, of: 9)
        #expect(rig.monitor == before)
    }
}
