import NGECall
import SIP
import Testing

@Suite struct EmergencyInfoTests {
    private let requestID = "req-9.77aa@psap.example.org"

    private func expectEqual(_ content: MessageContent, _ name: String) throws {
        let example = try Samples.message(name)
        #expect(content.headers.fields == fields(of: example, from: "Info-Package", to: "Content-Disposition"))
        #expect(content.body == example.body)
    }

    @Test func theRequestForAFreshMSDIsBuiltByteForByte() throws {
        try self.expectEqual(
            EmergencyInfo.request(contentID: self.requestID, boundary: "psap-55d0a1"),
            "04-info-request.sip"
        )
    }

    @Test func theFreshMSDIsBuiltByteForByte() throws {
        var octets = Samples.msd
        octets[3] = 0x2A
        let part = MSDPart(octets: octets, contentID: "msd-2.4b2e@ivs.example.net")
        try self.expectEqual(EmergencyInfo.msd(part, boundary: "ivs-b7c1f0e29d"), "05-info-msd.sip")
    }

    @Test func theRefusalIsBuiltByteForByte() throws {
        let request = ReceivedControl(document: ControlDocument(requests: [.sendMSD]), contentID: self.requestID)
        let answer = ActionAnswer(to: request, msd: .unable(details: "position source offline"))
        let document = try #require(answer.acknowledgement)
        #expect(!answer.sendsMSD)
        try self.expectEqual(
            EmergencyInfo.control(document, contentID: "neg-3.4b2e@ivs.example.net", boundary: "ivs-b7c1f0e29d"),
            "06-info-failure.sip"
        )
    }

    @Test func identifiersAreThoseOfTheExamples() {
        let vehicle = ContentIdentifiers(token: "4b2e", host: "ivs.example.net")
        #expect(vehicle.msd(1) == Samples.msdID)
        #expect(vehicle.location(1) == Samples.locationID)
        #expect(vehicle.capabilities(1) == Samples.capabilitiesID)
        #expect(vehicle.refusal(3) == "neg-3.4b2e@ivs.example.net")
        let center = ContentIdentifiers(token: "77aa", host: "psap.example.org")
        #expect(center.acknowledgement(1) == "ack-1.77aa@psap.example.org")
        #expect(center.request(9) == self.requestID)
    }
}

@Suite struct InfoReadingTests {
    private func refusal(_ message: Message) -> InfoRefusal? {
        switch InfoReading(message) {
        case .content: nil
        case .refused(let refusal): refusal
        }
    }

    private func info(_ part: BodyPart) -> Message {
        let multipart = Multipart([part], boundary: "b1")
        return Samples.request(
            .info,
            "sip:a@b",
            MessageContent(
                headers: [
                    Header("Info-Package", EmergencyCallData.msdPackage), Header("Content-Type", multipart.contentType),
                ],
                body: multipart.serialized()
            )
        )
    }

    @Test func readsTheExamples() throws {
        let id = "req-9.77aa@psap.example.org"
        let request = ReceivedControl(document: ControlDocument(requests: [.sendMSD]), contentID: id)
        #expect(
            InfoReading(try Samples.message("04-info-request.sip"))
                == .content(InfoContent(msd: nil, controls: [request], problems: []))
        )
        var octets = Samples.msd
        octets[3] = 0x2A
        let msd = ReceivedMSD(octets: octets, contentID: "msd-2.4b2e@ivs.example.net")
        #expect(
            InfoReading(try Samples.message("05-info-msd.sip"))
                == .content(InfoContent(msd: msd, controls: [], problems: []))
        )
    }

    @Test(arguments: ["EmergencyCallData.VEDS", "", nil])
    func anotherPackageOrNoneIsAnswered469WithOurs(package: String?) throws {
        var message = try Samples.message("05-info-msd.sip")
        message.headers.remove("Info-Package")
        if let package { message.headers.append("Info-Package", package) }
        let refusal = try #require(self.refusal(message))
        #expect(refusal.status == 469)
        #expect(refusal.headers == [Header("Recv-Info", "EmergencyCallData.eCall.MSD")])
    }

    @Test func thePackageComparesWithoutCaseAndParameters() throws {
        var message = try Samples.message("05-info-msd.sip")
        message.headers.set("Info-Package", "emergencycalldata.ECALL.msd;x=1")
        #expect(self.refusal(message) == nil)
    }

    @Test func aBodyOfAnotherKindIsAnswered415() {
        let text = self.info(BodyPart(mediaType: "text/plain", body: []))
        #expect(self.refusal(text)?.status == 415)
        #expect(self.refusal(text)?.headers.contains("Accept") == true)
        let encoded = BodyPart(
            mediaType: EmergencyCallData.msdMediaType,
            transferEncoding: "quoted-printable",
            body: []
        )
        #expect(self.refusal(self.info(encoded))?.status == 415)
        let empty = Samples.request(
            .info,
            "sip:a@b",
            MessageContent(headers: [Header("Info-Package", EmergencyCallData.msdPackage)])
        )
        #expect(self.refusal(empty)?.status == 415)
    }

    @Test func aBrokenBodyIsAnswered400() throws {
        var message = try Samples.message("05-info-msd.sip")
        message.body.removeLast(10)
        #expect(self.refusal(message) == .malformed(.multipart(.unterminated(partsBegun: 1))))
        #expect(self.refusal(message)?.status == 400)
        let broken = BodyPart(mediaType: EmergencyCallData.controlMediaType, body: Array("<a".utf8))
        #expect(self.refusal(self.info(broken))?.status == 400)
    }

    @Test func anMSDBesideABrokenControlObjectIsKept() {
        let multipart = Multipart(
            [
                BodyPart(mediaType: EmergencyCallData.controlMediaType, body: []),
                BodyPart(mediaType: EmergencyCallData.msdMediaType, contentID: "m@x", body: [1]),
            ],
            boundary: "b1"
        )
        let message = Samples.request(
            .info,
            "sip:a@b",
            MessageContent(
                headers: [
                    Header("Info-Package", EmergencyCallData.msdPackage), Header("Content-Type", multipart.contentType),
                ],
                body: multipart.serialized()
            )
        )
        guard case .content(let content) = InfoReading(message) else {
            Issue.record("expected content")
            return
        }
        #expect(content.msd?.octets == [1])
        #expect(content.problems.count == 2)
    }
}

