import NGECall
import SIP
import Testing

@Suite struct EmergencyAnswerTests {
    private let acknowledgement = EmergencyAnswer.Acknowledgement(
        ref: Samples.msdID,
        received: true,
        contentID: "ack-1.77aa@psap.example.org"
    )

    private func session() throws -> SessionDescription {
        try #require(
            SessionDescription.answer(
                to: Samples.offer,
                originUser: "psap",
                sessionID: 7001,
                address: "198.51.100.20",
                audioPort: 50_000
            )
        )
    }

    @Test func the200IsBuiltByteForByte() throws {
        let example = try Samples.message("02-200ok.sip")
        var answer = EmergencyAnswer.accepting(try self.session(), acknowledgement: self.acknowledgement)
        answer.allow = ["INVITE", "ACK", "CANCEL", "BYE", "PRACK", "UPDATE", "INFO", "OPTIONS"].map(Method.init)
        answer.supported = ["100rel"]
        let content = answer.content(boundary: "psap-55d0a1")
        #expect(content.headers.fields == fields(of: example, from: "Call-Info", to: "Content-Type"))
        #expect(content.body == example.body)
    }

    @Test func the603WithAnAcknowledgementIsBuiltByteForByte() throws {
        let example = try Samples.message("03-603-with-ack.sip")
        let content = EmergencyAnswer.declining(acknowledgement: self.acknowledgement).content(boundary: "psap-55d0a1")
        #expect(content.headers.fields == fields(of: example, from: "Call-Info", to: "Content-Type"))
        #expect(content.body == example.body)
    }

    @Test func withoutAnAcknowledgementThereIsNoMultipart() throws {
        let plain = EmergencyAnswer.accepting(try self.session(), acknowledgement: nil).content(boundary: "b1")
        #expect(plain.headers["Content-Type"] == "application/sdp")
        #expect(!plain.headers.contains("Call-Info"))
        #expect(plain.body == (try self.session()).serialized())
        #expect(EmergencyAnswer.declining(acknowledgement: nil).content(boundary: "b1") == MessageContent())
    }
}

@Suite struct AnswerMeaningTests {
    private func content(_ acknowledgements: [ControlDocument.Acknowledgement]) -> MessageContent {
        EmergencyInfo.control(ControlDocument(acknowledgements: acknowledgements), contentID: "a@x", boundary: "b1")
    }

    private func meaning(
        _ status: Int,
        _ received: Bool?? = .none,
        ref: String = Samples.msdID,
        verified: Bool = true
    ) -> AnswerMeaning {
        let content = received.map { self.content([.init(ref: ref, received: $0)]) } ?? MessageContent()
        return AnswerMeaning(Samples.response(status, content), contentID: Samples.msdID, verified: verified)
    }

    @Test func theExamplesMeanWhatTheyShow() throws {
        let accepted = AnswerContent(try Samples.message("02-200ok.sip"))
        #expect(AnswerMeaning(accepted, contentID: Samples.msdID, verified: false) == .accepted(.positive))
        #expect(accepted.session?.audioPort == 50_000)
        #expect(accepted.receivesMSDPackage)
        #expect(accepted.contacts.map(\.description) == ["sip:call42@psap.example.org;transport=tls"])
        #expect(accepted.problems == [])
        let declined = try Samples.message("03-603-with-ack.sip")
        #expect(
            AnswerMeaning(declined, contentID: Samples.msdID, verified: true)
                == .declinedWithAcknowledgement(status: 603)
        )
    }

    @Test func a200KeepsTheCallWhateverBecameOfTheMSD() {
        #expect(self.meaning(200, true) == .accepted(.positive))
        #expect(self.meaning(200, false) == .accepted(.negative))
        #expect(self.meaning(200) == .accepted(.none))
        #expect(self.meaning(200, .some(nil)) == .accepted(.none))
        #expect(self.meaning(202, true, verified: false) == .accepted(.positive))
    }

    @Test func anAcknowledgementInAProvisionalResponseDoesNotCount() {
        #expect(self.meaning(183, true) == .provisional(status: 183))
        #expect(self.meaning(100) == .provisional(status: 100))
    }

    @Test func anAcknowledgementOfAnotherMSDDoesNotCount() {
        #expect(self.meaning(200, true, ref: "msd-2@x") == .accepted(.none))
        #expect(self.meaning(603, true, ref: "msd-2@x") == .declined(status: 603))
        let response = Samples.response(200, self.content([.init(ref: "", received: true)]))
        #expect(AnswerMeaning(response, contentID: nil, verified: true) == .accepted(.none))
    }

    @Test(arguments: [486, 600, 603])
    func aRejectionDeliversOnlyWhenVerifiedAndPositive(status: Int) {
        #expect(self.meaning(status, true) == .declinedWithAcknowledgement(status: status))
        #expect(self.meaning(status, true, verified: false) == .declined(status: status))
        #expect(self.meaning(status, false) == .declined(status: status))
        #expect(self.meaning(status) == .declined(status: status))
    }

    @Test(arguments: [403, 404, 408, 480, 481, 500, 503, 604])
    func anAcknowledgementInAnyOtherRejectionDoesNotCount(status: Int) {
        #expect(self.meaning(status, true) == .failed(status: status))
    }

    @Test func theOtherAnswersHaveTheirOwnMeaning() {
        #expect(self.meaning(487) == .cancelled)
        #expect(self.meaning(401) == .needsCredentials(status: 401))
        #expect(self.meaning(407) == .needsCredentials(status: 407))
        for status in [415, 420, 488, 606] { #expect(self.meaning(status) == .unacceptable(status: status)) }
        let location = MessageContent(headers: [Header("Geolocation-Error", "201;code=\"Bad\"")])
        #expect(
            AnswerMeaning(Samples.response(424, location), contentID: nil, verified: true) == .badLocation(code: 201)
        )
        #expect(self.meaning(424) == .badLocation(code: nil))
    }

    @Test func aRedirectNamesItsAddressesByTheirRankAndThenByTheirPlace() {
        let field =
            "<sip:a@b;lr>;q=0.2, \"x, y\" <sip:c@d>, <sip:e@f>;q=1.0, <sip:g@h>;q=0.7, <sip:broken@>, sip:i@j;q=2"
        let moved = Samples.response(302, MessageContent(headers: [Header("Contact", field)]))
        guard case .redirected(302, let contacts) = AnswerMeaning(moved, contentID: nil, verified: true) else {
            Issue.record("no redirect")
            return
        }
        #expect(contacts.map(\.description) == ["sip:c@d", "sip:e@f", "sip:i@j", "sip:g@h", "sip:a@b;lr"])
    }

    @Test func aBrokenControlObjectIsNoAcknowledgement() {
        let part = BodyPart(mediaType: EmergencyCallData.controlMediaType, contentID: "a@x", body: Array("<".utf8))
        let multipart = Multipart([part], boundary: "b1")
        let content = MessageContent(
            headers: [Header("Content-Type", multipart.contentType)],
            body: multipart.serialized()
        )
        let answer = AnswerContent(Samples.response(200, content))
        #expect(AnswerMeaning(answer, contentID: Samples.msdID, verified: true) == .accepted(.none))
        #expect(answer.problems.count == 1)
    }
}
