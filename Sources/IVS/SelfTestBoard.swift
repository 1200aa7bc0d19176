internal import CallControl
internal import ControlSocket
internal import Diagnosis
internal import GPIO
internal import Positioning
internal import SIP
internal import Supervision
internal import Timeline

/// One line of the self-test board.
struct SelfTestItem: Sendable {
    /// The stable name, such as line:crash.
    let name: String
    /// What a person calls it.
    let title: String
    let result: SelfTestResult

    var json: JSONValue {
        let text = { (value: String?) in value.map(JSONValue.string) ?? .null }
        return [
            "name": .string(self.name), "title": .string(self.title), "verdict": .string(self.result.verdict.rawValue),
            "measured": text(self.result.measured), "limit": text(self.result.limit),
            "advice": text(self.result.advice),
            "at": self.result.testedAt.map { .int(Int($0.nanosecondsSinceBoot)) } ?? .null,
        ]
    }
}

// The board: every item with its verdict, from what is known at this moment. Nothing is tested by looking at it.
extension IVS {
    var selfTestBoard: [SelfTestItem] {
        self.controlUnitItems + self.lineItems + self.wireItems + self.networkItems + self.sensorItems + self.powerItems
            + self.bluetoothItems + self.ringItems
    }

    /// An item of which a fault says that it is bad.
    private func item(
        _ name: String,
        _ title: String,
        faults keys: [FaultKey],
        isKnown: Bool?,
        measured: String? = nil,
        limit: String? = nil,
        at: Instant? = nil
    ) -> SelfTestItem {
        if let key = keys.first(where: { self.faults[$0] != nil }) {
            let result = SelfTestResult(
                .faulty,
                measured: self.faults[key],
                limit: limit,
                advice: key.fault.advice,
                testedAt: at
            )
            return SelfTestItem(name: name, title: title, result: result)
        }
        let verdict: SelfTestResult.Verdict = isKnown.map { $0 ? .good : .notTested } ?? .notMonitored
        return SelfTestItem(
            name: name,
            title: title,
            result: SelfTestResult(verdict, measured: measured, limit: limit, testedAt: isKnown == true ? at : nil)
        )
    }

    private func key(_ fault: Fault, _ unit: String = "") -> FaultKey { FaultKey(fault: fault, unit: unit) }

    private var controlUnitItems: [SelfTestItem] {
        let (host, at, limits) = (self.selfTest.host, self.selfTest.hostAt, HostLimits())
        let mebibytes = { (octets: Int?) in octets.map { "\($0 >> 20) MiB" } }
        let ends = self.selfTest.runs.unexpectedEnds
        return [
            self.item(
                "memory",
                "Memory of the control unit",
                faults: [self.key(.memoryLow)],
                isKnown: host?.availableMemory != nil,
                measured: mebibytes(host?.availableMemory),
                limit: "at least \(limits.memory >> 20) MiB",
                at: at
            ),
            self.item(
                "disk",
                "Disk of the record",
                faults: [self.key(.diskLow)],
                isKnown: host?.freeDisk != nil,
                measured: mebibytes(host?.freeDisk),
                limit: "at least \(limits.disk >> 20) MiB",
                at: at
            ),
            self.item("record", "Record", faults: [self.key(.recordFailing)], isKnown: self.isMemoryOpen, at: at),
            self.item(
                "configuration",
                "Configuration",
                faults: [self.key(.configurationUnusable)],
                isKnown: host?.configuration != nil,
                measured: host?.configuration == .changed ? "another one, for the next start" : nil,
                at: at
            ),
            self.item(
                "clock",
                "Clock",
                faults: [self.key(.clockUnset)],
                isKnown: host?.isClockSynchronized == true,
                measured: host?.isClockSynchronized.map { $0 ? "set" : "not set yet" },
                at: at
            ),
            self.item(
                "loop",
                "Own loop",
                faults: [self.key(.loopSlow)],
                isKnown: host?.lateness != nil,
                measured: host?.lateness.map { CallReason.text(.milliseconds($0.wholeMilliseconds)) },
                limit: "at most \(CallReason.text(limits.lateness))",
                at: at
            ),
            self.item(
                "software",
                "Software",
                faults: [self.key(.softwareFailing)],
                isKnown: self.isMemoryOpen,
                measured: "\(ends) unexpected \(ends == 1 ? "end" : "ends") in the hour before this run",
                limit: "fewer than \(RunHistory.maximumEnds)",
                at: at
            ),
            self.item(
                "control-socket",
                "Control socket",
                faults: [self.key(.controlSocketFailing)],
                isKnown: self.readiness.isSocketTried,
                at: at
            ),
        ]
    }

