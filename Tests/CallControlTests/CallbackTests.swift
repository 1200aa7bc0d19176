import Testing
import Timeline

@testable import CallControl

/// T9: who may ring back, for how long, and what a callback is.
@Suite struct CallbackTests {
    /// A machine whose call center `center` cleared down at `time`.
    private func cleared(_ trigger: Trigger = .automatic, at time: Double = 10) -> CallStateMachine {
        var machine = CallStateMachine.connected(trigger, centers: 2)
        _ = machine.msdRequested(sent(1))
        _ = machine.clearedDown(sent(1), isProven: true, at: at(time))
        return machine
    }

    private func callback(_ number: Int, center: Int = 0) -> Attempt {
        Attempt(incident: first, number: number, center: center, form: .full, isCallback: true)
    }

    private static func isAnswered(_ actions: [CallAction]) -> Bool {
        actions.contains { if case .answerCallback = $0 { true } else { false } }
    }

    @Test(arguments: [(10.0, true), (3_609.9, true), (3_610.0, false), (3_611.0, false), (3_790.0, false)])
    func aCallbackIsAnsweredForOneHourAfterTheClearDown(_ time: Double, _ isAnswered: Bool) {
        var machine = self.cleared()
        let actions = machine.callbackArrived(from: 0, isProven: true, at: at(time))
        #expect(Self.isAnswered(actions) == isAnswered)
        #expect(machine.state == (isAnswered ? .voiceSession : .ended))
        if !isAnswered { #expect(actions.work == [.refuseCallback]) }
    }

    @Test func theIncidentIsOpenedAgainAndTheNoticeStandsBeforeTheMicrophone() throws {
        var machine = self.cleared()
        let actions = machine.callbackArrived(from: 0, isProven: true, at: at(20))
        let incident = try #require(machine.incident)
        #expect(incident.id == first)
        #expect(
            actions.work == [
                .reopenIncident(incident), .announce(.callback), .answerCallback(incident, self.callback(2)),
            ]
        )
        #expect(machine.indication == .connected)
    }

    @Test func theMessageIdentifierGoesOn() throws {
        var machine = self.cleared()
        _ = machine.callbackArrived(from: 0, isProven: true, at: at(20))
        let incident = try #require(machine.incident)
        #expect(machine.msdRequested(self.callback(2)).work == [.sendMSD(incident, messageIdentifier: 3)])
    }

    @Test(arguments: [(Int?.some(1), true), (0, false), (nil, false), (nil, true)])
    func nobodyElseIsAnswered(_ center: Int?, _ isProven: Bool) {
        var machine = self.cleared()
        let before = machine
        let actions = machine.callbackArrived(from: center, isProven: isProven, at: at(20))
        #expect(actions.work == [.refuseCallback])
        #expect(actions.reasons == [.callbackNotOfTheCenter])
        #expect(machine == before)
    }

    @Test func beforeAnyCallNobodyIsAnswered() {
        var machine = CallStateMachine.idle()
        #expect(machine.callbackArrived(from: 0, isProven: true, at: at(20)).reasons == [.callbackNotExpected])
    }

    @Test func behindATestCallNobodyIsAnswered() {
        var machine = self.cleared(.test)
        #expect(machine.callbackWindow == nil)
        #expect(machine.callbackArrived(from: 0, isProven: true, at: at(20)).reasons == [.callbackNotExpected])
    }

    @Test func aTestCallTakesNothingFromTheWindow() {
        var machine = self.cleared()
        let window = machine.callbackWindow
        _ = machine.testRequested(newIncident: second, at: at(20))
        _ = machine.attemptEnded(sent(1, of: second), .rejected(status: 404), at: at(22))
        #expect(machine.callbackWindow == window)
        #expect(Self.isAnswered(machine.callbackArrived(from: 0, isProven: true, at: at(23))))
    }

    @Test(arguments: [false, true])
    func aTestCallIsEndedForTheCenterThatRingsBackAndForNobodyElse(_ isAnswered: Bool) {
        var machine = self.cleared()
        _ = machine.testRequested(newIncident: second, at: at(20))
        if isAnswered { _ = machine.attemptAnswered(sent(1, of: second), .positive, at: at(20.5)) }
        #expect(machine.callbackArrived(from: 0, isProven: false, at: at(21)).reasons == [.callInProgress(.test)])
        #expect(machine.callbackArrived(from: 1, isProven: true, at: at(21)).reasons == [.callInProgress(.test)])
        let actions = machine.callbackArrived(from: 0, isProven: true, at: at(21))
        #expect(Self.isAnswered(actions))
        let end: CallAction = isAnswered ? .clearDown(sent(1, of: second)) : .cancel(sent(1, of: second))
        #expect(actions.contains(end))
        #expect(actions.outcome == .superseded)
        #expect(machine.incident?.id == first)
    }

    @Test(arguments: [Trigger.manual, .automatic])
    func aNewTriggerWins(_ trigger: Trigger) {
        var machine = self.cleared()
        machine.trigger(trigger, second, at: at(20))
        #expect(machine.incident?.id == second)
        #expect(machine.callbackWindow == nil)
        #expect(machine.callbackArrived(from: 0, isProven: true, at: at(21)).reasons == [.callInProgress(trigger)])
    }

