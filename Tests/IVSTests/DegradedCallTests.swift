import CallControl
import ControlSocket
import Diagnosis
import GPIO
import SIP
import Testing

@testable import IVS

/// A call with something broken goes out, is connected, and is shown as what it is.
@Suite struct DegradedCallTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let item: String
        var unit = ""
        let seconds: Int
        /// What the driver reads.
        let says: String

        var testDescription: String { "\(self.item) \(self.unit)" }
    }

    private static let cases = [
        Case(item: "store", seconds: 1, says: "might not be written down"),
        Case(item: "position", seconds: 1, says: "say where you are"),
        Case(item: "circuit", unit: "microphone-open", seconds: 6, says: "would not hear you"),
        Case(item: "circuit", unit: "loudspeaker-short", seconds: 6, says: "you would not hear the center"),
        Case(item: "center", unit: "center-1", seconds: 5, says: "center-1 cannot be reached: another is called"),
    ]

    private func rig() -> SelfTestRig {
        SelfTestRig(
            VehicleBench.configuration(centers: 2) {
                $0.selfTest.senses = SelfTestRig.configuration().selfTest.senses.filter { !$0.circuit.isOutput }
            }
        )
    }

    @Test(arguments: Self.cases)
    func aDegradedCallIsMadeAndShownAsSuch(_ one: Case) throws {
        let rig = self.rig()
        rig.call(.injectFault, ["item": .string(one.item), "unit": .string(one.unit)])
        rig.run(seconds: one.seconds)
        #expect(try rig.bench.reply(.status)["degraded"] == [], "there is no call")
        rig.bench.press()
        #expect(rig.bench.sent.contains { $0.message.method == .invite })
        try rig.bench.answer()
        #expect(rig.bench.state == .voiceSession)
        let degraded = try rig.bench.reply(.status)["degraded"]?.asArray?.compactMap(\.asString) ?? []
        #expect(degraded.contains { $0.contains(one.says) }, "\(degraded)")
        #expect(rig.bench.events.contains { $0.kind.word == "callDegraded" && $0.reason.contains(one.says) })
    }

    @Test func aCallThatIsWholeIsNotDegraded() throws {
        let rig = self.rig()
        rig.bench.press()
        try rig.bench.answer()
        #expect(try rig.bench.reply(.status)["degraded"] == [])
        #expect(!rig.bench.kinds.contains("callDegraded"))
    }

    @Test func whatBreaksInACallIsToldThen() throws {
        let rig = self.rig()
        rig.bench.press()
        try rig.bench.answer()
        rig.bench.step(.line(.health(line: "led", health: .vanished(reason: "unplugged"))))
        rig.bench.advance(by: .seconds(60))
        #expect(rig.bench.kinds.count { $0 == "callDegraded" } == 1)
        #expect(rig.bench.state == .voiceSession)
    }
}
