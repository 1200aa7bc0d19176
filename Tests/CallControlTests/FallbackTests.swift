import Testing
import Timeline

@testable import CallControl

/// A private service that does not work hands the call to the emergency service (EU 2017/79 Annex IV).
@Suite struct FallbackTests {
    /// Two private centers, 0 and 1, and two hops of the emergency service behind them.
    private func machine(_ change: (inout CallLimits) -> Void = { _ in }) -> CallStateMachine {
        var machine = CallStateMachine.idle(centers: 4) {
            $0.fallback = Fallback(hops: 2..<4, rounds: 1, after: .seconds(30))
            change(&$0)
        }
        machine.trigger(.automatic, first, at: at(0))
        return machine
    }

    private let refused = AttemptEnd.failed("refused")

    @Test func afterARoundOverThePrivateCentersTheCallGoesTo112AtOnce() {
        var machine = self.machine()
        #expect(machine.attemptEnded(sent(1), self.refused, at: at(1)).invites == [sent(2, center: 1)])
        let actions = machine.attemptEnded(sent(2, center: 1), self.refused, at: at(2))
        #expect(actions.invites == [sent(3, center: 2)])
        #expect(actions.reasons.first == .fallsBack(self.refused))
        #expect(machine.incident?.id == first, "it is the same incident")
        #expect(machine.attemptEnded(sent(3, center: 2), self.refused, at: at(3)).invites == [sent(4, center: 3)])
        #expect(machine.attemptEnded(sent(4, center: 3), self.refused, at: at(4)).invites == [sent(5, center: 0)])
    }

    @Test func aPrivateRoundThatTakesTooLongIsNotFinished() {
        var machine = self.machine()
        let actions = machine.attemptEnded(sent(1), self.refused, at: at(30))
        #expect(actions.invites == [sent(2, center: 2)])
    }

    @Test func moreRoundsAreMadeWhereTheyAreConfigured() {
        var machine = self.machine { $0.fallback = Fallback(hops: 2..<4, rounds: 2, after: .seconds(30)) }
        _ = machine.attemptEnded(sent(1), self.refused, at: at(1))
        #expect(machine.attemptEnded(sent(2, center: 1), self.refused, at: at(1)).invites == [])
        #expect(machine.deadlineReached(at: at(6)).invites == [sent(3)])
        _ = machine.attemptEnded(sent(3), self.refused, at: at(7))
        #expect(machine.attemptEnded(sent(4, center: 1), self.refused, at: at(8)).invites == [sent(5, center: 2)])
    }

    @Test func theLastAttemptOfThePrivateServiceIsNotTheLastOfTheCall() {
        for change: (inout CallLimits) -> Void in [{ $0.maximumAttempts = 1 }, { $0.redialWindow = .zero }] {
            var machine = self.machine(change)
            let actions = machine.attemptEnded(sent(1), self.refused, at: at(1))
            #expect(actions.invites == [sent(2, center: 2)])
            #expect(actions.outcome == nil)
        }
    }

    @Test func whereNoFurtherPrivateRoundFitsTheCallGoesTo112AtOnce() {
        var machine = CallStateMachine.idle(centers: 2) {
            $0.fallback = Fallback(hops: 1..<2, rounds: 10, after: .seconds(120))
        }
        machine.trigger(.automatic, first, at: at(0))
        var number = 1
        var time = 0.0
        for next in [5.0, 15, 35, 65, 95] {
            #expect(machine.attemptEnded(sent(number), self.refused, at: at(time)).invites == [])
            time = next
            number += 1
            #expect(machine.deadlineReached(at: at(time)).invites == [sent(number)])
        }
        #expect(machine.attemptEnded(sent(number), self.refused, at: at(time)).invites == [sent(7, center: 1)])
    }

