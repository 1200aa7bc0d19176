import CallControl
import ControlSocket
import GPIO
import MSD
import NGECall
import Net
import Positioning
import Seeds
import SIP
import Store
import Supervision
import Testing
import Timeline

@testable import IVS

/// One vehicle on the bench: a user agent plays every center, and store, lines and connections do as they are told.
///
/// Nothing happens by itself but by `step` and `advance`; what is said without delay is heard within the same instant.
final class VehicleBench {
    /// What becomes of a write.
    enum Disk {
        case works
        case takes(Duration)
        case fails(StoreError)
    }

    /// What becomes of an attempt to connect.
    enum Hop {
        case accepts
        case refuses
        case hangs
        /// Somebody who takes the connection and says nothing in the handshake, where the certificate is looked at.
        case mute
        /// Somebody over TLS whose certificate is refused, where it is looked at.
        case shows(CertificateRefusal)
        /// The center over TLS, with a date that no clock can confirm.
        case dated(remark: String)
    }

    static let vin = "ECALLEXAMPLE02026"
    /// Seconds since 1970 at the boot of the bench.
    static let wallAtBoot: Int64 = 1_790_000_000

    private(set) var now = Instant.boot
    var ivs: IVS
    var disk = Disk.works
    /// By the port of the center; those that are not here accept.
    var hops: [UInt16: Hop] = [:]
    /// What becomes of TCP connections to a center whose own transport is UDP.
    var streams = Hop.accepts
    var isWallTrusted = true
    /// By how many seconds the wall clock was set.
    var wallStep: Int64 = 0
    /// Whether messages reach the center and the vehicle.
    var isWireWhole = true

    var center: UserAgent
    var incoming: [(call: UserAgent.Call, invite: Message, flow: Flow)] = []
    private(set) var centerEvents: [UserAgent.Event] = []
    private(set) var fromCenter: [Message] = []

    /// What went in and out, in order, as words.
    private(set) var trail: [String] = []
    private(set) var events: [VehicleEvent] = []
    private(set) var records: [VehicleRecord] = []
    /// The same as they were handed over.
    private(set) var writes: [(records: [VehicleRecord], at: Instant)] = []
    private(set) var sent: [(message: Message, flow: Flow, at: Instant)] = []
    /// Keep-alives and whatever else is no message.
    private(set) var pings: [(flow: Flow, at: Instant)] = []
    private(set) var opened: [(flow: Flow, endpoint: Endpoint, at: Instant)] = []
    private(set) var levels: [LineName: Level] = [:]
    private(set) var drives: [(line: LineName, level: Level, at: Instant)] = []
    private(set) var statuses: [String] = []
    private(set) var purges: [PurgeRule] = []
    /// What the store says of a purge.
    var purgeResult = Result<PurgeReport, StoreError>.success(
        PurgeReport(emergencies: 0, privateIncidents: 0, remaining: 0, isLogEmpty: true)
    )
    /// What the flight recorder was given.
    private(set) var decisions: [FlightEntry] = []
    private(set) var decisionStamps: [Stamp] = []
    /// What the store says of data that is to be offered late, one after another; then there is none.
    var lateData: [Result<LateData?, StoreError>] = []
    private(set) var lateDataReadings = 0
    /// Whether the answers of the store find the mailbox full.
    var swallowsLateData = false
    private(set) var keptInputs = ""
    private(set) var replies: [(call: ControlCall.ID, parameters: JSONValue)] = []
    private(set) var failures: [(error: String, parameters: JSONValue)] = []
    private(set) var commands: [LineCommand] = []
    private(set) var traceReadings: [(call: ControlCall.ID, incident: String?, after: Int)] = []

    /// What comes of a request to read the lines.
    enum LineReadings {
        case atOnce
        case never
    }
    var lineReading = LineReadings.atOnce

    /// What the center would say and, this time, never does.
    var withholds: (Message) -> Bool = { _ in false }

