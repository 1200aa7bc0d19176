internal import Supervision
internal import CallControl
internal import ControlSocket
internal import CrashSensing
internal import GPIO
internal import MSD
internal import Positioning
internal import Timeline

extension IVS {
    /// A call of the control socket, or the end of a client.
    mutating func controlEvent(_ event: ControlEvent, at now: Moment) {
        switch event {
        case .call(let call): self.controlCall(call, at: now)
        case .gone(let connection):
            self.ledger.watchers.removeAll { $0.connection == connection.number }
        case .dropped(let drop):
            self.note(.eventsLost, drop.description, at: now, severity: .warning)
            guard let connection = drop.connection else { return }
            self.ledger.watchers.removeAll { $0.connection == connection.number }
        }
    }

    private mutating func controlCall(_ call: ControlCall, at now: Moment) {
        let method = ControlMethod(fullName: call.method)
        guard call.connection.circle.allows(method) else {
            return self.fail(call, "NotPermitted", ["method": .string(call.method)])
        }
        switch method {
        case .status: self.outputs.append(.reply(call.id, self.status(at: now), continues: false))
        case .watch: self.watch(call, at: now)
        case .why: self.why(call)
        case .timers: self.outputs.append(.reply(call.id, self.timerStatus(at: now), continues: false))
        case .incidents:
            let limit = min(1_000, max(1, call.parameters["limit"]?.asInt ?? 20))
            self.outputs.append(.readIncidents(call.id, limit: limit))
        case .trace: self.readTrace(call)
        case .describeIncident:
            self.outputs.append(.readIncident(call.id, incident: call.parameters["incident"]?.asString ?? ""))
        case .playAcceleration:
            guard self.requireSimulation(call, "the accelerometer") else { return }
            self.outputs.append(.playTrace(call.id, path: call.parameters["file"]?.asString))
        case .faults: self.outputs.append(.reply(call.id, self.faultReply(), continues: false))
        case .selfTest: self.runSelfTest(call, at: now)
        case .inspect: self.outputs.append(.reply(call.id, self.inspection(at: now), continues: false))
        case .injections: self.outputs.append(.reply(call.id, self.injectionReply(), continues: false))
        case .injectFault, .healFault: self.inject(call, at: now)
        case .shutGate: self.shutGate(call, at: now)
        case .clearFaults: self.clearFaults(call, at: now)
        case .diagnoseRing: self.diagnoseRing(call, at: now)
        case .breakRing, .mendRing, .plugRing, .restartRing: self.simulateRing(call)
        case .setVehicle: self.setVehicle(call, at: now)
        case .tellBluetooth: self.tellBluetooth(call, at: now)
        case .setPosition: self.setPosition(call, at: now)
        case .clearPosition: self.clearPosition(call, at: now)
        case .testCall: self.testCall(call, at: now)
        case .setGarageMode: self.setGarageMode(call, at: now)
        case .setLine, .pulseLine, .bounceLine, .playLine, .stickLine, .vanishLine, .restoreLine, .pressButton:
            self.simulate(call)
        case nil:
            self.outputs.append(
                .fail(
                    call.id,
                    error: "org.varlink.service.MethodNotImplemented",
                    ["method": .string(call.method)]
                )
            )
        }
    }

    private mutating func watch(_ call: ControlCall, at now: Moment) {
        guard call.more else {
            return self.outputs.append(.fail(call.id, error: "org.varlink.service.ExpectedMore", [:]))
        }
        self.ledger.watchers.append(call.id)
        let hello = VehicleEvent(
            sequence: self.ledger.sequence,
            moment: now,
            kind: .watching,
            severity: .debug,
            incident: self.call.incident?.id,
            state: self.call.state,
            reason: "every event after this one is told",
            fields: [:],
            privateFields: [:]
        )
        self.outputs.append(.reply(call.id, ["event": hello.json], continues: true))
    }

    private mutating func why(_ call: ControlCall) {
        guard let explanation = self.ledger.explanation else {
            return self.fail(call, "NothingHappened", [:])
        }
        let event = explanation.event
        let timer: JSONValue =
            explanation.timerName.map { name in
                ["name": .string(name), "milliseconds": .int((explanation.timerValue ?? .zero).wholeMilliseconds)]
            } ?? .null
        let sentence =
            explanation.from == explanation.to
            ? "\(event.kind.word) left the call \(explanation.to.rawValue): \(event.reason)."
            : "\(event.kind.word) took the call from \(explanation.from.rawValue) to \(explanation.to.rawValue): "
                + "\(event.reason)."
        self.outputs.append(
            .reply(
                call.id,
                [
                    "sentence": .string(sentence), "event": event.json, "from": .string(explanation.from.rawValue),
                    "to": .string(explanation.to.rawValue),
                    "guard": explanation.guardName.map(JSONValue.string) ?? .null, "timer": timer,
                ],
                continues: false
            )
        )
    }

