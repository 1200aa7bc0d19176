import CallControl
import ControlSocket
import SIP
import Testing
import Timeline

@testable import IVS

/// T1, T2, T9 and T10: each start, stop and end is told, and what is left of each can be asked for.
@Suite struct TimerTests {
    private static func told(_ bench: VehicleBench) -> [String] {
        bench.events.compactMap { event in
            guard let timer = event.fields["timer"] else { return nil }
            switch event.kind {
            case .timerStarted: return "\(timer) starts"
            case .timerStopped: return "\(timer) stops"
            case .timerExpired: return "\(timer) ends"
            default: return nil
            }
        }
    }

    private static func timers(_ bench: VehicleBench) throws -> [String: (length: Int?, left: Int?)] {
        let reply = try bench.reply(.timers)
        let timers = try #require(reply["timers"]?.asArray)
        return timers.reduce(into: [:]) {
            $0[$1["name"]?.asString ?? ""] = ($1["milliseconds"]?.asInt, $1["left"]?.asInt)
        }
    }

    @Test func eachStartStopAndEndIsToldWithItsIncident() throws {
        let configuration = VehicleBench.configuration {
            $0.call.cancelWindow = .seconds(3)
            $0.isECallOnly = true
            $0.call.deregistration = .seconds(43_200)
        }
        let bench = VehicleBench.started(configuration)
        bench.press()
        bench.advance(by: .seconds(4))
        try bench.answer()
        try bench.clearDown()
        let incident = try #require(bench.ivs.call.incident?.id)
        bench.advance(by: .seconds(43_201))
        #expect(
            Self.told(bench) == [
                "T1 starts", "T1 ends", "T2 starts", "T2 stops", "T9 starts", "T10 starts", "T9 ends", "T10 ends",
            ]
        )
        let own = bench.events.filter { $0.fields["left"] != nil }
        #expect(Set(own.map(\.incident)) == [incident])
        #expect(own.map { $0.fields["left"] ?? "" }.prefix(4) == ["3 s", "0 s", "3600 s", "3600 s"])
    }

    @Test func scaledTimeMakesHoursMinutesAndIsShown() throws {
        var configuration = VehicleBench.configuration()
        try configuration.scaleTime(by: 60)
        #expect(
            configuration.call.clearDownFallback == .seconds(60) && configuration.call.callbackWindow == .seconds(60)
        )
        let bench = VehicleBench.started(configuration)
        #expect(bench.reasons(of: .started).first?.contains("TIME IS SCALED") == true)
        #expect(try bench.reply(.status)["timeScale"]?.asInt == 60)
        bench.press()
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(61))
        bench.ringBack()
        #expect(bench.state == .idle)
    }

    @Test func timeIsScaledOnThisMachineAlone() {
        var far = VehicleBench.configuration(host: "192.0.2.1")
        #expect(throws: TimeScaleRefusal.reachesOut(center: "center-1", host: "192.0.2.1")) {
            try far.scaleTime(by: 60)
        }
        var near = VehicleBench.configuration()
        for factor in [0, -1, 3_601] {
            #expect(throws: TimeScaleRefusal.outOfRange(factor)) { try near.scaleTime(by: factor) }
        }
        #expect(near.timeScale == 1 && far.timeScale == 1)
    }

    @Test func withScaledTimeTheGateLetsNothingOut() throws {
        var configuration = VehicleBench.configuration {
            $0.profile = .emergency112
            $0.isSimulated = false
        }
        try configuration.scaleTime(by: 2)
        configuration.centers[0].endpoint = Endpoint(transport: .tcp, host: "192.0.2.1", port: 5_061)
        configuration.gate.allowedAddresses = ["192.0.2.1"]
        let bench = VehicleBench.started(configuration, isGateUnlocked: true)
        bench.crash()
        #expect(bench.events.contains { $0.kind == .gateRefused })
        #expect(bench.sent.isEmpty)
    }

    @Test func aNewTriggerStopsThoseOfTheLastCall() throws {
        let bench = try VehicleBench.connected()
        try bench.clearDown()
        bench.crash()
        #expect(Self.told(bench) == ["T2 starts", "T2 stops", "T9 starts", "T9 stops"])
    }

    @Test func whatIsLeftOfEachCanBeAskedFor() throws {
        let bench = try VehicleBench.connected()
        bench.advance(by: .seconds(60))
        var timers = try Self.timers(bench)
        #expect(timers["T2"]?.left == 3_540_000)
        #expect(timers["T9"]?.left == nil && timers["T9"]?.length == 3_600_000)
        #expect(timers["T10"]?.length == nil, "it is always connected")
        try bench.clearDown()
        bench.advance(by: .milliseconds(1_500))
        timers = try Self.timers(bench)
        #expect(timers["T2"]?.left == nil)
        #expect(timers["T9"]?.left == 3_598_500)
    }

    @Test func anECallOnlyVehicleIsConnectedForItsCallsOnly() throws {
        let bench = VehicleBench.started(
            VehicleBench.configuration {
                $0.isECallOnly = true
                $0.call.deregistration = .seconds(7_200)
                $0.centers[0].registration = .init(
                    address: "sip:vehicle@center.invalid",
                    registrar: "sip:center.invalid",
                    expires: .seconds(36_000)
                )
            }
        )
        bench.advance(by: .seconds(3_600))
        #expect(bench.opened.isEmpty && bench.sent.isEmpty)
        bench.press()
        #expect(bench.sentWords.first == "INVITE" && bench.sentWords.contains("REGISTER"))
        bench.answerRegister(200, [Header("Require", "outbound")])
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(7_199))
        #expect(bench.isOpen(5_061))
        bench.advance(by: .seconds(2))
        #expect(!bench.isOpen(5_061))
        let center = try bench.reply(.status)["centers"]?.asArray?.first
        #expect(center?["registration"]?["state"]?.asString == "closed")
        bench.call(.testCall)
        #expect(bench.isOpen(5_061))
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(1))
        #expect(!bench.isOpen(5_061), "behind a test call nobody is waited for")
    }
}
