import SIP
import Testing
import Timeline

/// Two user agents against each other in memory.
@Suite struct UserAgentCallTests {
    private func incoming(_ wire: inout Wire) throws -> UserAgent.Call {
        let events = wire.takeEvents(.center)
        guard case .incoming(let call, _, _)? = events.first else { throw Wire.Missing.incoming }
        return call
    }

    @Test func aWholeCallFromInviteToBye() throws {
        var wire = Wire()
        let call = wire.invite(try Wire.plan())
        wire.settle()
        let incoming = try self.incoming(&wire)
        wire.center { $0.ring(incoming, at: $1) }
        wire.settle()
        wire.center { $0.answer(incoming, headers: [Header("X-Ack", "yes")], body: [1, 2], at: $1) }
        wire.settle()
        #expect(wire.takeTrace() == ["> INVITE", "< 180", "< 200", "> ACK"])
        let events = wire.takeEvents(.vehicle)
        #expect(events.map(\.word) == ["provisional 180", "answered"])
        guard case .answered(call, let answer, _) = events[1] else {
            Issue.record("not answered")
            return
        }
        #expect(answer.body == [1, 2])
        #expect(answer.headers["X-Ack"] == "yes")
        #expect(wire.takeEvents(.center) == [.established(incoming)])

        wire.center { $0.bye(incoming, at: $1) }
        wire.settle()
        #expect(wire.takeTrace() == ["< BYE", "> 200"])
        #expect(wire.takeEvents(.vehicle).map(\.word) == ["cleared"])
        #expect(wire.takeEvents(.center) == [.ended(incoming)])
        wire.advance(by: .seconds(33), settling: true)
        #expect(wire.vehicle.isQuiet && wire.center.isQuiet)
        #expect(wire.vehicle.nextDeadline == nil && wire.center.nextDeadline == nil)
    }

    @Test func theInviteCarriesWhatThePlanSaysAndWhatTheUserAgentAdds() throws {
        var wire = Wire()
        var plan = try Wire.plan()
        plan.route = ["<sip:p0;lr>", "<sip:p1;lr>"]
        plan.contactParameters = try Parameters(parsing: #"+sip.instance="<urn:x>";audio"#)
        plan.callID = "given"
        _ = wire.invite(plan)
        wire.settle()
        guard case .incoming(_, let invite, _)? = wire.takeEvents(.center).first else {
            Issue.record("no INVITE")
            return
        }
        #expect(invite.requestURI == "urn:service:sos.ecall.manual")
        #expect(invite.body == [0, 13, 10, 0])
        #expect(invite.headers["Call-ID"] == "given")
        #expect(invite.headers.all("Route") == ["<sip:p0;lr>", "<sip:p1;lr>"])
        #expect(
            invite.headers["Contact"] == #"<sip:ivs@192.0.2.10:40001;transport=tcp>;+sip.instance="<urn:x>";audio"#
        )
        #expect(invite.headers["Allow"] == "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, OPTIONS")
        #expect(invite.headers["User-Agent"] == "vehicle")
        let via = try Envelope(invite).topVia
        #expect(via.description.hasPrefix("SIP/2.0/TCP 192.0.2.10:40001;branch=z9hG4bK"))
        #expect(via.parameters["rport"] == "40001")
    }

    @Test func infoTravelsBothWaysWithRisingNumbers() throws {
        var wire = Wire()
        let (call, incoming) = try wire.connect()
        wire.center { $0.request(.info, in: incoming, headers: [Header("Info-Package", "p")], body: [9], at: $1).1 }
        wire.settle()
        guard case .requested(let request, call, let info)? = wire.takeEvents(.vehicle).first else {
            Issue.record("no INFO")
            return
        }
        #expect(info.headers["CSeq"] == "1 INFO")
        #expect(info.requestURI == "sip:ivs@192.0.2.10:40001;transport=tcp")
        #expect(info.body == [9])
        wire.vehicle { $0.respond(to: request, status: 200, headers: Headers(), body: [], at: $1) }
        wire.vehicle { $0.request(.info, in: call, headers: Headers(), body: [8], at: $1).1 }
        wire.settle()
        #expect(wire.takeTrace() == ["< INFO", "> 200", "> INFO"])
        let events = wire.takeEvents(.center)
        #expect(events.map(\.word) == ["answered request 200", "requested INFO"])
        guard case .requested(let second, incoming, let reply) = events[1] else { return }
        #expect(reply.headers["CSeq"] == "2 INFO")
        wire.center { $0.respond(to: second, status: 469, headers: [Header("Recv-Info", "q")], body: [], at: $1) }
        wire.settle()
        #expect(wire.takeEvents(.vehicle).map(\.word) == ["answered request 469"])
    }

    @Test func infoInAnEarlyDialogIsDelivered() throws {
        var wire = Wire()
        _ = wire.invite(try Wire.plan())
        wire.settle()
        let incoming = try self.incoming(&wire)
        wire.center { $0.ring(incoming, status: 183, at: $1) }
        wire.center { $0.request(.info, in: incoming, headers: Headers(), body: [], at: $1).1 }
        wire.settle()
        #expect(wire.takeEvents(.vehicle).map(\.word) == ["provisional 183", "requested INFO"])
    }

