import CallControl
import Testing
import Timeline

@Suite struct TriggerTests {
    @Test(arguments: Trigger.allCases)
    func recordsBeforeDialling(_ trigger: Trigger) {
        var machine = CallStateMachine.idle()
        let incident = Incident(id: first, trigger: trigger, startedAt: at(7))
        #expect(
            machine.trigger(trigger, first, at: at(7)) == [
                .openIncident(incident),
                .record(
                    CallRecord(CallEvent(of: trigger), incident: first, from: .idle, to: .triggered, because: .accepted)
                ),
                .freezeMSD(incident),
                .record(
                    CallRecord(
                        .attemptStarted,
                        incident: first,
                        from: .connecting,
                        to: .connecting,
                        because: .inviting(sent(1))
                    )
                ),
                .invite(incident, sent(1)),
                .announce(.callRequested),
            ]
        )
        #expect(machine.state == .connecting)
        #expect(machine.indication == .connecting)
    }

    @Test func aManualCallWaitsInItsCancelWindow() {
        var machine = CallStateMachine.idle { $0.cancelWindow = .seconds(5) }
        #expect(machine.trigger(.manual, first, at: at(0)).invites == [])
        #expect(machine.state == .triggered)
        #expect(machine.indication == .requested)
        #expect(machine.nextDeadline == at(5))
        #expect(machine.deadlineReached(at: at(4.9)) == [])
        #expect(machine.deadlineReached(at: at(5)).invites == [sent(1)])
    }

    @Test func anAutomaticCallHasNoCancelWindow() {
        var machine = CallStateMachine.idle { $0.cancelWindow = .seconds(5) }
        #expect(machine.trigger(.automatic, first, at: at(0)).invites == [sent(1)])
    }

    @Test func aSecondPressInTheWindowCancelsWithoutACall() {
        var machine = CallStateMachine.idle { $0.cancelWindow = .seconds(5) }
        machine.trigger(.manual, first, at: at(0))
        let actions = machine.trigger(.manual, second, at: at(2))
        #expect(actions.outcome == .cancelled)
        #expect(actions.work.last == .announce(.callCancelled))
        #expect(machine.state == .ended)
        #expect(machine.indication == .cancelled)
    }

    @Test func aSecondPressBeforeTheAnswerSendsCancelAndEndsWith487() {
        var machine = CallStateMachine.inviting(.manual)
        #expect(machine.trigger(.manual, second, at: at(1)).work == [.cancel(sent(1))])
        #expect(machine.state == .connecting)
        let actions = machine.attemptEnded(sent(1), .cancelled, at: at(1.2))
        #expect(actions.outcome == .cancelled)
        #expect(actions.reasons == [.cancelledBeforeAnswer])
    }

    @Test func aThirdPressWhileCancellingChangesNothing() {
        var machine = CallStateMachine.inviting(.manual)
        machine.trigger(.manual, second, at: at(1))
        let before = machine
        #expect(machine.trigger(.manual, second, at: at(2)).reasons == [.alreadyCancelling])
        #expect(machine == before)
    }

    @Test func anAnswerThatCrossesTheCancelConnectsTheCall() {
        var machine = CallStateMachine.inviting(.manual)
        machine.trigger(.manual, second, at: at(1))
        let actions = machine.attemptAnswered(sent(1), .positive, at: at(1.1))
        #expect(actions.reasons == [.answeredBeforeCancel(sent(1))])
        #expect(actions.work == [.announce(.cancelTooLate)])
        #expect(machine.state == .voiceSession)
    }

    @Test func aSecondPressBetweenTwoAttemptsCancels() {
        var machine = CallStateMachine.inviting(.manual)
        _ = machine.attemptEnded(sent(1), .failed("refused"), at: at(1))
        #expect(machine.trigger(.manual, second, at: at(2)).outcome == .cancelled)
    }

    @Test func anOccupantNeverCancelsAConnectedCall() {
        var machine = CallStateMachine.connected(.manual)
        let before = machine
        #expect(machine.trigger(.manual, second, at: at(9)).reasons == [.connectedBelongsToTheCenter])
        #expect(machine == before)
    }

    @Test func anOccupantNeverCancelsAnAutomaticCall() {
        for seconds in [0.1, 30, 119] {
            var machine = CallStateMachine.inviting(.automatic)
            let before = machine
            #expect(machine.trigger(.manual, second, at: at(seconds)).reasons == [.automaticCannotBeCancelled])
            #expect(machine == before)
        }
    }

    @Test func aCrashInTheCancelWindowDialsAtOnceAndEndsTheRightToCancel() {
        var machine = CallStateMachine.idle { $0.cancelWindow = .seconds(5) }
        machine.trigger(.manual, first, at: at(0))
        let actions = machine.trigger(.automatic, second, at: at(1))
        #expect(actions.invites == [sent(1)])
        #expect(actions.reasons.first == .crashEndsTheRightToCancel)
        #expect(machine.incident?.trigger == .manual)
        #expect(machine.trigger(.manual, second, at: at(2)).reasons == [.crashFollowed])
    }

    @Test func aCrashWhileCancellingRedialsInsteadOfEnding() {
        var machine = CallStateMachine.inviting(.manual, centers: 2)
        machine.trigger(.manual, second, at: at(1))
        machine.trigger(.automatic, second, at: at(1.1))
        #expect(machine.attemptEnded(sent(1), .cancelled, at: at(1.2)).invites == [sent(2)])
        #expect(machine.incident?.crashFollowed == true)
    }

    @Test func aCrashWhileCancellingRedialsASingleCenterAtOnce() {
        var machine = CallStateMachine.inviting(.manual)
        machine.trigger(.manual, second, at: at(1))
        machine.trigger(.automatic, second, at: at(1.1))
        #expect(machine.attemptEnded(sent(1), .cancelled, at: at(1.2)).invites == [sent(2)])
    }

    @Test func anOccupantNeverCancelsARedialAfterADrop() {
        var machine = CallStateMachine.connected(.manual)
        _ = machine.callLost(sent(1), "reset", at: at(10))
        let before = machine
        #expect(machine.trigger(.manual, second, at: at(11)).reasons == [.connectedBelongsToTheCenter])
        #expect(machine == before)
    }

    @Test func aCrashInAVoiceSessionIsRememberedOverADrop() {
        var machine = CallStateMachine.connected(.manual)
        machine.trigger(.automatic, second, at: at(1))
        _ = machine.callLost(sent(1), "reset", at: at(10))
        #expect(machine.incident?.crashFollowed == true)
        #expect(machine.trigger(.manual, second, at: at(11)).reasons == [.crashFollowed])
    }

    @Test func aSecondCrashStartsNoOtherCall() {
        var machine = CallStateMachine.inviting(.automatic)
        let before = machine
        #expect(machine.trigger(.automatic, second, at: at(1)).reasons == [.callInProgress(.automatic)])
        #expect(machine == before)
    }

    @Test func aCrashInAVoiceSessionIsOnRecordOnly() {
        var machine = CallStateMachine.connected(.manual)
        #expect(machine.trigger(.automatic, second, at: at(1)).reasons == [.callInProgress(.manual)])
        #expect(machine.state == .voiceSession)
    }

    @Test(arguments: [Trigger.manual, .automatic])
    func aRealTriggerEndsATestCallAndStartsAnIncident(_ trigger: Trigger) {
        var machine = CallStateMachine.connected(.test)
        let actions = machine.trigger(trigger, second, at: at(3))
        let test = machine.closedIncident(in: actions)
        #expect(actions.outcome == .superseded)
        #expect(actions.work.prefix(2) == [.clearDown(sent(1)), .closeIncident(test, .superseded)])
        #expect(actions.invites == [sent(1, of: second)])
        #expect(machine.incident?.id == second)

        machine = CallStateMachine.inviting(.test)
        #expect(machine.trigger(trigger, second, at: at(3)).work.contains(.cancel(sent(1))))
    }

    @Test(arguments: Trigger.allCases)
    func aTestCallWaitsForASystemAtRest(_ trigger: Trigger) {
        var machine = CallStateMachine.inviting(trigger)
        let before = machine
        #expect(machine.trigger(.test, second, at: at(1)).reasons == [.testNeedsIdle])
        #expect(machine == before)
    }

    @Test func aTriggerWhileTheEndIsShownStartsANewIncident() {
        var machine = CallStateMachine.connected(.manual)
        _ = machine.clearedDown(sent(1), isProven: true, at: at(60))
        #expect(machine.trigger(.automatic, second, at: at(61)).invites == [sent(1, of: second)])
    }
}
