internal import ControlSocket
internal import Diagnosis
internal import GPIO

// A ring that is not there: what its lines say on a simulated rig.
extension IVS {
    /// The lines say what the model says.
    mutating func startRing() {
        guard self.configuration.isSimulated, let settings = self.configuration.ring else { return }
        self.ringModel = RingModel(count: settings.units.count)
        self.moveRing(from: nil)
    }

    /// Breaks something of a simulated ring, mends all of it, plugs a loop, or starts its units anew.
    mutating func simulateRing(_ call: ControlCall) {
        guard self.configuration.ring != nil else { return self.fail(call, "NoRing", [:]) }
        guard let before = self.ringModel else {
            return self.fail(call, "NotSimulated", ["what": "the ring of a real rig"])
        }
        let count = before.count
        let number = call.parameters["unit"]?.asInt
        if let number, !(1...count).contains(number) { return self.outOfRange(call, "unit", "1 to \(count)") }
        let unit = number.map { $0 - 1 }
        switch ControlMethod(fullName: call.method) {
        case .breakRing:
            guard let unit, let fault = Self.fault(call.parameters["fault"]?.asString, of: unit) else {
                return self.outOfRange(call, "unit", "1 to \(count)")
            }
            self.ringModel?.faults.insert(fault)
        case .mendRing:
            self.ringModel?.faults = []
            self.ringModel?.isRestarted = false
        case .plugRing: self.ringModel?.bypassed = unit.map { [$0] } ?? []
        case .restartRing: self.ringModel?.isRestarted = call.parameters["restarted"]?.asBool ?? false
        default: break
        }
        self.moveRing(from: before)
        self.outputs.append(.reply(call.id, [:], continues: false))
    }

    private static func fault(_ word: String?, of unit: Int) -> RingModel.Fault? {
        switch word {
        case "supply": .supply(unit)
        case "dead": .dead(unit)
        case "transmitter": .transmitter(unit)
        case "receiver": .receiver(unit)
        case "fibre": .fibre(from: unit)
        case "weak": .weak(from: unit)
        default: nil
        }
    }

    /// The model's units sleep with the vehicle.
    mutating func sleepRingModel(_ isAsleep: Bool) {
        let before = self.ringModel
        self.ringModel?.isAsleep = isAsleep
        self.moveRing(from: before)
    }

    /// The light of a unit of the model is dimmed, or that of none.
    mutating func dimRingModel(_ unit: Int?) {
        let before = self.ringModel
        self.ringModel?.attenuated = unit
        self.moveRing(from: before)
    }

    private mutating func moveRing(from before: RingModel?) {
        guard let settings = self.configuration.ring, let model = self.ringModel, model != before else { return }
        var commands: [LineCommand] = []
        for (unit, values) in model.reading.units.enumerated() {
            let old = before?.reading.units[unit]
            let move = { (sense: RingMonitor.Sense, isActive: Bool, was: Bool?) in
                guard settings.senses[unit].contains(sense), isActive != was else { return }
                commands.append(.set(RingSettings.line(sense, of: unit), isActive ? .active : .inactive))
            }
            move(.supply, values.hasSupply == true, old?.hasSupply)
            move(.bypass, values.isBypassed == true, old?.isBypassed)
            if unit == 0, model.isFlickering, settings.senses[0].contains(.light) {
                if before?.isFlickering != true {
                    commands.append(.play(RingSettings.line(.light, of: 0), Self.flicker))
                }
            } else {
                move(.light, values.hasLight == true, before?.isFlickering == true && unit == 0 ? nil : old?.hasLight)
            }
            guard settings.senses[unit].contains(.alive), values.isAlive != old?.isAlive else { continue }
            let line = RingSettings.line(.alive, of: unit)
            commands.append(values.isAlive == true ? .play(line, Self.life) : .set(line, .inactive))
        }
        if !commands.isEmpty { self.outputs.append(.moveLines(commands)) }
    }

    /// A weak link: light that goes out for a moment, longer than the units bear.
    private static let flicker = LineSignal(
        once: [],
        again: [.init(.active, .seconds(5)), .init(.inactive, .milliseconds(150))],
        rest: .active
    )

    /// Twice a second.
    private static let life = LineSignal(
        once: [],
        again: [.init(.active, .milliseconds(250)), .init(.inactive, .milliseconds(250))],
        rest: .inactive
    )
}
