import CallControl
import ControlSocket
import Diagnosis
import GPIO
import Testing
import Timeline

@testable import IVS

/// A vehicle whose simulated lines do what it asks of them, with everything that a self-test can look at.
final class SelfTestRig {
    let bench: VehicleBench
    private var done = 0

    static func configuration(_ change: (inout VehicleConfiguration) -> Void = { _ in }) -> VehicleConfiguration {
        VehicleBench.configuration { configuration in
            configuration.selfTest.adapter = "wwan0"
            configuration.selfTest.bluetooth = "hci0"
            configuration.selfTest.phone = "00:1B:44:11:3A:B7"
            configuration.selfTest.senses = Set(
                Circuit.allCases.flatMap { circuit -> [CircuitSense] in
                    circuit.isOutput
                        ? [CircuitSense(circuit, .current)]
                        : [CircuitSense(circuit, .open), CircuitSense(circuit, .short)]
                }
            )
            configuration.power = PowerSettings(
                battery: "BAT0",
                mains: "AC",
                budget: PowerBudget(capacity: 10, voiceDraw: 4, standbyDraw: 2)
            )
            change(&configuration)
        }
    }

    /// A machine with which nothing is wrong.
    static var goodMachine: HostReading {
        var reading = HostReading()
        reading.availableMemory = 512 << 20
        reading.freeDisk = 4_096 << 20
        reading.configuration = .same
        reading.isClockSynchronized = true
        reading.hasNetwork = true
        reading.isAdapterThere = true
        reading.programDigest = String(repeating: "a", count: 64)
        reading.configurationDigest = String(repeating: "b", count: 64)
        return reading
    }

    init(_ configuration: VehicleConfiguration = SelfTestRig.configuration()) {
        self.bench = VehicleBench.started(configuration)
        self.bench.step(.controlSocketOpened)
        self.bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil))
        self.look()
        if configuration.power != nil { self.bench.step(.power(PowerState.Reading(isOnline: true, charge: 100))) }
        let phone = BluetoothReading(
            isAdapterThere: true,
            isPhonePaired: true,
            isPairingWhole: true,
            isPhoneConnected: false
        )
        self.bench.step(.bluetooth(phone))
        if configuration.crash.source != .none { self.bench.step(.sensor(.working(rate: 1_000))) }
        for line in configuration.selfTest.lines {
            self.bench.step(.line(.level(line: line, level: .inactive, at: self.bench.now)))
        }
        self.run(seconds: 1)
    }

    func look(_ reading: HostReading = SelfTestRig.goodMachine) {
        self.bench.step(.host(reading, askedAt: self.bench.now))
    }

    /// Lets time pass, and the lines and the machine tell what they would.
    func run(seconds: Int) {
        for second in 0..<seconds {
            self.obey()
            self.bench.advance(by: .seconds(1))
            if second % 30 == 29 { self.look() }
        }
        self.obey()
    }

    private func obey() {
        while self.done < self.bench.commands.count {
            let command = self.bench.commands[self.done]
            self.done += 1
            switch command {
            case .set(let line, let level):
                self.bench.step(.line(.level(line: line, level: level, at: self.bench.now)))
            case .stick(let line, let level): self.bench.edge(line, level)
            case .vanish(let line):
                self.bench.step(.line(.health(line: line, health: .vanished(reason: "unplugged"))))
            case .restore(let line):
                let isInput = self.bench.ivs.configuration.lineSpecifications.contains {
                    $0.name == line && $0.direction == .input
                }
                self.bench.step(.line(.health(line: line, health: .good)))
                guard isInput else { continue }
                let level: Level = line == "sos-cover" ? .active : .inactive
                self.bench.step(.line(.level(line: line, level: level, at: self.bench.now)))
            default: Issue.record("an unexpected command: \(command)")
            }
        }
    }

    func call(_ method: ControlMethod, _ parameters: JSONValue) {
        self.bench.call(method, parameters)
        self.obey()
    }

    var faults: [String] { self.bench.ivs.faults.keys.sorted().map { "\($0.fault.rawValue) \($0.unit)" } }

    func board() throws -> [String: JSONValue] {
        let items = try self.bench.reply(.selfTest)["items"]?.asArray ?? []
        return Dictionary(items.map { ($0.shown("name"), $0) }) { first, _ in first }
    }
}

extension JSONValue {
    func shown(_ name: String) -> String { self[name]?.asString ?? "" }
}
