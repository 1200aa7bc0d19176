import SIP
import Testing
import Timeline

@testable import IVS

@Suite struct CenterLinkTests {
    private let first = Flow(number: 1)
    private let second = Flow(number: 2)
    private let third = Flow(number: 3)

    private func at(_ seconds: Int) -> Instant {
        Instant.boot.advanced(by: .seconds(seconds))
    }

    /// A warm link that stands.
    private func standing() -> CenterLink {
        var link = CenterLink(isKeptWarm: true)
        #expect(link.started(self.first) == [.open(self.first)])
        link.opened(self.first, at: self.at(0))
        return link
    }

    @Test func aWarmLinkOpensAtTheStart() {
        let link = self.standing()
        #expect(link.standing == .open && link.flow == self.first)
        #expect(link.nextDeadline == nil)
    }

    @Test func aColdLinkOpensOnlyForACallAndClosesAfterIt() {
        var link = CenterLink(isKeptWarm: false)
        #expect(link.started(self.first) == [])
        #expect(link.standing == .closed)
        #expect(link.needed(self.first) == [.open(self.first)])
        link.opened(self.first, at: self.at(0))
        #expect(link.released() == [.close(self.first)])
        #expect(link.standing == .closed)
        #expect(link.released() == [])
    }

    @Test func aColdLinkThatFailsIsNotOpenedByItself() {
        var link = CenterLink(isKeptWarm: false)
        _ = link.needed(self.first)
        link.ended(self.first, because: "refused", at: self.at(0))
        #expect(link.standing == .closed && link.nextDeadline == nil)
        #expect(link.lastFailure == "refused")
    }

    @Test func aColdLinkThatIsStillOpeningClosesWithTheCall() {
        var link = CenterLink(isKeptWarm: false)
        _ = link.needed(self.first)
        #expect(link.released() == [.close(self.first)])
        link.opened(self.first, at: self.at(0))
        #expect(link.standing == .closed && !link.owns(self.first))
    }

    @Test func thePausesDoubleUpToHalfAMinute() {
        var link = self.standing()
        var now = self.at(0)
        var pauses: [Duration] = []
        var flow = self.first
        for number in 10..<18 {
            link.ended(flow, because: "refused", at: now)
            guard let due = link.nextDeadline else { break }
            pauses.append(now.duration(to: due))
            now = due
            flow = Flow(number: UInt64(number))
            #expect(link.deadlineReached(flow, at: now) == [.open(flow)])
        }
        #expect(pauses == [1, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) })
    }

    @Test func aConnectionThatStandsForgetsTheFailuresBefore() {
        var link = self.standing()
        link.ended(self.first, because: "reset", at: self.at(0))
        _ = link.deadlineReached(self.second, at: self.at(1))
        link.opened(self.second, at: self.at(1))
        #expect(link.lastFailure == nil)
        link.ended(self.second, because: "reset", at: self.at(31))
        #expect(link.nextDeadline == self.at(32))
    }

    @Test func aCenterThatAcceptsAndClosesIsOpenedAtEverLongerIntervals() {
        var link = self.standing()
        link.ended(self.first, because: "reset", at: self.at(0))
        _ = link.deadlineReached(self.second, at: self.at(1))
        link.opened(self.second, at: self.at(1))
        link.ended(self.second, because: "reset", at: self.at(2))
        #expect(link.nextDeadline == self.at(4))
    }

    @Test func aCallNeedsNoPause() {
        var link = self.standing()
        link.ended(self.first, because: "reset", at: self.at(0))
        #expect(link.needed(self.second) == [.open(self.second)])
        #expect(link.needed(self.third) == [])
        #expect(link.standing == .opening)
    }

    @Test func whatHappensToAnOldFlowChangesNothing() {
        var link = self.standing()
        let before = link
        link.ended(self.second, because: "reset", at: self.at(0))
        link.opened(self.second, at: self.at(0))
        #expect(link.deadlineReached(self.third, at: self.at(100)) == [])
        #expect(link == before)
    }

    @Test func anEarlyDeadlineIsHarmless() {
        var link = self.standing()
        link.ended(self.first, because: "reset", at: self.at(0))
        #expect(link.deadlineReached(self.second, at: .boot.advanced(by: .milliseconds(999))) == [])
        #expect(link.standing == .waiting)
    }
}
