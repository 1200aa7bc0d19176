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
        /// Light was away again and again for longer than the units bear.
        case unstable
    }

    /// How long a level has to stay to count.
    package static let settles = Duration.milliseconds(100)
    /// How long a supply may be away, and a line of life stand still.
    package static let faultAfter = Duration.seconds(2)

    /// How long units may take to start: what does not work by then does not work.
    package static let startsWithin = Duration.seconds(10)
    /// How many moments without light, within `unstableWithin`, make a ring unstable; single ones come with a start.
    package static let unstableCount = 3
    package static let unstableWithin = Duration.seconds(600)

    private enum State: Hashable {
        /// The vehicle is off: its units have put their light out, and no line proves anything.
        case asleep
        /// The units start, since then; from the first thing that is told where that is not known. Faults stay as they were.
        case starting(since: Instant?)
        case running
    }

    /// A level of a line, and since when it is so.
    private struct Level: Hashable {
        var isActive: Bool
        var since: Instant
    }

    private let units: [RingUnit]
    private let senses: [Set<Sense>]
    private var levels: [[Sense: Level]]
    private var watch = RingWatch()
    private var state = State.starting(since: nil)
    /// The last moments without light, not more than make a ring unstable.
    private var unlocks: [Instant] = []
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
    package private(set) var criticalUnlocks = 0

    /// Whether what the lines say proves anything: not while the vehicle is off, nor while its units start.
    package var isJudging: Bool {
        switch self.state {
        case .running: true
        case .asleep, .starting: false
        }
    }

    /// The vehicle is off: what its units do now is no fault, and what was one stays one.
    package mutating func sleeps() {
        self.state = .asleep
    }

    /// The vehicle is on, and its units start.
    package mutating func wakes(at now: Instant) {
        switch self.state {
        case .asleep: self.state = .starting(since: now)
        case .starting, .running: break
        }
    }

    /// A level that a line has from that instant on; one that it has already changes nothing.
    package mutating func told(_ sense: Sense, of unit: Int, isActive: Bool, at stamp: Instant) -> [RingWatch.News] {
        guard self.levels.indices.contains(unit), self.senses[unit].contains(sense) else { return [] }
        guard self.levels[unit][sense]?.isActive != isActive else { return [] }
        self.levels[unit][sense] = Level(isActive: isActive, since: stamp)
        // A unit that has its supply or its place back begins to live now.
        if sense == .supply && isActive || sense == .bypass && !isActive { self.levels[unit][.alive]?.since = stamp }
        if self.state == .starting(since: nil) { self.state = .starting(since: stamp) }
        guard unit == 0, sense == .light, self.isJudging else { return [] }
        return self.counted(isActive ? self.watch.lit(at: stamp) : self.watch.dark(at: stamp), at: stamp)
    }

    private mutating func counted(_ news: [RingWatch.News], at stamp: Instant) -> [RingWatch.News] {
        for case .criticalUnlock in news {
            self.criticalUnlocks += 1
            self.unlocks = self.unlocks.suffix(Self.unstableCount - 1) + [stamp]
        }
        return news
    }

    /// The units have started when every line tells what it ought to, and at the latest after `startsWithin`.
    private mutating func judgeStart(at now: Instant) -> [RingWatch.News] {
        guard case .starting(let since?) = self.state else { return [] }
        guard since.advanced(by: Self.startsWithin) <= now || self.hasStarted(at: now) else { return [] }
        self.state = .running
        self.watch = RingWatch()
        guard let light = self.levels[0][.light] else { return [] }
        return light.isActive ? self.watch.lit(at: now) : self.watch.dark(at: max(since, light.since))
    }

    private func hasStarted(at now: Instant) -> Bool {
        self.units.indices.allSatisfy { unit in
            let levels = self.levels[unit]
            let isLiving = levels[.alive].map { $0.since.advanced(by: Self.faultAfter) > now } ?? false
            return self.senses[unit].allSatisfy { sense in
                switch sense {
                case .supply, .light: levels[sense]?.isActive == true
                case .alive: isLiving
                case .bypass: levels[.bypass]?.isActive == false
                }
            }
        }
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
                    isBypassed: self.settled(.bypass, of: unit, at: now)
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
        switch self.state {
        case .asleep: return nil
        case .starting(let since): return since?.advanced(by: Self.startsWithin)
        case .running: break
        }
        var deadlines = [self.watch.nextDeadline, self.isStableAt].compactMap(\.self)
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

    /// When an unstable ring is one no longer.
    private var isStableAt: Instant? {
        guard self.faults.contains(.unstable), let last = self.unlocks.last else { return nil }
        return last.advanced(by: Self.unstableWithin)
    }

    private func isUnstable(at now: Instant) -> Bool {
        guard self.unlocks.count >= Self.unstableCount, let first = self.unlocks.first, let last = self.unlocks.last
        else { return false }
        return last.advanced(by: Self.unstableWithin) > now
            && (self.faults.contains(.unstable) || first.duration(to: last) <= Self.unstableWithin)
    }

    /// The line of life of a unit that ought to live: not of one with a loop in its place, nor of one without supply.
    private func life(of unit: Int) -> Level? {
        let levels = self.levels[unit]
        return levels[.bypass]?.isActive == true || levels[.supply]?.isActive == false ? nil : levels[.alive]
    }

    /// Time has come to `nextDeadline`, or something was told: what the light says, and what is wrong by now.
    package mutating func deadlineReached(at now: Instant) -> [RingWatch.News] {
        var news = self.judgeStart(at: now)
        guard self.isJudging else { return news }
        news += self.counted(self.watch.deadlineReached(at: now), at: now)
        var faults: Set<Fault> = self.watch.isBroken ? [.broken] : []
        if self.isUnstable(at: now) { faults.insert(.unstable) }
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
    package var verdict: RingVerdict? {
        let unpowered = self.units.indices.filter { self.faults.contains(.noSupply($0)) }
        if !unpowered.isEmpty { return .noSupply(unpowered) }
        if let dead = self.units.indices.first(where: { self.faults.contains(.dead($0)) }) {
            return self.levels[dead][.supply] == nil ? .deadOrUnpowered(dead) : .dead(dead)
        }
        guard self.levels[0][.light] != nil else { return .notMonitored }
        // The units behind a break that were started anew send by themselves, and the last of them to the head unit.
        let isWhole = self.levels.allSatisfy { $0[.light]?.isActive != false || $0[.bypass]?.isActive == true }
        return self.faults.contains(.broken) || !isWhole ? nil : .closed
    }
}
