import CallControl
import ControlSocket
import Diagnosis
import GPIO
import SIP
import Testing
import Timeline

@testable import IVS

/// What cannot be told is not claimed, either way.
@Suite struct SelfTestHonestyTests {
    /// A rig of two centers in the network, and a hop behind them.
    private func rig(_ change: (inout VehicleConfiguration) -> Void = { _ in }) -> SelfTestRig {
        SelfTestRig(
            VehicleBench.configuration(centers: 3, host: "192.0.2.1") {
                $0.centers[2].isFallback = true
                $0.centers[2].endpoint = Endpoint(transport: .tcp, host: "psap.example", port: 5_060)
                $0.call.fallback = Fallback(hops: 2..<3, rounds: 1, after: .seconds(10))
                change(&$0)
            }
        )
    }

    /// The machine in a tunnel: the route stays, and nobody answers.
    private static var tunnel: HostReading { SelfTestRig.goodMachine }

    @Test func inATunnelNothingIsAFault() throws {
        let rig = self.rig()
        for center in ["center-1", "center-2"] {
            rig.call(.injectFault, ["item": "center", "unit": .string(center)])
        }
        for _ in 0..<20 {
            rig.look(Self.tunnel)
            rig.bench.advance(by: .seconds(30))
        }
        #expect(rig.faults == [] && rig.bench.levels["lamp"] == .inactive)
        #expect(try rig.board()["hop:center-3"]?["verdict"] == "notTested")
        #expect(try rig.board()["center:center-1"]?["verdict"] == "notTested")
    }

    @Test func aNameThatTheServiceDeniesTwiceIsAFault() throws {
        let rig = self.rig()
        var reading = Self.tunnel
        reading.isAnyoneHeard = true
        reading.unresolved = ["psap.example"]
        rig.look(reading)
        #expect(rig.faults == [], "once is no fault")
        rig.look(reading)
        #expect(rig.faults == ["hopUnresolved psap.example"])
        reading.unresolved = []
        reading.resolved = ["psap.example"]
        rig.look(reading)
        #expect(rig.faults == [])
        #expect(try rig.board()["hop:center-3"]?["verdict"] == "good")
    }

    @Test func oneLateEventIsNoFaultAndTwoAre() {
        let rig = self.rig()
        for (late, isFault) in [(500, false), (600, true), (10, false)] {
            let asked = rig.bench.now
            rig.bench.advance(by: .milliseconds(late))
            rig.bench.step(.host(SelfTestRig.goodMachine, askedAt: asked))
            #expect(rig.faults.contains("loopSlow ") == isFault, "\(late)")
        }
    }

    @Test func aLookThatHangsIsNoGoodNews() throws {
        let rig = self.rig()
        #expect(try rig.board()["disk"]?["verdict"] == "good")
        rig.bench.advance(by: .seconds(121))
        #expect(try rig.board()["disk"]?["verdict"] == "notTested")
        #expect(try rig.bench.reply(.inspect)["ready"] == false)
        rig.look()
        #expect(try rig.board()["disk"]?["verdict"] == "good")
    }

    @Test func aCenterThatAnswersNoOptionsIsNotGood() throws {
        let rig = self.rig()
        rig.bench.isWireWhole = false
        rig.bench.call(.selfTest, ["run": true])
        rig.bench.advance(by: .seconds(40))
        let item = try rig.board()["center:center-1"]
        #expect(item?["verdict"] == "notTested" && item?["measured"]?.asString?.contains("no answer") == true)
    }

    @Test func aButtonWhoseLineIsGoneIsToldAsSuch() throws {
        let rig = self.rig()
        for (line, says) in [("sos-button", "by hand, use your telephone"), ("crash", "a crash might not call")] {
            rig.bench.step(.line(.health(line: LineName(line), health: .vanished(reason: "unplugged"))))
            let told = try rig.bench.reply(.status)["malfunctions"]?.asArray?.first { $0["unit"] == .string(line) }
            #expect(told?["driver"]?.asString?.contains(says) == true)
        }
    }

    @Test func whatDoesNotWorkIsNoMeansOfTheWarning() throws {
        let rig = self.rig()
        rig.bench.step(.line(.health(line: "lamp", health: .vanished(reason: "unplugged"))))
        #expect(try rig.bench.reply(.status)["warning"]?["by"] == ["page", "buzzer"])
    }

    @Test func aFaultThatComesAndGoesSoundsOnce() {
        let rig = self.rig()
        for _ in 0..<10 {
            rig.bench.step(.line(.health(line: "crash", health: .vanished(reason: "unplugged"))))
            rig.run(seconds: 15)
            rig.bench.step(.line(.health(line: "crash", health: .good)))
            rig.run(seconds: 15)
        }
        #expect(rig.bench.events.count { $0.fields["announcement"] == "malfunction" } == 1)
    }

    @Test func aGatewayThatFallsSilentWithTheVehicleIsAParkedVehicle() throws {
        let rig = self.rig { $0.isSimulated = false }
        rig.bench.call(.setVehicle, ["values": ["ignition": true]])
        rig.bench.step(.line(.health(line: "crash", health: .vanished(reason: "unplugged"))))
        rig.bench.advance(by: .seconds(20))
        let warnings = { rig.bench.events.count { $0.fields["announcement"] == "malfunction" } }
        #expect(warnings() == 1)
        rig.bench.advance(by: .seconds(36_000))
        rig.bench.call(.setVehicle, ["values": ["ignition": true]])
        rig.bench.advance(by: .seconds(20))
        #expect(warnings() == 2)
    }

    @Test func whoMayOnlyReadLightsAndSoundsNothing() {
        let bench = VehicleBench.started()
        let call = { (serial: UInt64, parameters: JSONValue) in
            ControlCall.numbered(serial, ControlMethod.selfTest.fullName, parameters, more: false, circle: .view)
        }
        bench.step(.control(.call(call(1, ["run": true, "lamps": true]))))
        #expect(bench.levels["led"] != .active && bench.levels["lamp"] != .active)
        bench.step(.control(.call(call(2, ["run": true, "audible": true]))))
        #expect(bench.failures.last?.error == "net.ecall.ecalld.NotPermitted")
    }
}
