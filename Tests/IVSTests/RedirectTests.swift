import CallControl
import MSD
import SIP
import Testing

@testable import IVS

/// A center that names another address for the call (RFC 3261 8.1.3.4).
@Suite struct RedirectTests {
    /// A center on another machine, over TCP: nothing proves who it is.
    private static var remote: VehicleConfiguration {
        VehicleBench.configuration {
            $0.centers[0].endpoint = Endpoint(transport: .tcp, host: "192.0.2.1", port: 5_060)
        }
    }

    private func uris(_ bench: VehicleBench) -> [String?] { bench.invites.map(\.requestURI) }

    @Test func theInviteLeavesAtOnceForTheAddressWantedMostOverTheSameConnection() throws {
        let bench = VehicleBench.started()
        bench.press()
        try bench.redirect(302, to: "<sip:late@b.invalid>;q=0.1, <sip:desk@b.invalid;user=phone>")
        #expect(self.uris(bench) == ["sip:sos@center-1.invalid", "sip:desk@b.invalid;user=phone"])
        #expect(Set(bench.sent.map(\.flow)).count == 1)
        #expect(bench.opened.count == 1)
        let (first, second) = (bench.invites[0], bench.invites[1])
        #expect(first.headers["To"] == second.headers["To"])
        #expect(first.headers["Call-ID"] != second.headers["Call-ID"])
        #expect(try bench.sentMSDs().map(\.messageIdentifier) == [1, 1])
        #expect(bench.kinds.count { $0 == "msd" } == 1, "made and recorded once")
        let event = try #require(bench.events.first { $0.kind == .redirected })
        #expect(event.reason == "center-1 answered 302; the INVITE leaves for sip:desk@b.invalid;user=phone")
        try bench.answer()
        #expect(bench.state == .voiceSession)
    }

    @Test func theAcknowledgementCountsInTheCallThatWasRedirected() throws {
        let bench = VehicleBench.started()
        bench.press()
        try bench.redirect(301, to: "sip:desk@b.invalid")
        try bench.answer()
        #expect(bench.reasons(of: .acknowledgement).count == 1)
        #expect(bench.events.first { $0.kind == .acknowledgement }?.fields["acknowledgement"] == "positive")
    }

    @Test func aChainIsFollowedTwiceAndThenIsAFailedAttempt() throws {
        let bench = VehicleBench.started()
        bench.press()
        for name in ["a", "b", "c"] { try bench.redirect(302, to: "<sip:\(name)@b.invalid>") }
        #expect(self.uris(bench) == ["sip:sos@center-1.invalid", "sip:a@b.invalid", "sip:b@b.invalid"])
        let sentence = "the center answered 302, which is not followed: it is one redirect too many, 2 were followed"
        #expect(bench.reasons(of: .callFlowEnded) == [sentence])
        bench.advance(by: .seconds(30))
        #expect(self.uris(bench).count > 3, "the redial goes on with the configured address")
        #expect(self.uris(bench)[3] == "sip:sos@center-1.invalid")
    }

    @Test func anAddressThatWasTriedIsNotTriedAgain() throws {
        let bench = VehicleBench.started()
        bench.press()
        try bench.redirect(302, to: "<sip:sos@center-1.invalid>, <sip:a@b.invalid>")
        try bench.redirect(302, to: "<sip:a@b.invalid>, <sip:sos@center-1.invalid>")
        #expect(self.uris(bench) == ["sip:sos@center-1.invalid", "sip:a@b.invalid"])
    }

    @Test(arguments: [
        (305, "<sip:proxy@b.invalid>", "it names no address for the call"),
        (380, "<sip:proxy@b.invalid>", "it names no address for the call"),
        (302, "<tel:+112>", "it names no further SIP address that can be reached over this connection"),
        (302, "<sips:desk@b.invalid>", "it names no further SIP address that can be reached over this connection"),
        (302, "", "it names no further SIP address that can be reached over this connection"),
    ])
    func whatIsNoAddressForTheCallIsNotFollowed(status: Int, contacts: String, reason: String) throws {
        let bench = VehicleBench.started()
        bench.press()
        try bench.redirect(status, to: contacts)
        #expect(self.uris(bench).count == 1)
        #expect(
            bench.reasons(of: .callFlowEnded) == ["the center answered \(status), which is not followed: \(reason)"]
        )
    }

    @Test func aCenterThatIsNotProvenIsNotFollowed() throws {
        let bench = VehicleBench.started(Self.remote)
        bench.press()
        try bench.redirect(302, to: "<sip:elsewhere@b.invalid>")
        #expect(self.uris(bench).count == 1)
        let sentence = "the center answered 302, which is not followed: nothing proves that it is the center"
        #expect(bench.reasons(of: .callFlowEnded) == [sentence])
    }

    @Test func headerFieldsAndAMethodInTheAddressAreLeftOut() throws {
        let bench = VehicleBench.started()
        bench.press()
        try bench.redirect(302, to: "<sip:desk@b.invalid;method=MESSAGE;x=1?Subject=hello&Priority=low>")
        #expect(self.uris(bench).last == "sip:desk@b.invalid;x=1")
        #expect(bench.invites.last?.headers["Subject"] == nil)
    }

    @Test func aCallCancelledBehindARedirectEndsTheSecondInvite() throws {
        let bench = VehicleBench.started()
        bench.press()
        try bench.redirect(302, to: "<sip:desk@b.invalid>")
        try bench.ring()
        bench.press()
        #expect(bench.sentWords.filter { $0 == "CANCEL" }.count == 1)
        #expect(bench.state == .ended)
    }

    @Test func anEmergencyServiceNamedByAPrivateCenterStaysBehindTheGate() throws {
        let bench = VehicleBench.started(Self.remote)
        bench.press()
        try bench.redirect(302, to: "<sip:112@b.invalid>")
        #expect(self.uris(bench).count == 1)
    }
}
