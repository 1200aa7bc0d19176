import CallControl
import MSD
import NGECall
import Net
import SIP
import Testing
import Timeline

@testable import IVS

/// A center that sends an answered call on to another address (REFER).
@Suite struct TransferTests {
    private static let desk = "sip:desk@b.invalid"

    private static func configuration(
        _ change: (inout VehicleConfiguration) -> Void = { _ in }
    ) -> VehicleConfiguration {
        VehicleBench.configuration {
            $0.centers[0].transfers = [Self.desk]
            change(&$0)
        }
    }

    private let bench: VehicleBench
    /// The call that the press began.
    private let first: UserAgent.Call

    init() throws {
        self.bench = try VehicleBench.connected(Self.configuration())
        self.first = try #require(self.bench.incoming.first?.call)
    }

    /// Asks in the first call.
    private func refer(_ headers: Headers, _ bench: VehicleBench? = nil) throws {
        let bench = bench ?? self.bench
        let call = try #require(bench.incoming.last?.call)
        bench.center { $0.request(.refer, in: call, headers: headers, body: [], at: $1).1 }
    }

    private func refer(to address: String = TransferTests.desk, _ bench: VehicleBench? = nil) throws {
        try self.refer([Header("Refer-To", "<\(address)>")], bench)
    }

    /// The center says BYE in the first call.
    private func leaveFirst() { self.bench.center { $0.bye(self.first, at: $1) } }

    /// What the vehicle said of the other address, in order.
    private var told: [Int] {
        self.bench.sent.map(\.message).filter { $0.method == .notify }.compactMap {
            try? ReferralProgress($0).status  // One that cannot be read is missing.
        }
    }

    private var outcomes: [String] {
        self.bench.events.filter { $0.kind == .transferEnded }.map(\.reason)
    }

    @Test func theCallGoesOnAtTheOtherAddressAndTheFirstOneEnds() throws {
        try self.refer()
        #expect(self.bench.sentWords == ["INVITE", "ACK", "202", "NOTIFY", "INVITE"])
        #expect(self.bench.invites.map(\.requestURI) == ["sip:sos@center-1.invalid", Self.desk])
        try self.bench.ring()
        try self.bench.answer()
        #expect(self.told == [100, 180, 200])
        #expect(self.bench.sentWords.suffix(3) == ["ACK", "NOTIFY", "BYE"])
        #expect(Set(self.bench.sent.map(\.flow)).count == 1)
        #expect(self.bench.state == .voiceSession)
        #expect(try self.bench.sentMSDs().map(\.messageIdentifier) == [1, 1])
        #expect(self.bench.kinds.count { $0 == "msd" } == 1, "made and recorded once")
        #expect(self.outcomes == ["the call goes on at \(Self.desk)"])
        try self.bench.clearDown()
        #expect(self.bench.state == .ended)
        #expect(self.bench.reasons(of: .call(.clearedDown)).count == 1)
        #expect(self.bench.invites.count == 2)
    }

    @Test(arguments: [
        "sip:other@b.invalid", "sip:desk@c.invalid", "sips:desk@b.invalid", "sip:desk@b.invalid;x=1",
        "sip:desk@b.invalid?Replaces=1", "tel:112", "sip:desk:secret@b.invalid", "urn:service:sos",
    ])
    func anAddressThatTheConfigurationDoesNotNameIsNotCalled(_ address: String) throws {
        try self.refer(to: address)
        #expect(self.bench.sentWords == ["INVITE", "ACK", "603"])
        let sentence = "the call is not sent on: the configuration does not name the address; answered 603"
        #expect(self.bench.reasons(of: .transferRequested) == [sentence])
        #expect(!self.bench.events.contains { $0.fields.values.contains { $0.contains("secret") } })
        #expect(self.bench.state == .voiceSession)
    }

    @Test func theHostOfAnAddressHasNoCase() throws {
        try self.refer(to: "sip:desk@B.INVALID")
        #expect(self.bench.invites.count == 2)
    }

    @Test func theAnswerToAReferHasAContactAndItsReferrerIsNamedInTheInvite() throws {
        try self.refer([Header("Refer-To", "<\(Self.desk)>"), Header("Referred-By", "<sip:center@b.invalid>")])
        let accepted = try #require(self.bench.sent.first { $0.message.status == 202 }?.message)
        #expect(accepted.headers["Contact"]?.hasPrefix("<sip:ivs@") == true)
        #expect(self.bench.invites.last?.headers["Referred-By"] == "<sip:center@b.invalid>")
    }

