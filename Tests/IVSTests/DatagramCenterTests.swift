import CallControl
import ControlSocket
import MSD
import NGECall
import Net
import SIP
import Testing
import Timeline

@testable import IVS

/// Centers over UDP: the size rule, its fallback, and what is known of a way without a connection.
@Suite struct DatagramCenterTests {
    private static func configuration(
        centers: Int = 1,
        _ change: (inout VehicleConfiguration) -> Void = { _ in }
    ) -> VehicleConfiguration {
        VehicleBench.configuration(centers: centers) { configuration in
            for index in configuration.centers.indices {
                let own = configuration.centers[index].endpoint
                configuration.centers[index].endpoint = Endpoint(transport: .udp, host: own.host, port: own.port)
            }
            change(&configuration)
        }
    }

    /// The transports of the flows that the INVITEs left over.
    private func ways(_ bench: VehicleBench) -> [Transport] {
        bench.sent.filter { $0.message.method == .invite }.compactMap { invite in
            bench.opened.first { $0.flow == invite.flow }?.endpoint.transport
        }
    }

    @Test func anInviteTooLargeForADatagramLeavesOverTCPToTheSamePort() throws {
        let bench = VehicleBench.started(Self.configuration())
        #expect(bench.opened.map(\.endpoint.transport) == [.udp])
        bench.press()
        #expect(bench.opened.map(\.endpoint.description) == ["udp:127.0.0.1:5061", "tcp:127.0.0.1:5061"])
        #expect(self.ways(bench) == [.tcp])
        let invite = try #require(bench.invites.first)
        #expect(invite.serialized().count > SizeRule.maximumDatagramRequest)
        #expect(invite.headers["Via"]?.hasPrefix("SIP/2.0/TCP ") == true)
        #expect(invite.headers["Contact"]?.contains("transport=tcp") == true)
        try bench.answer()
        #expect(bench.state == .voiceSession)
        #expect(bench.events.last { $0.kind == .inviteSent }?.fields["transport"] == "tcp")
    }

    @Test func everythingInTheDialogFollowsTheWayOfItsInvite() throws {
        for streams in [VehicleBench.Hop.accepts, .refuses] {
            let bench = VehicleBench.started(Self.configuration())
            bench.streams = streams
            bench.press()
            try bench.answer()
            try bench.info([.sendMSD])
            try bench.clearDown()
            #expect(bench.sentWords == ["INVITE", "ACK", "200", "INFO", "200"])
            #expect(Set(bench.sent.map(\.flow)).count == 1)
        }
    }

