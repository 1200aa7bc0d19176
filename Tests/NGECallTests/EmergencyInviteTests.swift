import NGECall
import SIP
import Testing

@Suite struct EmergencyInviteTests {
    @Test func theWholeExampleIsBuiltByteForByte() throws {
        let example = try Samples.message("01-invite.sip")
        let content = Samples.invite.content(boundary: "ivs-b7c1f0e29d")
        #expect(Samples.invite.requestURI == "urn:service:sos.ecall.automatic")
        #expect(Samples.invite.to == example.headers["To"])
        #expect(
            content.headers.fields == fields(of: example, from: "P-Preferred-Identity", to: "Content-Type")
        )
        #expect(content.body == example.body)
        let instance = EmergencyInvite.contactParameters(instanceID: "urn:gsma:imei:00101012-345678-0")
        #expect(example.headers["Contact"] == "<sip:ivs@192.0.2.10:5061;transport=tls>" + instance)
    }

    @Test func withoutALocationThereIsNoGeolocation() {
        var invite = Samples.invite
        invite.location = nil
        let content = invite.content(boundary: "b1")
        #expect(!content.headers.contains("Geolocation"))
        #expect(!content.headers.contains("Geolocation-Routing"))
        let text = String(decoding: content.body, as: UTF8.self)
        #expect(!text.contains("pidf"))
    }

    @Test func routingByLocationIsAChoice() {
        var invite = Samples.invite
        invite.locationMayRoute = false
        #expect(invite.content(boundary: "b1").headers["Geolocation-Routing"] == "no")
    }

    @Test func aPrivateCenterIsCalledAtItsOwnURI() {
        let uri = "sip:sos@center.example.org"
        var invite = EmergencyInvite(profile: .privateCenter(uri: uri), service: .manual, session: Samples.offer)
        #expect(invite.requestURI == uri)
        #expect(invite.to == "<\(uri)>")
        invite.profile = .emergency112
        #expect(invite.requestURI == "urn:service:sos.ecall.manual")
        invite.service = .test
        #expect(invite.requestURI == "urn:service:test.sos.ecall")
    }

    @Test func onlyWhatTheBuildDoesIsAnnounced() throws {
        let invite = EmergencyInvite(profile: .emergency112, service: .manual, session: Samples.offer)
        let content = invite.content(boundary: "b1")
        #expect(content.headers.fields.map(\.name) == ["Accept", "Recv-Info", "MIME-Version", "Content-Type"])
        let parts = try BodyParts(Samples.request(.invite, invite.requestURI, content))
        #expect(parts.parts.map(\.mediaType) == ["application/sdp"])
    }

    @Test func aBoundaryInsideTheMSDIsAvoided() throws {
        var invite = Samples.invite
        invite.msd = MSDPart(octets: Array("\r\n--b1\r\n".utf8), contentID: "m@x")
        let content = invite.content(boundary: "b1")
        let read = InviteContent(Samples.request(.invite, invite.requestURI, content))
        #expect(read.msd == ReceivedMSD(octets: Array("\r\n--b1\r\n".utf8), contentID: "m@x"))
    }
}

@Suite struct ServiceURNTests {
    @Test func namesAreReadWithoutCase() {
        #expect(ServiceURN(uri: "URN:Service:SOS.eCall.Manual") == .manual)
        #expect(ServiceURN(uri: "urn:service:sos:ecall.manual") == nil)
        #expect(ServiceURN(uri: "urn:service:sos") == nil)
        for service in ServiceURN.allCases {
            #expect(ServiceURN(uri: service.text) == service)
        }
    }
}

@Suite struct InviteContentTests {
    private func content(_ change: (inout Message) -> Void) throws -> InviteContent {
        var message = try Samples.message("01-invite.sip")
        change(&message)
        return InviteContent(message)
    }

    private func content(_ parts: [BodyPart], _ headers: Headers = []) -> InviteContent {
        let multipart = Multipart(parts, boundary: "b1")
        var content = MessageContent(headers: headers, body: multipart.serialized())
        content.headers.set("Content-Type", multipart.contentType)
        return InviteContent(Samples.request(.invite, "sip:a@b", content))
    }

    @Test func readsTheExample() throws {
        let content = InviteContent(try Samples.message("01-invite.sip"))
        #expect(content.service == .automatic)
        #expect(content.msd == ReceivedMSD(octets: Samples.msd, contentID: Samples.msdID))
        #expect(content.location == Samples.location)
        #expect(content.capabilities == ControlDocument.msdCapabilities.capabilities)
        #expect(content.receivesMSDPackage)
        #expect(content.session == Samples.offer)
        #expect(content.problems == [])
    }