    @Test func aCenterThatDeclinedAndHasTheDataMayRingBack() {
        var machine = CallStateMachine.inviting(.automatic, centers: 2)
        _ = machine.attemptEnded(sent(1), .failed("refused"), at: at(1))
        _ = machine.attemptEnded(sent(2, center: 1), .declinedWithAcknowledgement(status: 603), at: at(2))
        #expect(machine.callbackWindow?.center == 1)
        #expect(Self.isAnswered(machine.callbackArrived(from: 1, isProven: true, at: at(3))))
    }

    @Test func theCenterThatHadADroppedCallMayRingBackWhenAllRedialsFailed() {
        var machine = CallStateMachine.idle(centers: 2) { $0.maximumAttempts = 2 }
        machine.trigger(.automatic, first, at: at(0))
        _ = machine.attemptAnswered(sent(1), .positive, at: at(0))
        _ = machine.callLost(sent(1), "reset", at: at(40))
        _ = machine.attemptEnded(sent(2), .failed("refused"), at: at(41))
        let actions = machine.attemptEnded(sent(3, center: 1), .failed("refused"), at: at(42))
        #expect(actions.outcome == .failed)
        #expect(machine.callbackWindow?.center == 0)
    }

    @Test func aCallThatNobodyHadOpensNoWindow() {
        var cancelled = CallStateMachine.inviting(.manual)
        _ = cancelled.buttonHeld(newIncident: second, at: at(1))
        _ = cancelled.attemptEnded(sent(1), .cancelled, at: at(2))
        #expect(cancelled.callbackWindow == nil)
        var failed = CallStateMachine.idle { $0.maximumAttempts = 1 }
        failed.trigger(.automatic, first, at: at(0))
        _ = failed.attemptEnded(sent(1), .rejected(status: 503), at: at(1))
        #expect(failed.callbackWindow == nil)
    }

    @Test(arguments: [Trigger.manual, .automatic])
    func aTriggerBeforeTheCenterHasConfirmedIsACallOfItsOwn(_ trigger: Trigger) throws {
        var machine = self.cleared()
        _ = machine.callbackArrived(from: 0, isProven: true, at: at(20))
        let callback = try #require(machine.incident)
        let actions = machine.trigger(trigger, second, at: at(21))
        #expect(machine.incident?.id == second)
        #expect(actions.work.prefix(2) == [.clearDown(self.callback(2)), .closeIncident(callback, .cleared)])
        #expect(actions.invites == [sent(1, of: second)])
        #expect(machine.callbackWindow == nil)
    }

    @Test func aCallbackIsNoCancel() throws {
        var machine = self.cleared(.manual)
        _ = machine.callbackArrived(from: 0, isProven: true, at: at(20))
        machine.callbackConfirmed(self.callback(2))
        #expect(machine.buttonHeld(newIncident: second, at: at(21)).reasons == [.connectedBelongsToTheCenter])
        #expect(machine.crashDetected(newIncident: second, at: at(22)).reasons == [.callInProgress(.manual)])
        #expect(machine.state == .voiceSession)
    }

    @Test func theEndOfACallbackDoesNotOpenTheWindowAnew() {
        var machine = self.cleared()
        _ = machine.callbackArrived(from: 0, isProven: true, at: at(1_000))
        let actions = machine.clearedDown(self.callback(2), isProven: true, at: at(2_000))
        #expect(actions.outcome == .cleared)
        #expect(machine.callbackWindow?.endsAt == at(3_610))
        #expect(Self.isAnswered(machine.callbackArrived(from: 0, isProven: true, at: at(3_600))))
        _ = machine.deadlineReached(at: at(3_610))
        #expect(machine.callbackWindow == nil)
        _ = machine.clearedDown(self.callback(3), isProven: true, at: at(3_700))
        #expect(machine.callbackWindow == nil)
    }

    @Test func aDroppedCallbackIsRedialled() {
        var machine = self.cleared()
        _ = machine.callbackArrived(from: 0, isProven: true, at: at(20))
        machine.callbackConfirmed(self.callback(2))
        let actions = machine.callLost(self.callback(2), "reset", at: at(60))
        #expect(actions.invites == [sent(3)])
    }

    @Test func aCallbackThatWasNeverConfirmedLeavesEverythingAsItWas() {
        var machine = CallStateMachine.idle(centers: 2) { $0.callbackWindow = .seconds(40) }
        machine.trigger(.automatic, first, at: at(0))
        _ = machine.attemptEnded(sent(1), .declinedWithAcknowledgement(status: 603), at: at(10))
        let window = machine.callbackWindow
        _ = machine.callbackArrived(from: 0, isProven: true, at: at(20))
        let actions = machine.callLost(self.callback(2), "no ACK", at: at(52))
        #expect(actions.outcome == .deliveredDeclined, "as it had ended before, though T9 is over by now")
        #expect(actions.invites == [], "nobody is dialled")
        #expect(machine.callbackWindow == nil && window?.endsAt == at(50))
        #expect(machine.callLost(self.callback(2), "no ACK", at: at(53)).reasons == [.stale(attempt: 2)])
    }

