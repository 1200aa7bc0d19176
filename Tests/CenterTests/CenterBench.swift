import MSD
import NGECall
import Net
import Seeds
import SIP
import Store
import Supervision
import Testing
import Timeline

@testable import Center

/// One center on the bench, with a user agent as all vehicles, each on a connection of its own.
///
/// Nothing happens by itself but by `step` and `advance`; what is said is heard within the same instant.
final class CenterBench {
    /// What becomes of a write.
    enum Disk {
        case works
        case hangs
        case fails
    }

    private(set) var now = Instant.boot
    var center: Center
    var disk = Disk.works
    var vehicles: UserAgent
    private(set) var vehicleEvents: [UserAgent.Event] = []
    private(set) var events: [CenterEvent] = []
    private(set) var records: [CenterRecord] = []
    /// What the center sent, with the connection.
    private(set) var sent: [(message: Message, flow: Flow, at: Instant)] = []
    /// What went in and out, in order, as words.
    private(set) var trail: [String] = []
    private var flows: Set<Flow> = []
    private var nextFlow: UInt64 = 1
    private var arrivals: [Arrival] = []

    private enum Arrival {
        case center(CenterInput)
        case vehicles([UInt8], Flow)
        case vehiclesClosed(Flow)
    }

    init(_ change: (inout CenterConfiguration) -> Void = { _ in }) {
        var configuration = CenterConfiguration()
        change(&configuration)
        self.center = Center(
            configuration: configuration,
            boot: "boot-of-the-bench",
            random: SeededGenerator(seed: 21),
            agentRandom: SeededGenerator(seed: 22)
        )
        var agent = UserAgent.Configuration(contactUser: "ivs")
        agent.receivableInfoPackages = [EmergencyCallData.msdPackage]
        agent.allow.append(.refer)
        self.vehicles = UserAgent(configuration: agent, random: SeededGenerator(seed: 23))
    }

    var moment: Moment {
        let elapsed = Instant.boot.duration(to: self.now).components.seconds
        return Moment(
            instant: self.now,
            wall: WallTime(seconds: 1_790_000_000 + elapsed, isSynchronized: true)
        )
    }

    func step(_ input: CenterInput) {
        self.arrivals.append(.center(input))
        self.settle()
    }

    func command(_ line: String) {
        self.step(.command(OperatorCommand(line: line)))
    }

    /// Lets time pass, each deadline at its time.
    func advance(by duration: Duration) {
        let end = self.now.advanced(by: duration)
        while let next = Instant.earliest(self.center.nextDeadline, self.vehicles.nextDeadline), next <= end {
            self.now = max(self.now, next)
            self.take(self.center.deadlineReached(at: self.moment))
            self.takeVehicles(self.vehicles.deadlineReached(at: self.now))
            self.settle()
        }
        self.now = end
    }

    /// A vehicle does something.
    func vehicles(_ act: (inout UserAgent, Instant) -> [UserAgent.Output]) {
        self.takeVehicles(act(&self.vehicles, self.now))
        self.settle()
    }

    private func settle() {
        var index = 0
        while index < self.arrivals.count, index < 1_000_000 {
            let arrival = self.arrivals[index]
            index += 1
            switch arrival {
            case .center(let input):
                if case .written(let batch, _) = input { self.trail.append("written \(batch)") }
                self.take(self.center.step(input, at: self.moment))
            case .vehicles(let octets, let flow):
                self.takeVehicles(self.vehicles.received(octets, over: flow, at: self.now))
            case .vehiclesClosed(let flow):
                self.takeVehicles(self.vehicles.flowClosed(flow, because: "closed", at: self.now))
            }
        }
        self.arrivals = []
    }

    private func take(_ outputs: [CenterOutput]) {
        for output in outputs {
            switch output {
            case .send(let octets, let flow):
                if let message = try? Message(parsing: octets) {  // Pongs are no messages.
                    self.sent.append((message, flow, self.now))
                    self.trail.append("send \(message.method?.name ?? "\(message.status ?? 0)")")
                }
                if self.flows.contains(flow) { self.arrivals.append(.vehicles(octets, flow)) }
            case .close(let flow): self.cut(flow)
            case .hold(let flow, let isHeld): self.trail.append("\(isHeld ? "hold" : "release") \(flow.number)")
            case .write(let batch, let records):
                self.records += records
                self.trail.append("write \(batch)")
                switch self.disk {
                case .works: self.arrivals.append(.center(.written(batch: batch, nil)))
                case .fails: self.arrivals.append(.center(.written(batch: batch, .closed)))
                case .hangs: break
                }
            case .show(let event): self.events.append(event)
            }
        }
    }

    private func takeVehicles(_ outputs: [UserAgent.Output]) {
        for output in outputs {
            switch output {
            case .send(let message, let flow): self.toCenter(message.serialized(), over: flow)
            case .transmit(let octets, let flow): self.toCenter(octets, over: flow)
            case .close(let flow, _): self.cut(flow)
            case .event(let event): self.vehicleEvents.append(event)
            }
        }
    }

    private func toCenter(_ octets: [UInt8], over flow: Flow) {
        guard self.flows.contains(flow) else { return }
        self.arrivals.append(.center(.net(.received(flow, octets))))
    }

    /// Ends a connection at both ends; `settle` follows.
    private func cut(_ flow: Flow) {
        guard self.flows.remove(flow) != nil else { return }
        let failure = NetFailure(.read, .closedByPeer, at: "192.0.2.10:40001")
        self.arrivals += [.center(.net(.closed(flow, failure))), .vehiclesClosed(flow)]
    }

    func disconnect(_ flow: Flow) {
        self.cut(flow)
        self.settle()
    }

    /// Octets that no user agent would send.
    func receive(_ octets: [UInt8], over flow: Flow) {
        self.step(.net(.received(flow, octets)))
    }

    /// A new connection of a vehicle, or its first datagram.
    func connect(over transport: Transport = .tcp) -> Flow {
        let flow = Flow(number: self.nextFlow)
        self.nextFlow += 1
        self.flows.insert(flow)
        let local = FlowAddress(host: "192.0.2.1", port: 5_060)
        let remote = FlowAddress(host: "192.0.2.10", port: UInt16(clamping: 10_000 + flow.number))
        self.takeVehicles(
            self.vehicles.flowOpened(
                flow,
                transport: transport,
                local: remote,
                remote: local,
                keepAlive: nil,
                at: self.now
            )
        )
        self.step(.net(.accepted(flow, transport, local: local, remote: remote)))
        return flow
    }
}
