package import Timeline

/// Watches the light that comes back to the head unit while the vehicle runs: whether the ring is broken, and how often
/// it was for a moment.
package struct RingWatch: Hashable, Sendable {
    /// What has changed.
    package enum News: Hashable, Sendable {
        /// No light comes back, since this instant.
        case broken(since: Instant)
        case closed
        /// Light was away for so long and is back: the units start their network anew, and sound stops for a moment.
        case criticalUnlock(Duration)
    }

    /// How long light may be away before the units lose their network.
    package static let criticalTime = Duration.milliseconds(70)
    /// How long it has to be away to count as broken: units that are started take as long.
    package static let brokenAfter = Duration.seconds(2)
    /// How long it has to be there again for the ring to count as closed.
    package static let closedAfter = Duration.milliseconds(100)

    private enum State: Hashable, Sendable {
        /// Not known yet.
        case unknown
        case closed
        /// Dark since then; becomes broken, or closed with a critical unlock.
        case dark(since: Instant)
        case broken
        /// Light again since then; becomes closed, or broken again.
        case returning(since: Instant)
    }

    private var state = State.unknown
    /// How often light was away for longer than the units bear, breaks not counted.
    package private(set) var criticalUnlocks = 0

    package init() {}

    package var isBroken: Bool {
        switch self.state {
        case .broken, .returning: true
        case .unknown, .closed, .dark: false
        }
    }

    package var nextDeadline: Instant? {
        switch self.state {
        case .dark(let since): since.advanced(by: Self.brokenAfter)
        case .returning(let since): since.advanced(by: Self.closedAfter)
        case .unknown, .closed, .broken: nil
        }
    }

    /// Light comes back to the head unit, from that instant on.
    package mutating func lit(at stamp: Instant) -> [News] {
        switch self.state {
        case .unknown:
            self.state = .closed
            return [.closed]
        case .dark(let since):
            self.state = .closed
            let away = since.duration(to: stamp)
            guard away > Self.criticalTime else { return [] }
            self.criticalUnlocks += 1
            return [.criticalUnlock(away)]
        case .broken:
            self.state = .returning(since: stamp)
            return []
        case .closed, .returning:
            return []
        }
    }

    /// None does, from that instant on.
    package mutating func dark(at stamp: Instant) -> [News] {
        switch self.state {
        case .unknown, .closed:
            self.state = .dark(since: stamp)
            return []
        case .returning:
            self.state = .broken
            return []
        case .dark, .broken:
            return []
        }
    }

    package mutating func deadlineReached(at now: Instant) -> [News] {
        guard let due = self.nextDeadline, due <= now else { return [] }
        switch self.state {
        case .dark(let since):
            self.state = .broken
            return [.broken(since: since)]
        case .returning:
            self.state = .closed
            return [.closed]
        case .unknown, .closed, .broken:
            return []
        }
    }
}
