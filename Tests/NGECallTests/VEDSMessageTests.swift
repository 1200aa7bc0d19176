import NGECall
import SIP
import Testing

@Suite struct VEDSMessageTests {
    private let part = VEDSPart(dataSet: VehicleEmergencyDataSetTests.full, contentID: "veds-1.4b2e@ivs.example.net")
    private let packages = [EmergencyCallData.msdPackage, EmergencyCallData.vedsPackage]

    private var invite: EmergencyInvite {
        var invite = Samples.invite
        invite.veds = self.part
        invite.abilities = VehicleAbilitiesTests.rich
        return invite
    }

    private func read(_ invite: EmergencyInvite) -> (message: Message, content: InviteContent) {
        let message = Samples.request(.invite, invite.requestURI, invite.content(boundary: "b1"))
        return (message, InviteContent(message))
    }

    private func info(_ content: MessageContent) -> Message { Samples.request(.info, "sip:a@b", content) }

    private func broken(package: String) -> Message {
        let part = BodyPart(mediaType: EmergencyCallData.vedsMediaType, contentID: "v@x", body: Array("<a/>".utf8))
        let multipart = Multipart([part], boundary: "b1")
        var content = MessageContent(headers: [Header("Info-Package", package)], body: multipart.serialized())
        content.headers.set("Content-Type", multipart.contentType)
        return self.info(content)
    }

    @Test func anInviteCarriesVehicleDataBesideTheMSDAndThePlace() throws {
        let (message, content) = self.read(self.invite)
        #expect(content.veds?.dataSet == self.part.dataSet)
        #expect(content.veds?.octets == self.part.dataSet.serialized())
        #expect(content.veds?.contentID == self.part.contentID)
        #expect(content.msd == ReceivedMSD(octets: Samples.msd, contentID: Samples.msdID))
        #expect(content.location == Samples.location)
        #expect(content.abilities == VehicleAbilitiesTests.rich)
        #expect(content.receivesVEDSPackage && content.receivesMSDPackage)
        #expect(content.problems == [])
        let parts = try BodyParts(message)
        let part = try #require(parts.referenced(as: "EmergencyCallData.VEDS").first)
        #expect(part.headers["Content-Type"] == "application/EmergencyCallData.VEDS+xml")
        #expect(part.headers["Content-Disposition"] == "by-reference;handling=optional")
        #expect(part.headers["Content-ID"] == "<veds-1.4b2e@ivs.example.net>")
        #expect(message.headers["Recv-Info"] == "EmergencyCallData.eCall.MSD, EmergencyCallData.VEDS")
    }

    @Test func withoutVehicleDataTheInviteIsWhatItWas() throws {
        var invite = self.invite
        invite.veds = nil
        invite.abilities = .msdOnly
        let content = invite.content(boundary: "ivs-b7c1f0e29d")
        #expect(content == Samples.invite.content(boundary: "ivs-b7c1f0e29d"))
        #expect(content.body == (try Samples.message("01-invite.sip")).body)
        #expect(content.headers["Recv-Info"] == "EmergencyCallData.eCall.MSD")
    }

    @Test func vehicleDataMayComeWithoutAnMSD() {
        var invite = self.invite
        invite.msd = nil
        let content = self.read(invite).content
        #expect(content.msd == nil)
        #expect(content.veds?.dataSet == self.part.dataSet)
    }

    @Test func vehicleDataThatCannotBeReadAreKeptAndAProblem() {
        let bad = BodyPart(mediaType: EmergencyCallData.vedsMediaType, body: Array("<a/>".utf8))
        let multipart = Multipart([bad, bad], boundary: "b1")
        var content = MessageContent(
            headers: [Header("Call-Info", "<cid:gone@x>;purpose=EmergencyCallData.VEDS")],
            body: multipart.serialized()
        )
        content.headers.set("Content-Type", multipart.contentType)
        let read = InviteContent(Samples.request(.invite, "sip:a@b", content))
        #expect(read.veds == ReceivedVEDS(octets: Array("<a/>".utf8), dataSet: nil, contentID: nil))
        let problems: [ContentProblem] = [
            .danglingReference(contentID: "gone@x"), .severalVEDS(count: 2), .unreferencedVEDS, .unnamedVEDS,
            .veds(.wrongRoot(namespace: "", name: "a")),
        ]
        #expect(read.problems == problems)
        #expect(problems.allSatisfy { !$0.description.isEmpty })
    }