    @Test func aPauseLastsNoLongerThanThePrivateServiceMayTake() {
        var machine = CallStateMachine.idle(centers: 2) {
            $0.fallback = Fallback(hops: 1..<2, rounds: 3, after: .seconds(30))
            $0.redialGaps = [.zero, .seconds(110)]
        }
        machine.trigger(.automatic, first, at: at(0))
        _ = machine.attemptEnded(sent(1), self.refused, at: at(1))
        #expect(machine.nextDeadline == at(30))
        #expect(machine.deadlineReached(at: at(30)).invites == [sent(2, center: 1)])
    }

    @Test func theEmergencyServiceHasAWindowOfItsOwn() {
        var machine = self.machine()
        _ = machine.attemptEnded(sent(1), self.refused, at: at(20))
        _ = machine.attemptEnded(sent(2, center: 1), self.refused, at: at(29))
        _ = machine.attemptEnded(sent(3, center: 2), self.refused, at: at(148))
        #expect(machine.state == .connecting)
        let actions = machine.attemptEnded(sent(4, center: 3), self.refused, at: at(149))
        #expect(actions.outcome == .failed)
    }

    @Test func aHopThatTheGateHoldsBackIsNotAskedAgainAndTakesNoAttempt() {
        var machine = self.machine { $0.maximumAttempts = 4 }
        _ = machine.attemptEnded(sent(1), self.refused, at: at(1))
        _ = machine.attemptEnded(sent(2, center: 1), self.refused, at: at(1))
        _ = machine.attemptEnded(sent(3, center: 2), .barred("shut"), at: at(1))
        let private1 = machine.attemptEnded(sent(4, center: 3), .barred("shut"), at: at(1))
        #expect(private1.invites == [sent(5, center: 0)], "the private centers go on")
        _ = machine.attemptEnded(sent(5), self.refused, at: at(2))
        #expect(machine.attemptEnded(sent(6, center: 1), self.refused, at: at(2)).invites == [])
        #expect(machine.deadlineReached(at: at(7)).invites == [sent(7)])
        _ = machine.attemptEnded(sent(7), self.refused, at: at(8))
        let last = machine.attemptEnded(sent(8, center: 1), self.refused, at: at(9))
        #expect(last.reasons == [.attemptsUsedUp(self.refused, maximum: 4)])
    }

    @Test func aDropOfTheEmergencyServiceIsRedialledThereFirst() {
        var machine = self.machine()
        _ = machine.attemptEnded(sent(1), self.refused, at: at(30))
        _ = machine.attemptAnswered(sent(2, center: 2), .positive, at: at(31))
        #expect(machine.callLost(sent(2, center: 2), "reset", at: at(90)).invites == [sent(3, center: 2)])
        #expect(machine.attemptEnded(sent(3, center: 2), self.refused, at: at(91)).invites == [sent(4, center: 3)])
    }

    @Test func aDropOfThePrivateServiceIsRedialledThereAndThenGoesTo112() {
        var machine = self.machine()
        _ = machine.attemptAnswered(sent(1), .positive, at: at(1))
        #expect(machine.callLost(sent(1), "reset", at: at(60)).invites == [sent(2)])
        _ = machine.attemptEnded(sent(2), self.refused, at: at(61))
        #expect(machine.attemptEnded(sent(3, center: 1), self.refused, at: at(62)).invites == [sent(4, center: 2)])
    }

    @Test func aTestCallNeverGoesThere() {
        var machine = CallStateMachine.idle(centers: 2) {
            $0.fallback = Fallback(hops: 1..<2, rounds: 1, after: .seconds(30))
        }
        machine.trigger(.test, first, at: at(0))
        let actions = machine.attemptEnded(sent(1), self.refused, at: at(1))
        #expect(actions.invites == [] && actions.outcome == .failed)
    }

    @Test func aDeclineOfACenterThatHasTheDataIsNoFailure() {
        var machine = self.machine()
        let actions = machine.attemptEnded(sent(1), .declinedWithAcknowledgement(status: 603), at: at(1))
        #expect(actions.outcome == .deliveredDeclined && actions.invites == [])
    }
}
