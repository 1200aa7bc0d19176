internal import CallControl
internal import ControlSocket
internal import Diagnosis
internal import GPIO
internal import NGECall
internal import Net
internal import SIP
internal import Store
internal import Supervision
internal import Timeline

/// What is known of the machine, the wires and the phone, and what of it is injected on a simulated rig.
struct SelfTestStanding: Sendable {
    /// How long a center may be away while other machines can be reached, before that is a fault.
    static let centerAwayFor = Duration.seconds(60)
    /// How long what a client tells of Bluetooth counts.
    static let bluetoothValidFor = Duration.seconds(60)
    /// How long the clock may be unset after the start.
    static let clockUnsetFor = Duration.seconds(600)

    var host: HostReading?
    var hostAt: Instant?
    /// What the look before the last has found: a single late event, or a name that is missing once, is no fault.
    var earlierHost: HostReading?
    /// Since when nothing has set the clock.
    var clockUnsetSince: Instant?
    var bluetooth: BluetoothReading?
    var bluetoothAt: Instant?
    var power: PowerState.Reading?
    var circuits: CircuitWatch
    var runs = RunHistory()
    var injected: Set<Injection> = []
    /// Since when a center was found away, by looking.
    var awaySince: [Int: Instant] = [:]
    /// What each center answered to OPTIONS last, and when.
    var answers: [Int: (status: String, at: Instant)] = [:]
    /// The requests to centers that have no answer.
    var asking: [UserAgent.Sent: Int] = [:]
    /// Those who wait for a self-test.
    var waiting: [WaitingSelfTest] = []

    init(_ settings: SelfTestSettings) {
        self.circuits = CircuitWatch(settings.senses)
    }
}

// What the machine says of itself, the runs before this one, the wires and the phone.
extension IVS {
    /// The machine was looked at; `askedAt` is when that was handed to the loop.
    mutating func hostRead(_ reading: HostReading, askedAt: Instant, at now: Moment) {
        var reading = reading
        reading.lateness = askedAt.duration(to: now.instant)
        self.selfTest.earlierHost = self.selfTest.host
        self.selfTest.host = reading
        self.selfTest.hostAt = now.instant
        self.judgeHost(at: now)
        self.forgetBluetooth(at: now)
        self.selfTestHeard(.host, at: now)
    }

    /// Judges the last reading, with what is injected in its place.
    mutating func judgeHost(at now: Moment) {
        guard var reading = self.selfTest.host ?? (self.selfTest.injected.isEmpty ? nil : HostReading()) else { return }
        // Once is no fault.
        let earlier = self.selfTest.earlierHost
        reading.lateness = reading.lateness.map { min($0, earlier?.lateness ?? .zero) }
        reading.unresolved.formIntersection(earlier?.unresolved ?? [])
        // The way to the private centers is judged by their connections.
        let hops = self.configuration.centers.filter(\.isFallback).map(\.endpoint.host)
        reading.unresolved.formIntersection(hops)
        for injection in self.selfTest.injected { injection.override(&reading) }
        var found: [FaultKey: String] = [:]
        for fault in HostLimits().faults(of: reading) {
            for (key, sentence) in fault.keys { found[key] = sentence }
        }
        if let sentence = self.clockSentence(reading, at: now) {
            found[FaultKey(fault: .clockUnset, unit: "")] = sentence
        }
        let isKnown: [Fault: Bool] = [
            .memoryLow: reading.availableMemory != nil, .diskLow: reading.freeDisk != nil,
            .configurationUnusable: reading.configuration != nil, .networkAdapterGone: reading.isAdapterThere != nil,
            .loopSlow: reading.lateness != nil, .clockUnset: reading.isClockSynchronized == true,
            .hopUnresolved: reading.isAnyoneHeard,
        ]
        let before = self.faults.keys.filter { isKnown[$0.fault] != nil && found[$0] == nil }
        for key in before.sorted() {
            self.end(key.fault, unit: key.unit, isProven: isKnown[key.fault] ?? false, at: now)
        }
        for (key, sentence) in found.sorted(by: { $0.key < $1.key }) {
            self.raise(key.fault, unit: key.unit, sentence, at: now)
        }
        self.judgeCenters(reading, at: now)
    }

    private mutating func clockSentence(_ reading: HostReading, at now: Moment) -> String? {
        guard reading.isClockSynchronized == false else {
            self.selfTest.clockUnsetSince = nil
            return nil
        }
        let since = self.selfTest.clockUnsetSince ?? now.instant
        self.selfTest.clockUnsetSince = since
        let isInjected = self.selfTest.injected.contains { $0.kind == .clock }
        guard isInjected || since.advanced(by: SelfTestStanding.clockUnsetFor) <= now.instant else { return nil }
        return "nothing has set the clock: MSDs carry no time"
    }

