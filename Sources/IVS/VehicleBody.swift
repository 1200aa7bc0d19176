internal import CallControl
internal import ControlSocket
internal import GPIO
internal import Glibc
internal import Logging
internal import Net
internal import SIP
internal import Store
internal import Supervision
internal import Timeline

/// What only the loop touches: the vehicle's value, and the edges that carry out what it wants.
final class VehicleBody: LoopBody {
    /// The edges of one daemon.
    struct Ports: Sendable {
        let lines: any LineBank
        /// The same lines when they are simulated, for a tool that moves them.
        let simulatedLines: SimulatedLines?
        let notifier: ServiceNotifier
        /// Where the meaning of the inputs is kept for the next run; `nil` where nobody keeps it.
        let keptInputs: KeptText?
        let transport: SIPTransport
        let protection: CenterProtection
        let server: ControlServer
        /// The sockets besides, by what their clients may do.
        let sideServers: [ControlCircle: ControlServer]
        let store: LateStore
        let sensor: CrashSensor
        let recorder: FlightFile
        /// Looks at the machine, and at Bluetooth, off the loop; what comes of it comes back as events.
        let lookAtHost: @Sendable () -> Void
        let log: Logger
        /// Ended when nothing more is to be said to the centers.
        let departure: AsyncStream<Void>.Continuation

        /// The server whose client made a call.
        func server(of id: ControlCall.ID) -> ControlServer {
            VehicleRig.circle(ofConnection: id.connection).flatMap { self.sideServers[$0] } ?? self.server
        }
    }

    private var vehicle: IVS
    let ports: Ports
    private let post: @Sendable (VehicleInput) -> Void
    private var isServing = false
    private(set) var nextDeadline: Instant?

    init(_ vehicle: IVS, _ ports: Ports, post: @escaping @Sendable (VehicleInput) -> Void) {
        self.vehicle = vehicle
        self.ports = ports
        self.post = post
    }

    func handle(_ event: VehicleInput, at now: Instant) {
        self.perform(self.vehicle.step(event, at: Self.moment(now)))
        self.nextDeadline = self.vehicle.nextDeadline(after: now)
        switch event {
        case .line: self.ports.lines.handled()
        case .net(.received(let flow, _)): self.ports.transport.handled(flow)
        default: break
        }
    }

    func deadlineReached(at now: Instant) {
        self.perform(self.vehicle.deadlineReached(at: Self.moment(now)))
        self.nextDeadline = self.vehicle.nextDeadline(after: now)
    }

    func overflowed(by count: Int, at now: Instant) {
        self.handle(.overflow(count), at: now)
        self.ports.transport.allHandled()
    }

    static func moment(_ now: Instant) -> Moment {
        Moment(instant: now, wall: WallClock.now())
    }

    /// Starts the work of one step, in order; what comes of it comes back as events.
    ///
    /// The log comes last: a slow reader of the log holds up nothing that leaves.
    private func perform(_ outputs: [VehicleOutput]) {
        self.start(outputs)
        for case .log(let event) in outputs { self.log(event) }
    }

