import SIP
import Testing
import Timeline

/// Scripts from RFC 3261 17.1 and RFC 6026 7.2 on virtual time.
@Suite struct ClientTransactionTests {
    private let timers = TimerValues()

    private func invite(reliable: Bool) throws -> (ClientInviteTransaction, Message) {
        let request = try Samples.invite()
        return (
            ClientInviteTransaction(request: request, isReliable: reliable, timers: self.timers, at: .boot), request
        )
    }

    private func other(reliable: Bool) throws -> (ClientTransaction, Message) {
        let request = try Message(parsing: Samples.options())
        return (ClientTransaction(request: request, isReliable: reliable, timers: self.timers, at: .boot), request)
    }

    /// When the machine sends again, in milliseconds after boot, until it ends.
    private func walk(
        _ next: () -> Instant?,
        _ reached: (Instant) -> [TransactionAction]
    ) -> (sent: [Int64], failed: Int64?) {
        var sent: [Int64] = []
        while let due = next(), sent.count < 100 {
            let milliseconds = due.nanosecondsSinceBoot / 1_000_000
            for action in reached(due) {
                switch action {
                case .send: sent.append(milliseconds)
                case .fail: return (sent, milliseconds)
                case .deliver: break
                }
            }
        }
        return (sent, nil)
    }

    @Test func timerADoublesWithoutCeilingUntilTimerB() throws {
        var (machine, _) = try self.invite(reliable: false)
        let (sent, failed) = self.walk({ machine.nextDeadline }, { machine.deadlineReached(at: $0) })
        #expect(sent == [500, 1500, 3500, 7500, 15500, 31500])
        #expect(failed == 32000)
        #expect(machine.isTerminated)
    }

    @Test func anInviteOverAReliableTransportIsSentOnce() throws {
        var (machine, _) = try self.invite(reliable: true)
        let (sent, failed) = self.walk({ machine.nextDeadline }, { machine.deadlineReached(at: $0) })
        #expect(sent.isEmpty)
        #expect(failed == 32000)
    }

    @Test func aProvisionalStopsAllTimersOfAnInvite() throws {
        var (machine, request) = try self.invite(reliable: false)
        let ringing = Message.response(to: request, status: 180, tag: "b")
        #expect(machine.received(ringing, at: .boot) == [.deliver(ringing)])
        #expect(machine.nextDeadline == nil)
        #expect(machine.received(ringing, at: .boot) == [.deliver(ringing)])
    }

    @Test func aRefusalIsAcknowledgedEachTimeAndDeliveredOnce() throws {
        var (machine, request) = try self.invite(reliable: false)
        let busy = Message.response(to: request, status: 486, tag: "b")
        let ack = Message.ack(ofRejected: request, by: busy)
        #expect(machine.received(busy, at: .boot) == [.send(ack), .deliver(busy)])
        #expect(machine.received(busy, at: .boot) == [.send(ack)])
        #expect(machine.nextDeadline == .milliseconds(32000))
        #expect(machine.deadlineReached(at: .milliseconds(32000)).isEmpty)
        #expect(machine.isTerminated)
    }

    @Test func theACKOfARefusalHasTheBranchAndRouteOfTheInvite() throws {
        let request = try Samples.invite()
        let busy = Message.response(to: request, status: 486, tag: "b")
        let ack = Message.ack(ofRejected: request, by: busy)
        #expect(ack.headers["Via"] == request.headers["Via"])
        #expect(ack.headers["Route"] == request.headers["Route"])
        #expect(ack.headers["To"] == "<urn:service:sos.ecall.manual>;tag=b")
        #expect(ack.headers["CSeq"] == "1 ACK")
        #expect(ack.requestURI == request.requestURI)
        #expect(ack.body.isEmpty)
    }

    @Test func aRefusalOverAReliableTransportEndsTheTransactionAtOnce() throws {
        var (machine, request) = try self.invite(reliable: true)
        let busy = Message.response(to: request, status: 486, tag: "b")
        _ = machine.received(busy, at: .boot)
        #expect(machine.isTerminated)
        #expect(machine.received(busy, at: .boot).isEmpty)
    }

    @Test(arguments: [true, false])
    func every2xxIsDeliveredUntilTimerM(reliable: Bool) throws {
        var (machine, request) = try self.invite(reliable: reliable)
        let good = Message.response(to: request, status: 200, tag: "b")
        #expect(machine.received(good, at: .boot) == [.deliver(good)])
        #expect(machine.received(good, at: .milliseconds(500)) == [.deliver(good)])
        let late = Message.response(to: request, status: 486, tag: "b")
        #expect(machine.received(late, at: .milliseconds(600)).isEmpty)
        #expect(machine.nextDeadline == .milliseconds(32000))
        #expect(machine.deadlineReached(at: .milliseconds(31999)).isEmpty)
        #expect(!machine.isTerminated)
        #expect(machine.deadlineReached(at: .milliseconds(32000)).isEmpty)
        #expect(machine.isTerminated)
    }

    @Test func aLostTransportFailsAnUnansweredInviteOnly() throws {
        var (calling, request) = try self.invite(reliable: true)
        #expect(calling.transportFailed() == [.fail(.transportFailed)])
        #expect(calling.isTerminated)
        var (accepted, _) = try self.invite(reliable: true)
        _ = accepted.received(Message.response(to: request, status: 200, tag: "b"), at: .boot)
        #expect(accepted.transportFailed().isEmpty)
    }

    @Test func timerEDoublesToT2UntilTimerF() throws {
        var (machine, _) = try self.other(reliable: false)
        let (sent, failed) = self.walk({ machine.nextDeadline }, { machine.deadlineReached(at: $0) })
        #expect(sent == [500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500])
        #expect(failed == 32000)
    }

    @Test func afterAProvisionalARequestIsSentEveryT2() throws {
        var (machine, request) = try self.other(reliable: false)
        let trying = Message.response(to: request, status: 100)
        #expect(machine.received(trying, at: .milliseconds(100)) == [.deliver(trying)])
        let (sent, failed) = self.walk({ machine.nextDeadline }, { machine.deadlineReached(at: $0) })
        #expect(sent == [500, 4500, 8500, 12500, 16500, 20500, 24500, 28500])
        #expect(failed == 32000)
    }

    @Test func aFinalAnswerIsDeliveredOnceAndAbsorbedForT4() throws {
        var (machine, request) = try self.other(reliable: false)
        let good = Message.response(to: request, status: 200, tag: "b")
        #expect(machine.received(good, at: .boot) == [.deliver(good)])
        #expect(machine.received(good, at: .boot).isEmpty)
        #expect(machine.nextDeadline == .milliseconds(5000))
        #expect(machine.deadlineReached(at: .milliseconds(5000)).isEmpty)
        #expect(machine.isTerminated)
    }

    @Test func aFinalAnswerOverAReliableTransportEndsTheTransaction() throws {
        var (machine, request) = try self.other(reliable: true)
        _ = machine.received(Message.response(to: request, status: 404, tag: "b"), at: .boot)
        #expect(machine.isTerminated)
    }

    @Test func anEarlyWakeUpChangesNothing() throws {
        var (machine, _) = try self.invite(reliable: false)
        #expect(machine.deadlineReached(at: .milliseconds(499)).isEmpty)
        #expect(machine.nextDeadline == .milliseconds(500))
    }
}