    /// A center that is away while other machines are there is a fault; that there is no coverage is none.
    private mutating func judgeCenters(_ reading: HostReading, at now: Moment) {
        for (index, center) in self.configuration.centers.enumerated()
        where self.configuration.isConnectedWithoutCall && !center.isFallback {
            let isThere = self.links[index].standing == .open
            if isThere || !self.isWorldHeard(besides: index, reading) {
                self.selfTest.awaySince[index] = nil
                self.end(.centerUnreachable, unit: center.name, isProven: isThere, at: now)
                continue
            }
            let since = self.selfTest.awaySince[index] ?? now.instant
            self.selfTest.awaySince[index] = since
            if since.advanced(by: SelfTestStanding.centerAwayFor) <= now.instant {
                let cause = self.links[index].lastFailure ?? "it does not answer"
                let away = CallReason.text(SelfTestStanding.centerAwayFor)
                self.raise(
                    .centerUnreachable,
                    unit: center.name,
                    "\(center.name) has been away for more than \(away): \(cause)",
                    at: now
                )
            }
        }
    }

    /// Whether something besides a center can be heard: a route alone is there in a tunnel too.
    private func isWorldHeard(besides center: Int, _ reading: HostReading) -> Bool {
        guard reading.hasNetwork == true else { return false }
        let others = self.links.indices.filter { $0 != center }
        return reading.isAnyoneHeard || others.contains { self.links[$0].standing == .open }
            || EmergencyGate.isLoopback(self.configuration.centers[center].endpoint.host)
    }

    /// A look that does not come hangs at a disk or a name service: what it said last is known no longer.
    mutating func forgetHost(at now: Moment) {
        guard let due = self.hostExpiresAt, due <= now.instant else { return }
        self.selfTest.host = nil
        self.selfTest.hostAt = nil
        self.selfTest.earlierHost = nil
        let known: [Fault] = [
            .memoryLow, .diskLow, .configurationUnusable, .networkAdapterGone, .loopSlow, .clockUnset, .hopUnresolved,
        ]
        for key in self.faults.keys.sorted() where known.contains(key.fault) {
            self.end(key.fault, unit: key.unit, isProven: false, at: now)
        }
        self.forgetBluetooth(at: now)
        self.note(.selfTested, "the machine was not looked at for too long", at: now, severity: .warning)
    }

    /// When the last look at the machine counts no longer.
    var hostExpiresAt: Instant? {
        // Injected faults of a rig stay until they are healed.
        guard self.selfTest.injected.isEmpty else { return nil }
        return self.selfTest.hostAt?.advanced(by: self.configuration.selfTest.interval * 3 + .seconds(30))
    }

    /// How the runs before this one have ended.
    mutating func foundRuns(_ runs: [RunRecord], at now: Moment) {
        let started = self.ledger.stamp(now)
        self.runStarted = started
        self.ledger.records.append(.runBegan(started))
        self.selfTest.runs.found(
            runs.map {
                RunHistory.Run(
                    isOfThisBoot: $0.started.boot == self.ledger.boot,
                    startedAt: $0.started.at,
                    isOrderly: $0.isOrderly
                )
            },
            at: now.instant
        )
        self.judgeRuns(at: now)
    }

    mutating func judgeRuns(at now: Moment) {
        self.selfTest.runs.deadlineReached(at: now.instant)
        let ends = self.selfTest.runs.unexpectedEnds
        guard self.selfTest.runs.isFailing else {
            guard self.faults[FaultKey(fault: .softwareFailing, unit: "")] != nil else { return }
            return self.clear(.softwareFailing, at: now)
        }
        self.raise(.softwareFailing, "ecalld has ended unexpectedly \(ends) times within an hour", at: now)
    }

    /// A client tells of the phone and its adapter.
    mutating func tellBluetooth(_ call: ControlCall, at now: Moment) {
        let reading = BluetoothReading(
            isAdapterThere: call.parameters["adapter"]?.asBool ?? false,
            isPhonePaired: call.parameters["paired"]?.asBool,
            isPairingWhole: call.parameters["whole"]?.asBool,
            isPhoneConnected: call.parameters["connected"]?.asBool
        )
        self.bluetoothRead(reading, at: now)
        self.outputs.append(.reply(call.id, [:], continues: false))
    }

    /// What nobody tells any more is not known.
    private mutating func forgetBluetooth(at now: Moment) {
        guard !self.configuration.isSimulated, let toldAt = self.selfTest.bluetoothAt,
            toldAt.advanced(by: SelfTestStanding.bluetoothValidFor) <= now.instant
        else { return }
        self.selfTest.bluetooth = nil
        self.selfTest.bluetoothAt = nil
        for fault in [Fault.bluetoothAdapterGone, .phoneNotPaired, .pairingBroken] {
            self.end(fault, isProven: false, at: now)
        }
    }

