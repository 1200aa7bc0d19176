import CallControl
import ControlSocket
import Net
import SIP
import Store
import Testing
import Timeline

@testable import IVS

/// The connections to the centers: kept warm, opened again, and never to a 112 hop before a trigger.
@Suite struct ConnectionTests {
    private func emergency(
        host: String = "127.0.0.1",
        _ change: (inout VehicleConfiguration) -> Void = { _ in }
    )
        -> VehicleConfiguration
    {
        VehicleBench.configuration(host: host) {
            $0.profile = .emergency112
            change(&$0)
        }
    }

    @Test func thePrivateCenterIsConnectedAtTheStartAndKeptWarm() throws {
        let bench = VehicleBench.started(VehicleBench.configuration(centers: 2))
        #expect(bench.opened.map(\.endpoint.port) == [5_061, 5_062])
        bench.advance(by: .seconds(600))
        #expect(bench.opened.count == 2)
        #expect(bench.isOpen(5_061) && bench.isOpen(5_062))
        #expect(bench.sent.isEmpty)
        let status = try bench.reply(.status)
        #expect(status["centers"]?.asArray?.map { $0["link"]?.asString } == ["open", "open"])
    }

    @Test func aLostConnectionIsOpenedAgainAfterPausesThatDouble() throws {
        let bench = VehicleBench.started()
        bench.hops[5_061] = .refuses
        bench.cut(try #require(bench.opened.last?.flow))
        let lost = bench.now
        bench.advance(by: .seconds(125))
        let pauses = bench.opened.dropFirst().map { lost.duration(to: $0.at) }
        #expect(pauses == [1, 3, 7, 15, 31, 61, 91, 121].map { .seconds($0) })
        #expect(bench.kinds.count { $0 == "linkClosed" } == 2, "the same cause is told once")
        bench.hops[5_061] = .accepts
        bench.advance(by: .seconds(31))
        #expect(bench.isOpen(5_061))
        #expect(bench.kinds.last == "linkOpened")
    }

    @Test func aDeadConnectionIsNoticedByTheMissingPong() throws {
        let bench = VehicleBench.started()
        bench.advance(by: .seconds(60))
        bench.isWireWhole = false
        bench.advance(by: .seconds(61))
        #expect(bench.reasons(of: .linkClosed).count == 1)
        bench.isWireWhole = true
        bench.advance(by: .seconds(2))
        #expect(bench.isOpen(5_061))
    }

    @Test func aTriggerOpensAConnectionThatWaitsAtOnce() throws {
        let bench = VehicleBench.started()
        bench.hops[5_061] = .refuses
        bench.cut(try #require(bench.opened.last?.flow))
        bench.advance(by: .seconds(40))
        bench.hops[5_061] = .accepts
        let before = bench.opened.count
        bench.press()
        #expect(bench.opened.count == before + 1)
        #expect(bench.invites.count == 1)
    }

    @Test func theNextCenterIsTriedWhenOneRefusesTheConnection() throws {
        let bench = VehicleBench.started(VehicleBench.configuration(centers: 2), hops: [5_061: .refuses])
        bench.press()
        #expect(bench.invites.map(\.requestURI) == ["sip:sos@center-2.invalid"])
        try bench.answer()
        #expect(bench.state == .voiceSession)
    }

    @Test func theNextCenterIsTriedWhenOneRejectsTheCall() throws {
        let bench = VehicleBench.started(VehicleBench.configuration(centers: 2))
        bench.press()
        try bench.reject(503)
        #expect(bench.invites.map(\.requestURI) == ["sip:sos@center-1.invalid", "sip:sos@center-2.invalid"])
    }

    @Test func theNextCenterIsTriedWhenOneSaysNothingFor5Seconds() throws {
        let bench = VehicleBench.started(VehicleBench.configuration(centers: 2))
        bench.isWireWhole = false
        bench.press()
        #expect(bench.invites.count == 1)
        let begun = try #require(bench.sent.first?.at)
        bench.isWireWhole = true
        bench.advance(by: .seconds(5))
        #expect(bench.invites.count == 2)
        let second = try #require(bench.sent.last?.at)
        #expect(begun.duration(to: second) == .seconds(5))
    }

    @Test func nothingIsOpenedToA112HopBeforeATriggerNorKeptBehindTheCallbackWindow() throws {
        let bench = VehicleBench.started(self.emergency())
        bench.advance(by: .seconds(7_200))
        #expect(bench.opened.isEmpty)
        bench.press()
        #expect(bench.opened.count == 1)
        #expect(bench.invites.map(\.requestURI) == ["urn:service:sos.ecall.manual"])
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(3_599))
        #expect(bench.isOpen(5_061))
        bench.advance(by: .seconds(1))
        #expect(!bench.isOpen(5_061))
        bench.advance(by: .seconds(3_600))
        #expect(bench.opened.count == 1)
    }

    @Test func a112HopThatRefusesIsOpenedAgainByTheRedialAlone() throws {
        let bench = VehicleBench.started(self.emergency(), hops: [5_061: .refuses])
        bench.press()
        bench.advance(by: .seconds(300))
        #expect(bench.opened.count == 6)
        #expect(bench.state == .idle)
        #expect(bench.reasons(of: .call(.attemptEnded)).last?.contains("redial window") == true)
    }

    @Test func theGateRefusesAHopThatIsNotLoopback() throws {
        let bench = VehicleBench.started(self.emergency(host: "192.0.2.1"), isGateUnlocked: true)
        bench.press()
        #expect(bench.sent.isEmpty)
        #expect(bench.reasons(of: .gateRefused).first?.contains("simulated rig") == true)
    }

    @Test func theGateOpensForAnAllowedAddressOfAnUnlockedRigWithRealLinesOnly() throws {
        let open = self.emergency(host: "192.0.2.1") {
            $0.isSimulated = false
            $0.gate.allowedAddresses = ["192.0.2.1"]
        }
        let other = self.emergency(host: "192.0.2.1") {
            $0.isSimulated = false
            $0.gate.allowedAddresses = ["192.0.2.2"]
        }
        for (configuration, isUnlocked, count) in [(open, true, 1), (open, false, 0), (other, true, 0)] {
            let bench = VehicleBench.started(configuration, isGateUnlocked: isUnlocked)
            bench.press()
            #expect(bench.invites.count == count)
            #expect(bench.kinds.contains("gateRefused") == (count == 0))
        }
    }

    @Test func theGateHoldsThePrivateProfileTooWhenItsURIIsAnEmergencyNumber() throws {
        let configuration = VehicleBench.configuration(host: "192.0.2.1") {
            $0.centers[0].uri = "sip:112@192.0.2.1"
        }
        let bench = VehicleBench.started(configuration)
        bench.press()
        #expect(bench.sent.isEmpty)
    }

    @Test func aRefusalOfTheGateEndsTheAttemptAtOnceAndTheNextHopIsTried() throws {
        let configuration = VehicleBench.configuration(centers: 2) {
            $0.profile = .emergency112
            $0.centers[0].endpoint = Endpoint(transport: .tcp, host: "192.0.2.1", port: 5_061)
        }
        let bench = VehicleBench.started(configuration)
        bench.press()
        #expect(bench.invites.count == 1)
        #expect(bench.sent.first?.flow == bench.opened.last?.flow)
        bench.advance(by: .seconds(40))
        try #require(bench.state == .connecting)
        try bench.answer()
        #expect(bench.state == .voiceSession)
    }

    @Test func aHopThatTheGateRefusesIsNeverConnectedTo() throws {
        let configuration = VehicleBench.configuration(centers: 2) {
            $0.profile = .emergency112
            $0.centers[0].endpoint = Endpoint(transport: .udp, host: "192.0.2.1", port: 5_061)
        }
        let bench = VehicleBench(configuration)
        bench.step(.started)
        bench.crash()
        try bench.ring()
        bench.advance(by: .seconds(10))
        #expect(bench.kinds.count { $0 == "gateRefused" } == 1)
        #expect(!bench.opened.contains { $0.endpoint.host == "192.0.2.1" })
        #expect(bench.ivs.call.attempt?.number == 2)
        let outcomes = bench.records.compactMap { record -> String? in
            guard case .attempt(let attempt) = record, attempt.number == 1 else { return nil }
            return attempt.outcome
        }
        #expect(outcomes.count == 1 && outcomes.first?.contains("112 gate") == true)
        try bench.answer()
        #expect(bench.state == .voiceSession)
    }

    @Test func aConnectionThatTheVehicleDidNotOpenIsClosed() throws {
        let bench = VehicleBench.started()
        let flow = Flow(number: 1 << 63)
        let address = FlowAddress(host: "192.0.2.66", port: 1)
        let outputs = bench.ivs.step(.net(.accepted(flow, .tcp, local: address, remote: address)), at: bench.moment)
        #expect(outputs.contains { if case .close(flow) = $0 { true } else { false } })
    }

    @Test func anIncomingCallIsBusyOutsideACallbackWindow() throws {
        let bench = VehicleBench.started()
        let flow = try #require(bench.opened.first?.flow)
        bench.center { agent, now in
            guard let from = try? NameAddress(parsing: "<sip:psap@center.invalid>"),  // Both are constants.
                let to = try? NameAddress(parsing: "<sip:ivs@vehicle.invalid>")
            else { return [] }
            var plan = UserAgent.InvitePlan(requestURI: "sip:ivs@127.0.0.1", from: from, to: to)
            plan.headers = [Header("Priority", "psap-callback")]
            return agent.invite(plan, over: flow, at: now).1
        }
        #expect(bench.sentWords.last == "486")
        #expect(bench.state == .idle)
    }
}