    @Test func anInfoBringsVehicleDataInItsOwnPackage() throws {
        let message = self.info(EmergencyInfo.veds(self.part, boundary: "b1"))
        #expect(message.headers["Info-Package"] == "EmergencyCallData.VEDS")
        #expect(message.headers["Content-Disposition"] == "Info-Package")
        guard case .content(let content) = InfoReading(message, packages: self.packages) else {
            Issue.record("expected content")
            return
        }
        #expect(content.veds?.dataSet == self.part.dataSet)
        #expect(content.package == EmergencyCallData.vedsPackage)
        #expect(content.problems == [])
    }

    @Test func anInfoAsksForVehicleData() throws {
        let content = EmergencyInfo.request(
            .sendVEDS,
            contentID: "req-1@x",
            boundary: "b1",
            package: EmergencyCallData.vedsPackage
        )
        let message = self.info(content)
        guard case .content(let read) = InfoReading(message, packages: self.packages) else {
            Issue.record("expected content")
            return
        }
        let control = try #require(read.controls.first)
        #expect(ActionAnswer(to: control, msd: .available, veds: .available).sendsVEDS)
    }

    @Test func aSideThatReceivesNoVehicleDataRefusesTheirPackage() {
        let message = self.info(EmergencyInfo.veds(self.part, boundary: "b1"))
        guard case .refused(let refusal) = InfoReading(message) else {
            Issue.record("expected a refusal")
            return
        }
        #expect(refusal.status == 469)
        #expect(refusal.headers["Recv-Info"] == "EmergencyCallData.eCall.MSD")
        let unknown = InfoRefusal.wrongPackage("x", received: self.packages)
        #expect(unknown.headers["Recv-Info"] == "EmergencyCallData.eCall.MSD, EmergencyCallData.VEDS")
    }

    @Test func anInfoWithVehicleDataThatCannotBeReadIsRefused() {
        let reading = InfoReading(self.broken(package: EmergencyCallData.vedsPackage), packages: self.packages)
        #expect(reading == .refused(.malformed(.veds(.wrongRoot(namespace: "", name: "a")))))
        let empty = InfoReading(
            self.info(MessageContent(headers: [Header("Info-Package", EmergencyCallData.vedsPackage)])),
            packages: self.packages
        )
        #expect(empty == .refused(.wrongBody(package: EmergencyCallData.vedsPackage)))
        guard case .refused(let refusal) = empty else { return }
        #expect(refusal.headers["Accept"]?.contains(EmergencyCallData.vedsMediaType) == true)
    }

    @Test func aCenterAcknowledgesBothInObjectsOfTheirOwn() throws {
        var answer = EmergencyAnswer.accepting(
            Samples.offer,
            acknowledgement: .init(ref: Samples.msdID, received: true, contentID: "ack-1@x")
        )
        answer.vedsAcknowledgement = .init(ref: self.part.contentID, received: false, contentID: "ack-2@x")
        answer.receivesVEDS = true
        let message = Samples.response(200, answer.content(boundary: "b1"))
        #expect(message.headers["Recv-Info"] == "EmergencyCallData.eCall.MSD, EmergencyCallData.VEDS")
        #expect(message.headers["Accept"]?.hasSuffix(EmergencyCallData.vedsMediaType) == true)
        let read = AnswerContent(message)
        #expect(
            read.controls.map(\.document) == [
                ControlDocument(acknowledgements: [.init(ref: Samples.msdID, received: true)]),
                ControlDocument(acknowledgements: [.init(ref: self.part.contentID, received: false)]),
            ]
        )
        #expect(read.problems == [])
    }

    @Test func theContentIDOfVehicleDataIsItsOwn() {
        #expect(ContentIdentifiers(token: "4b2e", host: "ivs.example.net").veds(1) == self.part.contentID)
    }
}
