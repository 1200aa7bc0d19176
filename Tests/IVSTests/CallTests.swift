import CallControl
import ControlSocket
import GPIO
import MSD
import NGECall
import Net
import SIP
import Store
import Testing
import Timeline

@testable import IVS

/// The call from the trigger to its end: answers, cancel, second triggers, redial.
@Suite struct CallTests {
    @Test func theInviteCarriesEverythingOfAnECall() throws {
        let bench = VehicleBench.started()
        bench.press()
        let invite = try #require(bench.invites.first)
        let content = InviteContent(invite)
        #expect(content.problems.isEmpty)
        #expect(content.session != nil && content.location != nil)
        #expect(content.receivesMSDPackage)
        #expect(content.capabilities == ControlDocument.msdCapabilities.capabilities)
        let msd = try #require(try bench.sentMSDs().first)
        #expect(msd.vehicleIdentificationNumber.description == VehicleBench.vin)
        #expect(msd.messageIdentifier == 1)
        #expect(msd.timestamp == UInt32(VehicleBench.wallAtBoot + 2))
        #expect(
            msd.control
                == .init(
                    automaticActivation: false,
                    positionCanBeTrusted: true,
                    vehicleType: .passengerVehicleCategoryM1
                )
        )
        #expect(msd.vehicleLocation.positionLatitude == 173_345_400)
    }

    @Test func anEarlyBYEOfAPeerThatNobodyVerifiedIsRedialledUnlessItAcknowledgedTheMSD() throws {
        for (received, isOver) in [(nil, false), (true, true), (false, true)] as [(Bool?, Bool)] {
            let bench = VehicleBench.started(VehicleBench.configuration(host: "192.0.2.1"))
            bench.crash()
            try bench.answer(received: received)
            #expect(bench.state == .voiceSession)
            try bench.clearDown()
            #expect((bench.state == .ended) == isOver, "acknowledgement: \(String(describing: received))")
            #expect(bench.invites.count == (isOver ? 1 : 2))
        }
    }

    @Test func anEarlyBYEOfAVerifiedCenterEndsTheIncident() throws {
        let bench = VehicleBench.started()
        bench.crash()
        try bench.answer(received: nil)
        try bench.clearDown()
        #expect(bench.state == .ended)
    }

    @Test func aCancelledCallThatIsNeverAnsweredLeavesTheConnectionToTheCallOnIt() throws {
        let bench = VehicleBench.started()
        bench.call(.testCall)
        try bench.ring()
        bench.withholds = { $0.status == 487 }
        bench.crash()
        try bench.answer()
        #expect(bench.state == .voiceSession)
        bench.advance(by: .seconds(40))
        #expect(bench.state == .voiceSession, "what nobody answers to the cancel is no sign of a dead connection")
    }

    @Test func anUntrustedWallClockMakesTheTimestamp0() throws {
        let bench = VehicleBench.started()
        bench.isWallTrusted = false
        bench.crash()
        #expect(try bench.sentMSDs().map(\.timestamp) == [0])
        #expect(try bench.sentMSDs().map(\.control.automaticActivation) == [true])
        #expect(bench.invites.first?.headers["Date"] == nil)
    }

    @Test func withoutAPositionThereIsNoGeolocation() throws {
        let bench = VehicleBench.started()
        bench.call(.clearPosition)
        bench.press()
        let invite = try #require(bench.invites.first)
        #expect(!invite.headers.contains("Geolocation"))
        #expect(InviteContent(invite).location == nil)
        let msd = try #require(try bench.sentMSDs().first)
        #expect(msd.vehicleLocation == .unknown)
        #expect(!msd.control.positionCanBeTrusted)
    }

    @Test(arguments: [true, false, nil] as [Bool?])
    func a200ConnectsTheCallWhateverItSaysOfTheMSD(_ received: Bool?) throws {
        let bench = VehicleBench.started()
        bench.press()
        try bench.answer(received: received)
        #expect(bench.state == .voiceSession)
        #expect(bench.sentWords == ["INVITE", "ACK"])
        let word = received.map { $0 ? "positive" : "negative" } ?? "none"
        #expect(bench.events.last { $0.kind == .acknowledgement }?.fields["acknowledgement"] == word)
        bench.advance(by: .seconds(10))
        #expect(bench.sentWords == ["INVITE", "ACK"], "nothing is sent again unasked")
    }

    @Test(arguments: [486, 600, 603])
    func aRejectionWithAnAcknowledgementEndsTheIncidentAsDelivered(_ status: Int) throws {
        let bench = VehicleBench.started()
        bench.crash()
        try bench.reject(status, acknowledging: try bench.msdReference())
        #expect(bench.state == .ended)
        bench.advance(by: .seconds(300))
        #expect(bench.invites.count == 1)
        let closings = bench.records.compactMap { record -> IncidentState? in
            guard case .incidentClosed(_, let closing) = record else { return nil }
            return closing.state
        }
        #expect(closings == [.delivered])
    }

    @Test(arguments: [486, 600, 603])
    func aRejectionThatAcknowledgesAnotherMSDIsAFailedAttempt(_ status: Int) throws {
        let bench = VehicleBench.started()
        bench.crash()
        try bench.reject(status, acknowledging: "forged@nobody.invalid")
        #expect(bench.state == .connecting)
        bench.advance(by: .seconds(5))
        #expect(bench.invites.count == 2)
    }

    @Test func aRejectionWithAnAcknowledgementFromAnUnverifiedPeerIsAFailedAttempt() throws {
        let bench = VehicleBench.started(VehicleBench.configuration(host: "192.0.2.1"))
        bench.crash()
        try bench.reject(603, acknowledging: try bench.msdReference())
        #expect(bench.state == .connecting)
    }

    @Test(arguments: [302, 380, 401, 403, 404, 407, 408, 480, 486, 503, 600, 603])
    func anyOtherRejectionIsAFailedAttemptAndIsRedialled(_ status: Int) throws {
        let bench = VehicleBench.started()
        bench.press()
        try bench.reject(status)
        #expect(bench.state == .connecting)
        bench.advance(by: .seconds(5))
        #expect(bench.invites.count == 2)
        #expect(try bench.sentMSDs().map(\.messageIdentifier) == [1, 1])
        #expect(Set(try bench.sentMSDs().map(\.timestamp)).count == 1)
    }

    @Test func aRefusedLocationIsLeftOutAtOnce() throws {
        let bench = VehicleBench.started()
        bench.press()
        try bench.reject(424)
        let second = try #require(bench.invites.last)
        #expect(bench.invites.count == 2)
        #expect(!second.headers.contains("Geolocation"))
        #expect(InviteContent(second).msd != nil)
    }

    @Test(arguments: [415, 420, 488, 606])
    func aRefusedBodyOrOptionIsFollowedByACallForVoice(_ status: Int) throws {
        let bench = VehicleBench.started()
        bench.press()
        try bench.reject(status)
        let second = try #require(bench.invites.last)
        #expect(bench.invites.count == 2)
        #expect(second.headers["Content-Type"] == "application/sdp")
        #expect(InviteContent(second).session != nil)
        #expect(InviteContent(second).msd == nil)
        try bench.answer(received: nil)
        #expect(bench.state == .voiceSession)
    }

    @Test func anMSDThatCannotBeMadeLeavesAVoiceCallAndAFault() throws {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.vehicle.vin = .broken })
        bench.press()
        let invite = try #require(bench.invites.first)
        let content = InviteContent(invite)
        #expect(content.msd == nil && content.session != nil)
        #expect(bench.reasons(of: .fault).count == 1)
        #expect(bench.levels["lamp"] == .active)
        try bench.answer(received: nil)
        #expect(bench.state == .voiceSession)
    }

    @Test func aManualCallIsCancelledBeforeThe200() throws {
        let bench = VehicleBench.started()
        bench.press()
        try bench.ring()
        bench.press()
        #expect(bench.sentWords == ["INVITE", "CANCEL", "ACK"])
        #expect(bench.state == .ended)
        #expect(bench.centerEvents.contains { if case .withdrawn = $0 { true } else { false } })
        bench.advance(by: .seconds(300))
        #expect(bench.invites.count == 1)
    }

    @Test func aCancelIsRefusedAfterThe200() throws {
        let bench = try VehicleBench.connected()
        bench.press()
        #expect(bench.sentWords == ["INVITE", "ACK"])
        #expect(bench.state == .voiceSession)
        let why = try bench.reply(.why)
        #expect(why["guard"] == "isConnected")
    }

    @Test func a200ThatCrossesTheCancelConnectsTheCall() throws {
        let bench = VehicleBench.started()
        bench.press()
        bench.isWireWhole = false
        bench.press()
        bench.isWireWhole = true
        #expect(bench.sentWords == ["INVITE", "CANCEL"])
        try bench.answer()
        #expect(bench.state == .voiceSession)
        #expect(bench.reasons(of: .announcement).last == "the occupants are told: cancelTooLate")
    }

    @Test func anAutomaticCallIsNeverCancelled() throws {
        let bench = VehicleBench.started()
        bench.crash()
        try bench.ring()
        bench.press()
        bench.press()
        #expect(bench.sentWords == ["INVITE"])
        #expect(bench.state == .connecting)
        #expect(bench.reasons(of: .call(.cancelRequested)).count == 2)
    }

    @Test func aCrashEndsTheRightToCancelAManualCall() throws {
        let bench = VehicleBench.started()
        bench.press()
        try bench.ring()
        bench.crash()
        bench.press()
        #expect(bench.sentWords == ["INVITE"])
        #expect(bench.ivs.call.incident?.crashFollowed == true)
    }

    @Test func aSecondTriggerStartsNoSecondCall() throws {
        let bench = try VehicleBench.connected()
        bench.crash()
        bench.press()
        #expect(bench.invites.count == 1)
        #expect(bench.sentWords == ["INVITE", "ACK"])
    }

    @Test func aRealTriggerEndsATestCallAndStartsAtOnce() throws {
        let bench = VehicleBench.started()
        bench.call(.testCall)
        try bench.answer()
        #expect(bench.state == .voiceSession)
        #expect(try bench.sentMSDs().map(\.control.testCall) == [true])
        bench.crash()
        #expect(bench.sentWords == ["INVITE", "ACK", "BYE", "INVITE"])
        #expect(bench.ivs.call.incident?.trigger == .automatic)
        #expect(try bench.sentMSDs().map(\.control.testCall) == [true, false])
    }

    @Test func aRealTriggerOn112ClearsTheTestCallDownBeforeItsConnectionCloses() throws {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.profile = .emergency112 })
        bench.call(.testCall)
        try bench.answer()
        bench.crash()
        #expect(bench.sentWords == ["INVITE", "ACK", "BYE", "INVITE"])
        #expect(bench.invites.map(\.requestURI) == ["urn:service:test.sos.ecall", "urn:service:sos.ecall.automatic"])
        try bench.answer()
        #expect(bench.state == .voiceSession)
    }

    @Test func aLostCallIsRedialledAtOnce() throws {
        let bench = try VehicleBench.connected()
        bench.advance(by: .seconds(10))
        bench.cut(try #require(bench.incoming.last?.flow))
        #expect(bench.state == .connecting)
        #expect(bench.invites.count == 2)
        #expect(Set(try bench.sentMSDs().map(\.timestamp)).count == 1)
        try bench.answer()
        #expect(bench.state == .voiceSession)
    }

    @Test func aByeBeforeThe200ArrivedIsAFailedAttemptAndNoHang() throws {
        let bench = VehicleBench.started()
        bench.press()
        try bench.ring()
        let call = try #require(bench.incoming.last?.call)
        bench.center { $0.request(.bye, in: call, headers: [], body: [], at: $1).1 }
        bench.advance(by: .seconds(6))
        #expect(bench.invites.count == 2)
    }

    @Test func onlyTheFallbackT2LetsTheVehicleSayBye() throws {
        let bench = try VehicleBench.connected()
        let answered = bench.now
        bench.advance(by: .seconds(3_599))
        #expect(bench.sentWords == ["INVITE", "ACK"])
        bench.advance(by: .seconds(2))
        #expect(bench.sentWords == ["INVITE", "ACK", "BYE"])
        let bye = try #require(bench.sent.last?.at)
        #expect(answered.duration(to: bye) == .seconds(3_600))
        #expect(bench.state == .ended)
    }

    @Test func anAttemptThatGotNoConnectionIsOnRecord() throws {
        let bench = VehicleBench.started(VehicleBench.configuration(centers: 2), hops: [5_061: .refuses])
        bench.press()
        let attempts = bench.records.compactMap { record -> String? in
            guard case .attempt(let attempt) = record else { return nil }
            return "\(attempt.number) \(attempt.center) \(attempt.outcome ?? "open")"
        }
        let refused = "1 center-1 the attempt failed: connection refused by 127.0.0.1:5061"
        #expect(attempts == ["1 center-1 open", refused, "2 center-2 open"])
    }

    @Test func everyAttemptIsOnRecord() throws {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.call.maximumAttempts = 3 })
        bench.press()
        for _ in 0..<3 {
            try bench.reject(503)
            bench.advance(by: .seconds(12))
        }
        #expect(bench.state == .idle)
        let attempts = bench.records.compactMap { record -> String? in
            guard case .attempt(let attempt) = record, let outcome = attempt.outcome else { return nil }
            return "\(attempt.number) \(outcome)"
        }
        let rejected = "the center rejected the attempt with 503"
        #expect(attempts == ["1 \(rejected)", "2 \(rejected)", "3 \(rejected)"])
        #expect(bench.reasons(of: .call(.attemptEnded)).last?.contains("all 3 attempts are used up") == true)
    }
}
