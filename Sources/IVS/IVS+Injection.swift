internal import CallControl
internal import ControlSocket
internal import Diagnosis
internal import GPIO
internal import Net
internal import Positioning
internal import SIP
internal import Store
internal import Supervision
internal import Timeline

// Faults that a simulated rig is given, each in the place of a measurement.
extension IVS {
    /// A battery and a phone that are not there, and with which nothing is wrong.
    mutating func startSimulatedMachine(at now: Moment) {
        guard self.configuration.isSimulated else { return }
        if let power = self.configuration.power, power.battery == nil, power.mains == nil {
            self.powerRead(PowerState.Reading(isOnline: true, charge: 100), at: now)
        }
        guard self.configuration.selfTest.bluetooth != nil else { return }
        let hasPhone = self.configuration.selfTest.phone == nil ? nil : true
        self.bluetoothRead(
            BluetoothReading(isAdapterThere: true, isPhonePaired: hasPhone, isPairingWhole: hasPhone),
            at: now
        )
    }

    /// The reply to `Injections`.
    func injectionReply() -> JSONValue {
        let all = self.configuration.isSimulated ? Injection.all(of: self.configuration) : []
        return [
            "injections": .array(
                all.map { injection in
                    [
                        "item": .string(injection.kind.rawValue), "unit": .string(injection.unit),
                        "injected": .bool(self.selfTest.injected.contains(injection)),
                    ]
                }
            )
        ]
    }

    /// Gives the rig a fault, or takes one away, or all of them.
    mutating func inject(_ call: ControlCall, at now: Moment) {
        guard self.configuration.isSimulated else {
            return self.fail(call, "NotSimulated", ["what": "a fault of a real rig is not made from here"])
        }
        let isInjecting = ControlMethod(fullName: call.method) == .injectFault
        let known = Injection.all(of: self.configuration)
        let unit = call.parameters["unit"]?.asString ?? ""
        if let word = call.parameters["item"]?.asString {
            guard let kind = Injection.Kind(rawValue: word), known.contains(Injection(kind, unit: unit)) else {
                let words = known.map { $0.unit.isEmpty ? $0.kind.rawValue : "\($0.kind.rawValue) \($0.unit)" }
                return self.outOfRange(call, "item", words.joined(separator: ", "))
            }
            self.set(Injection(kind, unit: unit), isInjecting, at: now)
        } else {
            for injection in self.selfTest.injected.sorted() { self.set(injection, false, at: now) }
        }
        self.outputs.append(.reply(call.id, [:], continues: false))
    }

    private mutating func set(_ injection: Injection, _ isThere: Bool, at now: Moment) {
        let isNews =
            isThere
            ? self.selfTest.injected.insert(injection).inserted : self.selfTest.injected.remove(injection) != nil
        guard isNews else { return }
        switch injection.kind {
        case .memory, .disk, .configuration, .clock, .loop, .adapter, .coverage: self.judgeHost(at: now)
        case .software: self.injectCrashes(isThere, at: now)
        case .store: break  // The next write fails, or is done.
        case .center: self.injectAbsence(of: injection.unit, isThere, at: now)
        case .receiver: break  // What it says is not heard.
        case .position: self.injectNoPosition(isThere)
        case .accelerometer, .gyro: self.injectSensor(injection.kind, isThere, at: now)
        case .batteryLow, .batteryBad: self.powerRead(self.selfTest.power ?? PowerState.Reading(charge: 100), at: now)
        case .bluetoothAdapter, .bluetoothPhone, .bluetoothPairing: self.judgeBluetooth(at: now)
        case .circuit: self.injectWire(injection.unit, isThere, at: now)
        case .line:
            self.outputs.append(
                .moveLines([isThere ? .vanish(.init(injection.unit)) : .restore(.init(injection.unit))])
            )
        case .stuck:
            let line = LineName(injection.unit)
            self.outputs.append(.moveLines([isThere ? .stick(line, .active) : .restore(line)]))
        }
    }

    private mutating func injectCrashes(_ isThere: Bool, at now: Moment) {
        self.selfTest.runs.counted(isThere ? RunHistory.maximumEnds : 0, at: now.instant)
        self.judgeRuns(at: now)
    }

    /// The cable to a center is pulled, or back.
    private mutating func injectAbsence(of center: String, _ isThere: Bool, at now: Moment) {
        guard isThere, let index = self.configuration.centers.firstIndex(where: { $0.name == center }),
            let flow = self.links[index].flow
        else { return }
        self.outputs.append(.close(flow))
        self.flowEnded(flow, because: "the cable is pulled", at: now)
    }

    /// Whether the cable to a center is pulled.
    func isAway(_ center: Int) -> Bool {
        self.selfTest.injected.contains(Injection(.center, unit: self.configuration.centers[center].name))
    }

    private mutating func injectNoPosition(_ isThere: Bool) {
        self.locations = RecentLocations()
        if !isThere, let position = self.configuration.position { self.locations.update(position) }
    }

    private mutating func injectSensor(_ kind: Injection.Kind, _ isThere: Bool, at now: Moment) {
        if kind == .gyro { return self.hear(isThere ? .rollFailed("no roll rates come") : .rollWorking, at: now) }
        self.hear(isThere ? .failed("no accelerations come") : .working(rate: self.lastSensorRate ?? 0), at: now)
    }

    /// The sense line of a wire says that it is bad, or what is so.
    private mutating func injectWire(_ unit: String, _ isThere: Bool, at now: Moment) {
        guard let sense = self.configuration.selfTest.senses.first(where: { Injection($0).unit == unit }) else {
            return
        }
        let line = SelfTestSettings.line(sense)
        guard sense.kind == .current else {
            return self.outputs.append(.moveLines([.set(line, isThere ? .active : .inactive)]))
        }
        let output =
            switch sense.circuit {
            case .led: self.configuration.lines.led
            case .lamp: self.configuration.lines.lamp
            case .chime: self.configuration.lines.chime ?? self.configuration.lines.led
            case .button, .crash, .microphone, .loudspeaker, .antenna, .networkAntenna: self.configuration.lines.led
            }
        let flows = !isThere && self.indicators.level(of: output) == .active
        self.outputs.append(.moveLines([.set(line, flows ? .active : .inactive)]))
    }
}
