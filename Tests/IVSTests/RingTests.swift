import CallControl
import ControlSocket
import Diagnosis
import GPIO
import Testing
import Timeline

@testable import IVS

/// The optical ring of a simulated rig: broken, found, told, and no reason not to call.
@Suite struct RingTests {
    private static let settings: RingSettings = {
        var units = ["head unit", "amplifier", "telematics unit", "satellite tuner"].map { RingUnit($0) }
        units[1].place = "luggage compartment, left"
        units[1].fuse = "F31"
        for unit in units.indices { units[unit].canBeDimmed = true }
        return RingSettings(units: units, senses: Array(repeating: Set(RingMonitor.Sense.allCases), count: 4))
    }()

    /// A vehicle whose simulated lines do what it asks of them.
    private final class Rig {
        let bench: VehicleBench
        private var done = 0
        /// The lines that toggle, and the level that each has.
        private var living: [LineName: Bool] = [:]

        init() {
            self.bench = VehicleBench.started(VehicleBench.configuration { $0.ring = RingTests.settings })
            self.run(3_000)
        }

        /// Lets time pass, a quarter of a second at a time.
        func run(_ milliseconds: Int) {
            for _ in 0..<max(1, milliseconds / 250) {
                self.obey()
                for (line, level) in self.living {
                    self.living[line] = !level
                    self.bench.edge(line, level ? .inactive : .active)
                }
                self.bench.advance(by: .milliseconds(250))
            }
        }

        private func obey() {
            for command in self.bench.commands[self.done...] {
                switch command {
                case .set(let line, let level):
                    self.living[line] = nil
                    self.bench.step(.line(.level(line: line, level: level, at: self.bench.now)))
                // Its moments without light are played by the test.
                case .play("ring-1-light", let signal):
                    #expect(signal.again.map(\.level) == [.active, .inactive])
                    self.bench.step(.line(.level(line: "ring-1-light", level: .active, at: self.bench.now)))
                case .play(let line, _): self.living[line] = false
                default: Issue.record("an unexpected command: \(command)")
                }
            }
            self.done = self.bench.commands.count
        }

        func call(_ method: ControlMethod, _ parameters: JSONValue = [:]) {
            self.bench.call(method, parameters)
            self.run(2_500)
        }

        var faults: [String] { self.bench.ivs.faults.keys.sorted().map { "\($0.fault.rawValue) \($0.unit)" } }

        func status() throws -> JSONValue { try #require(try self.bench.reply(.status)["ring"]) }

        /// What a mechanic does, step by step, with the sentences that were read.
        func diagnose() throws -> (sentence: String, loops: [String]) {
            var reply = try self.bench.reply(.diagnoseRing, ["begin": true])
            var loops: [String] = []
            for _ in 0..<10 {
                let unit = reply["unit"]?.asString
                let number = RingTests.settings.units.firstIndex { $0.name == unit }.map { $0 + 1 }
                switch reply["step"]?.asString {
                case "restart": self.call(.restartRing, ["restarted": true])
                case "bypass":
                    self.call(.plugRing, number.map { ["unit": .int($0)] } ?? [:])
                    loops.append(unit ?? "none")
                case "putBack": self.call(.plugRing)
                case "dim": self.run(1_000)
                default: return (reply["sentence"]?.asString ?? "", loops)
                }
                reply = try self.bench.reply(.diagnoseRing)
            }
            throw SyntaxFault(sentence: "the search does not end")
        }
    }

    private struct SyntaxFault: Error { let sentence: String }

    @Test func aRingThatRunsIsClosedAndNoFault() throws {
        let rig = Rig()
        #expect(rig.faults == [])
        let status = try rig.status()
        #expect(status["closed"] == true && status["units"]?.asArray?.count == 4)
        #expect(status["mechanic"] == "The ring is closed.")
        #expect(rig.bench.levels["lamp"] == .inactive)
    }

