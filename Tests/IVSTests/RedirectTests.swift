import CallControl
import MSD
import Net
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

    /// A press whose INVITE is answered with other addresses.
    private static func redirected(
        _ status: Int,
        to contacts: String,
        _ configuration: VehicleConfiguration = VehicleBench.configuration()
    ) throws -> VehicleBench {
        let bench = VehicleBench.started(configuration)
        bench.press()
        try bench.redirect(status, to: contacts)
        return bench
    }

    private func uris(_ bench: VehicleBench) -> [String?] { bench.invites.map(\.requestURI) }

    @Test func theInviteLeavesAtOnceForTheAddressWantedMostOverTheSameConnection() throws {
        let bench = try Self.redirected(302, to: "<sip:late@b.invalid>;q=0.1, <sip:desk@b.invalid;user=phone>")
        #expect(self.uris(bench) == ["sip:sos@center-1.invalid", "sip:desk@b.invalid;user=phone"])
        #expect(Set(bench.sent.map(\.flow)).count == 1)
        #expect(bench.opened.count == 1)
        let (first, second) = (bench.invites[0], bench.invites[1])
        #expect(first.headers["To"] == second.headers["To"])
        #expect(first.headers["Call-ID"] != second.headers["Call-ID"])
        #expect(try bench.sentMSDs().map(\.messageIdentifier) == [1, 1])
        #expect(bench.kinds.count { $0 == "msd" } == 1, "made and recorded once")
        let event = try #require(bench.events.first { $0.kind == .redirected })
        #expect(event.reason == "center-1 answered 302; the INVITE is to leave for sip:desk@b.invalid;user=phone")
        try bench.answer()
        #expect(bench.state == .voiceSession)
    }

    @Test func theAcknowledgementCountsInTheCallThatWasRedirected() throws {
        let bench = try Self.redirected(301, to: "sip:desk@b.invalid")
        try bench.answer()
        #expect(bench.reasons(of: .acknowledgement).count == 1)
        #expect(bench.events.first { $0.kind == .acknowledgement }?.fields["acknowledgement"] == "positive")
    }

    @Test func aChainIsFollowedFourTimesAndThenIsAFailedAttempt() throws {
        let bench = VehicleBench.started()
        bench.press()
        for name in ["a", "b", "c", "d", "e"] { try bench.redirect(302, to: "<sip:\(name)@b.invalid>") }
        #expect(
            self.uris(bench)
                == ["sip:sos@center-1.invalid"] + ["a", "b", "c", "d"].map { "sip:\($0)@b.invalid" }
        )
        let sentence = "the center answered 302; no other address is tried: 4 other addresses were tried"
        #expect(bench.reasons(of: .callFlowEnded) == [sentence])
        bench.advance(by: .seconds(30))
        #expect(self.uris(bench).count > 5, "the redial goes on with the configured address")
        #expect(self.uris(bench)[5] == "sip:sos@center-1.invalid")
    }

    @Test func theNextAddressIsTriedWhenTheFirstRefuses() throws {
        let bench = try Self.redirected(
            300,
            to: "<sip:a@b.invalid>;q=0.5, <sip:b@b.invalid>;q=0.9, <sip:c@b.invalid>;q=0.1"
        )
        try bench.reject(503)
        // A redirect in between comes first, and what the one before it named is not forgotten.
        try bench.redirect(302, to: "<sip:d@b.invalid>")
        try bench.reject(486)
        #expect(Array(self.uris(bench).dropFirst()) == ["b", "a", "d", "c"].map { "sip:\($0)@b.invalid" })
        #expect(bench.reasons(of: .callFlowEnded) == [])
        try bench.answer()
        #expect(bench.state == .voiceSession)
    }

    @Test func aRefusalForAllAddressesIsTheEndOfTheAttempt() throws {
        let bench = try Self.redirected(300, to: "<sip:a@b.invalid>, <sip:b@b.invalid>")
        try bench.reject(603)
        #expect(self.uris(bench).count == 2)
        #expect(bench.reasons(of: .callFlowEnded) == ["the center answered 603"])
    }

    @Test func aRedirectOfACallThatIsBeingCancelledIsNotFollowed() throws {
        let bench = VehicleBench.started()
        bench.isWireWhole = false
        bench.press()
        bench.press()
        bench.isWireWhole = true
        let invite = try #require(bench.invites.first)
        try bench.redirectLate(invite, to: "<sip:a@b.invalid>")
        #expect(self.uris(bench).count == 1)
        #expect(bench.state == .ended)
        let sentence = "the center answered 302; no other address is tried: the attempt is being ended"
        #expect(bench.reasons(of: .callFlowEnded) == [sentence])
    }

    @Test func aRedirectOfATestCallThatACrashSupersededIsNotFollowed() throws {
        let bench = VehicleBench.started()
        bench.isWireWhole = false
        _ = bench.call(.testCall)
        let test = try #require(bench.invites.first)
        bench.isWireWhole = true
        bench.crash()
        let count = bench.invites.count
        try bench.redirectLate(test, to: "<sip:a@b.invalid>")
        #expect(bench.invites.count == count)
        #expect(!self.uris(bench).contains("sip:a@b.invalid"))
    }

    @Test func anAddressThatWasTriedIsNotTriedAgain() throws {
        let bench = try Self.redirected(302, to: "<sip:sos@center-1.invalid>, <sip:a@b.invalid>")
        try bench.redirect(302, to: "<sip:a@b.invalid>, <sip:sos@center-1.invalid>")
        #expect(self.uris(bench) == ["sip:sos@center-1.invalid", "sip:a@b.invalid"])
    }

    @Test(arguments: [
        (305, "<sip:proxy@b.invalid>", "it names no address for the call"),
        (380, "<sip:proxy@b.invalid>", "it names no address for the call"),
        (302, "<tel:+112>", "it names no further SIP address that may be called"),
        (302, "<sips:desk@b.invalid>", "it names no further SIP address that may be called"),
        (302, "<sip:desk:secret@b.invalid>", "it names no further SIP address that may be called"),
        (302, "<sip:sos@CENTER-1.invalid>", "it names no further SIP address that may be called"),
        (302, "", "it names no further SIP address that may be called"),
    ])
    func whatIsNoAddressForTheCallIsNotFollowed(status: Int, contacts: String, reason: String) throws {
        let bench = try Self.redirected(status, to: contacts)
        #expect(self.uris(bench).count == 1)
        #expect(
            bench.reasons(of: .callFlowEnded) == ["the center answered \(status); no other address is tried: \(reason)"]
        )
    }

    @Test func aCenterThatIsNotProvenIsNotFollowed() throws {
        let bench = try Self.redirected(302, to: "<sip:elsewhere@b.invalid>", Self.remote)
        #expect(self.uris(bench).count == 1)
        let sentence = "the center answered 302; no other address is tried: nothing proves that it is the center"
        #expect(bench.reasons(of: .callFlowEnded) == [sentence])
    }

    @Test func headerFieldsAndAMethodInTheAddressAreLeftOut() throws {
        let bench = try Self.redirected(302, to: "<sip:desk@b.invalid;method=MESSAGE;x=1?Subject=hello&Priority=low>")
        #expect(self.uris(bench).last == "sip:desk@b.invalid;x=1")
        #expect(bench.invites.last?.headers["Subject"] == nil)
    }

    @Test func aCallCancelledBehindARedirectEndsTheSecondInvite() throws {
        let bench = try Self.redirected(302, to: "<sip:desk@b.invalid>")
        try bench.ring()
        bench.press()
        #expect(bench.sentWords.filter { $0 == "CANCEL" }.count == 1)
        #expect(bench.state == .ended)
    }

    @Test func anEmergencyServiceNamedByAPrivateCenterStaysBehindTheGate() throws {
        // Proven by its certificate, and not on this machine.
        let bench = try Self.redirected(
            302,
            to: "<sip:112@b.invalid>, <sip:desk@b.invalid>",
            VehicleBench.configuration {
                $0.centers[0].endpoint = Endpoint(transport: .tls, host: "192.0.2.1", port: 5_061)
            }
        )
        #expect(self.uris(bench) == ["sip:sos@center-1.invalid", "sip:desk@b.invalid"])
        try bench.redirect(302, to: "<sip:%3112@b.invalid>")
        #expect(self.uris(bench).count == 2)
        let sentence =
            "the center answered 302; no other address is tried: it names no further SIP address that may be called"
        #expect(bench.reasons(of: .callFlowEnded) == [sentence])
    }

    private static func overUDP() -> VehicleBench {
        VehicleBench.started(
            VehicleBench.configuration {
                $0.centers[0].endpoint = Endpoint(transport: .udp, host: "127.0.0.1", port: 5_061)
            }
        )
    }

    @Test func aRedirectOfAnInviteThatTCPRefusedLeavesAsADatagram() throws {
        let bench = Self.overUDP()
        bench.streams = .refuses
        bench.press()
        try bench.redirect(302, to: "<sip:desk@b.invalid>")
        #expect(self.uris(bench).last == "sip:desk@b.invalid")
        #expect(bench.kinds.count { $0 == "transportFallback" } == 1, "TCP is not tried again for the same incident")
        try bench.answer()
        #expect(bench.state == .voiceSession)
    }

    @Test func aRedirectThatMakesADatagramTooLargeLeavesOverTCP() throws {
        let bench = Self.overUDP()
        bench.press()
        // After a 415 the center is tried for a voice call only, whose INVITE is small.
        try bench.reject(415)
        let ways = { bench.sent.filter { $0.message.method == .invite }.map { bench.transport(of: $0.flow) } }
        #expect(ways().last == .udp)
        let desk = String(repeating: "d", count: 400)
        try bench.redirect(302, to: "<sip:\(desk)@b.invalid>")
        #expect(self.uris(bench).last == "sip:\(desk)@b.invalid")
        #expect(ways().last == .tcp)
        try bench.answer()
        #expect(bench.state == .voiceSession)
    }
}
