package import Timeline

/// A time in which the SOS button makes test calls, for whoever works on the car; a crash ends it.
package struct GarageMode: Hashable, Sendable {
    /// The shortest and the longest time: the mode of a car that was handed back must not outlast the day.
    package static let lengths = Duration.seconds(60) ... .seconds(28_800)

    private enum State: Hashable {
        case off
        case on(since: Instant, until: Instant)
    }

    private var state = State.off

    package init() {}

    /// When it ends by itself; `nil` while it is off.
    package var endsAt: Instant? {
        switch self.state {
        case .off: nil
        case .on(_, let until): until
        }
    }

    /// Begins, or goes on for so long from now.
    package mutating func entered(for length: Duration, at now: Instant) {
        let until = now.advanced(by: length)
        switch self.state {
        case .off: self.state = .on(since: now, until: until)
        case .on(let since, _): self.state = .on(since: since, until: until)
        }
    }

    /// Ends; whether it was on.
    @discardableResult
    package mutating func left() -> Bool {
        defer { self.state = .off }
        return self.state != .off
    }

    /// Ends when its time has come; whether it has.
    package mutating func deadlineReached(at now: Instant) -> Bool {
        switch self.state {
        case .off: return false
        case .on(_, let until): return until <= now && self.left()
        }
    }

    /// Whether a press is one of the mode, which all of it lies in.
    ///
    /// Any other is meant for help.
    package func covers(pressFrom began: Instant, to end: Instant) -> Bool {
        switch self.state {
        case .off: false
        case .on(let since, let until): since <= began && end < until
        }
    }
}