    private mutating func testCall(_ call: ControlCall, at now: Moment) {
        let isIdle = self.call.state == .idle || self.call.state == .ended
        self.queue.append(.test)
        let reason = isIdle ? "the test call starts" : CallReason.testNeedsIdle.sentence
        self.outputs.append(
            .reply(call.id, ["started": .bool(isIdle), "reason": .string(reason)], continues: false)
        )
    }

    /// Shuts the 112 gate until the next start: somebody else than who unlocked it can reach this rig.
    private mutating func shutGate(_ call: ControlCall, at now: Moment) {
        if !self.isGateShut {
            self.isGateShut = true
            self.note(.gateShut, "the 112 gate is shut until the next start", at: now, severity: .warning)
        }
        self.outputs.append(.reply(call.id, [:], continues: false))
    }

    private mutating func setPosition(_ call: ControlCall, at now: Moment) {
        guard self.requireSimulation(call, "the position") else { return }
        let number = { (name: String) in call.parameters[name]?.asInt.flatMap(Int32.init(exactly:)) ?? Int32.max }
        let position = Position(
            positionLatitude: number("latitudeMilliarcseconds"),
            positionLongitude: number("longitudeMilliarcseconds")
        )
        let course = call.parameters["directionDegrees"]?.asDouble
        let direction = course.map(Direction.step(courseDegrees:))
        // Without an error figure nothing is known of the quality: the position is told and not trusted.
        let error = call.parameters["errorMeters"]?.asDouble
        guard error.map((0...Self.maximumErrorMeters).contains) ?? true else {
            return self.outOfRange(call, "errorMeters", "0 to \(Int(Self.maximumErrorMeters))")
        }
        guard direction != Direction.unknown else { return self.outOfRange(call, "directionDegrees", "0 to 360") }
        let fix = Fix(
            position: position,
            radius95Meters: error.map { Int($0.rounded(.up)) },
            direction: direction,
            takenAt: now.instant
        )
        guard let fix else {
            let parameter =
                Position.latitudes.contains(position.positionLatitude)
                ? "longitudeMilliarcseconds" : "latitudeMilliarcseconds"
            let range = parameter.hasPrefix("lat") ? Position.latitudes : Position.longitudes
            return self.outOfRange(call, parameter, "\(range.lowerBound) to \(range.upperBound)")
        }
        self.locations.update(fix)
        self.note(.positionSet, "the position of the simulated rig was set", at: now)
        self.outputs.append(.reply(call.id, [:], continues: false))
    }

    /// The largest radius that says anything: half the earth's circumference.
    private static let maximumErrorMeters = 20_000_000.0

    private mutating func clearPosition(_ call: ControlCall, at now: Moment) {
        guard self.requireSimulation(call, "the position") else { return }
        self.locations = RecentLocations()
        self.note(.positionSet, "the position of the simulated rig is unknown", at: now)
        self.outputs.append(.reply(call.id, [:], continues: false))
    }

    /// Does something to a simulated line; the lines themselves refuse names and directions that do not fit.
    private mutating func simulate(_ call: ControlCall) {
        guard self.requireSimulation(call, "a line") else { return }
        let name = LineName(call.parameters["name"]?.asString ?? self.configuration.lines.button.text)
        let level = call.parameters["level"]?.asString.flatMap(Level.init(rawValue:)) ?? .inactive
        let milliseconds = { (member: String, otherwise: Int) in
            Duration.milliseconds(call.parameters[member]?.asInt ?? otherwise)
        }
        let command: LineCommand
        switch ControlMethod(fullName: call.method) {
        case .pulseLine: command = .pulse(name, milliseconds("milliseconds", 0))
        case .pressButton: command = .pulse(name, milliseconds("holdMilliseconds", Self.defaultPressMilliseconds))
        case .bounceLine:
            command = .bounce(
                name,
                times: call.parameters["times"]?.asInt ?? 0,
                period: milliseconds("milliseconds", 1)
            )
        case .playLine:
            guard let signal = self.signal(call) else { return }
            command = .play(name, signal)
        case .stickLine: command = .stick(name, level)
        case .vanishLine: command = .vanish(name)
        case .restoreLine: command = .restore(name)
        case .setLine, .status, .watch, .why, .timers, .incidents, .describeIncident, .trace, .setPosition,
            .clearPosition, .setVehicle, .playAcceleration, .testCall, .setGarageMode, .faults, .clearFaults,
            .diagnoseRing, .breakRing, .mendRing, .plugRing, .restartRing, .selfTest, .inspect, .injections,
            .injectFault, .healFault, .shutGate, .tellBluetooth, nil:
            command = .set(name, level)
        }
        self.outputs.append(.simulate(call.id, command))
    }

