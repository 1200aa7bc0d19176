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
    /// The speed over ground when it was taken; `nil` when unknown, and then `assumedSpeedMetersPerSecond` counts.
    package let speedMetersPerSecond: Double?
    /// The height above the ellipsoid of WGS-84; `nil` when unknown.
    package let heightMeters: Double?
    /// How far the true height is away at most, with 95 % probability; `nil` when unknown.
    package let heightError95Meters: Double?

    /// `nil` when the position is not on the earth, the direction has no step, or a number is none: a speed or an error
    /// below zero, a height that is not finite.
    package init?(
        position: Position,
        radius95Meters: Int?,
        direction: UInt8?,
        takenAt: Instant?,
        speedMetersPerSecond: Double? = nil,
        heightMeters: Double? = nil,
        heightError95Meters: Double? = nil
    ) {
        guard position.isOnEarth, direction.map(Direction.steps.contains) ?? true else { return nil }
        let isSize = { (number: Double) in number.isFinite && number >= 0 }
        guard
            speedMetersPerSecond.map(isSize) ?? true, heightMeters?.isFinite ?? true,
            heightError95Meters.map(isSize) ?? true
        else { return nil }
        self.position = position
        self.radius95Meters = radius95Meters
        self.direction = direction
        self.takenAt = takenAt
        self.speedMetersPerSecond = speedMetersPerSecond
        self.heightMeters = heightMeters
        self.heightError95Meters = heightError95Meters
    }

    /// The oldest fix that can be trusted: 5 s, in which a car at 100 km/h leaves the 150 m behind.
    package static let maximumTrustedAge = Duration.seconds(5)

    /// How fast a vehicle is taken to be that does not tell its speed: 180 km/h.
    package static let assumedSpeedMetersPerSecond = 50.0

    /// The limit of `positionCanBeTrusted`: 150 m with 95 % confidence (EN 15722).
    package static let maximumTrustedRadiusMeters = 150

    /// How long it can be trusted once it is taken: as long as the way since then and the radius stay within the limit.
    ///
    /// `nil` when it never could.
    package var trustedFor: Duration? {
        guard let radius = self.radius95Meters, radius <= Self.maximumTrustedRadiusMeters else { return nil }
        let speed = self.speedMetersPerSecond ?? Self.assumedSpeedMetersPerSecond
        guard speed > 0 else { return Self.maximumTrustedAge }
        let seconds = Double(Self.maximumTrustedRadiusMeters - radius) / speed
        // Compared before it is converted: a speed of nearly nothing makes a time beyond every clock.
        guard seconds < Double(Self.maximumTrustedAge.components.seconds) else { return Self.maximumTrustedAge }
        return .nanoseconds(Int64(seconds * 1e9))
    }

    /// Whether the MSD may call this position trusted at `now`.
    package func canBeTrusted(at now: Instant) -> Bool {
        guard let trustedFor = self.trustedFor else { return false }
        return self.takenAt.map { $0.duration(to: now) <= trustedFor } ?? true
    }
}
