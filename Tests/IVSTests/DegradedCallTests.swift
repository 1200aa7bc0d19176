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

/// What is found lights the lamp at once, and asks for no turn of the loop before its time.
@Suite struct WarningTurnTests {
    @Test func theLampIsLitInTheStepThatFindsAFault() {
        let rig = SelfTestRig()
        var bad = SelfTestRig.goodMachine
        bad.isAdapterThere = false
        let outputs = rig.bench.ivs.step(.host(bad, askedAt: rig.bench.now), at: rig.bench.moment)
        let isLit = outputs.contains { if case .drive("lamp", .active) = $0 { true } else { false } }
        let sounds = outputs.contains { if case .drive("chime", .active) = $0 { true } else { false } }
        #expect(isLit && sounds)
    }

    @Test func aWarningThatWaitsForALampCheckTurnsNoLoop() {
        let rig = SelfTestRig(SelfTestRig.configuration { $0.selfTest.senses = [] })
        rig.bench.step(.line(.health(line: "crash", health: .vanished(reason: "unplugged"))))
        rig.run(seconds: 20)
        rig.bench.call(.selfTest, ["run": true, "lamps": true])
        rig.bench.step(.line(.health(line: "led", health: .vanished(reason: "unplugged"))))
        let next = rig.bench.ivs.nextDeadline(after: rig.bench.now)
        #expect(next.map { $0 > rig.bench.now } ?? false)
    }

    @Test func askingAgainAndAgainAsksACenterOnce() {
        let rig = SelfTestRig()
        rig.bench.isWireWhole = false
        let before = rig.bench.sent.count
        for _ in 0..<50 { rig.bench.call(.selfTest, ["run": true]) }
        #expect(rig.bench.sent.count == before + 1)
        #expect(rig.bench.ivs.selfTest.waiting.count == 8)
    }
}
