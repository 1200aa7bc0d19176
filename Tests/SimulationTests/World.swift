import CallControl
import GPIO
import Net
import Seeds
import SIP
import Store
import Supervision
import Timeline

@testable import Center
@testable import IVS

/// Both ends in one value: the vehicle, its centers, and a network, disks, lines and operators that a seed makes.
///
/// The storm of faults and triggers lasts for `Plan.storm`; then nothing fails any more and everything has to end.
final class World {
    /// The number of events after which a walk counts as endless.
    static let maximumSteps = 200_000
    /// How long after the storm everything must have come to rest: the redial window, one ringing time, the
    /// transactions' linger, and the shows of the end.
    static let restWait = Duration.seconds(600)

    enum Happening {
        /// What the world does to the vehicle, whichever run of it there is.
        case vehicle(VehicleInput)
        /// What one run of the vehicle asked for; the next one knows nothing of it.
        case toRun(Int, VehicleInput)
        case kill
        case restarts(Int)
        case callWasOwed(Int)
        case center(Int, CenterInput)
        case connected(Flow)
        case refused(Flow)
        case toCenter(Flow, [UInt8])
        case toVehicle(Flow, [UInt8])
        case endAtCenter(Flow, NetFailure)
        case endAtVehicle(Flow, NetFailure)
        case operators
        /// The wall clock is set, and is synchronized from then on, or not.
        case clock(step: Int64, isTrusted: Bool)
        /// The vehicle's disk takes no more than so many octets, or is cleaned up.
        case diskLimit(Int64)
        case stormEnds
    }

    let seed: UInt64
    let plan: Plan
    var random: SeededGenerator
    var faults: Plan.Faults
    var now = Instant.boot
    var isStorm = true
    var queue = EventQueue<Happening>()
    var vehicle: IVS
    var centers: [Center]
    var paths: [Flow: Path] = [:]
    var vehicleDiskBusyUntil = Instant.boot
    /// Counts the runs of the vehicle.
    var generation = 0
    var isDead = false
    /// After how many more of its actions the vehicle is killed.
    var killAfter: Int?
    var survivors = Survivors()
    /// The level to which each output was driven last.
    var shown: [LineName: Level] = [:]
    let medium: Medium
    /// The vehicle's record, by the code that writes it in the field.
    var disk: VehicleStore { self.medium.store }
    /// Whether the wall clock is synchronized at this moment, and by how many seconds it has been set.
    var isWallTrusted = true
    var wallStep: Int64 = 0
    /// Whether the power was cut at the last kill.
    var isOfReboot = false
    /// Counts the boots of the vehicle's computer.
    var boots = 1
    var watch = Invariants()
    private(set) var trace: [String] = []
    private(set) var steps = 0

    init(seed: UInt64) {
        self.seed = seed
        var random = SeededGenerator(seed: seed)
        self.plan = Plan(random: &random)
        self.faults = self.plan.faults
        self.vehicle = IVS(
            configuration: self.plan.vehicle,
            boot: "boot-1",
            random: SeededGenerator(seed: random.next()),
            agentRandom: SeededGenerator(seed: random.next()),
            isGateUnlocked: { false }
        )
        self.centers = self.plan.centers.map { configuration in
            Center(
                configuration: configuration,
                boot: "boot",
                random: SeededGenerator(seed: random.next()),
                agentRandom: SeededGenerator(seed: random.next())
            )
        }
        do {
            self.medium = try Medium()
        } catch {
            preconditionFailure("A store on an empty disk can be made: \(error)")
        }
        self.random = random
        self.isWallTrusted = self.plan.isWallTrusted
        self.watch.configuration = self.plan.vehicle
        self.watch.recorderStarts(self.vehicle.flightHeader, at: self.now)
    }

    var wall: WallTime {
        let elapsed = Instant.boot.duration(to: self.now).components.seconds
        let seconds = 1_790_000_000 + elapsed + self.wallStep + elapsed * Int64(self.plan.wallDrift) / 1_000_000
        return WallTime(seconds: seconds, isSynchronized: self.isWallTrusted)
    }

    /// Walks until everything is at rest, or the walk has shown that it never will be.
    func run() {
        self.prepare()
        let end = Instant.boot.advanced(by: Plan.storm + Self.restWait)
        while self.isStorm || !self.isAtRest {
            guard let next = self.nextTime, next <= end, self.steps < Self.maximumSteps else {
                return self.watch.fail("nothing came to rest: \(self.unrest)", at: self.now)
            }
            self.now = max(self.now, next)
            self.deadlines()
            while let happening = self.queue.takeDue(at: self.now) {
                self.steps += 1
                self.happen(happening)
            }
        }
        self.watch.atRest(self.vehicle, at: self.now)
        let isOffered = self.plan.vehicle.profile == .privateCenter
        if isOffered, self.vehicle.lateOffers.isNothing, (try? self.disk.lateData(isSimulated: true)) != .some(nil) {
            self.watch.fail("data waits on disk, and nobody will offer it", at: self.now)
        }
        // What is open on disk would be gone on with by a next run.
        for incident in self.unfinished {
            self.watch.fail("incident \(incident.opening.id) is open on disk for ever", at: self.now)
        }
    }

