package import Timeline

/// Now, on both clocks: the boot clock decides, the wall clock is only written down.
package struct Moment: Hashable, Sendable {
    package let instant: Instant
    package let wall: WallTime

    package init(instant: Instant, wall: WallTime) {
        self.instant = instant
        self.wall = wall
    }

    /// Milliseconds since 1970, `nil` while the wall clock is not trusted.
    package var trustedMilliseconds: Int64? {
        guard self.wall.isSynchronized else { return nil }
        return self.wall.seconds * 1_000 + Int64(self.wall.nanoseconds) / 1_000_000
    }
}
