import SIP
import Testing

@Suite struct ReferralTests {
    private func refer(_ headers: Headers) -> Message {
        var message = Message(
            startLine: .request(method: .refer, uri: "sip:ivs@192.0.2.10"),
            headers: [Header("CSeq", "7 REFER")]
        )
        message.headers.append(contentsOf: headers)
        return message
    }

    @Test(arguments: [
        "sip:desk@b.invalid", "<sip:desk@b.invalid>", "\"The desk\" <sip:desk@b.invalid>;x=1",
    ])
    func theAddressIsReadFromAnyForm(_ value: String) throws {
        let referral = try Referral(self.refer([Header("Refer-To", value)]))
        #expect(referral.address.description == "sip:desk@b.invalid")
        #expect(referral.event == "refer;id=7")
    }

    @Test func headerFieldsOfTheAddressAreKeptToBeSeen() throws {
        let referral = try Referral(self.refer([Header("Refer-To", "<sip:desk@b.invalid?Replaces=1>")]))
        #expect(referral.address.description == "sip:desk@b.invalid?Replaces=1")
    }

    @Test(
        arguments: [
            [], [Header("Refer-To", "<sip:a@b.invalid>, <sip:c@b.invalid>")],
            [Header("Refer-To", "<sip:a@b.invalid>"), Header("Refer-To", "<sip:c@b.invalid>")],
            [Header("Refer-To", "<sip:a@b.invalid")], [Header("Refer-To", "")],
        ] as [Headers]
    )
    func anythingButOneAddressIsRefused(_ headers: Headers) {
        #expect(throws: SyntaxError.self) { try Referral(self.refer(headers)) }
    }

    @Test(arguments: [("false", true), ("FALSE", true), ("true", false), ("perhaps", false)])
    func aPeerMayWantNoNotification(value: String, isQuiet: Bool) throws {
        let headers: Headers = [Header("Refer-To", "<sip:a@b.invalid>"), Header("Refer-Sub", value)]
        #expect(try (Referral(self.refer(headers)).event == nil) == isQuiet)
    }

    @Test(arguments: [100, 180, 200, 486])
    func whatANotificationTellsIsRead(_ status: Int) throws {
        let progress = ReferralProgress(status: status)
        let content = progress.notification(event: "refer;id=7")
        let request = Message(
            startLine: .request(method: .notify, uri: "sip:center@192.0.2.1"),
            headers: content.headers,
            body: content.body
        )
        #expect(try ReferralProgress(request) == progress)
        #expect(request.headers["Event"] == "refer;id=7")
        let state = request.headers["Subscription-State"] ?? ""
        #expect(state.hasPrefix(status < 200 ? "active;expires=" : "terminated;reason=noresource"))
        #expect(request.headers["Content-Type"] == "message/sipfrag;version=2.0")
    }

    @Test(arguments: [
        ("refer", "SIP/2.0 099 Early\r\n"), ("refer", "SIP/2.0 2000 OK"), ("refer", "INVITE sip:a@b SIP/2.0\r\n"),
        ("refer", ""), ("presence", "SIP/2.0 200 OK\r\n"), ("referral", "SIP/2.0 200 OK\r\n"),
    ])
    func whatIsNoNotificationOfAReferralIsRefused(event: String, body: String) {
        let request = Message(
            startLine: .request(method: .notify, uri: "sip:center@192.0.2.1"),
            headers: [Header("Event", event)],
            body: Array(body.utf8)
        )
        #expect(throws: SyntaxError.self) { try ReferralProgress(request) }
    }
}