    private var lineItems: [SelfTestItem] {
        let own = self.configuration.lineSpecifications.filter {
            self.configuration.ring?.place(of: $0.name) == nil && self.configuration.selfTest.sense(of: $0.name) == nil
        }
        return own.map { line in
            let faults: [Fault] = [
                .lineUnusable, .lineNoisy, .buttonStuck, .crashLineStuck, .crashLineSilent, .crashLineInvalid,
            ]
            let level =
                line.direction == .input
                ? self.inputs.isActive(line.name).map { $0 ? "active" : "inactive" }
                : self.indicators.level(of: line.name)?.rawValue
            let word = line.direction == .input ? "input" : "output"
            return self.item(
                "line:\(line.name)",
                "Line \(line.name), \(word)",
                faults: faults.map { self.key($0, line.name.text) },
                isKnown: line.direction == .output || self.inputs.isActive(line.name) != nil,
                measured: level
            )
        }
    }

    private var wireItems: [SelfTestItem] {
        let judgements = self.selfTest.circuits.judgements
        return Circuit.allCases.filter { $0 != .chime || self.configuration.lines.chime != nil }.map { circuit in
            let senses = self.configuration.selfTest.senses.filter { $0.circuit == circuit }.sorted()
            let isKnown: Bool? =
                senses.isEmpty
                ? nil : senses.allSatisfy { judgements[$0].flatMap { $0 } != nil }
            let kinds: [CircuitSense.Kind] = circuit.isOutput ? [.current] : [.open, .short]
            let missing = kinds.filter { kind in !senses.contains { $0.kind == kind } }.map(\.rawValue)
            let partly = missing.isEmpty || senses.isEmpty ? nil : "not monitored: \(missing.joined(separator: ", "))"
            return self.item(
                "wire:\(circuit.rawValue)",
                circuit.title,
                faults: kinds.compactMap { Fault(CircuitSense(circuit, $0)) }.map { self.key($0) },
                isKnown: isKnown,
                measured: partly,
                limit: senses.isEmpty ? nil : "for \(CallReason.text(circuit.faultAfter))"
            )
        }
    }

    private var networkItems: [SelfTestItem] {
        let (host, at) = (self.selfTest.host, self.selfTest.hostAt)
        let isInjected = self.selfTest.injected.contains(Injection(.coverage))
        let hasNetwork = isInjected ? false : host?.hasNetwork
        let coverage = SelfTestResult(
            hasNetwork.map { $0 ? .good : .noCoverage } ?? .notTested,
            measured: hasNetwork.map { $0 ? "other machines can be reached" : "no way to other machines" },
            testedAt: at
        )
        var items = [
            self.item(
                "network-adapter",
                "Network adapter",
                faults: [self.key(.networkAdapterGone)],
                isKnown: self.configuration.selfTest.adapter == nil ? nil : host?.isAdapterThere != nil,
                measured: self.configuration.selfTest.adapter,
                at: at
            ),
            SelfTestItem(name: "coverage", title: "Network coverage", result: coverage),
        ]
        for (index, center) in self.configuration.centers.enumerated() {
            items.append(center.isFallback ? self.hopItem(center) : self.centerItem(index, center))
        }
        return items
    }

    /// A 112 hop is there when it is configured and has an address; nothing is sent to it.
    private func hopItem(_ center: VehicleConfiguration.Center) -> SelfTestItem {
        let isResolved = self.selfTest.host?.resolved.contains(center.endpoint.host) == true
        return self.item(
            "hop:\(center.name)",
            "112 hop \(center.name)",
            faults: [self.key(.hopUnresolved, center.endpoint.host)],
            isKnown: isResolved,
            measured: isResolved
                ? "configured and resolvable; nothing is sent to it" : "configured; no name service answers",
            at: self.selfTest.hostAt
        )
    }

    /// What OPTIONS without an answer is told as.
    static let noAnswer = "no answer"

    private func centerItem(_ index: Int, _ center: VehicleConfiguration.Center) -> SelfTestItem {
        let faults: [Fault] = [
            .centerUnreachable, .tlsUnusable, .ownCertificate, .certificateDate, .registrationFailing,
        ]
        let answer = self.selfTest.answers[index]
        // A socket that stands proves nothing of who listens behind it, once nobody has answered.
        let isOpen = self.links[index].standing == .open && answer?.status != Self.noAnswer
        let isKept = self.configuration.isConnectedWithoutCall
        let connection = isOpen ? "connected" : isKept ? "not connected" : "connected in a call only"
        let asked = answer.map { ", OPTIONS: \($0.status)" } ?? ""
        return self.item(
            "center:\(center.name)",
            "Response center \(center.name)",
            faults: faults.map { self.key($0, center.name) },
            isKnown: isKept ? isOpen : nil,
            measured: connection + asked,
            at: answer?.at ?? self.linkSince[index]?.instant
        )
    }

