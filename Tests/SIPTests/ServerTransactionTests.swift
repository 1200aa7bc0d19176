import SIP
import Testing
import Timeline

/// Scripts from RFC 3261 17.2 and RFC 6026 7.1 on virtual time.
@Suite struct ServerTransactionTests {
    private let timers = TimerValues()
    private let request: Message

    init() throws {
        self.request = try Samples.invite()
    }

    private func invite(reliable: Bool) -> ServerInviteTransaction {
        ServerInviteTransaction(request: self.request, isReliable: reliable, timers: self.timers, at: .boot)
    }

    private func response(_ status: Int) -> Message {
        Message.response(to: self.request, status: status, tag: "b")
    }

    private var ack: Message { Message.ack(ofRejected: self.request, by: self.response(486)) }

    @Test func sendsA100WhenNothingElseWentOutIn200Milliseconds() {
        var machine = self.invite(reliable: true)
        #expect(machine.nextDeadline == .milliseconds(200))
        let trying = Message.response(to: self.request, status: 100)
        #expect(trying.headers["To"] == "<urn:service:sos.ecall.manual>")
        #expect(machine.deadlineReached(at: .milliseconds(200)) == [.send(trying)])
        #expect(machine.nextDeadline == nil)
        #expect(machine.receivedAgain() == [.send(trying)])
    }

    @Test func noneOtherIsSentAfterA180() {
        var machine = self.invite(reliable: true)
        #expect(machine.receivedAgain().isEmpty)
        #expect(machine.respond(with: self.response(180), at: .boot) == [.send(self.response(180))])
        #expect(machine.nextDeadline == nil)
        #expect(machine.receivedAgain() == [.send(self.response(180))])
    }

    @Test func aRefusalIsRepeatedUntilItsACK() {
        var machine = self.invite(reliable: false)
        _ = machine.respond(with: self.response(486), at: .boot)
        #expect(machine.deadlineReached(at: .milliseconds(500)) == [.send(self.response(486))])
        #expect(machine.nextDeadline == .milliseconds(1500))
        #expect(machine.receivedAgain() == [.send(self.response(486))])
        #expect(machine.receivedACK(self.ack, at: .milliseconds(1600)).isEmpty)
        #expect(machine.receivedAgain().isEmpty)
        #expect(machine.nextDeadline == .milliseconds(6600))
        #expect(machine.deadlineReached(at: .milliseconds(6600)).isEmpty)
        #expect(machine.isTerminated)
    }

    @Test func timerGStopsAtT2AndTimerHGivesUp() {
        var machine = self.invite(reliable: false)
        _ = machine.respond(with: self.response(486), at: .boot)
        var sent: [Int64] = []
        while let due = machine.nextDeadline {
            let actions = machine.deadlineReached(at: due)
            if actions == [.fail(.timedOut)] { break }
            sent.append(due.nanosecondsSinceBoot / 1_000_000)
        }
        #expect(sent == [500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500])
        #expect(machine.isTerminated)
    }

    @Test func aRefusalOverAReliableTransportIsSentOnceAndAwaitsItsACK() {
        var machine = self.invite(reliable: true)
        _ = machine.respond(with: self.response(486), at: .boot)
        #expect(machine.nextDeadline == .milliseconds(32000))
        #expect(machine.receivedACK(self.ack, at: .boot).isEmpty)
        #expect(machine.isTerminated)
    }

    @Test func afterA2xxTheInviteIsAbsorbedUntilTimerL() {
        var machine = self.invite(reliable: true)
        #expect(machine.respond(with: self.response(200), at: .boot) == [.send(self.response(200))])
        #expect(machine.receivedAgain().isEmpty)
        #expect(machine.respond(with: self.response(200), at: .boot) == [.send(self.response(200))])
        #expect(machine.receivedACK(self.ack, at: .boot) == [.deliver(self.ack)])
        #expect(machine.nextDeadline == .milliseconds(32000))
        #expect(machine.deadlineReached(at: .milliseconds(32000)).isEmpty)
        #expect(machine.isTerminated)
    }

    @Test func aLostTransportFailsWhatIsUnacknowledged() {
        var machine = self.invite(reliable: true)
        #expect(machine.transportFailed() == [.fail(.transportFailed)])
        #expect(machine.respond(with: self.response(200), at: .boot).isEmpty)
    }

    @Test func aRequestIsAnsweredAgainForTimerJ() {
        var machine = ServerTransaction(isReliable: false, timers: self.timers)
        #expect(machine.receivedAgain().isEmpty)
        #expect(machine.respond(with: self.response(100), at: .boot) == [.send(self.response(100))])
        #expect(machine.receivedAgain() == [.send(self.response(100))])
        #expect(machine.respond(with: self.response(200), at: .boot) == [.send(self.response(200))])
        #expect(machine.receivedAgain() == [.send(self.response(200))])
        #expect(machine.nextDeadline == .milliseconds(32000))
        #expect(machine.deadlineReached(at: .milliseconds(32000)).isEmpty)
        #expect(machine.isTerminated)
    }

    @Test func overAReliableTransportAnAnswerEndsTheTransaction() {
        var machine = ServerTransaction(isReliable: true, timers: self.timers)
        #expect(machine.respond(with: self.response(200), at: .boot) == [.send(self.response(200))])
        #expect(machine.isTerminated)
        #expect(machine.receivedAgain().isEmpty)
    }
}