    @Test func oneThatIsLostBeforeItWasConfirmedIsNoDropEither() {
        var machine = self.cleared()
        _ = machine.callbackArrived(from: 0, isProven: true, at: at(20))
        let actions = machine.callLost(self.callback(2), "reset", at: at(21))
        #expect(actions.outcome == .cleared && actions.invites == [])
    }

    @Test func oneThatWasConfirmedAndIsGoneIsADrop() {
        var machine = self.cleared()
        _ = machine.callbackArrived(from: 0, isProven: true, at: at(20))
        machine.callbackConfirmed(self.callback(2))
        #expect(machine.callLost(self.callback(2), "no ACK", at: at(600)).invites == [sent(3)])
    }

    @Test(arguments: [25.0, 60.0])
    func itsFirstDropIsRedialledToItsCenterAtOnceHoweverSoonItComes(_ time: Double) {
        var machine = CallStateMachine.idle(centers: 2) {
            $0.fallback = Fallback(hops: 1..<2, rounds: 1, after: .seconds(30))
        }
        machine.trigger(.automatic, first, at: at(0))
        _ = machine.attemptAnswered(sent(1), .positive, at: at(0))
        _ = machine.clearedDown(sent(1), isProven: true, at: at(10))
        _ = machine.callbackArrived(from: 0, isProven: true, at: at(20))
        machine.callbackConfirmed(self.callback(2))
        #expect(machine.callLost(self.callback(2), "reset", at: at(time)).invites == [sent(3)])
    }

    @Test func theEndOfTheWindowIsOnRecordAndChangesNothingElse() {
        var machine = self.cleared()
        _ = machine.deadlineReached(at: at(15))
        #expect(machine.state == .idle)
        #expect(machine.nextDeadline == at(3_610))
        let actions = machine.deadlineReached(at: at(3_610))
        #expect(actions.reasons == [.callbackWindowOver(.seconds(3_600))])
        #expect(actions.work == [])
        #expect(machine.nextDeadline == nil)
    }

    @Test func anECallOnlyVehicleKeepsItsConnectionUntilT10AndNoLessThanT9() {
        for (length, end) in [(43_200.0, 43_210.0), (60, 3_610)] {
            var machine = CallStateMachine.idle { $0.deregistration = .seconds(length) }
            machine.trigger(.automatic, first, at: at(0))
            _ = machine.attemptAnswered(sent(1), .positive, at: at(0))
            _ = machine.clearedDown(sent(1), isProven: true, at: at(10))
            #expect(machine.deregistration?.at == at(end))
            _ = machine.deadlineReached(at: at(3_610))
            #expect(machine.keptCenter == (length > 3_600 ? 0 : nil))
            #expect(
                machine.callbackArrived(from: 0, isProven: true, at: at(3_700)).reasons == [.callbackNotExpected],
                "between T9 and T10 nobody is answered"
            )
            let actions = machine.deadlineReached(at: at(43_210))
            #expect(machine.keptCenter == nil && machine.nextDeadline == nil)
            if length > 3_600 { #expect(actions.reasons == [.deregistered(after: .seconds(43_200))]) }
        }
    }

    @Test func aVehicleThatIsAlwaysConnectedHasNoT10() {
        let machine = self.cleared()
        #expect(machine.deregistration == nil)
        #expect(machine.length(of: .t10) == nil)
        #expect(machine.timers.map(\.timer) == [.t9])
    }

    @Test func aWindowOfNoLengthIsNone() {
        var machine = CallStateMachine.idle { $0.callbackWindow = .zero }
        machine.trigger(.automatic, first, at: at(0))
        _ = machine.attemptAnswered(sent(1), .positive, at: at(0))
        _ = machine.clearedDown(sent(1), isProven: true, at: at(10))
        #expect(machine.callbackWindow == nil)
    }

    @Test func theWindowOfAnEarlierRunIsKeptUnlessACallIsGoingOn() {
        let window = CallbackWindow(
            incident: Incident(id: first, trigger: .manual, startedAt: at(0), connectedTo: 1),
            outcome: .cleared,
            center: 1,
            attempts: 3,
            lastMessageIdentifier: 4,
            endsAt: at(100)
        )
        var machine = CallStateMachine.idle(centers: 2)
        #expect(machine.callbackWindowKept(window, at: at(1)).reasons == [.callbackWindowGoesOn(.seconds(99))])
        #expect(Self.isAnswered(machine.callbackArrived(from: 1, isProven: true, at: at(99))))
        #expect(machine.attempt?.number == 4)
        var late = CallStateMachine.idle(centers: 2)
        #expect(late.callbackWindowKept(window, at: at(100)) == [])
        var busy = CallStateMachine.inviting(.automatic, centers: 2)
        #expect(busy.callbackWindowKept(window, at: at(1)) == [])
        #expect(busy.callbackWindow == nil)
    }
}