    private enum Arrival {
        case vehicle(VehicleInput)
        case center([UInt8], Flow)
        case centerOpened(Flow)
        case centerClosed(Flow)
    }

    private var arrivals: [Arrival] = []
    private var later: [(at: Instant, input: VehicleInput)] = []
    private var openFlows: [Flow: Endpoint] = [:]
    private var edges: UInt64 = 0
    private var calls: UInt64 = 0

    init(
        _ configuration: VehicleConfiguration = VehicleBench.configuration(),
        isGateUnlocked: Bool = false,
        earlierInputs: String = "",
        secrets: CenterSecrets = CenterSecrets()
    ) {
        self.ivs = IVS(
            configuration: configuration,
            boot: "boot-of-the-bench",
            earlierInputs: InputMemory(text: earlierInputs),
            secrets: secrets,
            random: SeededGenerator(seed: 11),
            agentRandom: SeededGenerator(seed: 13),
            isGateUnlocked: { isGateUnlocked }
        )
        var center = UserAgent.Configuration(contactUser: "psap")
        center.accept = EmergencyAnswer.standardAccept
        center.allow += [.register, .notify, .message]
        self.center = UserAgent(configuration: center, random: SeededGenerator(seed: 12))
    }

    /// A rig of `centers` centers on loopback without a lamp check, changed by `change`.
    static func configuration(
        centers: Int = 1,
        host: String = "127.0.0.1",
        _ change: (inout VehicleConfiguration) -> Void = { _ in }
    ) -> VehicleConfiguration {
        guard let vin = try? VIN(Self.vin),  // The constant is a VIN.
            let position = Position(latitudeDegrees: 48.1515, longitudeDegrees: 11.5779)
        else { preconditionFailure("The constants of the bench are valid.") }
        var configuration = VehicleConfiguration(
            vehicle: .init(vin: vin),
            centers: (0..<centers).map { index in
                .init(
                    name: "center-\(index + 1)",
                    endpoint: Endpoint(transport: .tcp, host: host, port: UInt16(5_061 + index)),
                    uri: "sip:sos@center-\(index + 1).invalid"
                )
            }
        )
        configuration.lampCheck = .zero
        configuration.lines.cover = "sos-cover"
        configuration.position = Fix(position: position, radius95Meters: 15, direction: 45, takenAt: nil)
        change(&configuration)
        return configuration
    }

    /// A started rig of which every input is at rest and the cover open.
    static func started(
        _ configuration: VehicleConfiguration = VehicleBench.configuration(),
        isGateUnlocked: Bool = false,
        secrets: CenterSecrets = CenterSecrets(),
        hops: [UInt16: Hop] = [:]
    ) -> VehicleBench {
        let bench = VehicleBench(configuration, isGateUnlocked: isGateUnlocked, secrets: secrets)
        bench.hops = hops
        bench.step(.started)
        bench.step(.line(.level(line: "sos-button", level: .inactive, at: bench.now)))
        bench.step(.line(.level(line: "sos-cover", level: .active, at: bench.now)))
        bench.step(.line(.level(line: "crash", level: .inactive, at: bench.now)))
        bench.advance(by: .seconds(1))
        return bench
    }

    var moment: Moment {
        let elapsed = Instant.boot.duration(to: self.now).components.seconds
        return Moment(
            instant: self.now,
            wall: WallTime(seconds: Self.wallAtBoot + elapsed + self.wallStep, isSynchronized: self.isWallTrusted)
        )
    }
}

// Time and events.
extension VehicleBench {
    func step(_ input: VehicleInput) {
        self.arrivals.append(.vehicle(input))
        self.settle()
    }

    /// Lets time pass, each deadline at its time.
    func advance(by duration: Duration) {
        let end = self.now.advanced(by: duration)
        while let next = Instant.earliest(
            self.ivs.nextDeadline(after: self.now),
            self.center.nextDeadline,
            self.later.map(\.at).min()
        ), next <= end {
            self.now = max(self.now, next)
            let due = self.later.filter { $0.at <= self.now }
            self.later.removeAll { $0.at <= self.now }
            self.arrivals += due.map { .vehicle($0.input) }
            self.settle()
            self.take(self.ivs.deadlineReached(at: self.moment))
            self.takeCenter(self.center.deadlineReached(at: self.now))
            self.settle()
        }
        self.now = end
    }