    @Test func aRefusalEndsTheCallAtBothEnds() throws {
        var wire = Wire()
        let call = wire.invite(try Wire.plan())
        wire.settle()
        let incoming = try self.incoming(&wire)
        wire.center { $0.reject(incoming, status: 603, reason: "Declined", headers: Headers(), body: [5], at: $1) }
        wire.settle()
        #expect(wire.takeTrace() == ["> INVITE", "< 603", "> ACK"])
        guard case .rejected(call, let answer)? = wire.takeEvents(.vehicle).first else {
            Issue.record("not rejected")
            return
        }
        #expect(answer.startLine == .response(status: 603, reason: "Declined"))
        #expect(answer.body == [5])
        #expect(wire.vehicle.isQuiet && wire.center.isQuiet)
    }

    @Test func aSlowUserStillGivesA100After200Milliseconds() throws {
        var wire = Wire()
        _ = wire.invite(try Wire.plan())
        wire.advance(by: .milliseconds(199), settling: true)
        #expect(wire.takeEvents(.vehicle).isEmpty)
        wire.advance(by: .milliseconds(1), settling: true)
        #expect(wire.takeEvents(.vehicle).map(\.word) == ["provisional 100"])
    }

    @Test func cancelBeforeAnyAnswerIsHeldBackUntilAProvisional() throws {
        var wire = Wire()
        let call = wire.invite(try Wire.plan())
        wire.vehicle { $0.cancel(call, at: $1) }
        #expect(wire.takeTrace() == ["> INVITE"])
        wire.settle()
        let incoming = try self.incoming(&wire)
        wire.center { $0.ring(incoming, at: $1) }
        wire.settle()
        #expect(wire.takeTrace() == ["< 180", "> CANCEL", "< 200", "< 487", "> ACK"])
        #expect(wire.takeEvents(.vehicle).map(\.word) == ["provisional 180", "rejected 487"])
        #expect(wire.takeEvents(.center) == [.withdrawn(incoming)])
        #expect(wire.vehicle.isQuiet && wire.center.isQuiet)
    }

    @Test func aSecondCancelChangesNothing() throws {
        var wire = Wire()
        let call = wire.invite(try Wire.plan())
        wire.settle()
        let incoming = try self.incoming(&wire)
        wire.center { $0.ring(incoming, at: $1) }
        wire.settle()
        wire.vehicle { $0.cancel(call, at: $1) }
        wire.vehicle { $0.cancel(call, at: $1) }
        #expect(wire.takeTrace() == ["> INVITE", "< 180", "> CANCEL"])
    }

    @Test func a200ThatCrossesTheCancelIsAcknowledgedAndTold() throws {
        var wire = Wire()
        let call = wire.invite(try Wire.plan())
        wire.settle()
        let incoming = try self.incoming(&wire)
        wire.center { $0.ring(incoming, at: $1) }
        wire.settle()
        wire.center { $0.answer(incoming, headers: Headers(), body: [], at: $1) }
        wire.vehicle { $0.cancel(call, at: $1) }
        wire.settle()
        #expect(wire.takeTrace() == ["> INVITE", "< 180", "< 200", "> CANCEL", "< 200", "> ACK"])
        #expect(wire.takeEvents(.vehicle).map(\.word) == ["provisional 180", "answered across cancel"])
        #expect(wire.takeEvents(.center) == [.established(incoming)])
        wire.vehicle { $0.bye(call, at: $1) }
        wire.settle()
        #expect(wire.takeEvents(.vehicle) == [.ended(call)])
        #expect(wire.takeEvents(.center).map(\.word) == ["cleared"])
    }

    @Test func aCancelWithoutAnyAnswerIsGivenUpAfter64T1() throws {
        var wire = Wire()
        let call = wire.invite(try Wire.plan())
        wire.settle()
        let incoming = try self.incoming(&wire)
        wire.center { $0.ring(incoming, at: $1) }
        wire.settle()
        wire.vehicle { $0.cancel(call, at: $1) }
        wire.drop(to: .center)
        wire.advance(by: .seconds(32))
        #expect(wire.takeEvents(.vehicle).last == .failed(call, .noAnswerToCancel))
        #expect(wire.vehicle.callCount == 0)
    }

    @Test func a200IsRepeatedUntilItsACKAndAcknowledgedEachTime() throws {
        var wire = Wire()
        _ = wire.invite(try Wire.plan())
        wire.settle()
        let incoming = try self.incoming(&wire)
        wire.center { $0.answer(incoming, headers: Headers(), body: [], at: $1) }
        while wire.carryOne(to: .vehicle) {}
        wire.drop(to: .center)
        wire.advance(by: .milliseconds(1500))
        #expect(wire.takeTrace() == ["> INVITE", "< 200", "> ACK", "< 200", "< 200"])
        wire.settle()
        #expect(wire.takeTrace() == ["> ACK", "> ACK"])
        #expect(wire.takeEvents(.vehicle).map(\.word) == ["answered"])
        #expect(wire.takeEvents(.center) == [.established(incoming)])
        wire.advance(by: .seconds(60))
        #expect(wire.takeTrace().isEmpty)
    }

