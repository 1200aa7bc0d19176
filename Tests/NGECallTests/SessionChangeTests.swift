import NGECall
import SIP
import Testing

/// Offers inside a call (RFC 3264 8).
@Suite struct SessionChangeTests {
    private let current = SessionDescription(
        originUser: "ivs",
        sessionID: 7,
        address: "192.0.2.10",
        audioPort: 40_000,
        codecs: [.pcma, .telephoneEvent]
    )

    private func request(_ body: [UInt8], type: String = "application/sdp") -> Message {
        Message(
            startLine: .request(method: .invite, uri: "sip:ivs@192.0.2.10"),
            headers: [Header("Content-Type", type)],
            body: body
        )
    }

    private func offer(_ change: (inout SessionDescription) -> Void) -> [UInt8] {
        var offer = SessionDescription(
            originUser: "psap",
            sessionID: 9,
            address: "192.0.2.1",
            audioPort: 50_000,
            codecs: [.pcma, .telephoneEvent]
        )
        change(&offer)
        return offer.serialized()
    }

    private func session(_ change: SessionChange) -> SessionDescription? {
        guard case .accepted(let session) = change else { return nil }
        return session
    }

    @Test func holdIsAnsweredWithTheOtherDirectionAndAHigherVersion() throws {
        let change = SessionChange(
            self.request(self.offer { $0.direction = .sendonly }),
            to: self.current,
            hasSound: true
        )
        let session = try #require(self.session(change))
        #expect(session.direction == .recvonly)
        #expect(session.sessionVersion == 2)
        #expect(session.sessionID == 7)
        #expect(change.response.status == 200)
    }

    @Test func anOfferThatChangesNothingKeepsTheVersion() {
        let change = SessionChange(self.request(self.offer { _ in }), to: self.current, hasSound: true)
        #expect(self.session(change) == self.current)
    }

    @Test func withoutASoundPathEveryDirectionIsInactive() {
        let change = SessionChange(self.request(self.offer { _ in }), to: self.current, hasSound: false)
        #expect(self.session(change)?.direction == .inactive)
    }

    @Test func aRequestWithoutABodyGetsTheSessionAsItIs() {
        #expect(self.session(SessionChange(self.request([]), to: self.current, hasSound: true)) == self.current)
    }

    @Test func withoutACommonCodecTheSessionStays() {
        let opus = SessionDescription.Codec(payloadType: 96, name: "opus", clockRate: 48_000)
        let change = SessionChange(self.request(self.offer { $0.codecs = [opus] }), to: self.current, hasSound: true)
        #expect(change == .refused(.noCommonCodec))
        #expect(change.response.status == 488)
    }

    @Test func theVoiceCannotBeTakenOutOfAnEmergencyCall() {
        let change = SessionChange(self.request(self.offer { $0.audioPort = 0 }), to: self.current, hasSound: true)
        #expect(change.response.status == 488)
    }

    @Test func aCallWithoutASessionHasNothingToChange() {
        let change = SessionChange(self.request(self.offer { _ in }), to: nil, hasSound: true)
        #expect(change == .refused(.nothingToChange))
        #expect(change.response.status == 488)
    }

    @Test func anotherBodyIsAnswered415WithWhatIsRead() {
        let change = SessionChange(self.request([1], type: "text/plain"), to: self.current, hasSound: true)
        #expect(change == .refused(.noSession))
        #expect(change.response.headers["Accept"] == "application/sdp")
    }

    @Test func aDescriptionThatCannotBeReadIsAnswered400() {
        let change = SessionChange(self.request(Array("v=0\r\n".utf8)), to: self.current, hasSound: true)
        #expect(change.response.status == 400)
    }
}
