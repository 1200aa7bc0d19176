package import Timeline

/// Turns the settled levels of the SOS button into held presses and names a button that sticks.
///
/// Rules of the reference rig: a press counts when it has lasted `hold`, without waiting for the release (an injured
/// person may keep holding); a button that is down when the system starts is suspect and does not count until it has been
/// released for `clearAfter`; a press of `stuckAfter` is a stuck button, and a call it has started goes on.
package struct ButtonMachine: Hashable, Sendable {
    /// The times of the rules.
    package struct Limits: Hashable, Sendable {
        /// How long a press lasts before it counts; makers use 0.5 s to 2 s.
        package var hold = Duration.seconds(1)
        /// How long a press lasts before the button is called stuck.
        package var stuckAfter = Duration.seconds(30)
        /// How long a stuck button must stay released before presses count again.
        package var clearAfter = Duration.seconds(2)

        package init() {}
    }

    /// What a change of the button means.
    package enum Sign: Hashable, Sendable {
        /// Held long enough; `coverClosed` marks a press through a closed cover as suspicious.
        case held(since: Instant, coverClosed: Bool)
        /// Released too early to count.
        case tooShort(Duration)
        /// Down since the system started.
        case heldFromStart
        /// Down for longer than anybody presses.
        case stuck(since: Instant)
        /// A stuck button has been released for long enough; the next press counts.
        case cleared
    }

    private enum State: Hashable {
        /// Becomes pressed.
        case released
        /// Becomes held, or released as too short.
        case pressed(since: Instant, coverClosed: Bool)
        /// The press has counted; becomes released, or blocked when it never ends.
        case held(since: Instant)
        /// Down and not counting; becomes clearing.
        case blocked
        /// Up, not yet trusted; becomes released, or blocked again.
        case clearing(until: Instant)
    }

    private let limits: Limits
    private var state = State.released

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// When `deadlineReached` is next owed.
    package var nextDeadline: Instant? {
        switch self.state {
        case .released, .blocked: nil
        case .pressed(let since, _): since.advanced(by: self.limits.hold)
        case .held(let since): since.advanced(by: self.limits.stuckAfter)
        case .clearing(let until): until
        }
    }

    /// Since when the button is down without having counted.
    package var pendingSince: Instant? {
        switch self.state {
        case .pressed(let since, _): since
        case .released, .held, .blocked, .clearing: nil
        }
    }

    /// Whether the button is up and the next press counts.
    package var isAtRest: Bool {
        switch self.state {
        case .released: true
        case .pressed, .held, .blocked, .clearing: false
        }
    }

    /// The level found when the line was opened; a button already down is suspect.
    package mutating func started(pressed: Bool) -> [Sign] {
        self.state = pressed ? .blocked : .released
        return pressed ? [.heldFromStart] : []
    }

    /// The button went down at `time`, the stamp of the edge.
    package mutating func pressed(at time: Instant, coverClosed: Bool) -> [Sign] {
        switch self.state {
        case .released:
            self.state = .pressed(since: time, coverClosed: coverClosed)
            return []
        case .clearing:
            self.state = .blocked
            return []
        case .pressed, .held, .blocked:
            return []  // Already down; the debouncer reports a level once.
        }
    }

    /// The button went up at `time`, the stamp of the edge.
    package mutating func released(at time: Instant) -> [Sign] {
        switch self.state {
        case .pressed(let since, let coverClosed):
            self.state = .released
            let duration = since.duration(to: time)
            // The wake-up for the hold may come after the edge that ends it; the stamps decide.
            return duration >= self.limits.hold
                ? [.held(since: since, coverClosed: coverClosed)] : [.tooShort(duration)]
        case .held:
            self.state = .released
            return []
        case .blocked:
            self.state = .clearing(until: time.advanced(by: self.limits.clearAfter))
            return []
        case .released, .clearing:
            return []
        }
    }

    /// What the button did before `time` is not known any more: a press that has not counted yet begins there.
    package mutating func interrupted(at time: Instant) {
        switch self.state {
        case .pressed(_, let coverClosed): self.state = .pressed(since: time, coverClosed: coverClosed)
        case .released, .held, .blocked, .clearing: break
        }
    }

    /// Time has come to `nextDeadline`.
    package mutating func deadlineReached(at now: Instant) -> [Sign] {
        switch self.state {
        case .pressed(let since, let coverClosed):
            guard since.advanced(by: self.limits.hold) <= now else { return [] }
            self.state = .held(since: since)
            return [.held(since: since, coverClosed: coverClosed)]
        case .held(let since):
            guard since.advanced(by: self.limits.stuckAfter) <= now else { return [] }
            self.state = .blocked
            return [.stuck(since: since)]
        case .clearing(let until):
            guard until <= now else { return [] }
            self.state = .released
            return [.cleared]
        case .released, .blocked:
            return []
        }
    }
}