    @Test(
        arguments: [
            ("supply", 2, ["ringBroken ", "ringUnitUnpowered amplifier"], "fuse F31"),
            (
                "dead", 3, ["ringBroken ", "ringUnitDead telematics unit"],
                "telematics unit has voltage and does not live"
            ),
        ] as [(String, Int, [String], String)]
    )
    func aUnitThatFailsIsNamedAtOnceAndWarnedAbout(
        _ word: String,
        _ unit: Int,
        _ faults: [String],
        _ says: String
    ) throws {
        let rig = Rig()
        rig.call(.breakRing, ["unit": .int(unit), "fault": .string(word)])
        #expect(rig.faults == faults)
        let status = try rig.status()
        #expect(status["mechanic"]?.asString?.contains(says) == true)
        #expect(status["driver"]?.asString?.hasPrefix("SOS call malfunction: the ") == true)
        #expect(rig.bench.levels["lamp"] == .active)
        rig.call(.mendRing)
        #expect(rig.faults == [] && rig.bench.levels["lamp"] == .inactive)
        let memory = try rig.bench.reply(.faults)["faults"]?.asArray ?? []
        #expect(memory.count == 2 && memory.allSatisfy { $0["present"] == false && $0["confirmed"] == true })
    }

    @Test(
        arguments: [
            ("transmitter", 2, ["amplifier"], "amplifier (luggage compartment, left) sends no light"),
            ("receiver", 3, ["amplifier", "telematics unit"], "telematics unit sees no light that comes to it"),
            (
                "fibre", 3, ["telematics unit", "satellite tuner"],
                "The light guide from telematics unit to satellite tuner"
            ),
            ("fibre", 4, ["satellite tuner"], "or the optics of the head unit"),
        ] as [(String, Int, [String], String)]
    )
    func aBreakIsFoundStepByStep(_ word: String, _ unit: Int, _ loops: [String], _ says: String) throws {
        let rig = Rig()
        rig.call(.breakRing, ["unit": .int(unit), "fault": .string(word)])
        #expect(rig.faults == ["ringBroken "])
        #expect(try rig.status()["mechanic"] == "Broken; ecallctl ring diagnose finds where.")
        let found = try rig.diagnose()
        #expect(found.loops == loops)
        #expect(found.sentence.contains(says))
        if word == "fibre" { #expect(try rig.status()["mechanic"]?.asString?.contains(says) == true) }
        rig.call(.plugRing)
        rig.call(.mendRing)
        #expect(rig.faults == [])
        #expect(try rig.status()["step"] == .null)
    }

    @Test func aCallGoesOutWithTheRingBroken() throws {
        let rig = Rig()
        rig.call(.breakRing, ["unit": 1, "fault": "fibre"])
        rig.bench.press()
        #expect(rig.faults == ["ringBroken "])
        #expect(rig.bench.invites.count == 1)
        try rig.bench.answer()
        #expect(rig.bench.state == .voiceSession)
        #expect(rig.faults == ["ringBroken "])
    }

    @Test func aVehicleThatIsOffHasNoBrokenRing() throws {
        let rig = Rig()
        rig.bench.call(.setVehicle, ["values": ["ignition": false]])
        rig.run(120_000)
        #expect(rig.faults == [] && rig.bench.levels["lamp"] == .inactive)
        #expect(try rig.status()["closed"] == false)
        rig.bench.call(.setVehicle, ["values": ["ignition": true]])
        rig.run(15_000)
        #expect(rig.faults == [])
        #expect(try rig.status()["closed"] == true)
    }

    @Test func aLineThatIsGoneProvesNothingMended() throws {
        let rig = Rig()
        rig.call(.breakRing, ["unit": 1, "fault": "fibre"])
        rig.bench.step(.line(.health(line: "ring-1-light", health: .vanished(reason: "unplugged"))))
        #expect(rig.faults == ["lineUnusable ring-1-light"])
        rig.bench.advance(by: .seconds(300))
        let memory = try rig.bench.reply(.faults)["faults"]?.asArray ?? []
        let broken = try #require(memory.first { $0["fault"] == "ringBroken" })
        #expect(broken["present"] == false && broken["status"].map { $0.asInt.map { $0 & 1 } } == 1, "still failing")
    }

    @Test func aDeadUnitIsToldThoughAnEarlierSearchHasFoundAnother() throws {
        let rig = Rig()
        rig.call(.breakRing, ["unit": 2, "fault": "transmitter"])
        _ = try rig.diagnose()
        rig.call(.plugRing)
        #expect(try rig.status()["mechanic"]?.asString?.contains("amplifier") == true)
        rig.call(.breakRing, ["unit": 3, "fault": "dead"])
        #expect(try rig.status()["mechanic"]?.asString?.hasPrefix("telematics unit has voltage") == true)
    }

    @Test func aWeakLinkIsToldAsUnstableAndFoundByDimming() throws {
        let rig = Rig()
        rig.call(.breakRing, ["unit": 3, "fault": "weak"])
        for _ in 0..<3 {
            rig.bench.edge("ring-1-light", .inactive)
            rig.bench.advance(by: .milliseconds(150))
            rig.bench.edge("ring-1-light", .active)
            rig.run(1_000)
        }
        #expect(rig.faults == ["ringUnstable "])
        let found = try rig.diagnose()
        #expect(found.loops == [] && found.sentence.contains("from telematics unit to satellite tuner is weak"))
        #expect(rig.bench.drives.map(\.line).filter { $0.text.hasSuffix("-dim") }.count == 6)
        rig.run(500)
        #expect(RingTests.settings.dimmers.allSatisfy { rig.bench.levels[$0] != .active })
        #expect(try rig.status()["mechanic"]?.asString?.contains("is weak") == true)
        rig.call(.mendRing)
        rig.run(605_000)
        #expect(rig.faults == [])
    }

    private static let simulated = """
        vehicle: {vin: ECALLEXAMPLE02026}
        centers: [{name: a, host: 127.0.0.1, uri: "sip:a@a.invalid"}]
        ring:
          units:
        """

    @Test func aRingOfMoreLinesThanARequestHoldsIsRefused() {
        let unit = "- {name: unit N, supply: {}, alive: {}, light: {}, bypass: {}, dim: {}}"
        let units = (0..<16).map { "\n    " + unit.replacing("N", with: "\($0)") }.joined()
        let mistakes = VehicleConfiguration.mistakes(Self.simulated + units)
        #expect(mistakes.contains { $0.contains("at most 64 lines") })
    }

    @Test func momentsWithoutLightAreCounted() throws {
        let rig = Rig()
        rig.bench.call(.breakRing, ["unit": 1, "fault": "fibre"])
        rig.run(500)
        rig.call(.mendRing)
        #expect(try rig.status()["criticalUnlocks"] == 1)
        #expect(rig.faults == [] && rig.bench.kinds.contains("ringUnlocked"))
    }

    @Test func aLineOfTheRingThatIsGoneTellsNothing() throws {
        let rig = Rig()
        rig.bench.step(.line(.health(line: "ring-1-light", health: .vanished(reason: "unplugged"))))
        #expect(try rig.status()["closed"] == .null)
        #expect(rig.faults == ["lineUnusable ring-1-light"])
    }

    @Test func whatDoesNotFitIsRefused() {
        let bare = VehicleBench.started()
        bare.call(.diagnoseRing, ["begin": true])
        bare.call(.breakRing, ["unit": 1, "fault": "dead"])
        #expect(bare.failures.map(\.error) == Array(repeating: "net.ecall.ecalld.NoRing", count: 2))
        let rig = Rig()
        rig.bench.call(.breakRing, ["unit": 5, "fault": "dead"])
        rig.bench.call(.plugRing, ["unit": 0])
        #expect(rig.bench.failures.map(\.error) == Array(repeating: "net.ecall.ecalld.OutOfRange", count: 2))
    }

    @Test func theRingIsReadFromTheFileWithItsPins() throws {
        let text = VehicleConfiguration.ofKernelLines(
            """
            ring:
              units:
                - {name: head unit, light: {pin: {line: E}}}
                - {name: amplifier, place: boot, fuse: F31, remedy: a loop, nodes: 2, controller: true, alive: {pin: {line: F}}}
            """
        )
        let configuration = try VehicleConfiguration(text: text)
        let ring = try #require(configuration.ring)
        #expect(ring.lines == ["ring-1-light", "ring-2-alive"])
        #expect(ring.units[1].fuse == "F31" && ring.units[1].nodes == 2 && ring.units[1].hasController)
        #expect(configuration.wiring["ring-2-alive"]?.address == .init("F"))
        #expect(configuration.wiring["ring-1-light"]?.kernelDebounce == .zero)
        let inputs = configuration.lineSpecifications.filter { $0.direction == .input }.map(\.name)
        #expect(Set(ring.lines).isSubset(of: inputs))
        let bare = text.replacing("light: {pin: {line: E}}", with: "light: {}")
        #expect(VehicleConfiguration.mistakes(bare).contains { $0.contains("no pin") })
        let twice = text.replacing("name: head unit", with: "name: amplifier")
        #expect(VehicleConfiguration.mistakes(twice).contains { $0.contains("\"amplifier\" again") })
        let alone = text.replacing("- {name: head unit, light: {pin: {line: E}}}\n", with: "")
        #expect(!VehicleConfiguration.mistakes(alone).isEmpty)
    }
}
