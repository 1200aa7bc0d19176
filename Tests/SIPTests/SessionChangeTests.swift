import SIP
import Testing
import Timeline

/// INVITE and UPDATE inside a call (RFC 3261 14, RFC 3311).
@Suite struct SessionChangeTests {
    private static let offer: Headers = [Header("Content-Type", "application/sdp")]

    /// The request that the center has to answer.
    private func request(_ events: [UserAgent.Event]) throws -> UserAgent.Request {
        for event in events {
            if case .requested(let request, _, _) = event { return request }
        }
        throw Wire.Missing.incoming
    }

    /// A call in which the vehicle has offered another session, and the center's request for the answer.
    private func offered(
        _ wire: inout Wire
    ) throws -> (UserAgent.Request, call: (vehicle: UserAgent.Call, center: UserAgent.Call)) {
        let call = try wire.connect()
        wire.vehicle { $0.reinvite(call.vehicle, headers: Self.offer, body: [1], at: $1).1 }
        wire.settle()
        let events = wire.takeEvents(.center)
        #expect(events.map(\.word) == ["requested INVITE"])
        return (try self.request(events), call)
    }

    /// A call of the peer's that is answered and acknowledged, and our answer.
    private func established(_ bench: inout Bench) throws -> (UserAgent.Call, answer: Message) {
        let call = try bench.incoming(try Samples.invite())
        let answer = try #require(bench.act { $0.answer(call, headers: [], body: [], at: $1) }.sent.first)
        _ = bench.receive(try bench.inDialog(.ack, number: 1, answer: answer, branch: "ack1"))
        return (call, answer)
    }

    @Test func aReinviteIsDeliveredAnsweredAndAcknowledged() throws {
        var wire = Wire()
        let (request, _) = try self.offered(&wire)
        wire.center { $0.respond(to: request, status: 200, headers: Self.offer, body: [2], at: $1) }
        wire.settle()
        #expect(wire.takeTrace() == ["> INVITE", "< 200", "> ACK"])
        guard case .answeredRequest(_, _, let answer)? = wire.takeEvents(.vehicle).first else {
            Issue.record("the re-INVITE was not answered")
            return
        }
        #expect(answer.body == [2])
        #expect(answer.headers["Contact"] != nil, "a 2xx to INVITE names where requests go")
        wire.advance(by: .seconds(120), settling: true)
        #expect(wire.takeTrace() == [], "nothing is repeated once the ACK is there")
        #expect(wire.vehicle.callCount == 1)
        #expect(wire.center.callCount == 1)
    }

    @Test func the2xxToAReinviteIsRepeatedUntilItsACKAndWithoutOneTheCallIsLost() throws {
        var wire = Wire()
        let (request, call) = try self.offered(&wire)
        wire.center { $0.respond(to: request, status: 200, headers: Self.offer, body: [2], at: $1) }
        wire.drop(to: .vehicle)
        wire.advance(by: .milliseconds(500))
        #expect(wire.takeTrace() == ["> INVITE", "< 200", "< 200"])
        wire.drop(to: .vehicle)
        wire.advance(by: .seconds(32))
        #expect(wire.takeEvents(.center) == [.lost(call.center, .noACK)])
        #expect(wire.takeTrace().last == "< BYE")
    }

    @Test func aRepeated2xxToAReinviteGetsItsACKAgain() throws {
        var wire = Wire()
        let (request, _) = try self.offered(&wire)
        wire.center { $0.respond(to: request, status: 200, headers: Self.offer, body: [2], at: $1) }
        let isCarried = wire.carryOne(to: .vehicle)
        #expect(isCarried)
        wire.drop(to: .center)
        wire.advance(by: .milliseconds(500), settling: true)
        #expect(wire.takeTrace() == ["> INVITE", "< 200", "> ACK", "< 200", "> ACK"])
        #expect(wire.takeEvents(.vehicle).count == 1, "the change is told once")
    }

