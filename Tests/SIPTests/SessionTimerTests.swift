import SIP
import Testing
import Timeline

/// Session timers (RFC 4028).
@Suite struct SessionTimerTests {
    private func plan(_ fields: Header...) throws -> UserAgent.InvitePlan {
        var plan = try Wire.plan()
        for field in fields { plan.headers.append(field.name, field.value) }
        return plan
    }

    /// A call whose answer asks for an interval.
    private func connected(
        _ wire: inout Wire,
        _ value: String,
        allow: String? = nil
    ) throws -> (vehicle: UserAgent.Call, center: UserAgent.Call) {
        let call = wire.invite(try Wire.plan())
        wire.settle()
        guard case .incoming(let incoming, _, _)? = wire.takeEvents(.center).first else { throw Wire.Missing.incoming }
        var headers: Headers = [Header("Session-Expires", value)]
        if let allow { headers.append("Allow", allow) }
        wire.center { $0.answer(incoming, headers: headers, body: [], at: $1) }
        wire.settle()
        _ = (wire.takeEvents(.vehicle), wire.takeEvents(.center), wire.takeTrace())
        return (call, incoming)
    }

    /// The first refresh of a call whose peer asked the caller for one each 90 s, and allows `methods`.
    private func refresh(_ bench: inout Bench, allowing methods: String = "UPDATE") throws -> Message {
        var plan = try Wire.plan()
        plan.session = [7, 7]
        let (_, outputs) = bench.agent.invite(plan, over: bench.flow, at: bench.now)
        let headers: Headers = [Header("Allow", methods), Header("Session-Expires", "90;refresher=uac")]
        _ = bench.receive(.response(to: try #require(outputs.sent.first), status: 200, tag: "t", headers: headers))
        return try #require(bench.advance(by: .seconds(45)).sent.first)
    }

    @Test func theCallerRefreshesByUpdateAtHalfTheInterval() throws {
        var wire = Wire()
        _ = try self.connected(&wire, "1800;refresher=uac")
        wire.advance(by: .seconds(899), settling: true)
        #expect(wire.takeTrace() == [])
        wire.advance(by: .seconds(1), settling: true)
        #expect(wire.takeTrace() == ["> UPDATE", "< 200"])
        wire.advance(by: .seconds(900), settling: true)
        #expect(wire.takeTrace() == ["> UPDATE", "< 200"], "the answer set the interval again")
        #expect(wire.takeEvents(.vehicle) == [])
    }

    @Test func theCallerRefreshesByInviteWithItsSessionWhereThePeerKnowsNoUpdate() throws {
        var bench = Bench()
        let refresh = try self.refresh(&bench, allowing: "INVITE, ACK, BYE")
        #expect(refresh.method == .invite)
        #expect(refresh.body == [7, 7])
        #expect(refresh.headers["Session-Expires"] == "90;refresher=uac")
        #expect(refresh.headers["CSeq"] == "2 INVITE")
    }

    @Test func anIntervalBelowTheFloorIsAnswered422WithTheFloor() throws {
        var wire = Wire()
        _ = wire.invite(
            try self.plan(Header("Session-Expires", "89"), Header("Supported", "timer"))
        )
        wire.settle()
        #expect(wire.takeTrace() == ["> INVITE", "< 422", "> ACK"])
        guard case .rejected(_, let message)? = wire.takeEvents(.vehicle).last else {
            Issue.record("not rejected")
            return
        }
        #expect(message.headers["Min-SE"] == "90")
    }

    @Test(arguments: [
        ("300", "timer", "300;refresher=uac", true), ("300;refresher=uas", "timer", "300;refresher=uas", false),
        ("300", "", "300;refresher=uas", false),
    ])
    func theAnswerNamesWhoRefreshes(asked: String, supported: String, answered: String, isRequired: Bool) throws {
        var bench = Bench()
        var invite = try Samples.invite()
        invite.headers.append("Session-Expires", asked)
        if !supported.isEmpty { invite.headers.append("Supported", supported) }
        let call = try bench.incoming(invite)
        let answer = try #require(bench.act { $0.answer(call, headers: [], body: [], at: $1) }.sent.first)
        #expect(answer.headers["Session-Expires"] == answered)
        #expect((answer.headers["Require"] == "timer") == isRequired)
    }

    @Test func aRefreshThatThePeerOwesAndDoesNotGiveIsSentByThisSide() throws {
        var wire = Wire()
        _ = try self.connected(&wire, "300;refresher=uas")
        wire.advance(by: .seconds(267), settling: true)
        #expect(wire.takeTrace() == [])
        wire.advance(by: .seconds(1), settling: true)
        #expect(wire.takeTrace() == ["> UPDATE", "< 200"])
        #expect(wire.vehicle.callCount == 1, "an emergency call is asked before it is given up")
    }

    @Test func aRefreshThatFindsNoDialogLosesTheCall() throws {
        var wire = Wire()
        let call = try self.connected(&wire, "300;refresher=uac")
        wire.center { $0.bye(call.center, at: $1) }
        wire.drop(to: .vehicle)
        wire.advance(by: .seconds(33))
        wire.drop(to: .vehicle)
        _ = wire.takeEvents(.center)
        wire.advance(by: .seconds(120), settling: true)
        #expect(wire.takeEvents(.vehicle) == [.lost(call.vehicle, .notRefreshed)])
        #expect(wire.vehicle.callCount == 0)
    }

    @Test func aRefreshThatIsAnswered491IsTriedAgainAfterAWhile() throws {
        var bench = Bench()
        let refresh = try self.refresh(&bench)
        _ = bench.receive(.response(to: refresh, status: 491))
        #expect(bench.advance(by: .milliseconds(2_099)).sent.isEmpty)
        #expect(bench.advance(by: .milliseconds(1_901)).methods == ["UPDATE"])
    }

    @Test(arguments: [488, 500, 503])
    func aRefreshThatIsRefusedIsTriedAgainBeforeThePeersIntervalIsOver(status: Int) throws {
        var bench = Bench()
        var refresh = try self.refresh(&bench)
        for _ in 1...3 {
            _ = bench.receive(.response(to: refresh, status: status))
            refresh = try #require(bench.advance(by: .seconds(9)).sent.first)
        }
        _ = bench.receive(.response(to: refresh, status: 500, headers: [Header("Retry-After", "2")]))
        #expect(bench.advance(by: .seconds(2)).methods == ["UPDATE"])
        #expect(bench.agent.callCount == 1)
    }

    @Test func aRefreshThatOnlyProvisionalAnswersComeForLosesTheCall() throws {
        var bench = Bench()
        let refresh = try self.refresh(&bench, allowing: "INVITE")
        _ = bench.receive(.response(to: refresh, status: 100))
        let outputs = bench.advance(by: .seconds(32))
        #expect(outputs.words == ["lost notRefreshed"])
        #expect(outputs.methods == ["BYE"])
        _ = bench.advance(by: .seconds(64))
        #expect(bench.agent.isQuiet, "nothing of it is kept")
    }

    @Test func aRefreshUnderWayIsForgottenWithItsCall() throws {
        var bench = Bench()
        let refresh = try self.refresh(&bench, allowing: "INVITE")
        _ = bench.receive(.response(to: refresh, status: 100))
        var bye = Message(startLine: .request(method: .bye, uri: "sip:psap@192.0.2.1"), headers: [])
        bye.headers.append("Via", "SIP/2.0/TCP 192.0.2.10:5060;branch=z9hG4bKbye")
        bye.headers.append("From", refresh.headers["To"] ?? "")
        bye.headers.append("To", refresh.headers["From"] ?? "")
        bye.headers.append("Call-ID", refresh.headers["Call-ID"] ?? "")
        bye.headers.append("CSeq", "1 BYE")
        #expect(bench.receive(bye).words == ["cleared"])
        _ = bench.advance(by: .seconds(64))
        #expect(bench.agent.isQuiet)
    }

    @Test func noForkAnswersARefresh() throws {
        var bench = Bench()
        let refresh = try self.refresh(&bench, allowing: "INVITE")
        var answer = Message.response(to: refresh, status: 200)
        answer.headers.set("To", "<urn:service:sos.ecall.manual>;tag=other")
        let outputs = bench.receive(answer)
        #expect(outputs.sent.isEmpty)
        #expect(outputs.words == ["discarded"])
    }

    @Test func aRefreshThatIsAnswered422TakesTheLongerInterval() throws {
        var bench = Bench()
        let refresh = try self.refresh(&bench)
        let outputs = bench.receive(.response(to: refresh, status: 422, headers: [Header("Min-SE", "600")]))
        #expect(outputs.sent.isEmpty)
        let next = try #require(bench.advance(by: .zero).sent.first, "at once: the peer's interval runs on")
        #expect(next.headers["Session-Expires"] == "600;refresher=uac")
        _ = bench.receive(.response(to: next, status: 422, headers: [Header("Min-SE", "700")]))
        #expect(bench.advance(by: .seconds(30)).sent.isEmpty, "once, and not as often as the peer likes")
    }

    @Test func anIntervalOfThePeersBelowTheFloorIsTakenForTheFloor() throws {
        var wire = Wire()
        _ = try self.connected(&wire, "1;refresher=uac")
        wire.advance(by: .seconds(44), settling: true)
        #expect(wire.takeTrace() == [])
        wire.advance(by: .seconds(1), settling: true)
        #expect(wire.takeTrace().first == "> UPDATE")
    }

    @Test(arguments: ["", "x", "-1", "4294967296", "90;refresher="])
    func whatIsNoIntervalIsRefused(value: String) {
        #expect(throws: SyntaxError.self) { try SessionInterval(parsing: value) }
    }

    @Test func anUnknownRefresherCountsAsNone() throws {
        #expect(try SessionInterval(parsing: "90;refresher=me") == SessionInterval(seconds: 90, refresher: nil))
    }
}
