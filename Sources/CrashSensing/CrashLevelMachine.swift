package import Timeline

/// Turns the settled level of a plain crash line into a crash, and never takes a stuck line for one.
package struct CrashLevelMachine: Hashable, Sendable {
    /// The times of the rules.
    package struct Limits: Hashable, Sendable {
        /// How long the crash level must last: half of the 200 ms pulse that airbag units send.
        package var hold = Duration.milliseconds(100)
        /// How long further pulses are part of the same crash.
        package var lockout = Duration.seconds(5)
        /// How long a crash level may last before the line is called stuck: no unit holds it for longer than 12 s.
        package var stuckAfter = Duration.seconds(12)

        package init() {}
    }

    private enum State: Hashable {
        case rest
        case rising(since: Instant)
        case crashed(since: Instant)
        case faulty
    }

    private let limits: Limits
    private var state = State.rest
    private var lockedUntil: Instant?

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// When `deadlineReached` is next owed.
    package var nextDeadline: Instant? {
        switch self.state {
        case .rest, .faulty: nil
        case .rising(let since): since.advanced(by: self.limits.hold)
        case .crashed(let since): since.advanced(by: self.limits.stuckAfter)
        }
    }

    /// Since when the line is at crash level without having counted.
    package var pendingSince: Instant? {
        switch self.state {
        case .rising(let since): since
        case .rest, .crashed, .faulty: nil
        }
    }

    package var isAtRest: Bool {
        switch self.state {
        case .rest: true
        case .rising, .crashed, .faulty: false
        }
    }

    /// The level found when the line was opened.
    package mutating func started(active: Bool) -> [CrashLineSign] {
        self.state = active ? .faulty : .rest
        return active ? [.faulty(.activeFromStart)] : []
    }

    /// The line went to crash level at `time`.
    package mutating func activated(at time: Instant) -> [CrashLineSign] {
        switch self.state {
        case .rest:
            self.state = .rising(since: time)
            return []
        case .rising, .crashed, .faulty:
            return []
        }
    }

    /// The line went back to rest at `time`.
    package mutating func deactivated(at time: Instant) -> [CrashLineSign] {
        switch self.state {
        case .rising(let since):
            self.state = .rest
            let duration = since.duration(to: time)
            return duration >= self.limits.hold ? [self.crash(since)] : [.glitch(duration)]
        case .crashed:
            self.state = .rest
            return []
        case .faulty:
            self.state = .rest
            return [.cleared]
        case .rest:
            return []
        }
    }

    /// What the line did before `time` is not known any more: a level that has not counted yet begins there.
    package mutating func interrupted(at time: Instant) {
        switch self.state {
        case .rising: self.state = .rising(since: time)
        case .rest, .crashed, .faulty: break
        }
    }

    /// Time has come to `nextDeadline`.
    package mutating func deadlineReached(at now: Instant) -> [CrashLineSign] {
        switch self.state {
        case .rising(let since):
            guard since.advanced(by: self.limits.hold) <= now else { return [] }
            self.state = .crashed(since: since)
            return [self.crash(since)]
        case .crashed(let since):
            guard since.advanced(by: self.limits.stuckAfter) <= now else { return [] }
            self.state = .faulty
            return [.faulty(.stuckAtCrash(since: since))]
        case .rest, .faulty:
            return []
        }
    }

    private mutating func crash(_ since: Instant) -> CrashLineSign {
        if let lockedUntil = self.lockedUntil, since < lockedUntil { return .furtherImpact(at: since) }
        self.lockedUntil = since.advanced(by: self.limits.lockout)
        return .crash(began: since, counted: since.advanced(by: self.limits.hold))
    }
}
