package import Supervision
package import Timeline

/// Now, on both clocks: the boot clock decides, the wall clock is only written down.
package struct Moment: Hashable, Sendable {
    package let instant: Instant
    package let wall: WallTime

    package init(instant: Instant, wall: WallTime) {
        self.instant = instant
        self.wall = wall
    }
}
