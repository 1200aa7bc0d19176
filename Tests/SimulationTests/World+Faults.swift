import CallControl
import Diagnosis
import GPIO
import IVS
import Seeds
import Timeline

// Faults of everything around a call, at any moment of it: none of them may stop a trigger, or speak in a call.
extension World {
    /// The lines of a ring and of wires move, and the machine says what it likes of itself.
    func machineFails() {
        guard self.random.chance(60) else { return }
        let lines = (self.plan.vehicle.ring?.lines ?? []) + self.plan.vehicle.selfTest.lines
        for _ in 0..<Int.random(in: 1...20, using: &self.random) {
            let at = Int.random(in: 100...85_000, using: &self.random)
            let input = self.trouble(lines, at: Instant.boot.advanced(by: .milliseconds(at)))
            self.later(.vehicle(input), in: at)
        }
    }

    private func trouble(_ lines: [LineName], at instant: Instant) -> VehicleInput {
        switch Int.random(in: 0..<8, using: &self.random) {
        case 0...1: return .host(self.machine(), askedAt: instant)
        case 2:
            let reading = BluetoothReading(
                isAdapterThere: self.random.chance(50),
                isPhonePaired: self.random.chance(50),
                isPairingWhole: self.random.chance(50)
            )
            return .bluetooth(reading)
        case 3: return .power(PowerState.Reading(isOnline: self.random.chance(50), charge: 3, trouble: "bad"))
        case 4: return .sensor(self.random.chance(50) ? .failed("no accelerations come") : .working(rate: 1_000))
        case 5 where !lines.isEmpty:
            let line = lines[Int.random(in: lines.indices, using: &self.random)]
            let isGone = self.random.chance(50)
            return .line(.health(line: line, health: isGone ? .vanished(reason: "unplugged") : .good))
        case _ where !lines.isEmpty:
            let line = lines[Int.random(in: lines.indices, using: &self.random)]
            let level: Level = self.random.chance(50) ? .active : .inactive
            return .line(.edge(Edge(line: line, level: level, at: instant, sequence: 1)))
        case _: return .host(self.machine(), askedAt: instant)
        }
    }

    private func machine() -> HostReading {
        var reading = HostReading()
        reading.availableMemory = Int.random(in: 0...100 << 20, using: &self.random)
        reading.freeDisk = Int.random(in: 0...100 << 20, using: &self.random)
        reading.hasNetwork = self.random.chance(70)
        reading.isAdapterThere = self.random.chance(80)
        reading.isClockSynchronized = self.random.chance(50)
        reading.configuration = self.random.chance(80) ? .same : .unusable("line 1 is no key")
        return reading
    }
}

extension Plan {
    /// A ring and wires that are sensed, in most rigs.
    static func watch(_ vehicle: inout VehicleConfiguration, random: inout SeededGenerator) {
        guard random.chance(70) else { return }
        let units = ["head unit", "amplifier", "tuner"].map { RingUnit($0) }
        vehicle.ring = RingSettings(
            units: units,
            senses: Array(repeating: Set(RingMonitor.Sense.allCases), count: units.count)
        )
        vehicle.selfTest.senses = [
            CircuitSense(.button, .open), CircuitSense(.microphone, .short), CircuitSense(.lamp, .current),
        ]
        vehicle.selfTest.bluetooth = "hci0"
    }
}
