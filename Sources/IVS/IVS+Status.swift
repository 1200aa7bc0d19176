internal import Supervision
internal import CallControl
internal import ControlSocket
internal import CrashSensing
internal import Diagnosis
internal import GPIO
internal import NGECall
internal import SIP
internal import Timeline

extension IVS {
    /// The reply to `Status`.
    func status(at now: Moment) -> JSONValue {
        [
            "version": .string(Product.version),
            "simulated": .bool(self.configuration.isSimulated),
            "timeScale": .int(self.configuration.timeScale),
            "state": .string(self.call.state.rawValue),
            "detail": .string(self.detail(at: now.instant)),
            "incident": self.call.incident.map { .string($0.id.text) } ?? .null,
            "trigger": self.call.incident.map { .string($0.trigger.rawValue) } ?? .null,
            "profile": .string(self.configuration.profile.rawValue),
            "attempt": self.call.attempt.map { .int($0.number) } ?? .null,
            "at": .int(Int(now.instant.nanosecondsSinceBoot)),
            "time": now.timeText,
            "centers": .array(self.links.indices.map { self.centerStatus($0, at: now) }),
            "lines": .array(self.configuration.lineSpecifications.map(self.lineStatus)),
            "indicators": .array(self.indicatorStatus(at: now.instant)),
            "actions": .array(self.actionStatus(at: now.instant)),
            "message": self.messageStatus,
            "ring": self.ringStatus(at: now.instant),
            "gate": self.gateStatus,
            "fallback": self.fallbackStatus,
            "garage": self.left(self.garage.endsAt, at: now.instant),
            "selfCheck": self.left(self.selfCheck.dueAt, at: now.instant),
            "power": self.powerStatus,
            "receiver": self.receiverStatus(at: now),
            "vehicle": self.vehicleStatus(at: now),
            "store": self.storeStatus,
            "faults": .array(self.faults.keys.sorted().compactMap { self.faults[$0].map(JSONValue.string) }),
            "malfunctions": self.malfunctions,
            "warning": self.warningStatus,
            "degraded": .array(self.degradations(at: now).map(JSONValue.string)),
            "dropped": .int(self.lostEvents),
        ]
    }

    /// The milliseconds until then.
    private func left(_ instant: Instant?, at now: Instant) -> JSONValue {
        instant.map { .int(max(0, now.duration(to: $0).wholeMilliseconds)) } ?? .null
    }

    private func detail(at now: Instant) -> String {
        guard let deadline = self.call.stateDeadline else { return "waiting for a trigger" + self.mayRingBack(at: now) }
        let exact = max(0, now.duration(to: deadline).wholeMilliseconds)
        // Nobody reads the milliseconds of minutes.
        let left = Duration.milliseconds(exact < 10_000 ? exact : exact / 1_000 * 1_000)
        switch self.call.state {
        case .idle: return "waiting for a trigger"
        case .triggered: return "the cancel window is open for \(CallReason.text(left))"
        case .connecting:
            guard let attempt = self.call.attempt else { return "the next attempt follows in \(CallReason.text(left))" }
            return "attempt \(attempt.number) to \(self.configuration.centers[attempt.center].name)"
        case .voiceSession where self.call.incident?.isSelfCheck == true:
            return "a self-check is connected for another \(CallReason.text(left))"
        case .voiceSession: return "connected; the clear-down fallback (T2) is \(CallReason.text(left)) away"
        case .ended: return "the end is shown for \(CallReason.text(left))"
        }
    }

    /// Which center may ring back and for how long; empty when none may.
    private func mayRingBack(at now: Instant) -> String {
        guard let window = self.call.callbackWindow else { return "" }
        let left = Duration.seconds(max(0, now.duration(to: window.endsAt).components.seconds))
        return "; \(self.configuration.centers[window.center].name) may ring back for \(CallReason.text(left)) (T9)"
    }

    private func centerStatus(_ index: Int, at now: Moment) -> JSONValue {
        let center = self.configuration.centers[index]
        let since = self.linkSince[index] ?? now
        return [
            "name": .string(center.name), "uri": .string(center.uri),
            "transport": .string(center.endpoint.transport.rawValue),
            "link": .string(self.links[index].standing.rawValue),
            "detail": self.links[index].lastFailure.map(JSONValue.string) ?? .null,
            "registration": self.registrations[index].map(self.registrationStatus) ?? .null,
            "at": .int(Int(since.instant.nanosecondsSinceBoot)), "time": since.timeText,
        ]
    }

    private func registrationStatus(_ registration: Registration) -> JSONValue {
        [
            "address": .string(registration.address), "state": .string(registration.standing.rawValue),
            "detail": registration.lastFailure.map(JSONValue.string) ?? .null,
        ]
    }

    private func lineStatus(_ line: LineSpecification) -> JSONValue {
        let isInput = line.direction == .input
        let level =
            isInput
            ? (self.inputs.isActive(line.name) ?? self.ringLevel(of: line.name) ?? self.wireLevel(of: line.name))
                .map { $0 ? Level.active : .inactive }
            : self.indicators.level(of: line.name) ?? self.equipment.level(of: line.name)
        let health = self.health[line.name] ?? .good
        return [
            "name": .string(line.name.text), "role": .string(self.role(of: line.name)),
            "level": .string((level ?? line.initial).rawValue),
            "debounce": .string(isInput ? self.debounce(of: line.name) : "none"),
            "lossDetection": self.inputs.traits(of: line.name).flatMap { traits in
                isInput ? .string(traits.lossDetection.rawValue) : nil
            } ?? .null,
            "health": .string(health.word),
            "detail": health == .good ? .null : .string(health.description),
        ]
    }