    /// The vehicle's process stands still for so long; then its loop finds what is due.
    func standStill(for duration: Duration) {
        self.now = self.now.advanced(by: duration)
        self.take(self.ivs.deadlineReached(at: self.moment))
        self.settle()
    }

    private func settle() {
        var turns = 0
        while !self.arrivals.isEmpty, turns < 10_000 {
            turns += 1
            switch self.arrivals.removeFirst() {
            case .vehicle(let input):
                if case .written(let batch, let error) = input {
                    self.trail.append(error == nil ? "written \(batch)" : "failed \(batch)")
                }
                self.take(self.ivs.step(input, at: self.moment))
            case .center(let octets, let flow):
                self.takeCenter(self.center.received(octets, over: flow, at: self.now))
            case .centerOpened(let flow): self.openAtCenter(flow)
            case .centerClosed(let flow):
                self.takeCenter(self.center.flowClosed(flow, because: "closed", at: self.now))
            }
        }
        #expect(turns < 10_000, "the bench never comes to rest")
    }

    private func take(_ outputs: [VehicleOutput]) {
        for output in outputs {
            switch output {
            case .drive(let line, let level):
                self.levels[line] = level
                self.drives.append((line, level, self.now))
            case .readLines: self.readLines()
            case .reportLevels: self.trail.append("report the levels")
            case .keepInputs(let text): self.keptInputs = text
            case .open(let flow, let endpoint, _, let isChecked): self.open(flow, endpoint, isChecked)
            case .send(let octets, let flow): self.send(octets, over: flow)
            case .close(let flow): self.closed(flow, NetFailure(.close, .closedHere, at: "the center"))
            case .write(let batch, let records): self.write(batch, records)
            case .purge(let rule):
                self.purges.append(rule)
                self.arrivals.append(.vehicle(.purged(self.purgeResult)))
            case .recordDecision(let entry, let since):
                self.decisions.append(entry)
                self.decisionStamps.append(since)
            case .readLateData:
                self.lateDataReadings += 1
                if self.swallowsLateData { break }
                let found = self.lateData.isEmpty ? .success(nil) : self.lateData.removeFirst()
                self.arrivals.append(.vehicle(.lateDataRead(found)))
            case .reply(let call, let parameters, _): self.replies.append((call, parameters))
            case .fail(_, let error, let parameters): self.failures.append((error, parameters))
            case .simulate(_, let command): self.commands.append(command)
            case .moveLines(let commands): self.commands += commands
            case .ready: self.trail.append("ready")
            case .showStatus(let text): self.statuses.append(text)
            case .feedWatchdog: self.trail.append("feed the watchdog")
            case .readIncidents: self.trail.append("read incidents")
            case .readIncident, .playTrace: break
            case .readHost: self.trail.append("look at the machine")
            case .failWrite(let batch):
                self.arrivals.append(.vehicle(.written(batch: batch, .failed(reason: "disk full", code: 13))))
            case .refuse(let flow, let endpoint):
                let failure = NetFailure(.connect, .system(errno: 113), at: "\(endpoint.host):\(endpoint.port)")
                self.arrivals.append(.vehicle(.net(.failed(flow, failure))))
            case .readTrace(let call, let incident, let after): self.traceReadings.append((call, incident, after))
            case .left: self.trail.append("left")
            case .log(let event): self.events.append(event)
            }
        }
    }

    private func readLines() {
        switch self.lineReading {
        case .atOnce: self.arrivals.append(.vehicle(.linesRead(through: self.now)))
        case .never: self.trail.append("read the lines")
        }
    }

