import CallControl
import Testing
import Timeline

/// A call that an earlier run left unfinished, and presses from before it.
@Suite struct ResumptionTests {
    private func incident(_ trigger: Trigger, crashFollowed: Bool = false, wasConnected: Bool = false) -> Incident {
        Incident(
            id: first,
            trigger: trigger,
            startedAt: at(100),
            crashFollowed: crashFollowed,
            connectedTo: wasConnected ? 0 : nil
        )
    }

    @Test func itIsDialledAtOnceAsAfterADrop() {
        var machine = CallStateMachine.idle(centers: 3)
        let incident = self.incident(.automatic)
        let actions = machine.resumed(incident, attempts: 4, center: 1, after: .seconds(7), at: at(100))
        #expect(
            actions.work == [
                .freezeMSD(incident), .invite(incident, sent(5, center: 1)), .announce(.callRequested),
            ]
        )
        #expect(actions.reasons.first == .resumedAfter(.seconds(7)))
        // The other centers follow, and the window is that of a drop.
        let next = machine.attemptEnded(sent(5, center: 1), .failed("refused"), at: at(100))
        #expect(next.invites == [sent(6, center: 2)])
        let late = machine.attemptEnded(sent(6, center: 2), .failed("refused"), at: at(221))
        #expect(late.outcome == .failed)
    }

    @Test func theEndOfAnotherCallThatIsStillShownIsNoCall() {
        var machine = CallStateMachine.connected(.test)
        _ = machine.clearedDown(sent(1), isProven: true, at: at(99))
        let actions = machine.resumed(self.incident(.manual), attempts: 0, center: 0, after: .zero, at: at(100))
        #expect(actions.invites == [sent(1)])
    }

    @Test func whatIsKnownOfTheRightToCancelHolds() {
        for (incident, isCancelled) in [
            (self.incident(.manual), true), (self.incident(.manual, crashFollowed: true), false),
            (self.incident(.manual, wasConnected: true), false), (self.incident(.automatic), false),
        ] {
            var machine = CallStateMachine.idle()
            _ = machine.resumed(incident, attempts: 1, center: 0, after: .zero, at: at(100))
            let actions = machine.buttonHeld(newIncident: second, began: at(101), at: at(102))
            #expect(actions.work == (isCancelled ? [.cancel(sent(2))] : []), "\(incident)")
        }
    }

    @Test func aPressFromBeforeTheCallCancelsNothing() {
        var machine = CallStateMachine.idle()
        _ = machine.resumed(self.incident(.manual), attempts: 1, center: 0, after: .zero, at: at(100))
        let before = machine
        let actions = machine.buttonHeld(newIncident: second, began: at(99.5), at: at(100.5))
        #expect(actions.reasons == [.callInProgress(.manual)])
        #expect(machine == before)
    }

    @Test func aSecondPressCancelsHoweverLateTheFirstWasHandled() {
        // Both were read late: the call begins with the first press, not with its handling.
        var machine = CallStateMachine.idle()
        _ = machine.buttonHeld(newIncident: first, began: at(0), at: at(10))
        let actions = machine.buttonHeld(newIncident: second, began: at(3), at: at(10))
        #expect(actions.work == [.cancel(sent(1))])
    }
}