    /// Who smooths the contact of an input.
    private func debounce(of line: LineName) -> String {
        if self.inputs.traits(of: line)?.isKernelDebounced == true { return "kernel" }
        let isSignal = self.configuration.crashProfiles[line].map { !$0.isPlainLevel } ?? false
        return self.configuration.lines.debounce > .zero && !isSignal ? "own" : "none"
    }

    private func role(of line: LineName) -> String {
        let lines = self.configuration.lines
        if line == lines.button { return "sosButton" }
        if line == lines.cover { return "sosCover" }
        if line == lines.powerFail { return "powerFail" }
        if line == lines.led { return "led" }
        if line == lines.lamp { return "malfunctionLamp" }
        if let place = self.configuration.ring?.place(of: line) { return Self.role(of: place.sense) }
        if self.configuration.selfTest.sense(of: line) != nil { return "wireSense" }
        if self.configuration.ring?.dimmers.contains(line) == true { return "ringDim" }
        return self.configuration.actions.role(of: line) ?? (line == lines.chime ? "chime" : "crash")
    }

    private static func role(of sense: RingMonitor.Sense) -> String {
        switch sense {
        case .supply: "ringSupply"
        case .alive: "ringAlive"
        case .light: "ringLight"
        case .bypass: "ringBypass"
        }
    }

    private func wireLevel(of line: LineName) -> Bool? {
        self.configuration.selfTest.sense(of: line).flatMap(self.selfTest.circuits.level)
    }

    private func ringLevel(of line: LineName) -> Bool? {
        self.configuration.ring?.place(of: line).flatMap { self.ring?.level($0.sense, of: $0.unit) }
    }

    private func indicatorStatus(at now: Instant) -> [JSONValue] {
        let indication = self.indicators.indication
        let lampIsOn = self.indicators.level(of: self.configuration.lines.lamp) == .active
        let faults = self.faults.keys.sorted().compactMap { self.faults[$0] }
        return [
            [
                "line": .string(self.configuration.lines.led.text), "pattern": .string(indication.rawValue),
                "meaning": .string(indication.meaning),
            ],
            [
                "line": .string(self.configuration.lines.lamp.text), "pattern": .string(lampIsOn ? "on" : "off"),
                "meaning": .string(faults.isEmpty ? "no malfunction is known" : faults.joined(separator: "; ")),
            ],
        ]
    }

    private var gateStatus: JSONValue {
        if self.isGateShut { return ["open": false, "sentence": "shut until the next start: a page is reachable"] }
        if self.configuration.timeScale > 1 {
            return ["open": false, "sentence": "scaled time: an emergency service is reachable on this machine only"]
        }
        if self.configuration.isSimulated {
            return [
                "open": false,
                "sentence": "simulated lines: an emergency service is reachable on this machine only",
            ]
        }
        let addresses = self.configuration.gate.allowedAddresses
        let isOpen = self.isGateUnlocked() && !addresses.isEmpty
        let sentence =
            isOpen
            ? "unlocked until the next boot for \(addresses.joined(separator: ", "))"
            : "locked: no emergency request leaves this machine"
        return ["open": .bool(isOpen), "sentence": .string(sentence)]
    }

    /// Where a call goes that the private service does not take, or why it cannot.
    private var fallbackStatus: JSONValue {
        guard let fallback = self.call.limits.fallback else { return .null }
        let incident = Incident(id: IncidentID(""), trigger: .automatic, startedAt: .boot)
        let hops = fallback.hops.map { index -> String in
            let name = self.configuration.centers[index].name
            switch self.gateVerdict(beforeCalling: index, for: incident) {
            case .permitted: return name
            case .refused: return "\(name), which the gate refuses"
            }
        }
        let rounds = fallback.rounds == 1 ? "a round" : "\(fallback.rounds) rounds"
        let when = "after \(rounds) over the private centers, or \(CallReason.text(fallback.after))"
        return .string("\(when), the call goes to 112 by \(hops.joined(separator: ", "))")
    }

    private var storeStatus: JSONValue {
        let failure = self.faults[FaultKey(fault: .recordFailing, unit: "")]
        return ["working": .bool(failure == nil), "sentence": .string(failure ?? "every record so far is on disk")]
    }
}

extension LineHealth {
    fileprivate var word: String {
        switch self {
        case .good: "good"
        case .busy: "busy"
        case .missing: "missing"
        case .vanished: "vanished"
        }
    }
}

extension Indication {
    /// What the pattern tells the occupants.
    fileprivate var meaning: String {
        switch self {
        case .lampCheck: "the lamps are being checked"
        case .ready: "ready"
        case .garage: "the button makes test calls"
        case .requested: "a call is requested"
        case .connecting: "a call is being set up"
        case .connected: "the center is connected"
        case .ended: "the call has ended"
        case .cancelled: "the call was cancelled"
        case .failed: "the call failed"
        }
    }
}