    @Test func eachThingIsToldOnce() throws {
        try self.refer()
        for _ in 0..<3 { try self.bench.ring() }
        #expect(self.told == [100, 180])
    }

    @Test func aReferWithoutExactlyOneAddressIsAnswered400() throws {
        try self.refer([])
        try self.refer([Header("Refer-To", "<\(Self.desk)>, <\(Self.desk)>")])
        #expect(self.bench.sentWords == ["INVITE", "ACK", "400", "400"])
    }

    @Test func referIsAnnouncedWhereAnAddressIsNamedAndElsewhereAnswered405() throws {
        #expect(self.bench.invites[0].headers["Allow"]?.hasSuffix(", REFER") == true)
        let other = try VehicleBench.connected()
        #expect(other.invites[0].headers["Allow"]?.contains("REFER") == false)
        try self.refer(to: Self.desk, other)
        #expect(other.sentWords == ["INVITE", "ACK", "405"])
    }

    @Test func aCenterThatIsNotProvenIsNotObeyed() throws {
        let remote = Self.configuration {
            $0.centers[0].endpoint = Endpoint(transport: .tcp, host: "192.0.2.1", port: 5_060)
        }
        let bench = try VehicleBench.connected(remote)
        try self.refer(to: Self.desk, bench)
        #expect(bench.sentWords.last == "603")
        let sentence = "the call is not sent on: nothing proves that it is the center; answered 603"
        #expect(bench.reasons(of: .transferRequested) == [sentence])
    }

