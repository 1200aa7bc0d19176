import Digests
import SIP
import Testing
import Timeline

/// Requests of ours that are challenged, with handwritten challenges.
@Suite struct ChallengeTests {
    private static let realm = "center.invalid"

    private static func challenge(_ nonce: String, realm: String = realm, _ more: String = "qop=\"auth\"") -> String {
        "Digest realm=\"\(realm)\", nonce=\"\(nonce)\", algorithm=SHA-256, \(more)"
    }

    private func bench(_ realms: [String] = [realm], transport: Transport = .tcp) -> Bench {
        var bench = Bench(transport: transport)
        let credentials = realms.map { Credentials(realm: $0, user: "ivs", password: "secret") }
        bench.agent.use(credentials, .crypto, over: bench.flow)
        return bench
    }

    private func refusal(_ request: Message, _ status: Int = 401, _ challenges: String...) -> Message {
        let name = status == 401 ? "WWW-Authenticate" : "Proxy-Authenticate"
        return .response(
            to: request,
            status: status,
            tag: "x\(status)",
            headers: Headers(challenges.map { Header(name, $0) })
        )
    }

    private func authorization(_ message: Message, _ name: String = "Authorization") throws -> DigestAuthorization {
        let value = try #require(message.headers[name])
        return try DigestAuthorization(try #require(try DigestFields.list(parsing: value).first))
    }

    @Test func aChallengedInviteIsRepeatedInTheSameCall() throws {
        var bench = self.bench()
        let (call, first) = try bench.invite()
        let outputs = bench.receive(self.refusal(first, 401, Self.challenge("n1", "qop=\"auth\", opaque=\"o\"")))
        #expect(outputs.methods == ["ACK", "INVITE"])
        #expect(outputs.events == [.challenged(call, .answered(realm: Self.realm))])
        let second = try #require(outputs.sent.last)
        #expect(second.headers["CSeq"] == "2 INVITE")
        #expect(second.headers["Call-ID"] == first.headers["Call-ID"])
        #expect(second.headers["From"] == first.headers["From"] && second.headers["To"] == first.headers["To"])
        #expect(try Via(parsing: second.headers["Via"] ?? "").branch != Via(parsing: first.headers["Via"] ?? "").branch)
        #expect(second.headers.all("Via").count == 1)
        #expect(second.body == first.body)
        let authorization = try self.authorization(second)
        #expect(authorization.opaque == "o" && authorization.use?.count == 1 && authorization.user == "ivs")
        let subject = Digest.Subject(method: .invite, uri: first.requestURI ?? "", nonce: "n1", use: authorization.use)
        let key = Digest.key(user: "ivs", realm: Self.realm, password: "secret", .sha256, .crypto)
        #expect(authorization.response == Digest.response(key: key, subject, .sha256, .crypto))
    }

    @Test func theAcknowledgementHasTheCredentialsOfItsInvite() throws {
        var bench = self.bench()
        let (_, first) = try bench.invite()
        let second = try #require(bench.receive(self.refusal(first, 401, Self.challenge("n1"))).sent.last)
        let ok = Message.response(to: second, status: 200, tag: "t", headers: [Header("Contact", "<sip:c@192.0.2.10>")])
        let outputs = bench.receive(ok)
        #expect(outputs.words == ["answered"])
        let ack = try #require(outputs.sent.first)
        #expect(ack.method == .ack && ack.headers["CSeq"] == "2 ACK")
        #expect(ack.headers["Authorization"] == second.headers["Authorization"])
    }

    @Test func aProxyAndAServerAreAnsweredOneAfterTheOther() throws {
        var bench = self.bench([Self.realm, "proxy.invalid"])
        let (call, first) = try bench.invite()
        let second = try #require(
            bench.receive(self.refusal(first, 407, Self.challenge("p1", realm: "proxy.invalid"))).sent.last
        )
        #expect(second.headers["Authorization"] == nil)
        let outputs = bench.receive(self.refusal(second, 401, Self.challenge("n1")))
        let third = try #require(outputs.sent.last)
        #expect(third.headers["CSeq"] == "3 INVITE")
        #expect(try self.authorization(third, "Proxy-Authorization").use?.count == 2)
        #expect(try self.authorization(third).use?.count == 1)
        #expect(outputs.events == [.challenged(call, .answered(realm: Self.realm))])
    }