    @Test func aRefusedReinviteLeavesTheCall() throws {
        var wire = Wire()
        let (request, call) = try self.offered(&wire)
        wire.center { $0.respond(to: request, status: 488, headers: [], body: [], at: $1) }
        wire.settle()
        #expect(wire.takeEvents(.vehicle).map(\.word) == ["answered request 488"])
        #expect(wire.takeTrace() == ["> INVITE", "< 488", "> ACK"])
        wire.vehicle { $0.bye(call.vehicle, at: $1) }
        wire.settle()
        #expect(wire.takeEvents(.center).map(\.word) == ["cleared"])
    }

    @Test func changesThatCrossAreBothAnswered491() throws {
        var wire = Wire()
        let call = try wire.connect()
        wire.vehicle { $0.reinvite(call.vehicle, headers: Self.offer, body: [1], at: $1).1 }
        wire.center { $0.reinvite(call.center, headers: Self.offer, body: [2], at: $1).1 }
        wire.settle()
        #expect(wire.takeEvents(.vehicle).map(\.word) == ["answered request 491"])
        #expect(wire.takeEvents(.center).map(\.word) == ["answered request 491"])
    }

    @Test func aSecondChangeBeforeTheAnswerToTheFirstIsRefusedHere() throws {
        var wire = Wire()
        let call = try wire.connect()
        wire.vehicle { $0.reinvite(call.vehicle, headers: Self.offer, body: [1], at: $1).1 }
        wire.vehicle { $0.reinvite(call.vehicle, headers: Self.offer, body: [1], at: $1).1 }
        #expect(wire.takeEvents(.vehicle).map(\.word) == ["failed request noDialog"])
    }

    @Test func aSecondOfferBeforeTheAnswerToTheFirstIsAnswered500WithRetryAfter() throws {
        var bench = Bench()
        let (_, answer) = try self.established(&bench)
        let first = bench.receive(try bench.inDialog(.invite, number: 2, answer: answer, branch: "re1"))
        #expect(first.words == ["requested INVITE"])
        let outputs = bench.receive(try bench.inDialog(.invite, number: 3, answer: answer, branch: "re2"))
        #expect(outputs.statuses == [500])
        #expect(outputs.sent.first?.headers["Retry-After"].flatMap { Int($0) }.map((0...10).contains) == true)
    }

    @Test func aCancelledReinviteIsAnswered487AndTheCallLivesOn() throws {
        var bench = Bench()
        let (_, answer) = try self.established(&bench)
        _ = bench.receive(try bench.inDialog(.invite, number: 2, answer: answer, branch: "re1"))
        var cancel = try bench.inDialog(.cancel, number: 2, answer: answer, branch: "re1")
        cancel.headers.set("CSeq", "2 CANCEL")
        #expect(bench.receive(cancel).statuses == [200, 487])
        #expect(bench.agent.callCount == 1)
    }

    @Test func anUpdateWithoutABodyMovesTheTargetAndIsAnsweredAtOnce() throws {
        var bench = Bench()
        let (call, answer) = try self.established(&bench)
        var update = try bench.inDialog(.update, number: 2, answer: answer, branch: "up1")
        update.headers.append("Contact", "<sip:moved@192.0.2.99>")
        let outputs = bench.receive(update)
        #expect(outputs.statuses == [200])
        #expect(outputs.words == [])
        let bye = bench.act { $0.bye(call, at: $1) }
        #expect(bye.sent.first?.requestURI == "sip:moved@192.0.2.99")
    }

    @Test func anOfferInAnUpdateBeforeTheAnswerToTheInviteIsAnswered500() throws {
        var bench = Bench()
        let call = try bench.incoming(try Samples.invite())
        let ringing = try #require(bench.act { $0.ring(call, at: $1) }.sent.first)
        var update = try bench.inDialog(.update, number: 2, answer: ringing, branch: "up1")
        update.body = [1]
        #expect(bench.receive(update).statuses == [500])
        update = try bench.inDialog(.update, number: 3, answer: ringing, branch: "up2")
        #expect(bench.receive(update).statuses == [200], "without an offer it may come early")
    }
}
