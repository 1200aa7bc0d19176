import CallControl
import ControlSocket
import GPIO
import Store
import Testing
import Timeline

@testable import IVS

/// The vehicle's own power is gone: a call goes on, and what no call needs waits.
@Suite struct PowerTests {
    private static func bench() -> VehicleBench {
        VehicleBench.started(
            VehicleBench.configuration {
                $0.lines.powerFail = "power-fail"
                $0.power = PowerSettings(
                    battery: "BAT0",
                    mains: nil,
                    budget: PowerBudget(capacity: 10, voiceDraw: 6, standbyDraw: 2)
                )
            }
        )
    }

    private static func fail(_ bench: VehicleBench, _ hasFailed: Bool) {
        bench.edge("power-fail", hasFailed ? .active : .inactive)
        bench.advance(by: .milliseconds(100))
    }

    @Test func theLineTellsItOnceItHasSettled() throws {
        let bench = Self.bench()
        Self.fail(bench, true)
        #expect(bench.kinds.last == "powerLost")
        #expect(try bench.reply(.status)["power"]?["onBattery"] == .bool(true))
        Self.fail(bench, false)
        #expect(bench.kinds.last == "powerBack")
    }

    @Test func aRigThatStartsOnItsBatteryKnowsIt() throws {
        let bench = Self.bench()
        bench.step(.line(.level(line: "power-fail", level: .active, at: bench.now)))
        #expect(bench.ivs.power.isOnBattery)
    }

    @Test func lateDataWaitsForThePower() throws {
        let bench = Self.bench()
        Self.fail(bench, true)
        bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil))
        bench.advance(by: .seconds(600))
        #expect(bench.lateDataReadings == 0)
        Self.fail(bench, false)
        #expect(bench.lateDataReadings == 1)
    }

    @Test func aCallIsMadeOnTheBatteryAsEver() throws {
        let bench = Self.bench()
        Self.fail(bench, true)
        bench.crash()
        try bench.answer()
        #expect(bench.state == .voiceSession)
    }

    @Test func tooLittleChargeIsAFaultAndTheFiguresAreShown() throws {
        let bench = Self.bench()
        bench.step(.power(.init(charge: 29)))
        let sentence = try #require(bench.ivs.faults.first { $0.key.fault == .batteryInsufficient }?.value)
        #expect(sentence == "the battery holds 2.9 Wh of the 3.0 Wh that a call and an hour need")
        let power = try #require(try bench.reply(.status)["power"])
        #expect(power["charge"]?.asInt == 29 && power["availableMilliwattHours"]?.asInt == 2_900)
        #expect(power["neededMilliwattHours"]?.asInt == 3_000 && power["standbyLeft"]?.asInt == 4_320_000)
        bench.step(.power(.init(charge: 90)))
        #expect(bench.ivs.faults.isEmpty)
    }

    @Test func aBatteryInBadHealthIsAFaultWithItsName() {
        let bench = Self.bench()
        bench.step(.power(.init(charge: 90, trouble: "the battery BAT0 is in the state Dead")))
        #expect(bench.ivs.faults.values.contains("the battery BAT0 is in the state Dead"))
        bench.step(.power(.init(charge: 90)))
        #expect(bench.ivs.faults.isEmpty)
    }

    @Test func withoutPowerInTheConfigurationNothingIsShown() throws {
        #expect(try VehicleBench.started().reply(.status)["power"] == .null)
    }
}
