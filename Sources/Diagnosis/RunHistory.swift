package import Timeline

/// How the runs of this program before the present one have ended, and whether that is one crash too many.
///
/// Runs of other boots do not count: a machine that lost its power ended them.
package struct RunHistory: Hashable, Sendable {
    /// How many unexpected ends within `within` make a software fault; a single one is a kill by hand, or bad luck.
    package static let maximumEnds = 3
    package static let within = Duration.seconds(3_600)
    /// How long a run has to last after that to prove that the restart has helped.
    package static let provenAfter = Duration.seconds(600)

    private enum State: Hashable {
        case good
        /// Too many; becomes good when this run has lasted.
        case failing(since: Instant)
    }

    /// The unexpected ends within the time before this run began.
    package private(set) var unexpectedEnds = 0
    private var state = State.good

    package init() {}

    /// What is known of an earlier run.
    package struct Run: Hashable, Sendable {
        package let isOfThisBoot: Bool
        package let startedAt: Instant
        /// Whether it was asked to stop, and did.
        package let isOrderly: Bool

        package init(isOfThisBoot: Bool, startedAt: Instant, isOrderly: Bool) {
            self.isOfThisBoot = isOfThisBoot
            self.startedAt = startedAt
            self.isOrderly = isOrderly
        }
    }

    package var isFailing: Bool { self.state != .good }

    package var nextDeadline: Instant? {
        switch self.state {
        case .good: nil
        case .failing(let since): since.advanced(by: Self.provenAfter)
        }
    }

    /// The runs before this one are known.
    package mutating func found(_ runs: [Run], at now: Instant) {
        self.counted(
            runs.count { $0.isOfThisBoot && !$0.isOrderly && $0.startedAt.duration(to: now) <= Self.within },
            at: now
        )
    }

    /// So many have ended unexpectedly.
    package mutating func counted(_ ends: Int, at now: Instant) {
        switch self.state {
        case .good:
            self.unexpectedEnds = ends
            if ends >= Self.maximumEnds { self.state = .failing(since: now) }
        // What has brought it here stays the reason.
        case .failing: self.unexpectedEnds = max(ends, self.unexpectedEnds)
        }
    }

    /// Time has come to `nextDeadline`: the restart has helped.
    package mutating func deadlineReached(at now: Instant) {
        switch self.state {
        case .failing(let since) where since.advanced(by: Self.provenAfter) <= now: self.state = .good
        case .failing, .good: break
        }
    }
}
