import SIP
import Testing
import Timeline

@Suite struct DialogTests {
    private func dialog(_ extra: Header...) throws -> Dialog {
        let invite = try Samples.invite()
        let answer = Message.response(
            to: invite,
            status: 200,
            tag: "b",
            headers: Headers([Header("Contact", "<sip:call42@psap.example.org;transport=tls>")] + extra)
        )
        return Dialog(invite: invite, answer: answer, envelope: try Envelope(answer))
    }

    @Test func requestsGoToTheContactAlongTheReversedRecordRoute() throws {
        var dialog = try self.dialog(
            Header("Record-Route", "<sip:p2;lr>, <sip:p1;lr>"),
            Header("Record-Route", "<sip:p0;lr>")
        )
        let info = dialog.request(.info)
        #expect(info.requestURI == "sip:call42@psap.example.org;transport=tls")
        #expect(info.headers.all("Route") == ["<sip:p0;lr>", "<sip:p1;lr>", "<sip:p2;lr>"])
        #expect(info.headers["From"] == "<sip:ivs@192.0.2.10>;tag=a1")
        #expect(info.headers["To"] == "<urn:service:sos.ecall.manual>;tag=b")
        #expect(info.headers["CSeq"] == "2 INFO")
        #expect(dialog.request(.bye).headers["CSeq"] == "3 BYE")
    }

    @Test func theACKKeepsTheNumberOfTheInvite() throws {
        var dialog = try self.dialog()
        _ = dialog.request(.info)
        #expect(dialog.ack(ofInvite: 1).headers["CSeq"] == "1 ACK")
    }

    @Test func aStrictRouterGetsTheRequestAddressedToItself() throws {
        var dialog = try self.dialog(Header("Record-Route", "<sip:p1;lr>, <sip:p0>"))
        let info = dialog.request(.info)
        #expect(info.requestURI == "sip:p0")
        #expect(info.headers.all("Route") == ["<sip:p1;lr>", "<sip:call42@psap.example.org;transport=tls>"])
    }

    @Test func theCalledSideTakesTheRecordRouteInOrder() throws {
        var invite = try Samples.invite()
        invite.headers.append("Record-Route", "<sip:p1;lr>, <sip:p0;lr>")
        var dialog = Dialog(received: invite, envelope: try Envelope(invite), localTag: "b")
        let info = dialog.request(.info)
        #expect(info.requestURI == "sip:ivs@192.0.2.10:5060;transport=tcp")
        #expect(info.headers.all("Route") == ["<sip:p1;lr>", "<sip:p0;lr>"])
        #expect(info.headers["From"] == "<urn:service:sos.ecall.manual>;tag=b")
        #expect(info.headers["CSeq"] == "1 INFO")
    }

    @Test func aLowerNumberOfThePeerIsOutOfOrder() throws {
        var dialog = try self.dialog()
        let verdicts = [11, 12, 12, 11, 40].map { dialog.accepts($0) }
        #expect(verdicts == [true, true, true, false, true])
    }

    @Test func anAnswerWithoutContactStillMakesADialog() throws {
        let invite = try Samples.invite()
        let answer = Message.response(to: invite, status: 200)
        var dialog = Dialog(invite: invite, answer: answer, envelope: try Envelope(answer))
        #expect(dialog.request(.bye).requestURI == "urn:service:sos.ecall.manual")
    }
}
