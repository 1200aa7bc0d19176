import CallControl
import ControlSocket
import MSD
import NGECall
import SIP
import Store
import Testing
import Timeline

@testable import IVS

/// The private service does not take the call: the same incident goes to 112, and nothing of the private service with it.
@Suite struct FallbackTests {
    private static func configuration(
        host: String = "127.0.0.1",
        _ change: (inout VehicleConfiguration) -> Void = { _ in }
    ) -> VehicleConfiguration {
        VehicleBench.configuration(centers: 2, host: host) {
            $0.centers[1].isFallback = true
            $0.centers[1].name = "hop"
            $0.identity = "sip:jane.doe@customers.invalid"
            $0.centers[0].transfers = ["sip:desk@center-1.invalid"]
            $0.msdVersion = .v2
            $0.call.fallback = Fallback(hops: 1..<2, rounds: 1, after: .seconds(30))
            change(&$0)
        }
    }

    @Test func theSameIncidentGoesTo112WithItsMSDAndNothingElse() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.crash()
        try bench.reject(503)
        let (own, emergency) = try (#require(bench.invites.first), #require(bench.invites.last))
        #expect(bench.invites.count == 2)
        #expect(own.requestURI == "sip:sos@center-1.invalid")
        #expect(emergency.requestURI == "urn:service:sos.ecall.automatic")
        #expect(emergency.headers["From"]?.hasPrefix("<sip:anonymous@anonymous.invalid>") == true)
        let octets = String(decoding: emergency.serialized(), as: UTF8.self)
        #expect(!octets.contains("jane.doe") && !octets.contains("customers") && !octets.contains("center-1"))
        #expect(octets.contains("pres:anonymous@anonymous.invalid"))
        let sent = try bench.sentMSDs()
        #expect(sent.map(\.msdVersion) == [.v2, .v3])
        #expect(Set(sent.map(\.timestamp)).count == 1)
        try bench.answer()
        #expect(bench.state == .voiceSession)
        let profiles = bench.records.compactMap { record -> String? in
            guard case .incidentChanged(_, let change) = record else { return nil }
            return change.profile
        }
        #expect(profiles == ["112"])
    }

    @Test func thatACallWentTo112IsWrittenAgainWhenTheDiskFailed() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.crash()
        bench.disk = .fails(.failed(reason: "disk I/O error", code: 10))
        try bench.reject(503)
        bench.disk = .works
        bench.advance(by: .seconds(10))
        let again = bench.writes.filter { write in
            write.records.contains {
                if case .incidentChanged(_, let change) = $0 { change.profile == "112" } else { false }
            }
        }
        #expect(again.count == 2, "else it would be kept, and its data offered, by the rules of the private service")
    }

    @Test func aHopHearsNothingBeforeItIsCalled() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.advance(by: .seconds(600))
        #expect(bench.isOpen(5_061) && !bench.isOpen(5_062))
        bench.crash()
        #expect(!bench.isOpen(5_062))
        try bench.reject(503)
        #expect(bench.isOpen(5_062))
    }

    @Test func whereTheGateIsShutTheFallbackIsRefusedAndThePrivateServiceGoesOn() throws {
        let bench = VehicleBench.started(Self.configuration(host: "192.0.2.7") { $0.isSimulated = false })
        let fallback = try bench.reply(.status)["fallback"]?.asString
        #expect(
            fallback
                == "after a round over the private centers, or 30 s, the call goes to 112 by hop, which the gate refuses"
        )
        bench.crash()
        try bench.reject(503)
        #expect(bench.events.contains { $0.kind == .gateRefused })
        #expect(!bench.isOpen(5_062), "the hop hears nothing")
        #expect(bench.invites.map(\.requestURI) == Array(repeating: "sip:sos@center-1.invalid", count: 2))
        #expect(bench.state == .connecting)
    }

    @Test func whereTheGateIsOpenTheCallLeavesForAListedHop() throws {
        let configuration = Self.configuration(host: "192.0.2.7") {
            $0.isSimulated = false
            $0.gate.allowedAddresses = ["192.0.2.7"]
        }
        let bench = VehicleBench.started(configuration, isGateUnlocked: true)
        #expect(try bench.reply(.status)["fallback"]?.asString?.hasSuffix("to 112 by hop") == true)
        bench.crash()
        try bench.reject(503)
        #expect(bench.invites.last?.requestURI == "urn:service:sos.ecall.automatic")
    }

    @Test func aTestCallStaysWithThePrivateService() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.call(.testCall)
        try bench.reject(503)
        bench.advance(by: .seconds(10))
        #expect(bench.invites.count == 1 && !bench.isOpen(5_062))
    }

    @Test func aRunThatDiedInTheFallbackGoesOnThere() {
        let opening = IncidentOpening(
            id: "0123456789abcdef0123456789abcdef",
            profile: "private",
            trigger: "automatic",
            isTest: false,
            started: Stamp(boot: "boot-of-the-bench", at: .boot, wallMilliseconds: nil),
            msdTimestamp: 0,
            isSimulated: true
        )
        let bench = VehicleBench.started(Self.configuration())
        let stored = StoredIncident.open(opening, attempts: 2, lastCenter: "hop")
        bench.step(.storeOpened(unfinished: [stored], ended: nil, recovery: nil))
        bench.advance(by: .milliseconds(1))
        #expect(bench.invites.map(\.requestURI) == ["urn:service:sos.ecall.automatic"])
    }
}