    /// What a profile's unit sends, idle or in a crash; refuses a profile that the configuration does not have.
    private mutating func signal(_ call: ControlCall) -> LineSignal? {
        let name = call.parameters["profile"]?.asString ?? ""
        guard let profile = self.configuration.knownCrashProfiles[name] else {
            let known = self.configuration.knownCrashProfiles.keys.sorted().joined(separator: ", ")
            self.outOfRange(call, "profile", known)
            return nil
        }
        let part = { (part: CrashLineProfile.Part) in LineSignal.Part(part.high ? .active : .inactive, part.length) }
        let isCrash = call.parameters["signal"]?.asString == "crash"
        return LineSignal(
            once: isCrash ? profile.crashParts.map(part) : [],
            again: profile.idleParts.map(part),
            rest: profile.rest ? .active : .inactive
        )
    }

    /// A press that counts by the default hold of 1 s, with a margin for a slow machine.
    private static let defaultPressMilliseconds = 1_200

    private mutating func requireSimulation(_ call: ControlCall, _ what: String) -> Bool {
        guard !self.configuration.isSimulated else { return true }
        self.fail(call, "NotSimulated", ["what": .string("\(what) of a real rig is not driven from here")])
        return false
    }

    mutating func outOfRange(_ call: ControlCall, _ parameter: String, _ allowed: String) {
        self.fail(call, "OutOfRange", ["parameter": .string(parameter), "allowed": .string(allowed)])
    }

    mutating func fail(_ call: ControlCall, _ error: String, _ parameters: JSONValue) {
        self.outputs.append(.fail(call.id, error: "\(ControlMethod.interface).\(error)", parameters))
    }
}

/// The methods of the interface `net.ecall.ecalld`.
package enum ControlMethod: String, CaseIterable, Sendable {
    case status = "Status"
    case watch = "Watch"
    case why = "Why"
    case timers = "Timers"
    case incidents = "Incidents"
    case trace = "Trace"
    case faults = "Faults"
    case clearFaults = "ClearFaults"
    case selfTest = "SelfTest"
    case inspect = "Inspect"
    case injections = "Injections"
    case injectFault = "InjectFault"
    case healFault = "HealFault"
    case shutGate = "ShutGate"
    case diagnoseRing = "DiagnoseRing"
    case breakRing = "BreakRing"
    case mendRing = "MendRing"
    case plugRing = "PlugRing"
    case restartRing = "RestartRing"
    case describeIncident = "DescribeIncident"
    case playAcceleration = "PlayAcceleration"
    case setLine = "SetLine"
    case pulseLine = "PulseLine"
    case bounceLine = "BounceLine"
    case playLine = "PlayLine"
    case stickLine = "StickLine"
    case vanishLine = "VanishLine"
    case restoreLine = "RestoreLine"
    case pressButton = "PressButton"
    case setVehicle = "SetVehicle"
    case tellBluetooth = "TellBluetooth"
    case setPosition = "SetPosition"
    case clearPosition = "ClearPosition"
    case testCall = "TestCall"
    case setGarageMode = "SetGarageMode"

    /// Whether the method changes nothing.
    var onlyReads: Bool {
        switch self {
        case .status, .watch, .why, .timers, .incidents, .describeIncident, .trace, .faults, .inspect, .injections: true
        case .setLine, .pulseLine, .bounceLine, .playLine, .stickLine, .vanishLine, .restoreLine, .pressButton,
            .setVehicle, .setPosition, .clearPosition, .playAcceleration, .testCall, .setGarageMode, .clearFaults,
            .diagnoseRing, .breakRing, .mendRing, .plugRing, .restartRing, .selfTest, .injectFault, .healFault,
            .shutGate, .tellBluetooth:
            false
        }
    }

    package static let interface = "net.ecall.ecalld"
    /// The error of `trace` for an incident that is not on record.
    package static let unknownIncident = "\(Self.interface).UnknownIncident"

    /// The name as it is called.
    package var fullName: String { "\(Self.interface).\(self.rawValue)" }

    init?(fullName: String) {
        guard let dot = fullName.lastIndex(of: "."), fullName[..<dot] == Self.interface else { return nil }
        self.init(rawValue: String(fullName[fullName.index(after: dot)...]))
    }
}

extension ControlCircle {
    /// Whether clients of such a socket may call a method; one that does not exist is refused as that.
    fileprivate func allows(_ method: ControlMethod?) -> Bool {
        switch self {
        case .change: true
        // A page that is reachable from the network shuts the gate, and that makes a rig only safer; a self-test rings
        // nowhere.
        case .view: method?.onlyReads ?? true || method == .shutGate || method == .selfTest
        case .bus: method == .setVehicle || method == .tellBluetooth || method == nil
        }
    }
}

extension Duration {
    /// Milliseconds, the rest cut off.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = self.components
        return Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}