    private var nextTime: Instant? {
        let vehicle = self.isDead ? nil : self.vehicle.nextDeadline(after: self.now)
        let centers = self.centers.compactMap(\.nextDeadline).min()
        return Instant.earliest(self.queue.next, vehicle, centers)
    }

    private func deadlines() {
        if !self.isDead {
            if let due = self.vehicle.nextDeadline(after: self.now), due <= self.now { self.steps += 1 }
            self.perform(self.vehicle.deadlineReached(at: Moment(instant: self.now, wall: self.wall)))
        }
        for index in self.centers.indices {
            guard let due = self.centers[index].nextDeadline, due <= self.now else { continue }
            self.steps += 1
            self.perform(
                self.centers[index].deadlineReached(at: Moment(instant: self.now, wall: self.wall)),
                ofCenter: index
            )
        }
    }

    private func happen(_ happening: Happening) {
        switch happening {
        case .vehicle(let input): self.step(input)
        case .toRun(let run, let input): if run == self.generation { self.step(input) }
        case .kill: self.killAfter = Int.random(in: 0...40, using: &self.random)
        case .restarts(let run): if run == self.generation { self.restart() }
        case .callWasOwed(let run): if run == self.generation { self.judgeOwedCall() }
        case .center(let index, let input): self.step(input, center: index)
        case .connected(let flow): self.connected(flow)
        case .refused(let flow): self.refused(flow)
        case .toCenter(let flow, let octets): self.arrived(octets, atCenterOver: flow)
        case .toVehicle(let flow, let octets): self.arrived(octets, atVehicleOver: flow)
        case .endAtCenter(let flow, let failure): self.ended(flow, failure, atVehicle: false)
        case .endAtVehicle(let flow, let failure): self.ended(flow, failure, atVehicle: true)
        case .operators: self.operatorsAct()
        case .clock(let wanted, let isTrusted):
            // One that is synchronized is never found wrong by more.
            let step = self.isWallTrusted ? max(-2, min(2, wanted)) : wanted
            self.note("the wall clock is set by \(step) s, synchronized: \(isTrusted)")
            self.watch.mark("clock set")
            self.wallStep += step
            self.isWallTrusted = isTrusted
        case .diskLimit(let octets):
            self.note("the disk takes \(octets) octets")
            self.medium.limit(octets)
        case .stormEnds:
            self.isStorm = false
            self.faults = .none
            self.killAfter = nil
            self.medium.limit(0)
            // Registrations would be refreshed for ever; their removal ends what has to end.
            self.step(.stopping)
        }
    }

    func step(_ input: VehicleInput) {
        guard !self.isDead else { return self.survive(input) }
        var input = input
        switch input {
        case .written(let batch, _):
            self.watch.written(batch)
            let write = self.survivors.pending.removeFirst()
            let error = self.medium.write(write.records, write.fate)
            if error == nil { self.watch.promised(write.records) }
            input = .written(batch: batch, error)
        case .line(.level(let line, let level, _)): self.survivors.levels[line] = level
        case .line(.edge(let edge)): self.survivors.levels[edge.line] = edge.level
        default: break
        }
        self.perform(self.vehicle.step(input, at: Moment(instant: self.now, wall: self.wall)))
    }

    func step(_ input: CenterInput, center index: Int) {
        self.perform(
            self.centers[index].step(input, at: Moment(instant: self.now, wall: self.wall)),
            ofCenter: index
        )
    }

    func later(_ happening: Happening, in milliseconds: Int) {
        self.queue.put(happening, at: self.now.advanced(by: .milliseconds(milliseconds)))
    }

    func note(_ line: String) {
        self.trace.append("\(self.now.nanosecondsSinceBoot / 1_000_000) \(line)")
    }

    /// Whether no call, transaction, write or octet is under way anywhere.
    var isAtRest: Bool { self.unrest.isEmpty }

    /// What is still under way.
    private var unrest: String {
        var words: [String] = []
        if self.isDead { words.append("the vehicle is dead") }
        if !self.survivors.pending.isEmpty { words.append("writes are under way") }
        if self.vehicle.call.state != .idle { words.append("the vehicle is \(self.vehicle.call.state)") }
        if !self.vehicle.userAgent.isQuiet { words.append("the vehicle's user agent is busy") }
        if self.vehicle.hold != nil || self.vehicle.waitingAttempt != nil { words.append("something waits to be sent") }
        if self.vehicle.indicators.nextDeadline(after: self.now) != nil { words.append("an output is moving") }
        if self.vehicle.equipment.nextDeadline(after: self.now) != nil { words.append("a requested output is moving") }
        if self.vehicle.inputs.nextDeadline != nil { words.append("an input is moving") }
        if self.vehicle.leaveBy != nil { words.append("the vehicle has not left its registrars") }
        if self.vehicle.transfer != nil { words.append("a call is being transferred") }
        if self.vehicle.ledger.retryAt != nil { words.append("a record waits to be tried again") }
        if !self.vehicle.legs.isEmpty { words.append("\(self.vehicle.legs.count) legs are left") }
        if self.vehicle.unfinished != nil { words.append("an earlier call is not decided on") }
        if self.vehicle.traceDeadline != nil { words.append("messages wait to be kept") }
        for (index, center) in self.centers.enumerated() where center.callCount > 0 || !center.userAgent.isQuiet {
            words.append("center \(index + 1) has \(center.callCount) calls")
        }
        return words.joined(separator: ", ")
    }
}