    @Test func a200WithoutACKIsClearedAfter64T1() throws {
        var wire = Wire()
        _ = wire.invite(try Wire.plan())
        wire.settle()
        let incoming = try self.incoming(&wire)
        wire.center { $0.answer(incoming, headers: Headers(), body: [], at: $1) }
        _ = wire.takeTrace()
        wire.advance(by: .seconds(32))
        let trace = wire.takeTrace()
        #expect(trace == Array(repeating: "< 200", count: 10) + ["< BYE"])
        #expect(wire.takeEvents(.center) == [.lost(incoming, .noACK)])
    }

    @Test func aByeBeforeTheACKIsHeldBack() throws {
        var wire = Wire()
        _ = wire.invite(try Wire.plan())
        wire.settle()
        let incoming = try self.incoming(&wire)
        wire.center { $0.answer(incoming, headers: Headers(), body: [], at: $1) }
        wire.center { $0.bye(incoming, at: $1) }
        #expect(wire.takeTrace() == ["> INVITE", "< 200"])
        wire.settle()
        #expect(wire.takeTrace() == ["> ACK", "< BYE", "> 200"])
        #expect(wire.takeEvents(.center) == [.established(incoming), .ended(incoming)])
    }

    @Test func byesThatCrossEndTheCallAtBothEnds() throws {
        var wire = Wire()
        let (call, incoming) = try wire.connect()
        wire.vehicle { $0.bye(call, at: $1) }
        wire.center { $0.bye(incoming, at: $1) }
        wire.settle()
        #expect(wire.takeEvents(.vehicle) == [.ended(call)])
        #expect(wire.takeEvents(.center) == [.ended(incoming)])
        #expect(wire.vehicle.callCount + wire.center.callCount == 0)
    }

    @Test func noAnswerAtAllFailsByTimerB() throws {
        var wire = Wire()
        let call = wire.invite(try Wire.plan())
        wire.advance(by: .milliseconds(31_999))
        #expect(wire.takeEvents(.vehicle).isEmpty)
        wire.advance(by: .milliseconds(1))
        #expect(wire.takeEvents(.vehicle) == [.failed(call, .timedOut)])
        #expect(wire.vehicle.isQuiet)
    }

    @Test func aMissingProvisionalFailsAfterItsWait() throws {
        var wire = Wire()
        var plan = try Wire.plan()
        plan.provisionalWait = .seconds(5)
        let call = wire.invite(plan)
        wire.advance(by: .seconds(5))
        #expect(wire.takeEvents(.vehicle) == [.failed(call, .noProvisional)])
        wire.advance(by: .seconds(30))
        #expect(wire.takeEvents(.vehicle).isEmpty)
        #expect(wire.vehicle.isQuiet)
    }

    @Test func aProvisionalEndsTheProvisionalWait() throws {
        var wire = Wire()
        var plan = try Wire.plan()
        plan.provisionalWait = .seconds(5)
        _ = wire.invite(plan)
        wire.advance(by: .seconds(60), settling: true)
        #expect(wire.takeEvents(.vehicle).map(\.word) == ["provisional 100"])
    }

    @Test(arguments: [true, false])
    func anAbandonedCallIsNotLeftRinging(isAnswered: Bool) throws {
        var wire = Wire()
        var plan = try Wire.plan()
        plan.provisionalWait = .seconds(5)
        _ = wire.invite(plan)
        _ = wire.carryOne(to: .center)
        let incoming = try self.incoming(&wire)
        wire.advance(by: .seconds(5))
        wire.drop(to: .vehicle)
        if isAnswered {
            wire.center { $0.answer(incoming, headers: Headers(), body: [], at: $1) }
        } else {
            wire.center { $0.ring(incoming, at: $1) }
        }
        wire.settle()
        #expect(wire.takeEvents(.vehicle).map(\.word) == ["failed noProvisional"])
        #expect(wire.takeEvents(.center).map(\.word) == (isAnswered ? ["established", "cleared"] : ["withdrawn"]))
        #expect(wire.vehicle.callCount == 0)
    }

    @Test func theSameSeedGivesTheSameTrace() throws {
        func run() throws -> [String] {
            var wire = Wire(seed: 99, keepAlive: .seconds(30))
            let (call, _) = try wire.connect()
            wire.vehicle { $0.request(.info, in: call, headers: Headers(), body: [], at: $1).1 }
            wire.advance(by: .seconds(300), settling: true)
            wire.cut()
            return wire.takeTrace() + wire.takeEvents(.vehicle).map { "\($0)" }
                + wire.takeEvents(.center).map { "\($0)" }
        }
        #expect(try run() == run())
    }
}