    @Test func anEmergencyServiceStaysBehindTheGateThoughItIsNamed() throws {
        let number = "sip:112@b.invalid"
        let remote = Self.configuration {
            $0.centers[0].endpoint = Endpoint(transport: .tls, host: "192.0.2.1", port: 5_061)
            $0.centers[0].transfers = [number]
        }
        let bench = try VehicleBench.connected(remote)
        try self.refer(to: number, bench)
        #expect(bench.sentWords.last == "603")
        #expect(
            bench.reasons(of: .transferRequested)
                == ["the call is not sent on: the 112 gate refuses it; answered 603"]
        )
        #expect(bench.invites.count == 1)
    }

    @Test func aPeerThatWantsNoNotificationsGetsNone() throws {
        try self.refer([Header("Refer-To", "<\(Self.desk)>"), Header("Refer-Sub", "false")])
        try self.bench.answer()
        #expect(self.told == [])
        #expect(self.bench.sent.first { $0.message.status == 202 }?.message.headers["Refer-Sub"] == "false")
        #expect(self.bench.sentWords.last == "BYE")
    }

    @Test func anAddressThatRefusesLeavesTheCallWhereItWas() throws {
        try self.refer()
        try self.bench.reject(486)
        #expect(self.told == [100, 486])
        #expect(self.outcomes == ["the call did not go on at \(Self.desk): it answered 486"])
        #expect(self.bench.state == .voiceSession)
        self.leaveFirst()
        #expect(self.bench.state == .ended)
        #expect(self.bench.invites.count == 2)
    }

    @Test func aRedirectOfATransferredCallIsARefusal() throws {
        try self.refer()
        try self.bench.redirect(302, to: "<sip:elsewhere@b.invalid>")
        #expect(self.told == [100, 302])
        #expect(self.bench.invites.count == 2)
    }

    @Test func aCenterThatLeavesAtOnceHasLeftTheCallToTheTransfer() throws {
        try self.refer()
        self.leaveFirst()
        #expect(self.bench.state == .voiceSession)
        try self.bench.answer()
        #expect(self.told == [100])
        #expect(self.bench.state == .voiceSession)
        try self.bench.clearDown()
        #expect(self.bench.state == .ended)
        #expect(self.bench.reasons(of: .call(.callLost)) == [])
    }

    @Test func aCallThatTheCenterLeftAndNobodyTookIsLostAndRedialled() throws {
        try self.refer()
        self.leaveFirst()
        try self.bench.reject(486)
        #expect(self.bench.reasons(of: .call(.callLost)).count == 1)
        #expect(self.bench.invites.map(\.requestURI).last == "sip:sos@center-1.invalid")
        #expect(self.bench.invites.count == 3)
        try self.bench.answer()
        #expect(self.bench.state == .voiceSession)
    }

    @Test func nobodyIsWaitedForLongerThanAnAttemptIs() throws {
        try self.refer()
        try self.bench.ring()
        self.bench.advance(by: self.bench.ivs.configuration.call.answerWait - .milliseconds(1))
        #expect(!self.bench.sentWords.contains("CANCEL"))
        self.bench.advance(by: .milliseconds(1))
        #expect(self.bench.sentWords.contains("CANCEL"))
        #expect(self.told == [100, 180, 487])
        #expect(self.bench.state == .voiceSession)
        self.leaveFirst()
        #expect(self.bench.state == .ended)
    }

    @Test(arguments: [false, true])
    func aConnectionThatIsLostEndsBothAndIsRedialledOnce(hasAnswered: Bool) throws {
        try self.refer()
        if hasAnswered { try self.bench.answer() }
        self.bench.cut(try #require(self.bench.sent.last?.flow))
        #expect(self.bench.reasons(of: .call(.callLost)).count == 1)
        self.bench.advance(by: .seconds(5))
        #expect(self.bench.invites.count == 3)
        try self.bench.answer()
        #expect(self.bench.state == .voiceSession)
        try self.bench.clearDown()
        #expect(self.bench.state == .ended)
    }

    @Test func anAddressThatTakesTooLongLosesACallThatTheCenterHasLeft() throws {
        try self.refer()
        try self.bench.ring()
        self.leaveFirst()
        self.bench.advance(by: Transfer.longestAlone - .milliseconds(1))
        #expect(self.bench.state == .voiceSession)
        #expect(!self.bench.sentWords.contains("CANCEL"))
        self.bench.advance(by: .milliseconds(1))
        #expect(self.bench.sentWords.contains("CANCEL"))
        #expect(self.bench.reasons(of: .call(.callLost)).count == 1)
        #expect(self.bench.invites.last?.requestURI == "sip:sos@center-1.invalid")
    }

    /// The other address rings, with a tag of its own, and says BYE before any final answer.
    private func byeWhileRinging() throws {
        try self.bench.ring()
        let call = try #require(self.bench.incoming.last?.call)
        self.bench.center { $0.request(.bye, in: call, headers: [], body: [], at: $1).1 }
    }

    @Test func anAddressThatHangsUpBeforeItAnswersHasNotTakenTheCall() throws {
        try self.refer()
        try self.byeWhileRinging()
        #expect(self.outcomes == ["the call did not go on at \(Self.desk): it ended the call before its answer"])
        #expect(self.told == [100, 180, 480])
        #expect(self.bench.state == .voiceSession)
        try self.referInFirst()
        #expect(self.bench.sentWords.last == "INVITE", "another transfer is served")
    }

    @Test func anAddressThatHangsUpBeforeItAnswersEndsNoCallThatTheCenterLeft() throws {
        try self.refer()
        self.leaveFirst()
        try self.byeWhileRinging()
        #expect(self.bench.reasons(of: .call(.clearedDown)) == [])
        #expect(self.bench.reasons(of: .call(.callLost)).count == 1)
        #expect(self.bench.invites.last?.requestURI == "sip:sos@center-1.invalid")
    }

    private func referInFirst() throws {
        let call = self.first
        self.bench.center {
            $0.request(.refer, in: call, headers: [Header("Refer-To", "<\(Self.desk)>")], body: [], at: $1).1
        }
    }

    @Test func aCrashEndsTheTransferOfATestCallWhichDoesNotMeddleWithTheNext() throws {
        let bench = VehicleBench.started(Self.configuration())
        _ = bench.call(.testCall)
        try bench.answer()
        try self.refer(to: Self.desk, bench)
        try bench.ring()
        bench.isWireWhole = false
        bench.crash()
        bench.isWireWhole = true
        #expect(bench.ivs.transfer == nil)
        #expect(bench.ivs.call.incident?.trigger == .automatic)
        // The ends of the test call come late, while the automatic call is transferred.
        bench.advance(by: .seconds(20))
        try bench.answer()
        try #require(bench.state == .voiceSession)
        try self.refer(to: Self.desk, bench)
        bench.advance(by: .seconds(45))
        #expect(bench.ivs.transfer != nil)
        try bench.answer()
        #expect(bench.state == .voiceSession)
        try bench.clearDown()
        #expect(bench.state == .ended)
    }

    @Test func aSilentTransferOfACallThatTheCenterLeftLeavesTheRedialANewConnection() throws {
        self.bench.withholds = { $0.status != nil && $0.headers["CSeq"]?.hasSuffix("INVITE") == true }
        try self.refer()
        self.leaveFirst()
        let silent = try #require(self.bench.sent.last?.flow)
        self.bench.advance(by: self.bench.ivs.configuration.provisionalWait)
        #expect(self.bench.reasons(of: .call(.callLost)).count == 1)
        let invite = try #require(self.bench.sent.last { $0.message.method == .invite })
        #expect(invite.message.requestURI == "sip:sos@center-1.invalid")
        #expect(invite.flow != silent)
    }

    @Test func oneTransferIsServedAtATime() throws {
        try self.refer()
        try self.referInFirst()
        #expect(self.bench.sentWords.last == "491")
        #expect(self.bench.invites.count == 2)
    }

    @Test func aTransferredCallCanBeTransferredAgain() throws {
        try self.refer()
        try self.bench.answer()
        try self.refer()
        try self.bench.answer()
        #expect(self.bench.invites.count == 3)
        #expect(self.bench.sentWords.count { $0 == "BYE" } == 2)
        try self.bench.clearDown()
        #expect(self.bench.state == .ended)
    }

    @Test func aFreshMSDIsSentInTheTransferredCall() throws {
        try self.refer()
        try self.bench.answer()
        try self.bench.info([.sendMSD])
        #expect(try self.bench.sentMSDs().map(\.messageIdentifier) == [1, 1, 2])
        let info = try #require(self.bench.sent.last { $0.message.method == .info }?.message)
        #expect(info.headers["Call-ID"] == self.bench.invites.last?.headers["Call-ID"])
    }

    /// A voice session over UDP, as after a 415, whose transfer is too large for a datagram.
    private func voiceOnly() throws -> (VehicleBench, desk: String) {
        let desk = "sip:\(String(repeating: "d", count: 400))@b.invalid"
        let bench = VehicleBench.started(
            Self.configuration {
                $0.centers[0].endpoint = Endpoint(transport: .udp, host: "127.0.0.1", port: 5_061)
                $0.centers[0].transfers = [desk]
            }
        )
        bench.press()
        try bench.reject(415)
        try bench.answer()
        // The connection of the INVITE that was refused is gone.
        bench.cut(try #require(bench.sent.first?.flow))
        try #require(bench.state == .voiceSession)
        return (bench, desk)
    }

    @Test func aTransferTooLargeForADatagramLeavesOverTCP() throws {
        let (bench, desk) = try self.voiceOnly()
        try self.refer(to: desk, bench)
        let invite = try #require(bench.sent.last { $0.message.method == .invite })
        #expect(invite.message.requestURI == desk)
        #expect(bench.transport(of: invite.flow) == .tcp)
        try bench.answer()
        try bench.clearDown()
        #expect(bench.state == .ended)
    }

    @Test(arguments: [true, false])
    func aCenterThatLeavesBeforeTheConnectionStandsHasLeftTheCallToTheTransfer(comesUp: Bool) throws {
        let (bench, desk) = try self.voiceOnly()
        bench.streams = .hangs
        let call = try #require(bench.incoming.last?.call)
        try self.refer(to: desk, bench)
        try #require(bench.invites.last?.requestURI != desk)
        bench.center { $0.bye(call, at: $1) }
        #expect(bench.state == .voiceSession)
        if comesUp {
            try bench.standAfterAll()
        } else {
            bench.advance(by: IVS.streamWait)
        }
        #expect(bench.invites.last?.requestURI == desk)
        try bench.answer()
        #expect(bench.state == .voiceSession)
        try bench.clearDown()
        #expect(bench.state == .ended)
    }

    @Test func theClearDownFallbackEndsATransferThatIsUnderWay() throws {
        self.bench.advance(by: self.bench.ivs.configuration.call.clearDownFallback - .seconds(30))
        try self.refer()
        self.bench.withholds = { $0.status == 200 && $0.headers["CSeq"]?.hasSuffix("CANCEL") == true }
        self.bench.advance(by: .seconds(31))
        #expect(self.bench.state == .ended)
        #expect(self.bench.sentWords.contains("CANCEL") && self.bench.sentWords.contains("BYE"))
        #expect(self.bench.reasons(of: .call(.callLost)) == [])
    }

    @Test func anAnswerThatCrossesTheEndOfATransferIsClearedDown() throws {
        self.bench.advance(by: self.bench.ivs.configuration.call.clearDownFallback - .seconds(2))
        try self.refer()
        try self.bench.ring()
        self.bench.isWireWhole = false
        self.bench.advance(by: .seconds(2))
        self.bench.isWireWhole = true
        #expect(self.bench.state == .ended)
        try self.bench.answer()
        #expect(self.bench.sentWords.suffix(2) == ["ACK", "BYE"])
        self.bench.advance(by: .seconds(60))
        #expect(self.bench.state == .idle)
    }
}
