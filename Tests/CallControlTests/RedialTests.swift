import CallControl
import Testing
import Timeline

@Suite struct RedialTests {
    /// Fails every attempt at once and lists the attempts with the second at which each was sent.
    private func failAll(_ machine: inout CallStateMachine, from start: Double = 0) -> [(Attempt, Duration)] {
        var now = at(start)
        var attempts = [(sent(1), Duration.zero)]
        for _ in 0..<100 {
            guard let running = attempts.last?.0, machine.state == .connecting else { break }
            var actions = machine.attemptEnded(running, .failed("refused"), at: now)
            if actions.invites.isEmpty, machine.state == .connecting, let due = machine.nextDeadline {
                now = due
                actions = machine.deadlineReached(at: now)
            }
            attempts += actions.invites.map { ($0, at(start).duration(to: now)) }
        }
        return attempts
    }

    @Test func triesTheNextCenterAtOnceAndPausesBetweenRounds() {
        var machine = CallStateMachine.inviting(.automatic, centers: 2)
        let attempts = self.failAll(&machine)
        #expect(attempts.map(\.0.center) == [0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
        #expect(attempts.map(\.1) == [0, 0, 5, 5, 15, 15, 35, 35, 65, 65].map { .seconds($0) })
        #expect(machine.state == .ended)
        #expect(machine.indication == .failed)
    }

    @Test func givesUpAfterTheLastAttempt() {
        var machine = CallStateMachine.inviting(.automatic)
        var last: [CallAction] = []
        for number in 1...10 {
            guard machine.state == .connecting else { break }
            last = machine.attemptEnded(sent(number), .failed("refused"), at: at(0))
            if machine.state == .connecting, let due = machine.nextDeadline { _ = machine.deadlineReached(at: due) }
        }
        #expect(last.outcome == .failed)
        #expect(last.work.last == .announce(.callFailed))
    }

    @Test func noAttemptStartsAfterTheWindow() {
        var machine = CallStateMachine.idle { $0.maximumAttempts = 0 }
        machine.trigger(.automatic, first, at: at(0))
        let attempts = self.failAll(&machine)
        #expect(attempts.map(\.1) == [0, 5, 15, 35, 65, 95].map { .seconds($0) })
        #expect(machine.state == .ended)
    }

    @Test func roundsNeverFollowEachOtherWithoutAPause() {
        var machine = CallStateMachine.idle {
            $0.maximumAttempts = 0
            $0.redialGaps = [.zero]
        }
        machine.trigger(.automatic, first, at: at(0))
        #expect(machine.attemptEnded(sent(1), .failed("refused"), at: at(0)).invites == [])
        #expect(machine.nextDeadline == at(1))
    }

    @Test func theWindowOpensWithTheFirstFailureNotWithTheTrigger() {
        var machine = CallStateMachine.inviting(.automatic)
        let actions = machine.attemptEnded(sent(1), .failed("no answer"), at: at(200))
        #expect(actions.reasons == [.redialAfter(.failed("no answer"), gap: .seconds(5))])
    }

    @Test func anAcknowledgementInARejectionEndsTheIncident() {
        for status in [486, 600, 603] {
            var machine = CallStateMachine.inviting(.automatic, centers: 3)
            let end = AttemptEnd.declinedWithAcknowledgement(status: status)
            let actions = machine.attemptEnded(sent(1), end, at: at(1))
            #expect(actions.outcome == .deliveredDeclined)
            #expect(actions.work.last == .announce(.dataDelivered))
        }
    }