    @Test func theTCPConnectionEndsWithTheCallbackWindowAndTheWayForDatagramsStays() throws {
        let bench = VehicleBench.started(Self.configuration { $0.call.callbackWindow = .seconds(60) })
        bench.press()
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(59))
        #expect(bench.isOpen(5_061, over: .tcp))
        bench.advance(by: .seconds(1))
        #expect(!bench.isOpen(5_061, over: .tcp) && bench.isOpen(5_061, over: .udp))
        bench.press()
        try bench.answer()
        #expect(self.ways(bench) == [.tcp, .tcp])
    }

    @Test func anInviteLeavesOverUDPAtOnceWhenTCPIsRefused() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.streams = .refuses
        bench.press()
        #expect(self.ways(bench) == [.udp])
        let refused = try #require(bench.opened.last)
        #expect(refused.endpoint.transport == .tcp)
        #expect(bench.sent.first?.at == refused.at)
        let octets = try #require(bench.invites.first).serialized().count
        let event = try #require(bench.events.first { $0.kind == .transportFallback })
        #expect(event.fields["cause"] == "connection refused by 127.0.0.1:5061")
        #expect(event.fields["octets"] == String(octets))
        try bench.answer()
        #expect(bench.state == .voiceSession)
        #expect(try bench.sentMSDs().map(\.messageIdentifier) == [1])
        #expect(bench.kinds.count { $0 == "msd" } == 1)
    }

    @Test func tcpThatDoesNotAnswerIsWaitedForOnceInAnIncident() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.streams = .hangs
        bench.press()
        #expect(bench.sent.isEmpty)
        let asked = try #require(bench.opened.last?.at)
        bench.advance(by: .seconds(2))
        #expect(self.ways(bench) == [.udp])
        #expect(asked.duration(to: try #require(bench.sent.first?.at)) == IVS.streamWait)
        try bench.reject(503)
        bench.advance(by: .seconds(6))
        #expect(self.ways(bench) == [.udp, .udp])
        #expect(bench.opened.count { $0.endpoint.transport == .tcp } == 1)
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(60))
        bench.streams = .accepts
        bench.press()
        #expect(self.ways(bench).last == .tcp)
    }

    @Test func anInviteThatTCPLeavesUnansweredIsFollowedByOneOverUDP() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.isWireWhole = false
        bench.press()
        #expect(self.ways(bench) == [.tcp])
        bench.isWireWhole = true
        bench.advance(by: .seconds(12))
        #expect(self.ways(bench) == [.tcp, .udp])
        try bench.answer()
        #expect(bench.state == .voiceSession)
    }

    @Test func aSmallInviteLeavesAsADatagram() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.press()
        for _ in 0..<2 { try bench.reject(415) }
        #expect(bench.events.filter { $0.kind == .inviteSent }.last?.fields["form"] == "voiceOnly")
        #expect(self.ways(bench).last == .udp)
        let last = try #require(bench.invites.last)
        #expect(last.serialized().count <= SizeRule.maximumDatagramRequest)
    }

    @Test func aCallCancelledWhileTCPIsAwaitedSendsNothing() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.streams = .hangs
        bench.press()
        bench.press()
        #expect(bench.state == .ended)
        bench.advance(by: .seconds(60))
        #expect(bench.sent.isEmpty)
    }

    @Test func aPortThatTakesNoDatagramsEndsTheAttemptAtOnce() throws {
        let bench = VehicleBench.started(Self.configuration(centers: 2))
        bench.streams = .refuses
        bench.isWireWhole = false
        bench.press()
        let sent = try #require(bench.sent.last)
        bench.isWireWhole = true
        bench.refuseDatagrams(of: sent.flow)
        #expect(self.ways(bench) == [.udp, .udp])
        #expect(bench.sent.last?.at == bench.now)
        #expect(bench.invites.last?.requestURI == "sip:sos@center-2.invalid")
        let sentence = "127.0.0.1:5061 takes no datagrams (ICMP port unreachable)"
        #expect(bench.reasons(of: .callFlowEnded) == [sentence])
    }

    @Test func a112HopOverUDPGetsNothingBeforeATriggerAndKeepsNothingBehindTheCallbackWindow() throws {
        let bench = VehicleBench.started(Self.configuration { $0.profile = .emergency112 })
        bench.advance(by: .seconds(7_200))
        #expect(bench.opened.isEmpty && bench.pings.isEmpty)
        bench.press()
        #expect(bench.opened.map(\.endpoint.transport) == [.udp, .tcp])
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(3_601))
        #expect(!bench.isOpen(5_061))
    }

    @Test func aWayForDatagramsIsKeptOpenWithoutAnAnswer() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.advance(by: .seconds(300))
        #expect(bench.opened.count == 1)
        #expect((15...19).contains(bench.pings.count))
        #expect(bench.pings.first?.at == bench.opened.first?.at)
    }

    @Test func theStatusSaysThatACenterOverUDPIsUnheardUntilSomethingComes() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.streams = .refuses
        let before = try #require(try bench.reply(.status)["centers"]?.asArray?.first)
        #expect(before["link"]?.asString == "unheard" && before["transport"]?.asString == "udp")
        let sentence = "datagrams can be sent to center-1; nothing is heard of it yet"
        #expect(bench.reasons(of: .linkOpened) == [sentence])
        bench.press()
        try bench.ring()
        let after = try #require(try bench.reply(.status)["centers"]?.asArray?.first)
        #expect(after["link"]?.asString == "open")
        #expect(bench.reasons(of: .linkOpened) == [sentence, "center-1 is heard"])
    }

    @Test func aPortThatStaysClosedIsToldOnce() throws {
        let bench = VehicleBench.started(Self.configuration())
        for _ in 0..<5 {
            bench.refuseDatagrams(of: try #require(bench.opened.last?.flow))
            bench.advance(by: .seconds(40))
        }
        #expect(bench.opened.count == 6)
        #expect(bench.kinds.count { $0 == "linkOpened" } == 1 && bench.kinds.count { $0 == "linkClosed" } == 1)
        let status = try #require(try bench.reply(.status)["centers"]?.asArray?.first)
        #expect(status["detail"]?.asString == "127.0.0.1:5061 takes no datagrams (ICMP port unreachable)")
    }
}
