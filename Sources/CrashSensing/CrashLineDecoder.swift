package import Timeline

/// The decoder of one crash line, by its profile: a contact that settles, or a signal in time.
package enum CrashLineDecoder: Hashable, Sendable {
    /// A plain level, fed with what has settled; active is the crash level.
    case level(CrashLevelMachine)
    /// A signal, fed with each edge; `nil` until the level of the line is known.
    case waveform(CrashLineProfile, CrashWaveformMachine?)

    package init(_ profile: CrashLineProfile) {
        switch profile.crash {
        case .level(_, let hold) where profile.isPlainLevel:
            var limits = CrashLevelMachine.Limits()
            limits.hold = hold
            limits.lockout = profile.lockout
            limits.stuckAfter = profile.faultAfter
            self = .level(CrashLevelMachine(limits: limits))
        case .level, .cycles: self = .waveform(profile, nil)
        }
    }

    /// Whether the edges are to come one by one, because their times are the signal.
    package var readsWaveform: Bool {
        switch self {
        case .level: false
        case .waveform: true
        }
    }

    package var nextDeadline: Instant? {
        switch self {
        case .level(let machine): machine.nextDeadline
        case .waveform(_, let machine): machine?.nextDeadline
        }
    }

    /// Since when a signal is there that has not counted.
    package var pendingSince: Instant? {
        switch self {
        case .level(let machine): machine.pendingSince
        case .waveform(_, let machine): machine?.pendingSince
        }
    }

    /// Whether no signal that has counted, and no fault, is going on.
    package var isAtRest: Bool {
        switch self {
        case .level(let machine): machine.isAtRest
        case .waveform(_, let machine): machine?.isAtRest ?? true
        }
    }

    /// The level that was found when a plain line was opened; a signal is begun by `InputLines`, which knows the time.
    package mutating func started(active: Bool) -> [CrashLineSign] {
        guard case .level(var machine) = self else { return [] }
        let signs = machine.started(active: active)
        self = .level(machine)
        return signs
    }

    /// A plain line has settled on a level.
    package mutating func settled(active: Bool, at stamp: Instant) -> [CrashLineSign] {
        guard case .level(var machine) = self else { return [] }
        let signs = active ? machine.activated(at: stamp) : machine.deactivated(at: stamp)
        self = .level(machine)
        return signs
    }

    /// What the line did before `stamp` is not known any more.
    package mutating func interrupted(at stamp: Instant) {
        switch self {
        case .level(var machine):
            machine.interrupted(at: stamp)
            self = .level(machine)
        case .waveform(let profile, var machine):
            machine?.interrupted(at: stamp)
            self = .waveform(profile, machine)
        }
    }

    /// The level of a signal's line was read; the first one begins it.
    package mutating func levelRead(high: Bool, at stamp: Instant, isInBurst: Bool) {
        guard case .waveform(let profile, var machine) = self else { return }
        if machine == nil {
            machine = CrashWaveformMachine(profile, high: high, at: stamp, isInBurst: isInBurst)
        } else {
            machine?.levelRead(high: high, at: stamp)
        }
        self = .waveform(profile, machine)
    }

    /// An edge of a signal.
    package mutating func edge(high: Bool, at stamp: Instant) -> [CrashLineSign] {
        guard case .waveform(let profile, let known) = self else { return [] }
        var machine = known ?? CrashWaveformMachine(profile, high: !high, at: stamp)
        let signs = machine.edge(high: high, at: stamp)
        self = .waveform(profile, machine)
        return signs
    }

    /// A signal that an earlier run has counted, and that was not put on record, counts once more.
    package mutating func countedAgain(at instant: Instant) -> [CrashLineSign] {
        guard case .waveform(let profile, var machine) = self else { return [] }
        let signs = (machine?.countedAgain(at: instant)).map { [$0] } ?? []
        self = .waveform(profile, machine)
        return signs
    }

    /// The level of a signal's line, `nil` while it is not known, or for a plain line.
    package var isHigh: Bool? {
        switch self {
        case .level: nil
        case .waveform(_, let machine): machine?.isHigh
        }
    }

    /// Time has come to `nextDeadline`.
    package mutating func deadlineReached(at now: Instant) -> [CrashLineSign] {
        switch self {
        case .level(var machine):
            let signs = machine.deadlineReached(at: now)
            self = .level(machine)
            return signs
        case .waveform(let profile, var machine):
            let signs = machine?.deadlineReached(at: now) ?? []
            self = .waveform(profile, machine)
            return signs
        }
    }

    /// Whether the ignition is on, `nil` when nobody knows any more; a contact that settles does not ask for it.
    package mutating func ignition(isOn: Bool?, at stamp: Instant) {
        guard case .waveform(let profile, var machine) = self else { return }
        machine?.ignition(isOn: isOn, at: stamp)
        self = .waveform(profile, machine)
    }
}
