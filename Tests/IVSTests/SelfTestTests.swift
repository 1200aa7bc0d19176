import CallControl
import ControlSocket
import Diagnosis
import GPIO
import SIP
import Store
import Supervision
import Testing
import Timeline

@testable import IVS

/// Every item of the self-test: good, injected as faulty, found, told to driver and mechanic, stored, warned about, healed.
@Suite struct SelfTestTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let item: String
        var unit = ""
        let fault: String
        let board: String
        /// How long it takes to be found, and to be found gone.
        var seconds = 1
        var healed = 1

        var testDescription: String { "\(self.item) \(self.unit)" }
    }

    private static let cases = [
        Case(item: "memory", fault: "memoryLow ", board: "memory"),
        Case(item: "disk", fault: "diskLow ", board: "disk"),
        Case(item: "configuration", fault: "configurationUnusable ", board: "configuration"),
        Case(item: "clock", fault: "clockUnset ", board: "clock"),
        Case(item: "loop", fault: "loopSlow ", board: "loop"),
        Case(item: "software", fault: "softwareFailing ", board: "software", healed: 601),
        Case(item: "adapter", fault: "networkAdapterGone ", board: "network-adapter"),
        Case(
            item: "center",
            unit: "center-1",
            fault: "centerUnreachable center-1",
            board: "center:center-1",
            seconds: 125,
            healed: 65
        ),
        Case(item: "batteryLow", fault: "batteryInsufficient ", board: "battery"),
        Case(item: "batteryBad", fault: "batteryFailing ", board: "battery"),
        Case(item: "bluetoothAdapter", fault: "bluetoothAdapterGone ", board: "bluetooth"),
        Case(item: "bluetoothPhone", fault: "phoneNotPaired ", board: "phone"),
        Case(item: "bluetoothPairing", fault: "pairingBroken ", board: "phone"),
        Case(item: "circuit", unit: "button-open", fault: "buttonOpen ", board: "wire:button", seconds: 3, healed: 3),
        Case(item: "circuit", unit: "button-short", fault: "buttonShort ", board: "wire:button", seconds: 3, healed: 3),
        Case(
            item: "circuit",
            unit: "crash-open",
            fault: "crashLineOpen ",
            board: "wire:crash",
            seconds: 13,
            healed: 13
        ),
        Case(
            item: "circuit",
            unit: "crash-short",
            fault: "crashLineShort ",
            board: "wire:crash",
            seconds: 13,
            healed: 13
        ),
        Case(
            item: "circuit",
            unit: "microphone-open",
            fault: "microphoneOpen ",
            board: "wire:microphone",
            seconds: 6,
            healed: 6
        ),
        Case(
            item: "circuit",
            unit: "microphone-short",
            fault: "microphoneShort ",
            board: "wire:microphone",
            seconds: 6,
            healed: 6
        ),
        Case(
            item: "circuit",
            unit: "loudspeaker-open",
            fault: "loudspeakerOpen ",
            board: "wire:loudspeaker",
            seconds: 6,
            healed: 6
        ),
        Case(
            item: "circuit",
            unit: "loudspeaker-short",
            fault: "loudspeakerShort ",
            board: "wire:loudspeaker",
            seconds: 6,
            healed: 6
        ),
        Case(
            item: "circuit",
            unit: "antenna-open",
            fault: "antennaOpen ",
            board: "wire:antenna",
            seconds: 11,
            healed: 11
        ),
        Case(
            item: "circuit",
            unit: "antenna-short",
            fault: "antennaShort ",
            board: "wire:antenna",
            seconds: 11,
            healed: 11
        ),
        Case(
            item: "circuit",
            unit: "networkAntenna-open",
            fault: "networkAntennaOpen ",
            board: "wire:networkAntenna",
            seconds: 11,
            healed: 11
        ),
        Case(
            item: "circuit",
            unit: "networkAntenna-short",
            fault: "networkAntennaShort ",
            board: "wire:networkAntenna",
            seconds: 11,
            healed: 11
        ),
        Case(item: "line", unit: "crash", fault: "lineUnusable crash", board: "line:crash"),
        Case(item: "line", unit: "led", fault: "lineUnusable led", board: "line:led"),
        Case(
            item: "stuck",
            unit: "sos-button",
            fault: "buttonStuck sos-button",
            board: "line:sos-button",
            seconds: 31,
            healed: 3
        ),
        Case(item: "stuck", unit: "crash", fault: "crashLineStuck crash", board: "line:crash", seconds: 13, healed: 3),
    ]

    @Test(arguments: Self.cases)
    func everyItemIsInjectedFoundToldStoredWarnedAboutAndHealed(_ one: Case) throws {
        let rig = SelfTestRig()
        #expect(rig.faults == [])
        #expect(try rig.board()[one.board]?["verdict"] != "faulty")
        let parameters: JSONValue = ["item": .string(one.item), "unit": .string(one.unit)]
        rig.call(.injectFault, parameters)
        rig.run(seconds: one.seconds)
        // What a stuck line does besides, such as a call, is not the matter here.
        #expect(rig.faults.contains(one.fault), "\(rig.faults)")
        let item = try #require(try rig.board()[one.board])
        #expect(item["verdict"] == "faulty" && item["advice"]?.asString?.isEmpty == false)
        try self.expectTold(one, rig)
        rig.call(.healFault, parameters)
        rig.run(seconds: one.healed)
        #expect(!rig.faults.contains(one.fault))
        #expect(try rig.board()[one.board]?["verdict"] != "faulty")
        let memory = try rig.bench.reply(.faults)["faults"]?.asArray ?? []
        let kept = try #require(memory.first { "\($0.shown("fault")) \($0.shown("unit"))" == one.fault })
        #expect(kept["present"] == false && kept["confirmed"] == true)
    }

    /// By status, lamp, buzzer and record; a note by status and record alone.
    private func expectTold(_ one: Case, _ rig: SelfTestRig) throws {
        let status = try rig.bench.reply(.status)
        let told = try #require(
            status["malfunctions"]?.asArray?.first { "\($0.shown("fault")) \($0.shown("unit"))" == one.fault }
        )
        let isSerious = try #require(Fault(rawValue: told.shown("fault"))).isSerious
        #expect(told["serious"] == .bool(isSerious))
        #expect(told.shown("driver").hasPrefix(isSerious ? "SOS call malfunction: " : "SOS call: a note: "))
        #expect(!told.shown("mechanic").isEmpty && !told.shown("advice").isEmpty)
        #expect(status["warning"]?["by"]?.asArray?.contains("lamp") == (isSerious ? true : nil))
        #expect(rig.bench.levels["lamp"] == (isSerious ? .active : .inactive))
        let isCalling = rig.bench.ivs.call.state != .idle
        let sounds = rig.bench.events.contains { $0.fields["announcement"] == "malfunction" }
        if !isCalling, one.item != "stuck" { #expect(sounds == isSerious) }
        let isStored = rig.bench.records.contains { record in
            guard case .troubleChanged(let trouble) = record else { return false }
            return "\(trouble.fault) \(trouble.unit)" == one.fault && trouble.status & 0x09 == 0x09
                && (trouble.status & 0x80 != 0) == isSerious
        }
        #expect(isStored)
    }

    @Test(arguments: [Circuit.led, .lamp, .chime])
    func whatIsDrivenWithoutACurrentIsFoundWhenItIsLit(_ circuit: Circuit) throws {
        let rig = SelfTestRig()
        rig.call(.injectFault, ["item": "circuit", "unit": .string("\(circuit.rawValue)-current")])
        rig.run(seconds: 2)
        #expect(rig.faults == [], "what is dark cannot be told")
        let name = "wire:\(circuit.rawValue)"
        #expect(try rig.board()[name]?["verdict"] == "notTested")
        rig.bench.call(.selfTest, ["run": true, "lamps": true, "audible": true])
        rig.run(seconds: 6)
        let fault = "\(circuit.rawValue)Open "
        #expect(rig.faults == [fault])
        #expect(try rig.board()[name]?["verdict"] == "faulty")
        rig.call(.healFault, [:])
        rig.bench.call(.selfTest, ["run": true, "lamps": true, "audible": true])
        rig.run(seconds: 6)
        #expect(rig.faults == [])
        #expect(try rig.board()[name]?["verdict"] == "good")
    }

    @Test func aFullDiskIsFoundWithTheNextWriteAndStopsNoCall() throws {
        let rig = SelfTestRig(SelfTestRig.configuration { $0.selfTest.senses = [] })
        rig.call(.injectFault, ["item": "store"])
        rig.bench.press()
        #expect(rig.bench.invites.count == 1)
        #expect(rig.faults == ["recordFailing "])
        #expect(try rig.board()["record"]?["verdict"] == "faulty")
        rig.call(.healFault, [:])
        rig.run(seconds: 30)
        #expect(rig.faults == [])
    }

    @Test func aSensorThatIsGoneIsFoundAndComesBack() throws {
        let rig = SelfTestRig(SelfTestRig.configuration { $0.crash.source = .trace(file: nil) })
        for (item, fault) in [("accelerometer", "accelerometerFailing "), ("gyro", "gyroFailing ")] {
            rig.call(.injectFault, ["item": .string(item)])
            #expect(rig.faults == [fault])
            #expect(try rig.board()[item]?["verdict"] == "faulty")
            rig.call(.healFault, ["item": .string(item)])
            #expect(rig.faults == [])
        }
    }

    @Test func aReceiverThatIsSilentIsFoundAfterItsTime() throws {
        let rig = SelfTestRig(
            SelfTestRig.configuration {
                $0.receiver = ReceiverSettings()
                $0.receiver?.silentAfter = .seconds(60)
                $0.selfTest.senses = []
            }
        )
        rig.call(.injectFault, ["item": "receiver"])
        rig.run(seconds: 61)
        #expect(rig.faults == ["receiverFailing "])
        #expect(try rig.board()["receiver"]?["verdict"] == "faulty")
    }

    @Test func withoutCoverageNothingIsAFault() throws {
        let rig = SelfTestRig()
        rig.call(.injectFault, ["item": "coverage"])
        rig.call(.injectFault, ["item": "center", "unit": "center-1"])
        rig.run(seconds: 300)
        #expect(rig.faults == [])
        #expect(try rig.board()["coverage"]?["verdict"] == "noCoverage")
        #expect(rig.bench.levels["lamp"] == .inactive)
    }

    @Test func withoutAMeansNothingIsGood() throws {
        let rig = SelfTestRig(VehicleBench.configuration())
        let board = try rig.board()
        let unmonitored = board.values.filter { $0["verdict"] == "notMonitored" }.map { $0.shown("name") }
        #expect(
            Set(unmonitored).isSuperset(of: [
                "wire:button", "wire:crash", "wire:microphone", "wire:loudspeaker", "wire:antenna", "wire:led",
                "wire:lamp", "network-adapter", "receiver", "accelerometer", "gyro", "supply", "battery", "bluetooth",
                "phone", "ring",
            ])
        )
        #expect(board["memory"]?["verdict"] == "good" && board["center:center-1"]?["verdict"] == "good")
    }

    @Test func aMachineThatWasNotLookedAtIsNotTested() throws {
        let bench = VehicleBench.started()
        let items = try bench.reply(.selfTest)["items"]?.asArray ?? []
        let memory = try #require(items.first { $0["name"] == "memory" })
        #expect(memory["verdict"] == "notTested" && memory["at"] == .null)
    }

    @Test func aSelfTestAsksTheCenterAndLooksAtTheMachine() throws {
        let rig = SelfTestRig()
        let call = rig.bench.call(.selfTest, ["run": true, "item": "center:center-1"])
        #expect(rig.bench.trail.contains("look at the machine"))
        #expect(rig.bench.sent.contains { $0.message.method == .options })
        #expect(!rig.bench.replies.contains { $0.call == call }, "the machine has not answered")
        rig.look()
        rig.bench.step(.bluetooth(BluetoothReading(isAdapterThere: true)))
        let reply = try #require(rig.bench.replies.last { $0.call == call }?.parameters)
        let item = try #require(reply["items"]?.asArray?.first)
        #expect(reply["items"]?.asArray?.count == 1)
        #expect(item["measured"] == "connected, OPTIONS: 200" && item["verdict"] == "good")
        #expect(rig.bench.invites.isEmpty && rig.bench.ivs.call.state == .idle)
    }

    @Test func aSelfTestWithoutAnswersIsAnsweredAfterFiveSeconds() throws {
        let rig = SelfTestRig()
        rig.bench.isWireWhole = false
        let call = rig.bench.call(.selfTest, ["run": true])
        rig.bench.advance(by: .milliseconds(4_900))
        #expect(!rig.bench.replies.contains { $0.call == call })
        rig.bench.advance(by: .milliseconds(200))
        #expect(rig.bench.replies.contains { $0.call == call })
    }

    @Test func aSelfTestSendsNothingInACallAndHoldsNone() throws {
        let rig = SelfTestRig()
        rig.bench.press()
        try rig.bench.answer()
        let before = rig.bench.sent.count { $0.message.method == .options }
        rig.bench.call(.selfTest, ["run": true, "lamps": true, "audible": true])
        #expect(rig.bench.sent.count { $0.message.method == .options } == before)
        #expect(rig.bench.state == .voiceSession)
        #expect(!rig.bench.events.contains { $0.fields["announcement"] == "malfunction" })
        // And one that runs does not hold a trigger.
        let other = SelfTestRig()
        other.bench.call(.selfTest, ["run": true, "lamps": true])
        other.bench.press()
        #expect(other.bench.invites.count == 1)
    }

    @Test func nothingIsSentToA112Hop() throws {
        let rig = SelfTestRig(
            SelfTestRig.configuration {
                $0.profile = .emergency112
            }
        )
        rig.bench.call(.selfTest, ["run": true])
        rig.run(seconds: 6)
        #expect(rig.bench.sent.isEmpty && rig.bench.opened.isEmpty)
    }

    @Test func theBuzzerWarnsOfASeriousFaultAfterACallAndAtEachIgnition() throws {
        let rig = SelfTestRig()
        let warnings = { rig.bench.events.count { $0.fields["announcement"] == "malfunction" } }
        rig.bench.press()
        try rig.bench.answer()
        rig.bench.step(.line(.health(line: "crash", health: .vanished(reason: "unplugged"))))
        rig.run(seconds: 20)
        #expect(warnings() == 0, "not in a call")
        try rig.bench.clearDown()
        rig.run(seconds: 20)
        #expect(warnings() == 1)
        rig.bench.step(.line(.health(line: "led", health: .vanished(reason: "unplugged"))))
        rig.run(seconds: 1)
        #expect(warnings() == 2)
        for _ in 0..<2 {
            rig.bench.call(.setVehicle, ["values": ["ignition": false]])
            rig.run(seconds: 60)
            rig.bench.call(.setVehicle, ["values": ["ignition": true]])
            rig.run(seconds: 20)
        }
        #expect(warnings() == 4)
    }

    @Test func threeFaultsAtOnceAreOneWarning() {
        let rig = SelfTestRig()
        for line in ["crash", "led", "sos-cover"] as [LineName] {
            rig.bench.step(.line(.health(line: line, health: .vanished(reason: "unplugged"))))
        }
        rig.run(seconds: 5)
        #expect(rig.bench.events.count { $0.fields["announcement"] == "malfunction" } == 1)
    }

    @Test func aProgramThatCrashesAgainAndAgainIsFoundAndAGoodRunProvesTheRestart() throws {
        let bench = VehicleBench.started()
        let stamp = { (boot: String, seconds: Int) in
            Stamp(boot: boot, at: Instant.boot.advanced(by: .seconds(seconds)), wallMilliseconds: nil)
        }
        let boot = bench.ivs.ledger.boot
        let crashes = (0..<3).map { RunRecord(started: stamp(boot, $0), isOrderly: false) }
        let others = [
            RunRecord(started: stamp("older", 0), isOrderly: false),
            RunRecord(started: stamp(boot, 0), isOrderly: true),
        ]
        for (runs, isFailing) in [(Array(crashes.prefix(2)) + others, false), (crashes + others, true)] {
            let bench = VehicleBench.started()
            bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil, runs: runs))
            #expect(bench.ivs.faults.keys.contains { $0.fault == .softwareFailing } == isFailing)
            #expect(bench.records.contains { if case .runBegan = $0 { true } else { false } })
            bench.advance(by: .seconds(590))
            #expect(bench.ivs.faults.keys.contains { $0.fault == .softwareFailing } == isFailing)
            bench.advance(by: .seconds(20))
            #expect(!bench.ivs.faults.keys.contains { $0.fault == .softwareFailing })
            bench.step(.stopping)
            #expect(bench.records.contains { if case .runEnded = $0 { true } else { false } })
        }
    }

    @Test func whatCannotBeInjectedIsRefusedWithWhatCan() {
        let rig = SelfTestRig()
        rig.bench.call(.injectFault, ["item": "engine"])
        rig.bench.call(.injectFault, ["item": "circuit", "unit": "engine-open"])
        #expect(rig.bench.failures.map(\.error) == Array(repeating: "net.ecall.ecalld.OutOfRange", count: 2))
        rig.bench.call(.selfTest, ["item": "engine"])
        #expect(rig.bench.failures.last?.error == "net.ecall.ecalld.OutOfRange")
        let real = VehicleBench.started(VehicleBench.configuration { $0.isSimulated = false })
        real.call(.injectFault, ["item": "memory"])
        #expect(real.failures.last?.error == "net.ecall.ecalld.NotSimulated")
    }

    @Test func everyInjectionThatIsListedCanBeMadeAndHealed() throws {
        let rig = SelfTestRig()
        let all = try rig.bench.reply(.injections)["injections"]?.asArray ?? []
        #expect(all.count > 30)
        for injection in all {
            rig.call(.injectFault, ["item": injection["item"] ?? "", "unit": injection["unit"] ?? ""])
        }
        rig.run(seconds: 40)
        rig.call(.healFault, [:])
        #expect(rig.bench.failures.isEmpty)
        let left = try rig.bench.reply(.injections)["injections"]?.asArray ?? []
        #expect(left.allSatisfy { $0["injected"] == false })
    }
}
