/// Finds where a ring is broken, step by step with a mechanic: first what lines tell, then the light of units that were
/// started anew, then a loop in the place of those on both sides of the break.
///
/// Units that are started anew all send, also those that get no light; the first that gets none is behind the break. A
/// ring that runs and was dark at times is searched by dimming the light of one unit after another.
package struct RingBreakDiagnosis: Hashable, Sendable {
    /// What the mechanic has to do next.
    package enum Step: Hashable, Sendable {
        /// Take the supply from all units, wait, and give it back.
        case restart
        /// Say which relative position the head unit has stored in the restart: no line tells of the light at each unit.
        case position
        /// Put a loop in the place of this unit.
        case bypass(Int)
        /// Put this unit back in its place.
        case putBack(Int)
        /// Dim the light of this unit by 3 dB.
        case dim(Int)
        /// Nothing: the verdict is there.
        case done(RingVerdict)
    }

    private enum State: Hashable, Sendable {
        case waitingForRestart
        case waitingForPosition
        /// The break is between the two; a loop goes into the place of `at`, then perhaps of the others.
        case bypassing(at: Int, Break, others: [Int])
        /// The loop at this unit has closed nothing, and comes out again.
        case puttingBack(Int, Break, others: [Int])
        /// The light of `at` is dimmed, then that of the others; `otherwise` is the verdict when the ring bears that.
        case dimming(at: Int, others: [Int], otherwise: RingVerdict)
        case ended(RingVerdict)
    }

    /// Where light gets lost: between the last unit that may send and the first that sees nothing.
    private struct Break: Hashable, Sendable {
        let before: Int
        let zero: Int
    }

    private let units: [RingUnit]
    private var state: State

    /// Begins with what the lines say now, and with how often light was away for longer than the units bear.
    package init(_ units: [RingUnit], _ reading: RingReading, criticalUnlocks: Int = 0) {
        precondition(units.count == reading.units.count, "Every unit of the ring is read.")
        self.units = units
        switch Self.beginning(reading) {
        case .closed? where criticalUnlocks > 0: self.state = Self.dimming(units, reading, otherwise: .closed)
        case let verdict?: self.state = .ended(verdict)
        case nil: self.state = .waitingForRestart
        }
    }

    package var step: Step {
        switch self.state {
        case .waitingForRestart: .restart
        case .waitingForPosition: .position
        case .bypassing(let unit, _, _): .bypass(unit)
        case .puttingBack(let unit, _, _): .putBack(unit)
        case .dimming(let unit, _, _): .dim(unit)
        case .ended(let verdict): .done(verdict)
        }
    }

    /// The step, for a mechanic.
    package var sentence: String {
        switch self.step {
        case .restart:
            "Take the supply from all units of the ring for 45 s, give it back, and go on when they have started."
        case .position:
            "Read the relative position that the head unit has stored in the restart, and go on with it: no line tells of "
                + "the light at each unit."
        case .bypass(let unit): "Put the bypass loop in the place of the \(self.units[unit].description)."
        case .putBack(let unit): "Take the bypass loop out and connect the \(self.units[unit].description) again."
        case .dim(let unit):
            "Dim the light of the \(self.units[unit].description) by 3 dB for 5 s, and go on meanwhile."
        case .done(let verdict): verdict.mechanicSentence(self.units)
        }
    }

    /// What can be told before anything is taken apart: rules 1 and 2, and a ring that runs.
    private static func beginning(_ reading: RingReading) -> RingVerdict? {
        let unpowered = reading.units.indices.filter { reading.units[$0].hasSupply == false }
        if !unpowered.isEmpty { return .noSupply(unpowered) }
        if let dead = reading.units.indices.first(where: { Self.isDead(reading.units[$0]) }) {
            return reading.units[dead].hasSupply == true ? .dead(dead) : .deadOrUnpowered(dead)
        }
        switch reading.isClosed {
        case true?: return .closed
        case false?: return nil
        case nil: return .notMonitored
        }
    }

    private static func isDead(_ unit: RingReading.Unit) -> Bool { unit.isAlive == false && unit.isBypassed != true }

    /// The units without light, and whether every unit that has its place says whether it has any.
    private static func zeros(_ reading: RingReading) -> (units: [Int], isComplete: Bool) {
        let placed = reading.units.indices.filter { reading.units[$0].isBypassed != true }
        return (
            placed.filter { reading.units[$0].hasLight == false },
            placed.allSatisfy { reading.units[$0].hasLight != nil }
        )
    }

    /// One unit after another whose light can be dimmed.
    private static func dimming(_ units: [RingUnit], _ reading: RingReading, otherwise: RingVerdict) -> State {
        let dimmable = units.indices.filter { units[$0].canBeDimmed && reading.units[$0].isBypassed != true }
        guard let first = dimmable.first else { return .ended(otherwise) }
        return .dimming(at: first, others: Array(dimmable.dropFirst()), otherwise: otherwise)
    }

    /// The step is done, and this is what the lines say now; one that does not fit the step changes nothing.
    package mutating func done(_ reading: RingReading) {
        guard reading.units.count == self.units.count else { return }
        switch self.state {
        case .waitingForRestart:
            self.restarted(reading)
        case .bypassing(let unit, let place, let others):
            self.bypassed(unit, place, others, reading)
        case .puttingBack(_, let place, let others):
            self.next(place, others)
        case .dimming(let unit, let others, let otherwise):
            self.dimmed(unit, others, otherwise, reading)
        case .waitingForPosition, .ended:
            break
        }
    }

    /// The head unit has told its relative position after a restart, where no line tells of the light at each unit.
    ///
    /// A position that no unit of this ring can give changes nothing.
    package mutating func restarted(headUnitPosition position: Int) {
        switch self.state {
        case .waitingForRestart, .waitingForPosition: break
        case .bypassing, .puttingBack, .dimming, .ended: return
        }
        let nodes = self.units.reduce(0) { $0 + max(1, $1.nodes) }
        guard (0..<nodes).contains(position) else { return }
        // Counted back from the head unit by the nodes of each unit.
        var left = position
        var unit = 0
        while left > 0 {
            unit = unit == 0 ? self.units.count - 1 : unit - 1
            left -= max(1, self.units[unit].nodes)
        }
        guard left == 0 else { return }
        self.begin(zero: unit, isBypassed: { _ in false })
    }

    private mutating func restarted(_ reading: RingReading) {
        // One that does not live, or has lost its supply meanwhile, is the culprit itself.
        if let verdict = Self.beginning(reading), verdict != .closed, verdict != .notMonitored {
            self.state = .ended(verdict)
            return
        }
        let (zeros, isComplete) = Self.zeros(reading)
        guard let zero = zeros.first else {
            self.state = isComplete ? Self.dimming(self.units, reading, otherwise: .intermittent) : .waitingForPosition
            return
        }
        if let silent = Self.silentUnit(zeros, reading) {
            self.state = .ended(reading.units[silent].hasSupply == true ? .dead(silent) : .deadOrUnpowered(silent))
            return
        }
        guard zeros.count == 1 else {
            self.state = .ended(.severalBreaks(zeroUnits: zeros))
            return
        }
        self.begin(zero: zero) { reading.units[$0].isBypassed == true }
    }

    /// A unit that tells of no light, and gives the next one none: it does not live, where no line tells that it does.
    private static func silentUnit(_ zeros: [Int], _ reading: RingReading) -> Int? {
        guard zeros.count == 2 else { return nil }
        let count = reading.units.count
        return zeros.last { unit in
            var next = unit
            repeat { next = (next + 1) % count } while reading.units[next].isBypassed == true && next != unit
            return zeros.contains(next) && next != unit && reading.units[unit].isAlive == nil
        }
    }

    private mutating func begin(zero: Int, isBypassed: (Int) -> Bool) {
        var before = zero
        repeat { before = before == 0 ? self.units.count - 1 : before - 1 } while isBypassed(before) && before != zero
        // No loop can take the place of the head unit.
        self.next(Break(before: before, zero: zero), [before, zero].filter { $0 != 0 })
    }

    /// Asks for the next loop, or says what is left when none has closed the ring.
    private mutating func next(_ place: Break, _ units: [Int]) {
        guard let unit = units.first else {
            let isNextToHeadUnit = place.before == 0 || place.zero == 0
            self.state = .ended(
                isNextToHeadUnit
                    ? .fibreOrHeadUnit(from: place.before, to: place.zero)
                    : .fibre(from: place.before, to: place.zero)
            )
            return
        }
        self.state = .bypassing(at: unit, place, others: Array(units.dropFirst()))
    }

    /// The ring is closed when light comes to every unit that has its place and says so: one that was started anew sends
    /// by itself, so that the light of the head unit alone proves nothing.
    private mutating func bypassed(_ unit: Int, _ place: Break, _ others: [Int], _ reading: RingReading) {
        guard reading.units[unit].isBypassed != false, let isLit = reading.isClosed else { return }
        if isLit, Self.zeros(reading).units.allSatisfy({ $0 == unit }) {
            self.state = .ended(unit == place.before ? .transmitter(unit) : .receiver(unit))
        } else {
            self.state = .puttingBack(unit, place, others: others)
        }
    }

    private mutating func dimmed(_ unit: Int, _ others: [Int], _ otherwise: RingVerdict, _ reading: RingReading) {
        guard let isLit = reading.isClosed else { return }
        guard isLit else {
            var next = unit
            repeat { next = (next + 1) % self.units.count } while reading.units[next].isBypassed == true && next != unit
            self.state = .ended(.weakLink(from: unit, to: next))
            return
        }
        guard let following = others.first else {
            self.state = .ended(otherwise)
            return
        }
        self.state = .dimming(at: following, others: Array(others.dropFirst()), otherwise: otherwise)
    }
}
