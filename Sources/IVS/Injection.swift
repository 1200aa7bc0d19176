internal import CallControl
internal import Diagnosis
internal import GPIO
internal import Timeline

/// A fault that a simulated rig has: it takes the place of a measurement, and the same rules judge it.
struct Injection: Hashable, Sendable, Comparable {
    enum Kind: String, Hashable, Sendable, CaseIterable, Comparable {
        case memory, disk, configuration, clock, loop, software, store
        case adapter, coverage, center
        case receiver, position, accelerometer, gyro
        case batteryLow, batteryBad
        case bluetoothAdapter, bluetoothPhone, bluetoothPairing
        /// `unit` names the wire and what is wrong with it, such as microphone-open.
        case circuit
        /// `unit` names the line, which is gone, or stays active.
        case line, stuck

        static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    let kind: Kind
    /// The center, the line or the wire; empty for the system as a whole.
    let unit: String

    init(_ kind: Kind, unit: String = "") {
        (self.kind, self.unit) = (kind, unit)
    }

    /// The fault of a wire.
    init(_ sense: CircuitSense) {
        self.init(.circuit, unit: "\(sense.circuit.rawValue)-\(sense.kind.rawValue)")
    }

    static func < (left: Injection, right: Injection) -> Bool {
        (left.kind, left.unit) < (right.kind, right.unit)
    }

    /// Every fault that a rig can be given.
    static func all(of configuration: VehicleConfiguration) -> [Injection] {
        var all = [Kind.memory, .disk, .configuration, .clock, .loop, .software, .store, .coverage].map {
            Injection($0)
        }
        let tests = configuration.selfTest
        if tests.adapter != nil { all.append(Injection(.adapter)) }
        all += configuration.centers.filter { !$0.isFallback }.map { Injection(.center, unit: $0.name) }
        all.append(Injection(configuration.receiver == nil ? .position : .receiver))
        if configuration.crash.source != .none { all += [Injection(.accelerometer), Injection(.gyro)] }
        if configuration.power != nil { all += [Injection(.batteryLow), Injection(.batteryBad)] }
        if tests.bluetooth != nil { all.append(Injection(.bluetoothAdapter)) }
        if tests.phone != nil { all += [Injection(.bluetoothPhone), Injection(.bluetoothPairing)] }
        all += tests.senses.sorted().map { Injection($0) }
        let watched = [configuration.lines.button] + configuration.lines.crash.keys.sorted()
        all += watched.map { Injection(.stuck, unit: $0.text) }
        let own = configuration.lineSpecifications.map(\.name).filter {
            configuration.ring?.place(of: $0) == nil && tests.sense(of: $0) == nil
                && configuration.ring?.dimmers.contains($0) != true
        }
        return all + own.map { Injection(.line, unit: $0.text) }
    }

    /// What the machine would say with it.
    func override(_ reading: inout HostReading) {
        switch self.kind {
        case .memory: reading.availableMemory = 1 << 20
        case .disk: reading.freeDisk = 0
        case .configuration: reading.configuration = .unusable("injected: line 1 is no key")
        case .clock: reading.isClockSynchronized = false
        case .loop: reading.lateness = .milliseconds(900)
        case .adapter: reading.isAdapterThere = false
        case .coverage: reading.hasNetwork = false
        case .software, .store, .center, .receiver, .position, .accelerometer, .gyro, .batteryLow, .batteryBad,
            .bluetoothAdapter, .bluetoothPhone, .bluetoothPairing, .circuit, .line, .stuck:
            break
        }
    }

    /// What the phone and its adapter would say with it.
    func override(_ reading: inout BluetoothReading) {
        switch self.kind {
        case .bluetoothAdapter: reading = BluetoothReading(isAdapterThere: false)
        case .bluetoothPhone: reading.isPhonePaired = false
        case .bluetoothPairing: reading.isPairingWhole = false
        case .memory, .disk, .configuration, .clock, .loop, .software, .store, .adapter, .coverage, .center, .receiver,
            .position, .accelerometer, .gyro, .batteryLow, .batteryBad, .circuit, .line, .stuck:
            break
        }
    }

    /// What the supplies would say with it.
    func override(_ reading: inout PowerState.Reading) {
        switch self.kind {
        case .batteryLow: reading.charge = 1
        case .batteryBad: reading.trouble = "the battery is in the state Dead"
        case .memory, .disk, .configuration, .clock, .loop, .software, .store, .adapter, .coverage, .center, .receiver,
            .position, .accelerometer, .gyro, .bluetoothAdapter, .bluetoothPhone, .bluetoothPairing, .circuit, .line,
            .stuck:
            break
        }
    }
}