    private func start(_ outputs: [VehicleOutput]) {
        for output in outputs {
            switch output {
            case .send(let bytes, let flow): self.ports.transport.send(bytes, over: flow)
            case .reportLevels: self.ports.lines.report()
            case .keepInputs(let text): self.ports.keptInputs?.write(text)
            case .open(let flow, let endpoint, let center, let isChecked):
                let protection = self.ports.protection
                self.ports.transport.open(flow, to: endpoint, tls: protection.client(center, isChecked: isChecked))
                // For the next attempt; this one takes what there is.
                let post = self.post
                if protection.isFaulty(center) { protection.look { post(.protection($0)) } }
            case .close(let flow): self.ports.transport.close(flow)
            case .drive(let line, let level): self.drive(line, level)
            case .readLines:
                let post = self.post
                self.ports.lines.read { post(.linesRead(through: $0)) }
            case .write(let batch, let records): self.write(batch, records)
            case .failWrite(let batch): self.post(.written(batch: batch, Self.fullDisk))
            case .refuse(let flow, let endpoint):
                let place = "\(endpoint.host):\(endpoint.port)"
                self.post(.net(.failed(flow, NetFailure(.connect, .system(errno: EHOSTUNREACH), at: place))))
            case .readHost: self.ports.lookAtHost()
            case .purge(let rule):
                let post = self.post
                self.ports.store.purge(rule) { post(.purged($0)) }
                self.ports.recorder.forget(rule)
            case .recordDecision(let entry, let since): self.ports.recorder.add(entry, since: since)
            case .readLateData(let isSimulated):
                let post = self.post
                self.ports.store.lateData(isSimulated: isSimulated) { post(.lateDataRead($0)) }
            case .reply(let id, let parameters, let continues):
                self.ports.server(of: id).reply(id, parameters, continues: continues)
            case .fail(let id, let error, let parameters):
                self.ports.server(of: id).fail(id, error: error, parameters: parameters)
            case .simulate(let id, let command): self.simulate(id, command)
            case .moveLines(let commands): self.move(commands)
            case .ready:
                self.isServing = true
                self.ports.notifier.ready()
            case .showStatus(let text): self.ports.notifier.status(text)
            case .feedWatchdog: self.ports.notifier.alive(isServing: self.isServing)
            case .readIncidents(let id, let limit): self.readIncidents(id, limit: limit)
            case .readTrace(let id, let incident, let after): self.readTrace(id, incident: incident, after: after)
            case .playTrace(let id, let path): self.playTrace(id, path: path)
            case .readIncident(let id, let incident): self.readIncident(id, incident: incident)
            case .left: self.ports.departure.finish()
            case .log: break
            }
        }
    }

    /// What SQLite says of a full disk (SQLITE_FULL), on a rig that is given one.
    private static let fullDisk = StoreError.failed(reason: "the disk is full, as was injected", code: 13)

    private func drive(_ line: LineName, _ level: Level) {
        do {
            try self.ports.lines.drive(line, level)
        } catch {
            // The line reports its health itself; the loop drives it again when it is back.
            self.ports.log.debug("\(error)")
        }
    }

    private func write(_ batch: Int, _ records: [VehicleRecord]) {
        let post = self.post
        self.ports.store.write(records) { result in
            switch result {
            case .success: post(.written(batch: batch, nil))
            case .failure(let error): post(.written(batch: batch, error))
            }
        }
    }

    private func simulate(_ id: ControlCall.ID, _ command: LineCommand) {
        guard let lines = self.ports.simulatedLines else {
            preconditionFailure("the vehicle simulates nothing on a rig with real lines")
        }
        do throws(LineError) {
            try Self.perform(command, on: lines)
            self.ports.server(of: id).reply(id, [:])
        } catch {
            let (name, parameters) = error.controlError
            self.ports.server(of: id).fail(id, error: "\(ControlMethod.interface).\(name)", parameters: parameters)
        }
    }

    private static func perform(_ command: LineCommand, on lines: SimulatedLines) throws(LineError) {
        switch command {
        case .set(let line, let level): try lines.set(line, level)
        case .pulse(let line, let duration): try lines.pulse(line, duration)
        case .bounce(let line, let times, let period): try lines.bounce(line, times: times, period: period)
        case .play(let line, let signal): try lines.play(line, signal)
        case .stick(let line, let level): try lines.stick(line, level)
        case .vanish(let line): try lines.vanish(line)
        case .restore(let line): try lines.restore(line)
        }
    }

    private func move(_ commands: [LineCommand]) {
        guard let lines = self.ports.simulatedLines else { return }
        for command in commands {
            do throws(LineError) { try Self.perform(command, on: lines) } catch {
                // The line was taken away by hand; it comes back at the level that it has then.
                self.ports.log.debug("\(error)")
            }
        }
    }