    /// What the phone and its adapter say.
    mutating func bluetoothRead(_ reading: BluetoothReading, at now: Moment) {
        self.selfTest.bluetooth = reading
        self.selfTest.bluetoothAt = now.instant
        self.judgeBluetooth(at: now)
    }

    mutating func judgeBluetooth(at now: Moment) {
        guard self.configuration.selfTest.bluetooth != nil, var reading = self.selfTest.bluetooth else { return }
        for injection in self.selfTest.injected { injection.override(&reading) }
        let adapter = self.configuration.selfTest.bluetooth ?? ""
        let phone = self.configuration.selfTest.phone ?? ""
        let found: (Fault, String)? =
            switch reading.fault {
            case .adapterGone: (.bluetoothAdapterGone, "the Bluetooth adapter \(adapter) is gone, or switched off")
            case .phoneNotPaired: (.phoneNotPaired, "the phone \(phone) is not paired")
            case .pairingBroken: (.pairingBroken, "the pairing with the phone \(phone) is broken: a key is missing")
            case nil: nil
            }
        let all: [(Fault, isKnown: Bool)] = [
            (.bluetoothAdapterGone, true), (.phoneNotPaired, reading.isPhonePaired != nil),
            (.pairingBroken, reading.isPairingWhole != nil),
        ]
        for (fault, isKnown) in all where fault != found?.0 { self.end(fault, isProven: isKnown, at: now) }
        if let (fault, sentence) = found { self.raise(fault, sentence, at: now) }
    }

    /// A level of a line that senses a wire; `false` for any other line.
    mutating func senseLine(_ line: LineName, isActive: Bool, at stamp: Instant) -> Bool {
        guard let sense = self.configuration.selfTest.sense(of: line) else { return false }
        self.selfTest.circuits.told(sense, isActive: isActive, at: stamp)
        return true
    }

    /// Such a line tells nothing any more.
    mutating func senseLineLost(_ line: LineName, at now: Moment) {
        guard let sense = self.configuration.selfTest.sense(of: line), let fault = Fault(sense) else { return }
        self.selfTest.circuits.lost(sense)
        self.end(fault, isProven: false, at: now)
    }

    /// Says which wires are bad, and which no longer.
    mutating func judgeCircuits(at now: Moment) {
        let before = self.selfTest.circuits.judgements
        self.selfTest.circuits.deadlineReached(at: now.instant)
        let after = self.selfTest.circuits.judgements
        guard before != after else { return }
        for (sense, isFaulty) in after.sorted(by: { $0.key < $1.key }) where before[sense] != isFaulty {
            guard let isFaulty, let fault = Fault(sense) else { continue }
            if isFaulty { self.raise(fault, sense.sentence, at: now) } else { self.clear(fault, at: now) }
        }
    }

    /// An output is driven: current has to flow in its wire.
    mutating func circuitDriven(_ line: LineName, _ level: Level, at now: Moment) {
        let lines = self.configuration.lines
        let circuit: Circuit
        switch line {
        case lines.led: circuit = .led
        case lines.lamp: circuit = .lamp
        case lines.chime: circuit = .chime
        case _: return
        }
        let sense = CircuitSense(circuit, .current)
        guard self.configuration.selfTest.senses.contains(sense) else { return }
        self.selfTest.circuits.drives(circuit, isOn: level == .active, at: now.instant)
        guard self.configuration.isSimulated, !self.selfTest.injected.contains(Injection(sense)) else { return }
        self.outputs.append(.moveLines([.set(SelfTestSettings.line(sense), level)]))
    }
}

extension HostFault {
    /// The faults that it is, each with its sentence.
    fileprivate var keys: [(FaultKey, String)] {
        let own = { (fault: Fault, sentence: String) in [(FaultKey(fault: fault, unit: ""), sentence)] }
        switch self {
        case .memoryLow(let octets): return own(.memoryLow, "\(octets >> 20) MiB of memory are left")
        case .diskLow(let octets): return own(.diskLow, "\(octets >> 20) MiB are left where the record is")
        case .configurationUnusable(let reason):
            return own(
                .configurationUnusable,
                "with the configuration as it is now, a next start would fail: \(reason)"
            )
        case .adapterGone: return own(.networkAdapterGone, "the network adapter is not there")
        case .loopSlow(let lateness):
            return own(.loopSlow, "an event has waited \(CallReason.text(lateness)) for its turn")
        case .unresolved(let hosts):
            return hosts.sorted().map {
                (FaultKey(fault: .hopUnresolved, unit: $0), "the 112 hop \($0) has no address")
            }
        }
    }
}

extension CircuitSense {
    /// What is wrong when the line says so.
    fileprivate var sentence: String {
        let name = self.circuit == .networkAntenna ? "network antenna" : self.circuit.rawValue
        switch self.kind {
        case .open: return "the wire of the \(name) is cut off"
        case .short: return "the wire of the \(name) is shorted"
        case .current: return "the \(name) is driven and no current flows"
        }
    }
}
