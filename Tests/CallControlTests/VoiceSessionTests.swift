import CallControl
import Testing
import Timeline

@Suite struct VoiceSessionTests {
    @Test func eachRequestIsAnsweredByTheNextMessageIdentifier() throws {
        var machine = CallStateMachine.connected(.automatic)
        let incident = try #require(machine.incident)
        #expect(machine.msdRequested(sent(1)).work == [.sendMSD(incident, messageIdentifier: 2)])
        #expect(machine.msdRequested(sent(1)).work == [.sendMSD(incident, messageIdentifier: 3)])
    }

    @Test func aRequestThatOvertakesTheAnswerIsServed() throws {
        var machine = CallStateMachine.inviting(.manual)
        let incident = try #require(machine.incident)
        #expect(machine.msdRequested(sent(1)).work == [.sendMSD(incident, messageIdentifier: 2)])
        _ = machine.attemptAnswered(sent(1), .positive, at: at(1))
        let connected = try #require(machine.incident)
        #expect(machine.msdRequested(sent(1)).work == [.sendMSD(connected, messageIdentifier: 3)])
    }

    @Test func aVoiceOnlyCallNumbersItsFirstMSDOne() throws {
        var machine = CallStateMachine.inviting(.manual)
        _ = machine.attemptEnded(sent(1), .bodyRefused(status: 415), at: at(0))
        _ = machine.attemptAnswered(sent(2, form: .voiceOnly), .none, at: at(1))
        let incident = try #require(machine.incident)
        #expect(
            machine.msdRequested(sent(2, form: .voiceOnly)).work == [.sendMSD(incident, messageIdentifier: 1)]
        )
    }

    @Test func messageIdentifiersEndAt255() {
        var machine = CallStateMachine.connected(.automatic)
        for _ in 2...255 { _ = machine.msdRequested(sent(1)) }
        #expect(machine.msdRequested(sent(1)).reasons == [.messageIdentifiersUsedUp])
    }

    @Test(arguments: [Acknowledgement.positive, .negative, .none])
    func theCallGoesOnWhateverTheAcknowledgement(_ acknowledgement: Acknowledgement) {
        var machine = CallStateMachine.inviting(.manual)
        let actions = machine.attemptAnswered(sent(1), acknowledgement, at: at(1))
        #expect(actions.reasons == [.answered(sent(1), acknowledgement)])
        #expect(machine.state == .voiceSession)
        #expect(machine.indication == .connected)
    }

    @Test func onlyT2EndsACallThatTheCenterNeverClears() {
        var machine = CallStateMachine.connected(.automatic, at: at(10))
        #expect(machine.nextDeadline == at(3_610))
        #expect(machine.deadlineReached(at: at(3_609)) == [])
        let actions = machine.deadlineReached(at: at(3_610))
        #expect(actions.work.first == .clearDown(sent(1)))
        #expect(actions.outcome == .clearDownFallback)
    }

    @Test func anAnswerToAnAttemptThatIsOverIsClearedDown() {
        var machine = CallStateMachine.inviting(.automatic, centers: 2)
        _ = machine.attemptEnded(sent(1), .failed("no provisional"), at: at(1))
        let before = machine
        #expect(machine.attemptAnswered(sent(1), .positive, at: at(2)).work == [.clearDown(sent(1))])
        #expect(machine == before)
    }

    @Test func anEarlyBYEOfAPeerThatNobodyKnowsIsALossAndRedialled() {
        var machine = CallStateMachine.connected(.automatic)
        _ = machine.clearedDown(sent(1), isProven: false, at: at(29))
        #expect(machine.state == .connecting)
        #expect(machine.attempt == sent(2))
    }

    @Test func aBYEOfAPeerThatNobodyKnowsCountsAfterASessionThatLasted() {
        var machine = CallStateMachine.connected(.automatic)
        #expect(machine.clearedDown(sent(1), isProven: false, at: at(30)).outcome == .cleared)
    }

    @Test func aTestCallIsNotRedialledForAnEarlyBYE() {
        var machine = CallStateMachine.connected(.test)
        #expect(machine.clearedDown(sent(1), isProven: false, at: at(1)).outcome == .cleared)
    }

    @Test func eventsOfAnEarlierIncidentChangeNothing() {
        var machine = CallStateMachine.inviting(.automatic)
        let before = machine
        let old = sent(1, of: second)
        #expect(machine.attemptEnded(old, .cancelled, at: at(1)).reasons == [.stale(attempt: 1)])
        #expect(machine.callLost(old, "reset", at: at(1)).reasons == [.stale(attempt: 1)])
        #expect(machine.clearedDown(old, isProven: true, at: at(1)).reasons == [.stale(attempt: 1)])
        #expect(machine.msdRequested(old).reasons == [.noDialog])
        #expect(machine == before)
    }
}

@Suite struct RecordTests {
    @Test func anAnswerIsOnRecordAsTheStepFromConnectingToTheVoiceSession() {
        var machine = CallStateMachine.inviting(.manual)
        let actions = machine.attemptAnswered(sent(1), .positive, at: at(1))
        let steps = actions.compactMap { action -> [CallState]? in
            guard case .record(let record) = action else { return nil }
            return [record.from, record.to]
        }
        #expect(steps == [[.connecting, .voiceSession]])
    }
}