    /// Reads off the loop: a reading waits for the writes before it.
    private func readIncidents(_ id: ControlCall.ID, limit: Int) {
        let server = self.ports.server(of: id)
        self.ports.store.incidents(limit: limit) { result in
            switch result {
            case .success(let incidents):
                server.reply(id, ["incidents": .array(incidents.map(\.json))])
            case .failure(let error):
                let reason: JSONValue = ["reason": .string(error.description)]
                server.fail(id, error: "\(ControlMethod.interface).StoreUnavailable", parameters: reason)
            }
        }
    }

    /// The same for a page of a trace.
    private func readTrace(_ id: ControlCall.ID, incident: String?, after: Int) {
        let server = self.ports.server(of: id)
        self.ports.store.trace(incident: incident, after: after) { result in
            switch result {
            case .success(let page?):
                server.reply(id, page.json)
            case .success(nil):
                let parameters: JSONValue = ["incident": incident.map(JSONValue.string) ?? .null]
                server.fail(id, error: ControlMethod.unknownIncident, parameters: parameters)
            case .failure(let error):
                let reason: JSONValue = ["reason": .string(error.description)]
                server.fail(id, error: "\(ControlMethod.interface).StoreUnavailable", parameters: reason)
            }
        }
    }

    private func log(_ event: VehicleEvent) {
        // What nobody reads is not written: a line that floods makes a thousand such events in a second.
        guard event.severity.level >= self.ports.log.logLevel else { return }
        var metadata: Logger.Metadata = ["state": "\(event.state.rawValue)"]
        if let incident = event.incident { metadata["incident"] = "\(incident)" }
        for (name, value) in event.fields { metadata[name] = "\(value)" }
        self.ports.log.log(level: event.severity.level, "\(event.kind.word): \(event.reason)", metadata: metadata)
    }
}

extension VehicleEvent.Severity {
    fileprivate var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}

extension LineError {
    /// The error of the interface that says the same.
    fileprivate var controlError: (name: String, parameters: JSONValue) {
        switch self {
        case .unknown(let name, let known):
            ("UnknownLine", ["name": .string(name.text), "known": .array(known.map { .string($0.text) })])
        case .wrongDirection(let name, _): ("NotAnInput", ["name": .string(name.text)])
        case .unusable(let name, let health):
            ("LineUnavailable", ["name": .string(name.text), "reason": .string(health.description)])
        case .outOfRange(_, let quantity, _, let allowed):
            ("OutOfRange", ["parameter": .string(quantity), "allowed": .string(allowed)])
        case .duplicate(let name): ("LineUnavailable", ["name": .string(name.text), "reason": "configured twice"])
        case .unwired(let name): ("LineUnavailable", ["name": .string(name.text), "reason": "it has no pin"])
        case .tooMany: ("OutOfRange", ["parameter": "lines", "allowed": .string("\(SimulatedLines.maximumLines)")])
        }
    }
}

extension StoredIncident {
    var json: JSONValue {
        [
            "id": .string(self.opening.id), "trigger": .string(self.opening.trigger),
            "profile": .string(self.profile), "state": .string(self.state.rawValue),
            "boot": .string(self.opening.started.boot),
            "at": .int(Int(self.opening.started.at.nanosecondsSinceBoot)), "time": self.opening.started.timeText,
            "attempts": .int(self.attempts), "acknowledged": .bool(self.isAcknowledged),
            "messageIdentifier": self.messageIdentifier.map { .int(Int($0)) } ?? .null,
            "outcome": self.outcome.map(JSONValue.string) ?? .null,
            "endedAt": self.ended.map { .int(Int($0.at.nanosecondsSinceBoot)) } ?? .null,
            "endedTime": self.ended?.timeText ?? .null,
            "late": self.late.map { .string($0.rawValue) } ?? .null,
        ]
    }
}

extension Stamp {
    var timeText: JSONValue {
        self.wallMilliseconds.map { .string(WallTime(milliseconds: $0).description) } ?? .null
    }
}
