import CallControl
import Dispatch
import GPIO
import NIOConcurrencyHelpers
import Net
import Seeds
import SIP
import Store
import Supervision
import Timeline

@testable import IVS

/// What outlives the vehicle's process besides its disk: the memory and the lines that the service manager keeps.
struct Survivors {
    /// What was handed to the store and not answered yet, with what will become of it, in order.
    var pending: [(records: [VehicleRecord], fate: Medium.Fate)] = []
    var inputs = ""
    /// The level that each line had last.
    var levels: [LineName: Level] = [:]
    /// Whether the computer started anew, and the lines with it.
    var isReboot = false
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
        let isReboot = self.endDisk()
        self.isOfReboot = isReboot
        for case .write(_, let records) in outputs { self.watch.wanted(records) }
        self.watch.keepsPromises(self.disk, at: self.now)
        var hasKept = !outputs.contains { if case .keepInputs = $0 { true } else { false } }
        // What was made again twice, and ended the run each time, is not made a third time.
        let isWornOut = InputMemory(text: self.survivors.inputs).states.values.contains { state in
            if case .unrecorded(_, let remakes) = state { remakes >= InputLines.maximumRemakes } else { false }
        }
        if isWornOut { hasKept = false }
        if isReboot {
            self.reboot()
            let id = self.vehicle.call.incident?.id.text
            hasKept = self.isClockSteady && self.unfinished.contains { $0.opening.id == id }
            if !self.isClockSteady || self.unfinished.isEmpty { self.watch.nothingIsOwed() }
        } else if self.isLongAgoOnRecord {
            hasKept = false
        }
        self.watch.killed(self.vehicle, durable: self.unfinished, hasKept: hasKept)
        self.closeAllOfVehicle()
        self.later(.restarts(self.generation), in: Int.random(in: 0...3_000, using: &self.random))
    }

    /// Whether what is open on disk was last seen too long ago by a clock that has been set since: nobody knows which of
    /// the two is right.
    private var isLongAgoOnRecord: Bool {
        self.unfinished.contains { incident in
            let age = Resumption.age(
                of: incident.seen,
                boot: "boot-\(self.boots)",
                at: Moment(instant: self.now, wall: self.wall)
            )
            return if case .known(let gap) = age { gap >= Resumption.longestGap } else { true }
        }
    }

    /// Ends the process on its disk, or the power; whether it was the power.
    private func endDisk() -> Bool {
        // Of what the disk had not answered, the first so many commits were made all the same.
        let committed = Int.random(in: 0...self.survivors.pending.count, using: &self.random)
        for write in self.survivors.pending.prefix(committed) {
            _ = self.medium.write(write.records, write.fate)  // Nobody is there to hear of it.
        }
        let next = self.survivors.pending.dropFirst(committed).first?.records ?? []
        self.survivors.pending = []
        let isPower = self.random.chance(40)
        do throws(StoreError) {
            if isPower {
                let change = Int64.random(in: 0...8, using: &self.random)
                self.note("the power is cut at change \(change) of a write of \(next.count) records")
                self.watch.mark("power cut")
                try self.medium.cut(during: next, at: change, seed: self.random.next())
            } else {
                try self.medium.abandon()
            }
        } catch {
            self.watch.fail("the store cannot be opened after a kill: \(error)", at: self.now)
        }
        return isPower
    }

    /// Whether a next boot knows how long ago something was: by a wall clock that was right all the time.
    private var isClockSteady: Bool { self.plan.isWallTrusted && self.isWallTrusted && self.wallStep == 0 }

    /// Long enough after the start; where the clock has become unsure since the power was cut, nobody knows how long.
    func judgeOwedCall() {
        self.watch.callWasOwed(isKnown: !self.isOfReboot || self.isClockSteady, at: self.now)
    }

    /// Nothing but the disk is left: neither what the service manager kept, nor what the lines have done.
    private func reboot() {
        self.boots += 1
        self.survivors.inputs = ""
        self.survivors.unread = []
        self.survivors.isReboot = true
    }

    func restart() {
        self.isDead = false
        self.note("the vehicle starts again")
        self.vehicle = IVS(
            configuration: self.plan.vehicle,
            boot: "boot-\(self.boots)",
            earlierInputs: InputMemory(text: self.survivors.inputs),
            random: SeededGenerator(seed: self.random.next()),
            agentRandom: SeededGenerator(seed: self.random.next()),
            isGateUnlocked: { false }
        )
        self.watch.recorderStarts(self.vehicle.flightHeader, at: self.now)
        self.vehicle.nextFlowNumber = UInt64(self.generation) * 1_000_000 + 1
        self.vehicleDiskBusyUntil = self.now
        let opens = Int.random(in: 1...400, using: &self.random)
        let opened = VehicleInput.storeOpened(unfinished: self.unfinished, ended: self.ended, recovery: nil)
        self.later(.toRun(self.generation, opened), in: opens)
        self.later(.callWasOwed(self.generation), in: opens + 2_000)
        self.step(.started)
        for (line, level) in self.survivors.levels.sorted(by: { $0.key < $1.key }) {
            let traits = LineTraits(lossDetection: .sequence, isResumed: !self.survivors.isReboot)
            self.step(.line(.traits(line: line, traits: traits)))
            self.step(.line(.level(line: line, level: level, at: self.now)))
        }
        self.survivors.isReboot = false
        let unread = self.survivors.unread
        self.survivors.unread = []
        for input in unread { self.step(input) }
        if !self.isStorm { self.step(.stopping) }
    }

    /// A line did something; a process that is not there reads it when it comes back.
    func survive(_ input: VehicleInput) {
        guard case .line(let event) = input else { return }
        guard case .edge(let edge) = event else { return }
        // While a computer starts nobody counts the edges of its lines.
        if self.survivors.isReboot {
            self.survivors.levels[edge.line] = edge.level
        } else {
            self.survivors.unread.append(input)
        }
    }

    /// The open incidents as a next run finds them on disk.
    var unfinished: [StoredIncident] {
        do throws(StoreError) {
            return try self.disk.unfinishedIncidents()
        } catch {
            self.watch.fail("the disk cannot be read: \(error)", at: self.now)
            return []
        }
    }
}

extension World {
    /// The emergency that an earlier run ended last.
    private var ended: StoredIncident? {
        do throws(StoreError) {
            return try self.disk.endedEmergency()
        } catch {
            self.watch.fail("the disk cannot be read: \(error)", at: self.now)
            return nil
        }
    }
}

extension VehicleStore {
    /// Purges and waits.
    func purgeNow(_ rule: PurgeRule) -> Result<PurgeReport, StoreError> {
        let answer = NIOLockedValueBox<Result<PurgeReport, StoreError>>(.failure(.closed))
        let isAnswered = DispatchSemaphore(value: 0)
        self.purge(rule) { result in
            answer.withLockedValue { $0 = result }
            isAnswered.signal()
        }
        isAnswered.wait()
        return answer.withLockedValue(\.self)
    }

    /// Writes and waits; what is in memory takes no time in the simulated world.
    func writeNow(_ records: [VehicleRecord]) -> StoreError? {
        let answer = NIOLockedValueBox<StoreError?>(nil)
        let isAnswered = DispatchSemaphore(value: 0)
        self.write(records) { result in
            if case .failure(let error) = result { answer.withLockedValue { $0 = error } }
            isAnswered.signal()
        }
        isAnswered.wait()
        return answer.withLockedValue(\.self)
    }
}