    @Test func aStaleNonceIsAnsweredAgain() throws {
        var bench = self.bench()
        let (call, first) = try bench.invite()
        let second = try #require(bench.receive(self.refusal(first, 401, Self.challenge("n1"))).sent.last)
        let outputs = bench.receive(self.refusal(second, 401, Self.challenge("n2", "qop=\"auth\", stale=true")))
        #expect(outputs.events == [.challenged(call, .answered(realm: Self.realm))])
        #expect(try self.authorization(try #require(outputs.sent.last)).nonce == "n2")
    }

    @Test func aServerThatAlwaysSaysStaleIsGivenUp() throws {
        var bench = self.bench()
        var (_, request) = try bench.invite()
        var words: [String] = []
        for number in 1...6 {
            let outputs = bench.receive(self.refusal(request, 401, Self.challenge("n\(number)", "stale=TRUE")))
            words += outputs.words
            guard outputs.methods.last == "INVITE", let next = outputs.sent.last else { break }
            request = next
        }
        let answered = "challenged answered(realm: \"center.invalid\")"
        #expect(
            words == [answered, answered, answered, answered, "challenged refused(realm: \"center.invalid\")"]
                + ["rejected 401"]
        )
    }

    @Test(arguments: ["n1", "n2"])
    func refusedCredentialsAreNotTriedAgain(nonce: String) throws {
        var bench = self.bench()
        let (call, first) = try bench.invite()
        let second = try #require(bench.receive(self.refusal(first, 401, Self.challenge("n1"))).sent.last)
        let outputs = bench.receive(self.refusal(second, 401, Self.challenge(nonce)))
        #expect(outputs.methods == ["ACK"])
        #expect(outputs.events.first == .challenged(call, .refused(realm: Self.realm)))
        #expect(outputs.words.last == "rejected 401")
        #expect(bench.agent.isQuietButForFlows)
        let (_, next) = try bench.invite()
        #expect(next.headers["Authorization"] == nil, "what was refused is not sent unasked")
    }

    @Test func theRealmOfAnotherIsNotAnswered() throws {
        var bench = self.bench()
        let (call, first) = try bench.invite()
        let outputs = bench.receive(self.refusal(first, 401, Self.challenge("n1", realm: "other.invalid")))
        #expect(outputs.methods == ["ACK"])
        #expect(outputs.events.first == .challenged(call, .noCredentials(realm: "other.invalid")))
        #expect(outputs.words.last == "rejected 401")
    }

    @Test func anotherFlowKnowsNoCredentials() throws {
        var bench = self.bench()
        let other = Flow(number: 2)
        _ = bench.open(other)
        let (call, outputs) = bench.agent.invite(try Wire.plan(), over: other, at: bench.now)
        let first = try #require(outputs.sent.first)
        let refused = bench.receive(self.refusal(first, 401, Self.challenge("n1")), over: other)
        #expect(refused.methods == ["ACK"] && refused.words == ["rejected 401"])
        #expect(call.number > 0)
    }

    @Test func theFirstChallengeThatIsUnderstoodIsTaken() throws {
        var bench = self.bench()
        let (_, first) = try bench.invite()
        let unknown = "Digest realm=\"\(Self.realm)\", nonce=\"a\", algorithm=SHA-512-256, qop=\"auth\""
        let md5 = "Digest realm=\"\(Self.realm)\", nonce=\"c\", algorithm=MD5, qop=\"auth\""
        let outputs = bench.receive(self.refusal(first, 401, unknown, "not a challenge;", Self.challenge("b"), md5))
        let authorization = try self.authorization(try #require(outputs.sent.last))
        #expect(authorization.nonce == "b" && authorization.algorithm == .sha256)
    }

    @Test(arguments: ["Basic realm=\"center.invalid\"", "garbage;", "Digest realm=\"center.invalid\""])
    func aChallengeThatCannotBeAnsweredEndsTheCall(challenge: String) throws {
        var bench = self.bench()
        let (call, first) = try bench.invite()
        let outputs = bench.receive(self.refusal(first, 401, challenge))
        #expect(outputs.events.first == .challenged(call, .notUnderstood))
        #expect(outputs.words.last == "rejected 401")
    }

    @Test func laterRequestsOfTheFlowCarryTheNonceFromTheStart() throws {
        var bench = self.bench()
        let (_, first) = try bench.invite()
        _ = bench.receive(self.refusal(first, 401, Self.challenge("n1")))
        let (_, next) = try bench.invite()
        #expect(next.headers["CSeq"] == "1 INVITE")
        #expect(try self.authorization(next).use?.count == 2)
        // A nonce that the server has forgotten, and says so without "stale": its new one is answered once.
        let outputs = bench.receive(self.refusal(next, 401, Self.challenge("n2")))
        #expect(try self.authorization(try #require(outputs.sent.last)).nonce == "n2")
    }

    @Test func aNewFlowBeginsWithoutNonces() throws {
        var bench = self.bench()
        let (_, first) = try bench.invite()
        _ = bench.receive(self.refusal(first, 401, Self.challenge("n1")))
        _ = bench.open(bench.flow)
        let (_, next) = try bench.invite()
        #expect(next.headers["Authorization"] == nil)
    }

    @Test func requestsInADialogAreRepeatedWithTheDialogsNumber() throws {
        var bench = self.bench()
        let (call, invite) = try bench.invite()
        let contact: Headers = [Header("Contact", "<sip:c@192.0.2.10>")]
        _ = bench.receive(.response(to: invite, status: 200, tag: "t", headers: contact))
        let (_, sent) = bench.agent.request(.info, in: call, headers: [], body: [1, 0], at: bench.now)
        let info = try #require(sent.sent.first)
        let outputs = bench.receive(self.refusal(info, 407, Self.challenge("n1")))
        let again = try #require(outputs.sent.last)
        #expect(info.headers["CSeq"] == "2 INFO" && again.headers["CSeq"] == "3 INFO")
        #expect(again.body == [1, 0] && again.headers["To"] == info.headers["To"])
        #expect(bench.receive(.response(to: again, status: 200)).words == ["answered request 200"])
        let bye = try #require(bench.act { $0.bye(call, at: $1) }.sent.first)
        #expect(bye.headers["CSeq"] == "4 BYE")
        let secondBye = try #require(
            bench.receive(self.refusal(bye, 407, Self.challenge("n2", "qop=\"auth\", stale=true"))).sent.first
        )
        #expect(secondBye.headers["CSeq"] == "5 BYE")
        #expect(bench.receive(.response(to: secondBye, status: 200)).words == ["ended"])
        #expect(bench.agent.callCount == 0)
    }

    @Test func aCancelledInviteIsNotRepeated() throws {
        var bench = self.bench()
        let (call, first) = try bench.invite()
        _ = bench.act { $0.cancel(call, at: $1) }
        let outputs = bench.receive(self.refusal(first, 401, Self.challenge("n1")))
        #expect(outputs.methods == ["ACK"])
        #expect(outputs.events.first == .challenged(call, .withdrawn))
        #expect(outputs.words.last == "rejected 401")
    }

    @Test func theRepetitionCanBeCancelled() throws {
        var bench = self.bench()
        let (call, first) = try bench.invite()
        let second = try #require(bench.receive(self.refusal(first, 401, Self.challenge("n1"))).sent.last)
        #expect(bench.act { $0.cancel(call, at: $1) }.sent.isEmpty, "no provisional of the repetition came")
        let outputs = bench.receive(.response(to: second, status: 180, tag: "t"))
        let cancel = try #require(outputs.sent.first)
        #expect(cancel.method == .cancel && cancel.headers["CSeq"] == "2 CANCEL")
        #expect(cancel.headers["Via"] == second.headers["Via"] && cancel.headers["Authorization"] == nil)
        #expect(bench.receive(.response(to: second, status: 487, tag: "t")).words == ["rejected 487"])
    }

    @Test(arguments: [false, true])
    func theWaitForAnAnswerGoesOn(heardTrying: Bool) throws {
        var bench = self.bench()
        var plan = try Wire.plan()
        plan.provisionalWait = .seconds(5)
        let (_, outputs) = bench.agent.invite(plan, over: bench.flow, at: bench.now)
        let first = try #require(outputs.sent.first)
        _ = bench.advance(by: .seconds(3))
        if heardTrying { _ = bench.receive(.response(to: first, status: 100)) }
        _ = bench.receive(self.refusal(first, 401, Self.challenge("n1")))
        #expect(bench.advance(by: .milliseconds(1_999)).events.isEmpty)
        let late = bench.advance(by: .seconds(heardTrying ? 4 : 1)).words
        #expect(late == ["failed noProvisional"])
    }

    @Test func overDatagramsTheRefusalIsAcknowledgedAgain() throws {
        var bench = self.bench(transport: .udp)
        let (_, first) = try bench.invite()
        let refusal = self.refusal(first, 401, Self.challenge("n1"))
        #expect(bench.receive(refusal).methods == ["ACK", "INVITE"])
        #expect(bench.receive(refusal).methods == ["ACK"])
    }
}

extension UserAgent {
    /// Whether no call is left; transactions may still absorb retransmissions.
    fileprivate var isQuietButForFlows: Bool { self.callCount == 0 }
}