@Suite struct ActionAnswerTests {
    private func answer(
        _ requests: [ControlDocument.Request],
        contentID: String? = "r@x",
        msd: ActionAnswer.DataState = .available
    ) -> ActionAnswer {
        ActionAnswer(to: ReceivedControl(document: ControlDocument(requests: requests), contentID: contentID), msd: msd)
    }

    private func results(_ answer: ActionAnswer) -> [ControlDocument.ActionResult]? {
        answer.acknowledgement?.acknowledgements.first?.actionResults
    }

    @Test func aServedRequestForAnMSDIsAnsweredByTheMSDAlone() {
        let answer = self.answer([.sendMSD])
        #expect(answer.sendsMSD)
        #expect(answer.acknowledgement == nil)
    }

    @Test(arguments: ["lamp", "msg-static", "msg-dynamic", "honk", "enable-camera", "door-lock", "record-video"])
    func anActionThatIsNotFittedIsUnsupported(action: String) {
        let answer = self.answer([.init(action: action)])
        #expect(!answer.sendsMSD)
        #expect(self.results(answer) == [.init(action: action, success: false, reason: .unsupported)])
        #expect(answer.acknowledgement?.acknowledgements.first?.ref == "r@x")
        #expect(answer.acknowledgement?.acknowledgements.first?.received == nil)
    }

    @Test func otherDataIsUnsupportedData() {
        #expect(
            self.results(self.answer([.init(action: "send-data", datatype: "VEDS")]))
                == [.init(action: "send-data", success: false, reason: .dataUnsupported)]
        )
        #expect(self.results(self.answer([.init(action: "send-data")]))?.first?.reason == .dataUnsupported)
    }

    @Test func anMSDThatCannotBeMadeHasItsReason() {
        let unable = self.results(self.answer([.sendMSD], msd: .unable(details: "no position")))
        #expect(unable == [.init(action: "send-data", success: false, reason: .unable, details: "no position")])
        let damaged = self.results(self.answer([.sendMSD], msd: .damaged(details: "no memory")))
        #expect(damaged?.first?.reason == .damaged)
    }

    @Test func oneObjectGetsOneAcknowledgementWithAResultForEachRequestButTheServedOne() {
        let answer = self.answer([.init(action: "lamp"), .sendMSD, .init(action: "honk")])
        #expect(answer.sendsMSD)
        #expect(self.results(answer)?.map(\.action) == ["lamp", "honk"])
    }

    @Test func capabilitiesAndAcknowledgementsAreNeverAcknowledged() {
        let document = ControlDocument(
            acknowledgements: [.init(ref: "m@x", received: true)],
            capabilities: [.init(action: "honk")]
        )
        let answer = ActionAnswer(to: ReceivedControl(document: document, contentID: "c@x"), msd: .available)
        #expect(!answer.sendsMSD)
        #expect(answer.acknowledgement == nil)
    }

    @Test func withoutAContentIDThereIsNothingToReferTo() {
        #expect(self.answer([.init(action: "lamp")], contentID: nil).acknowledgement == nil)
    }
}
