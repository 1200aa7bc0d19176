import SIP
import Testing
import Timeline

/// Reliable provisional answers (RFC 3262).
@Suite struct ReliableProvisionalTests {
    private func invite(requiring option: String?) throws -> Message {
        var invite = try Samples.invite()
        if let option { invite.headers.append("Require", option) }
        return invite
    }

    private func ringing(_ invite: Message, _ number: String, tag: String = "t", status: Int = 180) -> Message {
        .response(
            to: invite,
            status: status,
            tag: tag,
            headers: [
                Header("Require", "100rel"), Header("RSeq", number), Header("Contact", "<sip:psap@192.0.2.10>"),
            ]
        )
    }

    @Test func aReliableProvisionalIsAcknowledgedInItsEarlyDialog() throws {
        var bench = Bench()
        let (_, invite) = try bench.invite()
        let outputs = bench.receive(self.ringing(invite, "4711"))
        #expect(outputs.words == ["provisional 180"])
        let prack = try #require(outputs.sent.first)
        #expect(prack.method == .prack)
        #expect(prack.requestURI == "sip:psap@192.0.2.10")
        #expect(prack.headers["RAck"] == "4711 1 INVITE")
        #expect(prack.headers["CSeq"] == "2 PRACK")
        #expect(prack.headers["To"]?.hasSuffix(";tag=t") == true)
    }

    @Test func aRepeatedOneIsNotAcknowledgedTwiceAndOneTooEarlyNotAtAll() throws {
        var bench = Bench()
        let (_, invite) = try bench.invite()
        _ = bench.receive(self.ringing(invite, "4711"))
        #expect(bench.receive(self.ringing(invite, "4711")).isEmpty)
        #expect(bench.receive(self.ringing(invite, "4713")).isEmpty, "4712 is missing")
        #expect(bench.receive(self.ringing(invite, "4712", status: 183)).sent.first?.headers["RAck"] == "4712 1 INVITE")
    }

    @Test func noMoreReliableAnswersAreAcknowledgedThanTheirLimit() throws {
        var limits = Limits()
        limits.maximumReliableAnswers = 2
        var bench = Bench(limits: limits)
        let (_, invite) = try bench.invite()
        for number in 1...2 { #expect(bench.receive(self.ringing(invite, "\(number)")).methods == ["PRACK"]) }
        #expect(bench.receive(self.ringing(invite, "3")).isEmpty)
    }

    @Test func theAnswerAfterAPRACKIsAcknowledgedUnderTheNumberOfTheInvite() throws {
        var bench = Bench()
        let (call, invite) = try bench.invite()
        _ = bench.receive(self.ringing(invite, "1"))
        let outputs = bench.receive(.response(to: invite, status: 200, tag: "t"))
        #expect(outputs.sent.first?.headers["CSeq"] == "1 ACK")
        let bye = bench.act { $0.bye(call, at: $1) }
        #expect(bye.sent.first?.headers["CSeq"] == "3 BYE")
    }

    @Test func aProvisionalIsReliableWhereTheCallerRequiresIt() throws {
        var bench = Bench()
        let plain = try bench.incoming(try self.invite(requiring: nil))
        let unreliable = bench.act { $0.ring(plain, at: $1) }
        #expect(unreliable.sent.first?.headers["RSeq"] == nil)

        var other = Bench()
        let call = try other.incoming(try self.invite(requiring: "100rel"))
        let ringing = try #require(other.act { $0.ring(call, at: $1) }.sent.first)
        #expect(ringing.headers["Require"] == "100rel")
        let number = try #require(ringing.headers["RSeq"])
        let second = other.act { $0.ring(call, at: $1) }
        #expect(second.isEmpty, "none follows before the PRACK")
        #expect(other.advance(by: .milliseconds(1_500)).statuses == [180, 180], "at T1, and 2*T1 after that")
        var prack = try other.inDialog(.prack, number: 2, answer: ringing, branch: "pr1")
        prack.headers.append("RAck", "\(number) 1 INVITE")
        #expect(other.receive(prack).statuses == [200])
        #expect(other.advance(by: .seconds(60)).sent.isEmpty, "nothing is repeated any more")
        var again = try other.inDialog(.prack, number: 3, answer: ringing, branch: "pr2")
        again.headers.append("RAck", "\(number) 1 INVITE")
        #expect(other.receive(again).statuses == [481])
    }

    @Test func withoutPRACKTheCallGoesOnRinging() throws {
        var bench = Bench()
        let call = try bench.incoming(try self.invite(requiring: "100rel"))
        _ = bench.act { $0.ring(call, at: $1) }
        _ = bench.advance(by: .seconds(120))
        let answer = bench.act { $0.answer(call, headers: [], body: [], at: $1) }
        #expect(answer.statuses == [200])
    }

    @Test(arguments: ["", "x", "1", "1 INVITE", "1 x INVITE", "1 1 INVITE"])
    func aPRACKOfNothingIsRefused(value: String) throws {
        var bench = Bench()
        let call = try bench.incoming(try self.invite(requiring: nil))
        let ringing = try #require(bench.act { $0.ring(call, at: $1) }.sent.first)
        var prack = try bench.inDialog(.prack, number: 2, answer: ringing, branch: "pr1")
        prack.headers.append("RAck", value)
        #expect(bench.receive(prack).statuses == [value == "1 1 INVITE" ? 481 : 400])
    }
}