    private var sensorItems: [SelfTestItem] {
        let hasReceiver = self.configuration.receiver != nil
        let isTrusted = self.receiver.isTrusted ? "the position can be trusted" : "no position that can be trusted"
        let hasSensor = self.configuration.crash.source != .none
        return [
            self.item(
                "receiver",
                "GNSS receiver",
                faults: [self.key(.receiverFailing)],
                isKnown: hasReceiver ? self.receiver.heardAt != nil && self.receiver.isConnected : nil,
                measured: hasReceiver ? isTrusted : "a surveyed place",
                at: self.receiver.heardAt
            ),
            self.item(
                "accelerometer",
                "Accelerometer",
                faults: [self.key(.accelerometerFailing)],
                isKnown: hasSensor ? self.sensor.rate != nil : nil,
                measured: self.sensor.rate.map { "\(Int($0.rounded())) samples a second" }
            ),
            self.item(
                "gyro",
                "Gyro",
                faults: [self.key(.gyroFailing)],
                // Where no gyro has ever told of itself there may be none.
                isKnown: self.sensor.isRolling == true ? true : nil
            ),
        ]
    }

    private var powerItems: [SelfTestItem] {
        let isSensed = self.selfTest.power?.isOnline != nil || self.configuration.lines.powerFail != nil
        let charge = self.power.charge.map { "\($0) %" }
        let hasBattery = self.configuration.power?.battery != nil
        let needed = self.configuration.power?.budget.needed
        return [
            self.item(
                "supply",
                "Supply",
                faults: [],
                isKnown: isSensed ? true : nil,
                measured: isSensed ? (self.power.isOnBattery ? "on battery" : "by the vehicle") : nil
            ),
            self.item(
                "battery",
                "Backup battery",
                faults: [self.key(.batteryFailing), self.key(.batteryInsufficient)],
                isKnown: charge != nil ? true : hasBattery ? false : nil,
                measured: charge,
                limit: needed.map { "enough for \(Int($0.rounded(.up))) Wh" }
            ),
        ]
    }

    private var bluetoothItems: [SelfTestItem] {
        let reading = self.selfTest.bluetooth
        let (hasAdapter, hasPhone) = (
            self.configuration.selfTest.bluetooth != nil, self.configuration.selfTest.phone != nil
        )
        return [
            self.item(
                "bluetooth",
                "Bluetooth adapter",
                faults: [self.key(.bluetoothAdapterGone)],
                isKnown: hasAdapter ? reading != nil : nil,
                measured: self.configuration.selfTest.bluetooth,
                at: self.selfTest.bluetoothAt
            ),
            self.item(
                "phone",
                "Paired phone",
                faults: [self.key(.phoneNotPaired), self.key(.pairingBroken)],
                isKnown: hasPhone ? reading?.isPhonePaired != nil : nil,
                measured: reading?.isPhoneConnected.map { $0 ? "connected" : "not connected" },
                at: self.selfTest.bluetoothAt
            ),
        ]
    }

    private var ringItems: [SelfTestItem] {
        guard let settings = self.configuration.ring, let ring = self.ring else {
            return [self.item("ring", "Ring of the sound system", faults: [], isKnown: nil)]
        }
        let whole = self.item(
            "ring",
            "Ring of the sound system",
            faults: [self.key(.ringBroken), self.key(.ringUnstable)],
            isKnown: settings.senses[0].contains(.light) ? ring.isJudging && ring.level(.light, of: 0) == true : nil,
            measured: "\(ring.criticalUnlocks) moments without light"
        )
        let units = settings.units.indices.map { number in
            let (unit, senses) = (settings.units[number], settings.senses[number].intersection([.supply, .alive]))
            let isTold = senses.allSatisfy { ring.level($0, of: number) != nil }
            let isInPlace = ring.level(.bypass, of: number) != true
            return self.item(
                "ring:\(unit.name)",
                "Ring: \(unit.description)",
                faults: [self.key(.ringUnitUnpowered, unit.name), self.key(.ringUnitDead, unit.name)],
                isKnown: senses.isEmpty ? nil : ring.isJudging && isTold && isInPlace
            )
        }
        return [whole] + units
    }
}

extension Circuit {
    fileprivate var title: String {
        switch self {
        case .button: "Wire of the SOS button"
        case .crash: "Wire of the crash line"
        case .microphone: "Microphone"
        case .loudspeaker: "Loudspeaker"
        case .antenna: "GNSS antenna"
        case .networkAntenna: "Network antenna"
        case .led: "Green LED"
        case .lamp: "Malfunction lamp"
        case .chime: "Buzzer"
        }
    }
}
