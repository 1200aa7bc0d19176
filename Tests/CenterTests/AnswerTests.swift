import MSD
import NGECall
import SIP
import Store
import Testing
import Timeline

@testable import Center

/// From the INVITE to the final answer.
@Suite struct AnswerTests {
    @Test func ringsAndAnswersAfterTheRingingTime() throws {
        let bench = CenterBench { $0.ringing = .seconds(3) }
        try bench.call()
        #expect(bench.sentWords == ["180"])
        bench.advance(by: .milliseconds(2_999))
        #expect(bench.sentWords == ["180"])
        bench.advance(by: .milliseconds(1))
        #expect(bench.sentWords == ["180", "200"])
        #expect(bench.kinds.last == .established)
        #expect(bench.events.last?.state == "voiceSession")
    }

    @Test func thePositive200AcknowledgesTheMSDAndInvitesAnother() throws {
        let bench = CenterBench()
        try bench.answeredCall()
        #expect(try bench.acknowledgement() == .positive)
        let answer = try #require(bench.sent.last { $0.message.status == 200 }?.message)
        let content = AnswerContent(answer)
        #expect(content.receivesMSDPackage && content.session != nil && content.problems.isEmpty)
    }

    @Test func the180SaysNothingOfTheMSD() throws {
        let bench = CenterBench()
        try bench.call()
        let ringing = try #require(bench.sent.first?.message)
        #expect(ringing.status == 180 && ringing.body.isEmpty)
    }

    @Test(arguments: [
        ("accept", 200, AnswerMeaning.Acknowledgement.positive), ("accept-negative", 200, .negative),
        ("accept-silent", 200, .none), ("486", 486, .none), ("600", 600, .none), ("603", 603, .none),
        ("486+ack", 486, .positive), ("600+ack", 600, .positive), ("603+ack", 603, .positive),
    ])
    func givesEachReply(_ word: String, _ status: Int, _ acknowledgement: AnswerMeaning.Acknowledgement) throws {
        let reply = try #require(CenterConfiguration.Reply(word))
        let bench = CenterBench { $0.reply = reply }
        try bench.answeredCall()
        #expect(bench.sentWords == ["180", "\(status)"])
        #expect(try bench.acknowledgement() == acknowledgement)
        #expect(bench.center.callCount == (status == 200 ? 1 : 0))
        let kept = bench.records.compactMap { record -> CallChange.Acknowledgement? in
            guard case .callChanged(_, let change) = record else { return nil }
            return change.acknowledgement
        }
        #expect(kept.map(\.rawValue) == ["\(acknowledgement)"])
    }

    @Test func aCallIsSentToAnotherAddress() throws {
        let reply = try #require(CenterConfiguration.Reply("302=sip:desk@b.invalid;user=phone"))
        let bench = CenterBench { $0.reply = reply }
        try bench.answeredCall()
        #expect(bench.sentWords == ["180", "302"])
        #expect(bench.sent.last?.message.headers["Contact"] == "<sip:desk@b.invalid;user=phone>")
        #expect(bench.center.callCount == 0)
    }

    @Test func theAnswerWaitsUntilTheMSDIsOnRecord() throws {
        let bench = CenterBench { $0.ringing = .zero }
        try bench.call()
        bench.advance(by: .zero)
        let written = try #require(bench.trail.firstIndex(of: "written 1"))
        let answer = try #require(bench.trail.firstIndex(of: "send 200"))
        #expect(written < answer)
    }

    @Test func aDiskThatHangsHoldsTheAnswerForASecondAndTheLatenessIsAnEvent() throws {
        let bench = CenterBench()
        bench.disk = .hangs
        try bench.answeredCall()
        #expect(bench.sentWords == ["180"])
        bench.advance(by: .milliseconds(999))
        #expect(bench.sentWords == ["180"])
        bench.advance(by: .milliseconds(1))
        #expect(bench.sentWords == ["180", "200"])
        #expect(bench.kinds.contains(.recordLate))
    }

    @Test func aDiskThatFailsIsAnEventAndTheCallIsAnswered() throws {
        let bench = CenterBench()
        bench.disk = .fails
        try bench.answeredCall()
        #expect(bench.sentWords == ["180", "200"])
        #expect(bench.kinds.contains(.recordFailed))
    }

