import CallControl
import Testing
import Timeline

@Suite struct ButtonTests {
    @Test func aPressCountsAfterOneSecondWithoutARelease() {
        var button = ButtonMachine()
        #expect(button.pressed(at: at(1), coverClosed: false) == [])
        #expect(button.nextDeadline == at(2))
        #expect(button.deadlineReached(at: at(1.999)) == [])
        #expect(button.deadlineReached(at: at(2)) == [.held(since: at(1), coverClosed: false)])
    }

    @Test func aPressOfLessThanTheHoldDoesNotCount() {
        var button = ButtonMachine()
        _ = button.pressed(at: at(1), coverClosed: false)
        #expect(button.released(at: at(1.99)) == [.tooShort(.milliseconds(990))])
        #expect(button.deadlineReached(at: at(3)) == [])
    }

    @Test func aReleaseThatOvertakesTheWakeUpStillCountsByItsStamp() {
        var button = ButtonMachine()
        _ = button.pressed(at: at(1), coverClosed: false)
        #expect(button.released(at: at(2)) == [.held(since: at(1), coverClosed: false)])
        #expect(button.deadlineReached(at: at(3)) == [])
    }

    @Test func aPressThroughTheClosedCoverCountsAndIsMarked() {
        var button = ButtonMachine()
        _ = button.pressed(at: at(1), coverClosed: true)
        #expect(button.deadlineReached(at: at(2)) == [.held(since: at(1), coverClosed: true)])
    }

    @Test func aButtonHeldFromStartDoesNotCountUntilReleasedForTwoSeconds() {
        var button = ButtonMachine()
        #expect(button.started(pressed: true) == [.heldFromStart])
        #expect(button.released(at: at(10)) == [])
        #expect(button.pressed(at: at(11), coverClosed: false) == [])
        #expect(button.released(at: at(13)) == [])
        #expect(button.deadlineReached(at: at(15)) == [.cleared])
        _ = button.pressed(at: at(16), coverClosed: false)
        #expect(button.deadlineReached(at: at(17)) == [.held(since: at(16), coverClosed: false)])
    }

    @Test func thirtySecondsIsAStuckButtonAndCountsOnce() {
        var button = ButtonMachine()
        _ = button.pressed(at: at(1), coverClosed: false)
        #expect(button.deadlineReached(at: at(2)) == [.held(since: at(1), coverClosed: false)])
        #expect(button.deadlineReached(at: at(30)) == [])
        #expect(button.deadlineReached(at: at(31)) == [.stuck(since: at(1))])
        #expect(button.nextDeadline == nil)
    }
}

@Suite struct IndicatorTests {
    /// The level at each of `seconds` after the start.
    private func levels(_ pattern: Pattern, _ seconds: [Double]) -> [Bool] {
        var player = PatternPlayer()
        player.play(pattern, at: at(100))
        return seconds.map { player.isOn(at: at(100 + $0)) }
    }

    @Test(arguments: [Indication.requested, .connecting, .lampCheck])
    func theLEDIsOnFromTheRequestToTheAnswer(_ indication: Indication) {
        #expect(self.levels(IndicatorTable().led(for: indication), [0, 1, 60]) == [true, true, true])
    }

    @Test func theLEDFlashesOncePerSecondWhileConnected() {
        let pattern = IndicatorTable().led(for: .connected)
        #expect(self.levels(pattern, [0, 0.49, 0.5, 0.99, 1, 60.25]) == [true, true, false, false, true, true])
    }

    @Test(arguments: [Indication.ready, .ended, .cancelled])
    func theLEDIsOffWhenNothingIsGoingOn(_ indication: Indication) {
        #expect(self.levels(IndicatorTable().led(for: indication), [0, 1]) == [false, false])
    }

    @Test func theLEDFlashesFastForFiveSecondsAfterAFailureAndThenIsOff() {
        let pattern = IndicatorTable().led(for: .failed)
        #expect(self.levels(pattern, [0, 0.125, 0.25, 4.99, 5, 6]) == [true, false, true, false, false, false])
    }

    @Test func everyIndicationHasALEDPatternAndEveryAnnouncementAChime() {
        let table = IndicatorTable()
        #expect(Indication.allCases.allSatisfy { table.led[$0] != nil })
        #expect(Announcement.allCases.allSatisfy { table.chime[$0] != nil })
    }

    @Test func playingTheSamePatternAgainDoesNotDisturbIt() {
        var player = PatternPlayer()
        player.play(.flash(.milliseconds(500)), at: at(0))
        player.play(.flash(.milliseconds(500)), at: at(0.7))
        #expect(player.isOn(at: at(0.7)) == false)
        #expect(player.nextDeadline(after: at(0.7)) == at(1))
    }

    @Test func aSteadyPatternNeedsNoWakeUp() {
        var player = PatternPlayer()
        player.play(.on, at: at(0))
        #expect(player.nextDeadline(after: at(5)) == nil)
    }

    @Test func threeBeepsEndByThemselves() {
        #expect(
            self.levels(.beeps(3, .milliseconds(500)), [0, 0.5, 1, 1.5, 2, 2.5, 3])
                == [true, false, true, false, true, false, false]
        )
    }
}