    private func write(_ batch: Int, _ records: [VehicleRecord]) {
        self.records += records
        self.writes.append((records, self.now))
        self.trail.append("write \(batch)")
        switch self.disk {
        case .works: self.arrivals.append(.vehicle(.written(batch: batch, nil)))
        case .fails(let error): self.arrivals.append(.vehicle(.written(batch: batch, error)))
        case .takes(let duration):
            self.later.append((self.now.advanced(by: duration), .written(batch: batch, nil)))
        }
    }
}

// Connections and what goes over them.
extension VehicleBench {
    private func open(_ flow: Flow, _ endpoint: Endpoint, _ isChecked: Bool) {
        self.opened.append((flow, endpoint, self.now))
        self.trail.append("open \(endpoint.port)")
        let isStream =
            endpoint.transport == .tcp
            && self.ivs.configuration.centers.contains { $0.endpoint.port == endpoint.port && $0.endpoint != endpoint }
        switch isStream ? self.streams : self.hops[endpoint.port] ?? .accepts {
        case .hangs: break
        case .refuses:
            let failure = NetFailure(.connect, .system(errno: 111), at: "\(endpoint.host):\(endpoint.port)")
            self.arrivals.append(.vehicle(.net(.failed(flow, failure))))
        case .accepts:
            self.stand(flow, endpoint, FlowSecurity(isVerified: true))
        case .mute where isChecked: self.arrivals.append(.vehicle(.net(.securing(flow))))
        case .shows(let refusal) where isChecked:
            let failure = NetFailure(.secure, .certificate(refusal), at: "\(endpoint.host):\(endpoint.port)")
            self.arrivals.append(.vehicle(.net(.failed(flow, failure))))
        case .shows, .mute:
            self.stand(flow, endpoint, FlowSecurity(isVerified: false, remark: "who answers has not been checked"))
        case .dated(let remark):
            self.stand(flow, endpoint, FlowSecurity(.dated, remark: remark))
        }
    }

    /// The connection that was opened last, and hangs, stands after all.
    func standAfterAll() throws {
        let (flow, endpoint, _) = try #require(self.opened.last)
        self.stand(flow, endpoint, FlowSecurity(isVerified: false, remark: "who answers has not been checked"))
        self.settle()
    }

    private func stand(_ flow: Flow, _ endpoint: Endpoint, _ security: FlowSecurity) {
        self.openFlows[flow] = endpoint
        self.arrivals.append(.centerOpened(flow))
        if endpoint.transport == .tls { self.arrivals.append(.vehicle(.net(.secured(flow, security)))) }
        self.arrivals.append(.vehicle(.net(self.openedEvent(flow, endpoint))))
    }

    func openedEvent(_ flow: Flow, _ endpoint: Endpoint) -> NetEvent {
        let local = FlowAddress(host: endpoint.host == "127.0.0.1" ? "127.0.0.1" : "192.0.2.10", port: 40_001)
        return .opened(flow, endpoint.transport, local: local, remote: .init(host: endpoint.host, port: endpoint.port))
    }

    private func openAtCenter(_ flow: Flow) {
        guard let endpoint = self.openFlows[flow] else { return }
        let outputs = self.center.flowOpened(
            flow,
            transport: endpoint.transport,
            local: FlowAddress(host: endpoint.host, port: endpoint.port),
            remote: FlowAddress(host: "192.0.2.10", port: 40_001),
            keepAlive: nil,
            at: self.now
        )
        self.takeCenter(outputs)
    }

    private func send(_ octets: [UInt8], over flow: Flow) {
        guard self.openFlows[flow] != nil else { return }
        if let message = try? Message(parsing: octets) {  // Pings are no messages.
            self.sent.append((message, flow, self.now))
            self.trail.append("send \(message.method?.name ?? "\(message.status ?? 0)")")
        } else {
            self.pings.append((flow, self.now))
        }
        if self.isWireWhole { self.arrivals.append(.center(octets, flow)) }
    }

    /// Ends a connection at both ends.
    func cut(_ flow: Flow) {
        self.closed(flow, NetFailure(.read, .system(errno: 104), at: "127.0.0.1:5061"))
        self.settle()
    }