    @Test func withoutARingingTimeTheOperatorAnswers() throws {
        let bench = CenterBench { $0.ringing = nil }
        try bench.call()
        bench.advance(by: .seconds(60))
        #expect(bench.sentWords == ["180"])
        bench.command("answer 1")
        #expect(bench.sentWords == ["180", "200"])
    }

    @Test func theReplyIsSelectedPerCall() throws {
        let bench = CenterBench()
        try bench.call()
        try bench.call()
        bench.command("reply 2 603+ack")
        bench.advance(by: .seconds(1))
        #expect(bench.events.filter { $0.kind == .answered }.map(\.call) == [1])
        #expect(bench.events.filter { $0.kind == .declined }.map(\.call) == [2])
    }

    @Test func aReplyForAllCallsHoldsForThoseToCome() throws {
        let bench = CenterBench()
        try bench.call()
        bench.command("reply 486")
        try bench.call()
        bench.advance(by: .seconds(1))
        #expect(bench.events.filter { $0.kind == .answered }.map(\.call) == [1])
        #expect(bench.events.filter { $0.kind == .declined }.map(\.call) == [2])
    }

    @Test func anAnswerMayBringItsOwnReply() throws {
        let bench = CenterBench { $0.ringing = nil }
        try bench.call()
        bench.command("answer 1 600+ack")
        #expect(bench.sentWords == ["180", "600"])
        bench.command("answer 1")
        #expect(bench.reasons(of: .mistake) == ["there is no call 1"])
    }

    @Test func aDamagedMSDIsAcknowledgedAsNotReceivedAndSalvaged() throws {
        let bench = CenterBench()
        let octets = Array(try CenterBench.msd().encoded().prefix(20))
        try bench.call(octets: octets)
        bench.advance(by: .seconds(1))
        #expect(bench.sentWords == ["180", "200"])
        #expect(try bench.acknowledgement() == .negative)
        let shown = try #require(bench.events.first { $0.kind == .msd })
        #expect(shown.reason.hasPrefix("MSD damaged"))
        #expect(shown.fields["messageIdentifier"] == "1")
        #expect(shown.fields["decoded"]?.contains("ECALLEXAMPLE02026") == true)
    }

    @Test func aDamagedMSDIsNeverAcknowledgedAsReceivedByADecline() throws {
        let bench = CenterBench { $0.reply = .decline(status: 603, isAcknowledged: true) }
        try bench.call(octets: [3, 0])
        bench.advance(by: .seconds(1))
        #expect(try bench.acknowledgement() == .negative)
    }

    @Test func anInviteWithoutMSDIsAnsweredAllTheSame() throws {
        let bench = CenterBench()
        try bench.call { plan in
            plan.headers = [Header("Content-Type", "application/sdp")]
            plan.body = CenterBench.offer([.pcma]).serialized()
        }
        bench.advance(by: .seconds(1))
        #expect(bench.sentWords == ["180", "200"])
        #expect(bench.reasons(of: .problem) == ["the INVITE carries no MSD"])
    }

    @Test func anOfferWithoutACommonCodecIs488() throws {
        let bench = CenterBench()
        try bench.call { plan in
            plan.headers = [Header("Content-Type", "application/sdp")]
            let secret = SessionDescription.Codec(payloadType: 96, name: "SECRET", clockRate: 8_000)
            plan.body = CenterBench.offer([secret]).serialized()
        }
        bench.advance(by: .seconds(1))
        #expect(bench.sentWords == ["180", "488"])
        #expect(bench.center.callCount == 0)
    }

    @Test func anInviteWithoutOfferGetsOneInThe200() throws {
        let bench = CenterBench()
        try bench.call { plan in
            plan.headers = []
            plan.body = []
        }
        bench.advance(by: .seconds(1))
        let answer = try #require(bench.sent.last { $0.message.status == 200 }?.message)
        #expect(AnswerContent(answer).session?.codecs == SessionDescription.standardCodecs)
    }

    @Test func theVehiclesCancelWithdrawsTheCall() throws {
        let bench = CenterBench()
        let (call, _) = try bench.call()
        bench.vehicles { $0.cancel(call, at: $1) }
        #expect(bench.sentWords == ["180", "200", "487"])
        #expect(bench.kinds.last == .withdrawn)
        #expect(bench.center.callCount == 0)
        bench.advance(by: .seconds(60))
        #expect(bench.sentWords == ["180", "200", "487"])
    }
}