    @Test func theOrderOfThePartsDoesNotMatter() throws {
        let message = try Samples.message("01-invite.sip")
        let parts = try BodyParts(message).parts
        let reversed = self.content(parts.reversed(), message.headers)
        #expect(reversed.msd?.octets == Samples.msd)
        #expect(reversed.location == Samples.location)
        #expect(reversed.session == Samples.offer)
    }

    @Test func theServiceIsReadFromToWhenTheURIIsAnother() throws {
        let content = try self.content { $0.startLine = .request(method: .invite, uri: "sip:psap@example.org") }
        #expect(content.service == .automatic)
        let plain = self.content([])
        #expect(plain.service == nil)
    }

    @Test func aBodyThatCannotBeReadIsAProblemNotARefusal() throws {
        let content = try self.content { $0.body.removeLast(20) }
        #expect(content.msd == nil)
        #expect(content.session == nil)
        #expect(content.service == .automatic)
        #expect(content.receivesMSDPackage)
        #expect(content.problems == [.multipart(.unterminated(partsBegun: 4))])
    }

    @Test func everyBrokenPartIsAProblemOfItsOwn() {
        let content = self.content(
            [
                BodyPart(mediaType: "application/sdp", body: Array("x".utf8)),
                BodyPart(mediaType: "application/pidf+xml", contentID: "l@x", body: Array("<a/>".utf8)),
                BodyPart(mediaType: EmergencyCallData.controlMediaType, contentID: "c@x", body: Array("<a/>".utf8)),
                BodyPart(mediaType: EmergencyCallData.msdMediaType, body: [1, 2]),
                BodyPart(mediaType: EmergencyCallData.msdMediaType, contentID: "m@x", body: [3]),
            ],
            [
                Header("Geolocation", "<cid:none@x>, <cid:l@x>"),
                Header("Call-Info", "<cid:gone@x>;purpose=EmergencyCallData.eCall.MSD"),
            ]
        )
        #expect(content.msd == ReceivedMSD(octets: [1, 2], contentID: nil))
        #expect(content.infoPackages == [])
        #expect(
            content.problems == [
                .danglingReference(contentID: "gone@x"), .severalMSDs(count: 2), .unreferencedMSD, .unnamedMSD,
                .danglingReference(contentID: "none@x"), .location(.wrongRoot(namespace: "", name: "a")),
                .control(.wrongRoot(namespace: "", name: "a")),
                .session(.badLine(number: 1, found: "x", expected: "a letter and =")),
            ]
        )
    }

    @Test func theReferencedMSDWins() {
        let content = self.content(
            [
                BodyPart(mediaType: EmergencyCallData.msdMediaType, contentID: "1@x", body: [1]),
                BodyPart(mediaType: EmergencyCallData.msdMediaType, contentID: "2@x", body: [2]),
            ],
            [Header("Call-Info", "<cid:2@x>;purpose=\"emergencycalldata.ecall.msd\"")]
        )
        #expect(content.msd == ReceivedMSD(octets: [2], contentID: "2@x"))
        #expect(content.problems == [.severalMSDs(count: 2)])
    }

    @Test func aBase64MSDIsDecodedAndAnotherEncodingIsAProblem() {
        let type = EmergencyCallData.msdMediaType
        let reference: Headers = [Header("Call-Info", "<cid:1@x>;purpose=EmergencyCallData.eCall.MSD")]
        let encoded = BodyPart(mediaType: type, contentID: "1@x", transferEncoding: "base64", body: Array("AyQ=".utf8))
        #expect(self.content([encoded], reference).msd?.octets == [0x03, 0x24])
        let foreign = BodyPart(mediaType: type, contentID: "1@x", transferEncoding: "quoted-printable", body: [])
        let content = self.content([foreign], reference)
        #expect(content.msd == nil)
        #expect(content.problems == [.multipart(.unknownTransferEncoding("quoted-printable"))])
    }

    @Test func anMSDAloneOutsideAMultipartIsReadAllTheSame() {
        let part = BodyPart(mediaType: EmergencyCallData.msdMediaType, contentID: "1@x", body: [1])
        var headers = part.headers
        headers.append("Call-Info", "<cid:1@x>;purpose=EmergencyCallData.eCall.MSD")
        let message = Samples.request(.invite, "sip:a@b", MessageContent(headers: headers, body: part.body))
        #expect(InviteContent(message).msd == ReceivedMSD(octets: [1], contentID: "1@x"))
    }

    @Test func aCallWithoutABodyHasNoProblem() {
        let content = InviteContent(Samples.request(.invite, "sip:a@b"))
        #expect(content.problems == [])
        #expect(content.msd == nil)
        #expect(content.session == nil)
        #expect(!content.receivesMSDPackage)
        #expect(content.capabilities == ControlDocument.msdCapabilities.capabilities)
    }
}
