package import MSD
package import Timeline

/// A position with what is known about its quality.
package struct Fix: Hashable, Sendable {
    package let position: Position
    /// The radius in meters that holds the true position with 95 % probability; `nil` when nothing is known of it.
    package let radius95Meters: Int?
    /// The direction of travel in steps of 2 degrees from north, 0...179; `nil` when unknown.
    package let direction: UInt8?
    /// When it was taken; `nil` for a place that was surveyed and does not age, as on a bench.
    package let takenAt: Instant?

    /// `nil` when the position is not on the earth or the direction has no step.
    package init?(position: Position, radius95Meters: Int?, direction: UInt8?, takenAt: Instant?) {
        guard position.isOnEarth, direction.map(Direction.steps.contains) ?? true else { return nil }
        self.position = position
        self.radius95Meters = radius95Meters
        self.direction = direction
        self.takenAt = takenAt
    }

    /// The oldest fix that can be trusted: 5 s, in which a car at 100 km/h leaves the 150 m behind.
    package static let maximumTrustedAge = Duration.seconds(5)

    /// The limit of `positionCanBeTrusted`: 150 m with 95 % confidence (EN 15722).
    package static let maximumTrustedRadiusMeters = 150

    /// Whether the MSD may call this position trusted at `now`.
    package func canBeTrusted(at now: Instant) -> Bool {
        let isFresh = self.takenAt.map { $0.duration(to: now) <= Self.maximumTrustedAge } ?? true
        guard let radius = self.radius95Meters else { return false }
        return isFresh && radius <= Self.maximumTrustedRadiusMeters
    }
}
