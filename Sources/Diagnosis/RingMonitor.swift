package import Timeline

/// What the lines of a ring say while the vehicle runs: which unit has lost its supply or does not live, and whether light
/// comes round.
///
/// Feed every edge that has arrived before calling `deadlineReached(at:)`.
package struct RingMonitor: Hashable, Sendable {
    /// What a line of a unit tells.
    package enum Sense: String, Hashable, Sendable, CaseIterable {
        /// Active while there is voltage behind the fuse.
        case supply
        /// Toggles twice a second while the unit lives.
        case alive
        /// Active while light comes to the unit.
        case light
        /// Active while a loop is plugged in the place of the unit.
        case bypass
    }

    /// What is wrong, each for as long as it is.
    package enum Fault: Hashable, Sendable, Comparable {
        case noSupply(Int)
        case dead(Int)
        case broken
    }

    /// How long a level has to stay to count.
    package static let settles = Duration.milliseconds(100)
    /// How long a supply may be away, and a line of life stand still.
    package static let faultAfter = Duration.seconds(2)

    /// A level of a line, and since when it is so.
    private struct Level: Hashable {
        var isActive: Bool
        var since: Instant
    }

    private let units: [RingUnit]
    private let senses: [Set<Sense>]
    private var levels: [[Sense: Level]]
    private var watch = RingWatch()
    /// What was wrong when that was looked at last.
    package private(set) var faults: Set<Fault> = []

    /// `senses` says which lines each unit has, in the order of the units.
    package init(_ units: [RingUnit], senses: [Set<Sense>]) {
        precondition(units.count == senses.count && units.count >= 2, "Each unit of a ring says which lines it has.")
        self.units = units
        self.senses = senses
        self.levels = Array(repeating: [:], count: units.count)
    }

    /// How often light was away for longer than the units bear.
    package var criticalUnlocks: Int { self.watch.criticalUnlocks }

    /// A level that a line has from that instant on; one that it has already changes nothing.
    package mutating func told(_ sense: Sense, of unit: Int, isActive: Bool, at stamp: Instant) -> [RingWatch.News] {
        guard self.levels.indices.contains(unit), self.senses[unit].contains(sense) else { return [] }
        guard self.levels[unit][sense]?.isActive != isActive else { return [] }
        self.levels[unit][sense] = Level(isActive: isActive, since: stamp)
        // A unit that has its supply or its place back begins to live now.
        if sense == .supply && isActive || sense == .bypass && !isActive { self.levels[unit][.alive]?.since = stamp }
        guard unit == 0, sense == .light else { return [] }
        return isActive ? self.watch.lit(at: stamp) : self.watch.dark(at: stamp)
    }

    /// A line can be used no more: nothing is known by it.
    package mutating func lost(_ sense: Sense, of unit: Int) {
        guard self.levels.indices.contains(unit) else { return }
        self.levels[unit][sense] = nil
        if unit == 0, sense == .light { self.watch = RingWatch() }
    }

    /// The level of a line as it was told last; `nil` before that.
    package func level(_ sense: Sense, of unit: Int) -> Bool? {
        self.levels.indices.contains(unit) ? self.levels[unit][sense]?.isActive : nil
    }

    /// What is known at an instant, for a diagnosis.
    package func reading(at now: Instant) -> RingReading {
        RingReading(
            units: self.units.indices.map { unit in
                RingReading.Unit(
                    hasSupply: self.settled(.supply, of: unit, at: now),
                    isAlive: self.levels[unit][.alive].map { $0.since.advanced(by: Self.faultAfter) > now },
                    hasLight: self.levels[unit][.light]?.isActive,
                    isBypassed: self.settled(.bypass, of: unit, at: now) ?? false
                )
            }
        )
    }

    /// A level once it has stayed; while it moves, what it was before.
    private func settled(_ sense: Sense, of unit: Int, at now: Instant) -> Bool? {
        self.levels[unit][sense].map { level in
            level.since.advanced(by: Self.settles) <= now ? level.isActive : !level.isActive
        }
    }

    package var nextDeadline: Instant? {
        var deadlines = [self.watch.nextDeadline].compactMap(\.self)
        for unit in self.units.indices {
            if let supply = self.levels[unit][.supply], !supply.isActive, !self.faults.contains(.noSupply(unit)) {
                deadlines.append(supply.since.advanced(by: Self.faultAfter))
            }
            if let life = self.life(of: unit), !self.faults.contains(.dead(unit)) {
                deadlines.append(life.since.advanced(by: Self.faultAfter))
            }
        }
        return deadlines.min()
    }

    /// The line of life of a unit that ought to live: not of one with a loop in its place, nor of one without supply.
    private func life(of unit: Int) -> Level? {
        let levels = self.levels[unit]
        return levels[.bypass]?.isActive == true || levels[.supply]?.isActive == false ? nil : levels[.alive]
    }

    /// Time has come to `nextDeadline`, or something was told: what the light says, and what is wrong by now.
    package mutating func deadlineReached(at now: Instant) -> [RingWatch.News] {
        let news = self.watch.deadlineReached(at: now)
        var faults: Set<Fault> = self.watch.isBroken ? [.broken] : []
        for unit in self.units.indices {
            if let supply = self.levels[unit][.supply], !supply.isActive,
                supply.since.advanced(by: Self.faultAfter) <= now
            {
                faults.insert(.noSupply(unit))
            } else if let life = self.life(of: unit), life.since.advanced(by: Self.faultAfter) <= now {
                faults.insert(.dead(unit))
            }
        }
        self.faults = faults
        return news
    }

    /// What can be said of it without taking anything apart; `nil` where light has gone and nothing says why.
    package func verdict(at now: Instant) -> RingVerdict? {
        let unpowered = self.units.indices.filter { self.faults.contains(.noSupply($0)) }
        if !unpowered.isEmpty { return .noSupply(unpowered) }
        if let dead = self.units.indices.first(where: { self.faults.contains(.dead($0)) }) {
            return self.levels[dead][.supply] == nil ? .deadOrUnpowered(dead) : .dead(dead)
        }
        guard self.levels[0][.light] != nil else { return .notMonitored }
        return self.faults.contains(.broken) ? nil : .closed
    }
}
