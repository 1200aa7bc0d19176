package import Timeline

/// Turns the edges of a crash line that carries a signal into a crash or a fault, by the edges' own time stamps.
///
/// Feed every edge that has arrived before calling `deadlineReached(at:)`.
package struct CrashWaveformMachine: Hashable, Sendable {
    /// A crash signal that is going on.
    private enum Burst: Hashable {
        case none
        /// Long enough; it counts unless its last edge turns out to be a glitch.
        case deciding(began: Instant, at: Instant)
        /// It has counted; what follows without a gap belongs to it.
        case counted
    }

    private enum Health: Hashable {
        case unknown
        case alive
        case faulty
    }

    private enum Ignition: Hashable {
        /// Nobody says; it was off from then on when that was told last, `nil` where it was not.
        case unknown(offSince: Instant?)
        /// `nil` where it has been on before that was told, or was off for no more than a moment.
        case on(since: Instant?)
        case off(since: Instant)
    }

    private let profile: CrashLineProfile
    private var reception: WaveformReception
    /// As it was before the last edge, should that be half of a glitch.
    private var before: WaveformReception
    private var burst = Burst.none
    /// Until when the burst that is going on was taken for what a unit sends at its start; then it is judged again.
    private var ignoredUntil: Instant?
    private var health = Health.unknown
    private var ignition = Ignition.unknown(offSince: nil)
    private var lockedUntil: Instant?
    private var blankUntil: Instant
    /// Edges are missing: the next level that is read is the line's.
    private var awaitsLevel = false

    /// A line that was found at a level when it was opened.
    ///
    /// `isInBurst` says that an earlier run has counted a signal that may still be going on.
    package init(_ profile: CrashLineProfile, high: Bool, at start: Instant, isInBurst: Bool = false) {
        self.profile = profile
        self.reception = WaveformReception(high: high, at: start)
        self.before = self.reception
        self.blankUntil = start.advanced(by: profile.startupBlank)
        self.burst = isInBurst ? .counted : .none
    }

    /// The level of the line as its last edge left it.
    package var isHigh: Bool { self.reception.high }

    /// Whether the unit behind the line has shown that it lives, and has not stopped doing so for long.
    package var isAlive: Bool { self.health == .alive }

    /// Since when a signal is coming in that has not counted yet.
    package var pendingSince: Instant? {
        switch self.burst {
        case .none: self.reception.heldSince
        case .deciding(let began, _): began
        case .counted: nil
        }
    }

    /// Whether no burst that has counted is going on.
    package var isAtRest: Bool { self.burst != .counted }

    /// When `deadlineReached(at:)` is next owed.
    package var nextDeadline: Instant? {
        let decision: Instant? =
            switch self.burst {
            case .deciding(_, let at): at.advanced(by: self.profile.glitch)
            case .none: self.reception.heldSince.map { $0.advanced(by: self.profile.hold) }
            case .counted: self.ignoredLevelAt
            }
        return Instant.earliest(decision, self.faultDeadline, self.restDeadline)
    }

    /// An edge to a level; one to the level that the line has already shows that another is missing.
    package mutating func edge(high: Bool, at stamp: Instant) -> [CrashLineSign] {
        guard high != self.reception.high else {
            self.interrupted(at: stamp)
            self.reception.restart(high: high, at: stamp)
            self.awaitsLevel = false
            return []
        }
        self.awaitsLevel = false
        var signs = self.settle(at: stamp)
        if let last = self.reception.lastEdge, last.duration(to: stamp) < self.profile.glitch {
            self.takeBackEdge()
            return signs
        }
        self.before = self.reception
        let fit = self.reception.edge(high: high, at: stamp, self.profile)
        signs += self.take(fit, at: stamp)
        return signs
    }

    /// A level that was read; of use only where edges are missing.
    package mutating func levelRead(high: Bool, at stamp: Instant) {
        guard self.awaitsLevel else { return }
        self.awaitsLevel = false
        if high != self.reception.high { self.reception.restart(high: high, at: stamp) }
    }

    /// What the line did before `stamp` is not known any more: what has not counted yet begins anew.
    package mutating func interrupted(at stamp: Instant) {
        if case .deciding = self.burst { self.burst = .none }
        self.reception.interrupted(at: stamp)
        self.before = self.reception
        self.awaitsLevel = true
    }

    /// Whether the ignition is on, as it was told at an instant; `nil` when nobody knows any more.
    ///
    /// Only one that comes on after some time without it starts the unit: what is told first may be so for hours, and a
    /// crash that takes the power for a moment must not blank itself.
    package mutating func ignition(isOn: Bool?, at stamp: Instant) {
        switch (self.ignition, isOn) {
        case (.unknown, nil), (.on, true), (.off, false): break
        case (.on, nil): self.ignition = .unknown(offSince: nil)
        case (.off(let since), nil): self.ignition = .unknown(offSince: since)
        case (.unknown(nil), true): self.ignition = .on(since: nil)
        case (.off(let since), true), (.unknown(let since?), true):
            // A unit that lives all the while does not start.
            let isStart = since.advanced(by: CrashLineProfile.acceptedAfterIgnition) < stamp && !self.isAlive
            self.ignition = .on(since: isStart ? stamp : nil)
            if isStart { self.blankUntil = stamp.advanced(by: self.profile.startupBlank) }
        case (.unknown, false), (.on, false): self.ignition = .off(since: stamp)
        }
    }

    /// Time has come to `nextDeadline`.
    package mutating func deadlineReached(at now: Instant) -> [CrashLineSign] {
        var signs = self.settle(at: now)
        if let due = self.restDeadline, due <= now {
            self.health = .unknown
            signs.append(.cleared)
        }
        if let due = self.faultDeadline, due <= now {
            self.health = .faulty
            signs.append(.faulty(.silent(high: self.reception.high)))
        }
        return signs
    }

    /// A crash that was counted before, and is told once more.
    package mutating func countedAgain(at instant: Instant) -> CrashLineSign {
        self.burst = .counted
        self.lockedUntil = instant.advanced(by: self.profile.lockout)
        return .crash(began: instant, counted: instant)
    }

    /// Both edges of a pulse that is too short for any signal never were.
    private mutating func takeBackEdge() {
        self.reception = self.before
        self.reception.clearCrashCount()
        if case .deciding = self.burst { self.burst = .none }
    }

    /// What the last edge completed.
    private mutating func take(_ fit: WaveformReception.Fit, at stamp: Instant) -> [CrashLineSign] {
        switch fit {
        case .partOfCycle: return []
        case .leftCrashLevel:
            self.burst = .none
            return []
        case .idle:
            self.burst = .none
            guard self.reception.hasEnoughIdle(self.profile) else { return [] }
            // A unit that lives has power, whatever was told of it.
            if case .off(let since) = self.ignition,
                since.advanced(by: CrashLineProfile.acceptedAfterIgnition) < stamp
            {
                self.ignition = .unknown(offSince: since)
            }
            return self.lives()
        case .crash:
            if let ignoredUntil = self.ignoredUntil, self.burst == .counted, ignoredUntil <= stamp {
                self.burst = .none
                self.ignoredUntil = nil
            }
            guard self.burst == .none, let began = self.reception.crashBegan(self.profile) else { return [] }
            self.burst = .deciding(began: began, at: stamp)
            return []
        case .neither:
            self.burst = .none
            let since = self.reception.fittedLast
            guard !self.isFaulty, since.advanced(by: self.profile.faultAfter) <= stamp, self.blankUntil <= stamp else {
                return []
            }
            self.health = .faulty
            return [.faulty(.invalid)]
        }
    }

    private var isFaulty: Bool { self.health == .faulty }

    private mutating func lives() -> [CrashLineSign] {
        switch self.health {
        case .alive: return []
        case .unknown:
            self.health = .alive
            return [.alive]
        case .faulty:
            self.health = .alive
            return [.cleared, .alive]
        }
    }

    /// Counts what has lasted for long enough at `now`.
    private mutating func settle(at now: Instant) -> [CrashLineSign] {
        switch self.burst {
        case .counted:
            guard let due = self.ignoredLevelAt, due <= now, let since = self.reception.heldSince else { return [] }
            return self.count(began: since, at: due)
        case .deciding(let began, let at):
            guard at.advanced(by: self.profile.glitch) <= now else { return [] }
            return self.count(began: began, at: at)
        case .none:
            guard let since = self.reception.heldSince, since.advanced(by: self.profile.hold) <= now else { return [] }
            return self.count(began: since, at: since.advanced(by: self.profile.hold))
        }
    }

    private mutating func count(began: Instant, at counted: Instant) -> [CrashLineSign] {
        self.burst = .counted
        self.ignoredUntil = nil
        switch self.ignition {
        case .on(let since?) where counted < since.advanced(by: CrashLineProfile.ignitionBlank):
            self.ignoredUntil = since.advanced(by: CrashLineProfile.ignitionBlank)
            return [.outsideIgnition(at: counted)]
        case .off(let since) where since.advanced(by: CrashLineProfile.acceptedAfterIgnition) < began:
            return [.outsideIgnition(at: counted)]
        case .unknown, .on, .off: break
        }
        if let lockedUntil = self.lockedUntil, began < lockedUntil { return [.furtherImpact(at: began)] }
        self.lockedUntil = began.advanced(by: self.profile.lockout)
        return [.crash(began: began, counted: counted)]
    }

    /// When a crash level that was ignored is judged again, should it last.
    private var ignoredLevelAt: Instant? {
        guard let until = self.ignoredUntil, let since = self.reception.heldSince else { return nil }
        return max(until, since.advanced(by: self.profile.hold))
    }

    /// When a faulty line will have rested for long enough, where resting is all that a healthy one does.
    private var restDeadline: Instant? {
        guard self.isFaulty, case .level(let high) = self.profile.idle, high == self.reception.high else { return nil }
        return self.reception.levelSince.advanced(by: CrashLineProfile.clearedAfter)
    }

    /// When the line will have been at one level for so long that something is broken.
    private var faultDeadline: Instant? {
        guard !self.isFaulty else { return nil }
        let quietest: Duration
        switch self.profile.idle {
        case .cycles(let cycle):
            quietest = max(self.profile.faultAfter, cycle.period * CrashLineProfile.silentPeriods)
        case .level(let high):
            guard high != self.reception.high else { return nil }
            quietest = self.profile.faultAfter
        }
        return max(self.reception.levelSince.advanced(by: quietest), self.blankUntil)
    }
}
