import CallControl
import GPIO
import Net
import SIP
import Store
import Supervision
import Timeline

@testable import IVS
@testable import Store

/// What outlives the vehicle's process: its disk, the memory and the lines that the service manager keeps.
struct Survivors {
    /// What is on disk.
    var durable: [VehicleRecord] = []
    /// What was handed to the store and not answered yet, with what will become of it, in order.
    var pending: [(records: [VehicleRecord], fails: Bool)] = []
    var inputs = ""
    /// The level that each line had last.
    var levels: [LineName: Level] = [:]
    /// What lines did while nobody looked.
    var unread: [VehicleInput] = []
}

// The vehicle's process is killed, between any two actions of a step or at any time, and started again.
extension World {
    /// What a killed run has done so far stays; what it wanted next is never done.
    func kill(leaving outputs: ArraySlice<VehicleOutput> = []) {
        self.note("the vehicle is killed")
        self.watch.mark("killed in \(self.vehicle.call.state.rawValue)")
        self.generation += 1
        self.isDead = true
        self.killAfter = nil
        // Of what the disk had not answered, the first so many commits were made all the same.
        let committed = Int.random(in: 0...self.survivors.pending.count, using: &self.random)
        for write in self.survivors.pending.prefix(committed) where !write.fails {
            self.survivors.durable += write.records
        }
        self.survivors.pending = []
        for case .write(_, let records) in outputs { self.watch.wanted(records) }
        self.watch.killed(self.vehicle, durable: self.unfinished, at: self.now)
        self.closeAllOfVehicle()
        self.later(.restarts(self.generation), in: Int.random(in: 0...3_000, using: &self.random))
    }

    func restart() {
        self.isDead = false
        self.note("the vehicle starts again")
        self.vehicle = IVS(
            configuration: self.plan.vehicle,
            boot: "boot",
            earlierInputs: InputMemory(text: self.survivors.inputs),
            random: SeededGenerator(seed: self.random.next()),
            agentRandom: SeededGenerator(seed: self.random.next()),
            isGateUnlocked: { false }
        )
        self.vehicle.nextFlowNumber = UInt64(self.generation) * 1_000_000 + 1
        self.vehicleDiskBusyUntil = self.now
        let opens = Int.random(in: 1...400, using: &self.random)
        self.later(.toRun(self.generation, .storeOpened(unfinished: self.unfinished, recovery: nil)), in: opens)
        self.later(.callWasOwed(self.generation), in: opens + 2_000)
        self.step(.started)
        for (line, level) in self.survivors.levels.sorted(by: { $0.key < $1.key }) {
            let traits = LineTraits(lossDetection: .sequence, isResumed: true)
            self.step(.line(.traits(line: line, traits: traits)))
            self.step(.line(.level(line: line, level: level, at: self.now)))
        }
        let unread = self.survivors.unread
        self.survivors.unread = []
        for input in unread { self.step(input) }
        if !self.isStorm { self.step(.stopping) }
    }

    /// A line did something; a process that is not there reads it when it comes back.
    func survive(_ input: VehicleInput) {
        guard case .line(let event) = input else { return }
        if case .edge = event { self.survivors.unread.append(input) }
    }

    /// The open incidents as a next run finds them on disk.
    private var unfinished: [StoredIncident] {
        var incidents: [String: StoredIncident] = [:]
        var order: [String] = []
        for record in self.survivors.durable {
            switch record {
            case .incidentOpened(let opening):
                incidents[opening.id] = .opened(opening)
                order.append(opening.id)
            case .incidentChanged(let id, let change): incidents[id]?.take(change)
            case .attempt(let attempt): incidents[attempt.incident]?.take(attempt)
            case .incidentClosed(let id, _): incidents[id] = nil
            case .event, .messageSent, .level, .traceOmission, .traced: break
            }
        }
        return order.compactMap { incidents[$0] }
    }
}

extension StoredIncident {
    fileprivate static func opened(_ opening: IncidentOpening) -> StoredIncident {
        StoredIncident(
            number: 1,
            opening: opening,
            state: .open,
            profile: opening.profile,
            messageIdentifier: nil,
            isAcknowledged: false,
            wasConnected: false,
            crashFollowed: false,
            resumptions: 0,
            seen: opening.started,
            attempts: 0,
            lastAttempt: 0,
            lastCenter: nil,
            trace: StoredTrace(),
            outcome: nil,
            ended: nil
        )
    }

    /// As the tables do it.
    fileprivate mutating func take(_ change: IncidentChange) {
        self = StoredIncident(
            number: self.number,
            opening: self.opening,
            state: self.state,
            profile: change.profile ?? self.profile,
            messageIdentifier: change.messageIdentifier ?? self.messageIdentifier,
            isAcknowledged: change.isAcknowledged ?? self.isAcknowledged,
            wasConnected: change.wasConnected ?? self.wasConnected,
            crashFollowed: change.crashFollowed ?? self.crashFollowed,
            resumptions: change.resumptions ?? self.resumptions,
            seen: change.seen ?? self.seen,
            attempts: self.attempts,
            lastAttempt: self.lastAttempt,
            lastCenter: self.lastCenter,
            trace: self.trace,
            outcome: nil,
            ended: nil
        )
    }

    fileprivate mutating func take(_ attempt: AttemptRecord) {
        self = StoredIncident(
            number: self.number,
            opening: self.opening,
            state: self.state,
            profile: self.profile,
            messageIdentifier: self.messageIdentifier,
            isAcknowledged: self.isAcknowledged,
            wasConnected: self.wasConnected,
            crashFollowed: self.crashFollowed,
            resumptions: self.resumptions,
            seen: self.seen,
            attempts: self.attempts + 1,
            lastAttempt: max(self.lastAttempt, attempt.number),
            lastCenter: attempt.center,
            trace: self.trace,
            outcome: nil,
            ended: nil
        )
    }
}
