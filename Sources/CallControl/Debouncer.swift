package import Timeline

/// Turns the raw edges of one contact into settled level changes, by the edges' own time stamps.
///
/// A level counts once the contact has kept it for `period`. The change is dated with the first edge of its burst,
/// so that a hold time runs from the moment the contact was touched. A contact that chatters for longer than
/// `period` is not one touch: the date then moves on, and is never more than `period` before the last edge.
///
/// Feed every edge that has arrived before calling `deadlineReached(at:)`. Where the kernel debounces, `period` is
/// zero: each edge settles at once, and only missing edges are looked for.
package struct Debouncer: Hashable, Sendable {
    /// How long a contact must be quiet by default (rules of the button, 50 ms).
    package static let defaultPeriod = Duration.milliseconds(50)

    /// What the contact is known to have done.
    package enum Report: Hashable, Sendable {
        /// The contact has settled on another level; `at` is the first edge of the change.
        case settled(active: Bool, at: Instant)
        /// Two edges to the same level came in a row, so that the edge between them is missing.
        case edgeMissed(at: Instant)
        /// Several edges before this instant are missing: what the contact did since the last one is not known.
        case interrupted(at: Instant)
    }

    private enum State: Hashable {
        /// Quiet, and the level is the settled one. May become `moving`.
        case quiet
        /// Edges have come since the level was settled. May become `quiet`.
        case moving(first: Instant, last: Instant)
    }

    private let period: Duration
    private var state = State.quiet
    private var settledActive: Bool
    private var rawActive: Bool
    /// Whether edges are missing before the next one.
    private var isInterrupted = false

    /// A debouncer of a contact that has been read to be at `active`; `period` is zero or longer.
    package init(period: Duration = Debouncer.defaultPeriod, active: Bool) {
        precondition(period >= .zero, "A debounce period is never negative.")
        self.period = period
        self.settledActive = active
        self.rawActive = active
    }

    /// The level that last settled.
    package var isActive: Bool { self.settledActive }

    /// Whether the contact has left its active level and this has not settled yet.
    package var isLeaving: Bool { self.settledActive && !self.rawActive }

    /// Since which edge the contact is on its way to its active level, which has not settled yet.
    package var becomingActiveSince: Instant? {
        switch self.state {
        case .moving(let first, _) where self.rawActive && !self.settledActive: first
        case .quiet, .moving: nil
        }
    }

    /// When `deadlineReached(at:)` is next owed; `nil` while the contact is quiet.
    package var nextDeadline: Instant? {
        switch self.state {
        case .quiet: nil
        case .moving(_, let last): last.advanced(by: self.period)
        }
    }

    /// Several edges in a row are missing: the time up to the next one was not quiet, whatever the levels say.
    package mutating func edgesMissed() {
        self.isInterrupted = true
    }

    /// Takes an edge; one that is stamped earlier than its predecessor counts as simultaneous with it.
    package mutating func edge(active: Bool, at stamp: Instant) -> [Report] {
        if self.isInterrupted { return self.beginAnew(active: active, at: stamp) }
        var reports = self.settle(at: stamp)
        if active == self.rawActive {
            reports.append(.edgeMissed(at: stamp))
        }
        self.move(to: active, at: stamp)
        return reports + self.settle(at: stamp)
    }

    /// Takes a level that was read and not reported as an edge, as at the start and after lost edges.
    package mutating func levelRead(active: Bool, at stamp: Instant) -> [Report] {
        if self.isInterrupted { return self.beginAnew(active: active, at: stamp) }
        var reports = self.settle(at: stamp)
        if active != self.rawActive {
            self.move(to: active, at: stamp)
            reports += self.settle(at: stamp)
        }
        return reports
    }

    /// Settles the level when the contact has been quiet for long enough at `now`.
    package mutating func deadlineReached(at now: Instant) -> [Report] {
        self.settle(at: now)
    }

    /// Goes on with what is known again: the level from `stamp` on.
    private mutating func beginAnew(active: Bool, at stamp: Instant) -> [Report] {
        self.isInterrupted = false
        self.rawActive = active
        self.state = .moving(first: stamp, last: stamp)
        return [.interrupted(at: stamp)] + self.settle(at: stamp)
    }

    private mutating func move(to active: Bool, at stamp: Instant) {
        self.rawActive = active
        switch self.state {
        case .quiet:
            self.state = .moving(first: stamp, last: stamp)
        case .moving(let first, let last):
            let latest = max(last, stamp)
            let isOld = first.duration(to: latest) >= self.period
            let startsAnew = isOld && active != self.settledActive
            self.state = .moving(first: startsAnew ? latest : first, last: latest)
        }
    }

    private mutating func settle(at now: Instant) -> [Report] {
        switch self.state {
        case .quiet:
            return []
        case .moving(let first, let last):
            guard last.advanced(by: self.period) <= now else { return [] }
            self.state = .quiet
            guard self.rawActive != self.settledActive else { return [] }
            self.settledActive = self.rawActive
            return [.settled(active: self.rawActive, at: first)]
        }
    }
}