    @Test func aRejectionWithoutAcknowledgementIsAFailedAttempt() {
        var machine = CallStateMachine.inviting(.automatic, centers: 2)
        #expect(
            machine.attemptEnded(sent(1), .rejected(status: 603), at: at(1)).invites == [sent(2, center: 1)]
        )
    }

    @Test func aRefusedLocationIsLeftOutOnceForTheSameCenter() {
        var machine = CallStateMachine.inviting(.manual, centers: 2)
        let lesser = sent(2, form: .withoutLocation)
        #expect(machine.attemptEnded(sent(1), .badLocation, at: at(1)).invites == [lesser])
        #expect(machine.attemptEnded(lesser, .badLocation, at: at(2)).invites == [sent(3, center: 1)])
    }

    @Test(arguments: [415, 420, 488, 606])
    func aRefusedBodyLeadsToOneVoiceOnlyAttempt(_ status: Int) {
        var machine = CallStateMachine.inviting(.manual, centers: 2)
        let end = AttemptEnd.bodyRefused(status: status)
        let lesser = sent(2, form: .voiceOnly)
        #expect(machine.attemptEnded(sent(1), end, at: at(1)).invites == [lesser])
        #expect(machine.attemptEnded(lesser, end, at: at(2)).invites == [sent(3, center: 1)])
    }

    @Test(arguments: [500, 501, 513])
    func aCenterThatMayNotUnderstandTheBodyGetsVoiceOnlyOnceAllOthersHaveHadTheData(_ status: Int) {
        var machine = CallStateMachine.inviting(.manual, centers: 2)
        let end = AttemptEnd.rejected(status: status)
        #expect(machine.attemptEnded(sent(1), end, at: at(1)).invites == [sent(2, center: 1)])
        let lesser = sent(3, center: 1, form: .voiceOnly)
        #expect(machine.attemptEnded(sent(2, center: 1), end, at: at(2)).invites == [lesser])
        #expect(machine.attemptEnded(lesser, end, at: at(3)).invites == [], "a pause comes before the next round")
    }

    @Test func aDropIsRedialledAtOnceStartingWithTheCenterThatHadTheCall() {
        var machine = CallStateMachine.inviting(.automatic, centers: 2)
        _ = machine.attemptEnded(sent(1), .failed("refused"), at: at(0))
        _ = machine.attemptAnswered(sent(2, center: 1), .positive, at: at(1))
        let actions = machine.callLost(sent(2, center: 1), "reset", at: at(500))
        #expect(actions.invites == [sent(3, center: 1)])
        #expect(actions.reasons.first == .redialAfterDrop("reset"))
        #expect(
            machine.attemptEnded(sent(3, center: 1), .failed("x"), at: at(501)).invites == [sent(4, center: 0)]
        )
    }

    @Test func aDropIsRedialledFor120SecondsFromTheDrop() {
        var machine = CallStateMachine.connected(.automatic)
        _ = machine.callLost(sent(1), "reset", at: at(500))
        let actions = machine.attemptEnded(sent(2), .failed("x"), at: at(620))
        #expect(actions.outcome == .failed)
        #expect(actions.reasons == [.redialWindowOver(.failed("x"), window: .seconds(120))])
    }

    @Test func aCenterThatKeepsDroppingIsNotDialledWithoutAPause() {
        var machine = CallStateMachine.connected(.automatic)
        #expect(machine.callLost(sent(1), "reset", at: at(500)).invites == [sent(2)])
        _ = machine.attemptAnswered(sent(2), .positive, at: at(500))
        #expect(machine.callLost(sent(2), "reset", at: at(500)).invites == [])
        #expect(machine.state == .connecting)
        #expect(machine.nextDeadline == at(505))
    }

    @Test func aDropAfterAStableSessionOpensAWindowOfItsOwn() {
        var machine = CallStateMachine.connected(.automatic)
        _ = machine.callLost(sent(1), "reset", at: at(500))
        _ = machine.attemptAnswered(sent(2), .positive, at: at(501))
        #expect(machine.callLost(sent(2), "reset", at: at(531)).invites == [sent(3)])
        #expect(machine.attemptEnded(sent(3), .failed("x"), at: at(640)).outcome == nil)
        #expect(machine.state == .connecting)
    }

    @Test func aClearedCallIsNeverRedialled() {
        var machine = CallStateMachine.connected(.manual)
        let actions = machine.clearedDown(sent(1), isProven: true, at: at(60))
        #expect(actions.outcome == .cleared)
        #expect(actions.invites == [])
        #expect(machine.nextDeadline == at(65))
        _ = machine.deadlineReached(at: at(65))
        #expect(machine.state == .idle)
        #expect(machine.nextDeadline == machine.callbackWindow?.endsAt)
    }

    @Test func aTestCallIsNotRedialled() {
        var machine = CallStateMachine.inviting(.test, centers: 2)
        #expect(machine.attemptEnded(sent(1), .rejected(status: 404), at: at(1)).outcome == .failed)
        machine = CallStateMachine.connected(.test)
        #expect(machine.callLost(sent(1), "reset", at: at(1)).outcome == .failed)
    }

    @Test func anAttemptThatRingsForEverIsCancelledAndTheNextCenterTried() {
        var machine = CallStateMachine.inviting(.automatic, centers: 2)
        #expect(machine.attemptRang(sent(1)).reasons == [.ringing(sent(1))])
        #expect(machine.deadlineReached(at: at(181)).work == [.cancel(sent(1))])
        #expect(machine.attemptEnded(sent(1), .cancelled, at: at(181.5)).invites == [sent(2, center: 1)])
    }

    @Test func aCancelThatIsNeverAnsweredDoesNotHoldTheCall() {
        var machine = CallStateMachine.inviting(.automatic, centers: 2)
        _ = machine.deadlineReached(at: at(181))
        #expect(machine.deadlineReached(at: at(214)).invites == [sent(2, center: 1)])
    }
}