    /// ICMP says that nobody takes the datagrams of a flow.
    func refuseDatagrams(of flow: Flow) {
        self.closed(flow, NetFailure(.read, .system(errno: 111), at: "127.0.0.1:5061"))
        self.settle()
    }

    /// The transport of an open flow; `nil` when it is not open.
    func transport(of flow: Flow) -> Transport? { self.openFlows[flow]?.transport }

    private func closed(_ flow: Flow, _ failure: NetFailure) {
        guard self.openFlows.removeValue(forKey: flow) != nil else { return }
        self.arrivals += [.vehicle(.net(.closed(flow, failure))), .centerClosed(flow)]
    }

    /// Whether a connection to the center on `port` stands, over `transport` when it is given.
    func isOpen(_ port: UInt16, over transport: Transport? = nil) -> Bool {
        self.openFlows.values.contains { $0.port == port && (transport ?? $0.transport) == $0.transport }
    }

    private func takeCenter(_ outputs: [UserAgent.Output]) {
        for output in outputs {
            switch output {
            case .send(let message, let flow):
                guard !self.withholds(message) else { continue }
                self.fromCenter.append(message)
                self.toVehicle(message.serialized(), over: flow)
            case .transmit(let octets, let flow): self.toVehicle(octets, over: flow)
            case .close(let flow, _): self.closed(flow, NetFailure(.read, .closedByPeer, at: "the center"))
            case .event(let event):
                self.centerEvents.append(event)
                if case .incoming(let call, let invite, let flow) = event { self.incoming.append((call, invite, flow)) }
            }
        }
    }

    private func toVehicle(_ octets: [UInt8], over flow: Flow) {
        guard self.isWireWhole, self.openFlows[flow] != nil else { return }
        self.arrivals.append(.vehicle(.net(.received(flow, octets))))
    }

    /// The center does something.
    func center(_ act: (inout UserAgent, Instant) -> [UserAgent.Output]) {
        self.takeCenter(act(&self.center, self.now))
        self.settle()
    }
}

// Lines and calls of the socket.
extension VehicleBench {
    /// A line that this run has taken over from an earlier one, or finds anew, with its level.
    func take(over line: LineName, _ level: Level, at instant: Instant? = nil, isResumed: Bool = true) {
        self.step(.line(.traits(line: line, traits: LineTraits(lossDetection: .sequence, isResumed: isResumed))))
        self.step(.line(.level(line: line, level: level, at: instant ?? self.now)))
    }

    func edge(_ line: LineName, _ level: Level) {
        self.edges += 1
        self.step(.line(.edge(Edge(line: line, level: level, at: self.now, sequence: self.edges))))
    }

    /// Presses the button and lets go again.
    func press(for duration: Duration = .milliseconds(1_200)) {
        self.edge("sos-button", .active)
        self.advance(by: duration)
        self.edge("sos-button", .inactive)
        self.advance(by: .milliseconds(100))
    }

    /// A crash unit's pulse.
    func crash() {
        self.edge("crash", .active)
        self.advance(by: .milliseconds(200))
        self.edge("crash", .inactive)
        self.advance(by: .milliseconds(100))
    }

    /// Calls a method of the control socket and returns the name of the call.
    @discardableResult
    func call(_ method: ControlMethod, _ parameters: JSONValue = [:], more: Bool = false) -> ControlCall.ID {
        self.calls += 1
        let call = ControlCall.numbered(self.calls, method.fullName, parameters, more: more)
        self.step(.control(.call(call)))
        return call.id
    }

    func gone(_ call: ControlCall.ID) {
        self.step(.control(.gone(.numbered(call.connection))))
    }

    /// The reply to a call that has one.
    func reply(_ method: ControlMethod, _ parameters: JSONValue = [:]) throws -> JSONValue {
        let call = self.call(method, parameters)
        return try #require(self.replies.last { $0.call == call }?.parameters)
    }
}
