import CallControl
import Testing
import Timeline

@Suite struct DebouncerTests {
    private func at(_ milliseconds: Int) -> Instant {
        .boot.advanced(by: .milliseconds(milliseconds))
    }

    @Test func aLevelSettlesAfterThePeriodAndIsDatedByItsFirstEdge() {
        var contact = Debouncer(active: false)
        #expect(contact.nextDeadline == nil)
        #expect(contact.edge(active: true, at: self.at(100)) == [])
        #expect(contact.nextDeadline == self.at(150))
        #expect(contact.deadlineReached(at: self.at(149)) == [])
        #expect(!contact.isActive)
        #expect(contact.deadlineReached(at: self.at(150)) == [.settled(active: true, at: self.at(100))])
        #expect(contact.isActive)
        #expect(contact.nextDeadline == nil)
    }

    @Test func bouncingIsOneChangeDatedByTheFirstTouch() {
        var contact = Debouncer(active: false)
        for (index, milliseconds) in [100, 103, 107, 110, 112].enumerated() {
            #expect(contact.edge(active: index.isMultiple(of: 2), at: self.at(milliseconds)) == [])
        }
        #expect(contact.deadlineReached(at: self.at(161)) == [])
        #expect(contact.deadlineReached(at: self.at(162)) == [.settled(active: true, at: self.at(100))])
    }

    @Test func aSpikeThatReturnsIsNoChange() {
        var contact = Debouncer(active: false)
        #expect(contact.edge(active: true, at: self.at(100)) == [])
        #expect(contact.edge(active: false, at: self.at(120)) == [])
        #expect(contact.deadlineReached(at: self.at(170)) == [])
        #expect(contact.nextDeadline == nil)
        #expect(!contact.isActive)
    }

    @Test func aLateLoopLosesNothingBecauseStampsDecide() {
        var contact = Debouncer(active: false)
        #expect(contact.edge(active: true, at: self.at(100)) == [])
        #expect(contact.edge(active: false, at: self.at(400)) == [.settled(active: true, at: self.at(100))])
        #expect(contact.deadlineReached(at: self.at(900)) == [.settled(active: false, at: self.at(400))])
    }

    @Test func chatterIsNeverDatedMoreThanAPeriodBeforeItsLastEdge() {
        var contact = Debouncer(active: false)
        var reports: [Debouncer.Report] = []
        for step in 0...200 {
            reports += contact.edge(active: step.isMultiple(of: 2), at: self.at(1000 + 30 * step))
        }
        #expect(reports == [])
        let last = 1000 + 30 * 200
        reports = contact.deadlineReached(at: self.at(last + 50))
        #expect(reports.count == 1)
        guard case .settled(active: true, let date) = reports.first else {
            Issue.record("no settled level")
            return
        }
        #expect(date.duration(to: self.at(last)) <= Debouncer.defaultPeriod)
    }

    @Test func twoEqualEdgesInARowShowAMissingOne() {
        var contact = Debouncer(active: false)
        #expect(contact.edge(active: true, at: self.at(100)) == [])
        #expect(contact.edge(active: true, at: self.at(110)) == [.edgeMissed(at: self.at(110))])
        #expect(contact.deadlineReached(at: self.at(160)) == [.settled(active: true, at: self.at(100))])
        #expect(contact.edge(active: true, at: self.at(900)) == [.edgeMissed(at: self.at(900))])
        #expect(contact.deadlineReached(at: self.at(950)) == [])
        #expect(contact.isActive)
    }

    @Test func theTimeInWhichEdgesAreMissingIsNotQuiet() {
        var debouncer = Debouncer(active: false)
        #expect(debouncer.edge(active: true, at: self.at(0)) == [])
        debouncer.edgesMissed()
        #expect(debouncer.edge(active: true, at: self.at(200)) == [.interrupted(at: self.at(200))])
        #expect(debouncer.deadlineReached(at: self.at(249)) == [])
        #expect(debouncer.deadlineReached(at: self.at(250)) == [.settled(active: true, at: self.at(200))])
    }

    @Test func aLevelReadAfterMissingEdgesBeginsAnewToo() {
        var debouncer = Debouncer(period: .zero, active: true)
        debouncer.edgesMissed()
        let read = debouncer.levelRead(active: false, at: self.at(7))
        #expect(read == [.interrupted(at: self.at(7)), .settled(active: false, at: self.at(7))])
    }

    @Test func aLevelReadIsNoEdgeAndAccusesNobody() {
        var contact = Debouncer(active: false)
        #expect(contact.levelRead(active: false, at: self.at(10)) == [])
        #expect(contact.nextDeadline == nil)
        #expect(contact.levelRead(active: true, at: self.at(20)) == [])
        #expect(contact.deadlineReached(at: self.at(70)) == [.settled(active: true, at: self.at(20))])
    }

    @Test func withoutAPeriodEachEdgeSettlesAtOnce() {
        var contact = Debouncer(period: .zero, active: false)
        #expect(contact.edge(active: true, at: self.at(5)) == [.settled(active: true, at: self.at(5))])
        #expect(contact.edge(active: false, at: self.at(5)) == [.settled(active: false, at: self.at(5))])
        #expect(contact.edge(active: false, at: self.at(6)) == [.edgeMissed(at: self.at(6))])
        #expect(contact.nextDeadline == nil)
    }

    @Test func stampsThatRunBackwardsCannotMakeAChangeOlder() {
        var contact = Debouncer(active: false)
        #expect(contact.edge(active: true, at: self.at(100)) == [])
        #expect(contact.edge(active: false, at: self.at(90)) == [])
        #expect(contact.edge(active: true, at: self.at(80)) == [])
        #expect(contact.nextDeadline == self.at(150))
        #expect(contact.deadlineReached(at: self.at(150)) == [.settled(active: true, at: self.at(100))])
    }
}
