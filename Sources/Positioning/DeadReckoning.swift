internal import MSD
package import Timeline

/// Goes on from the last trusted fix by speed and heading while the receiver tells nothing, as in a tunnel.
///
/// The radius grows by a part of the way and by the way times the sine of what the heading may be off. Without any
/// heading the place stays and the radius grows by the whole way. The speed has to be told without a gap: begin
/// with each trusted fix, to be ready when they end.
package struct DeadReckoning: Hashable, Sendable {
    /// The part of the way by which a wheel's speed may be wrong.
    package static let distanceError = 0.05

    /// What a heading that nothing measures loses in a second, as a gyro without a fix does.
    package static let driftDegreesPerSecond = 0.05

    /// How far the direction of a fix may be off: half of its step of 2 degrees.
    static let directionStepError = 1.0

    /// How long a speed counts that was not told again: wheels are measured several times in a second.
    package static let maximumSpeedAge = Duration.seconds(2)

    /// The speeds that count: up to twice what a car does.
    private static let speeds = 0.0...(2 * PositionFilter.maximumSpeedMetersPerSecond)

    private let start: Fix
    private let startRadius: Double
    private var speed: Double?
    private var heading: Double?
    private var isHeadingMeasured = false
    private var at: Instant
    private var north = 0.0
    private var east = 0.0
    private var meters = 0.0
    /// The way that may lie in any direction: driven with no heading, or while no speed was told.
    private var blindMeters = 0.0
    private var driftDegrees: Double

    /// `nil` when nothing is known of the fix's error or of when it was taken.
    package init?(from fix: Fix) {
        guard let radius = fix.radius95Meters, let taken = fix.takenAt else { return nil }
        self.start = fix
        self.startRadius = Double(radius)
        self.speed = fix.speedMetersPerSecond.flatMap { Self.speeds.contains($0) ? $0 : nil }
        self.heading = fix.direction.map { Double($0) * 2 }
        self.driftDegrees = fix.direction == nil ? 0 : Self.directionStepError
        self.at = taken
    }

    /// Takes the speed, and the heading when something measures it; the way up to `now` counts by the last ones.
    ///
    /// Numbers that are none are as if they had not been told.
    package mutating func moved(speedMetersPerSecond: Double?, headingDegrees: Double? = nil, at now: Instant) {
        let heading = headingDegrees.flatMap { (0...360).contains($0) ? $0 : nil }
        guard let speed = speedMetersPerSecond, Self.speeds.contains(speed), now >= self.at else { return }
        self.advance(to: now, endingWith: speed)
        self.speed = speed
        self.isHeadingMeasured = heading != nil
        if let heading { self.heading = heading }
    }

    /// The place at `now`, taken then; its radius is unknown when the speed is.
    package func fix(at now: Instant) -> Fix? {
        var here = self
        let isSpeedKnown = self.speed != nil && self.at.duration(to: now) <= Self.maximumSpeedAge
        if isSpeedKnown, now > self.at, let speed = self.speed { here.advance(to: now, endingWith: speed) }
        return Fix(
            position: Ground.position(from: self.start.position, metersNorth: here.north, metersEast: here.east),
            radius95Meters: isSpeedKnown ? here.radius : nil,
            direction: here.heading.map(Direction.step(courseDegrees:)),
            takenAt: now,
            speedMetersPerSecond: self.speed
        )
    }

    private var radius: Int {
        let sine = Ground.sine(degrees: min(self.driftDegrees, 90))
        let meters = self.startRadius + (Self.distanceError + sine) * self.meters + self.blindMeters
        return Int(min(meters, ErrorMeaning.maximumRadiusMeters).rounded(.up))
    }

    /// Adds the way since the last time, at the mean of the speeds at its ends.
    private mutating func advance(to now: Instant, endingWith speed: Double) {
        let elapsed = self.at.duration(to: now).components
        let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
        let way = ((self.speed ?? speed) + speed) / 2 * seconds
        self.meters += way
        // Of a time without a speed nothing is known but what a car can do.
        if self.at.duration(to: now) > Self.maximumSpeedAge {
            self.blindMeters += PositionFilter.maximumSpeedMetersPerSecond * seconds
        }
        self.at = now
        guard let heading = self.heading else {
            self.blindMeters += way
            return
        }
        if !self.isHeadingMeasured { self.driftDegrees += Self.driftDegreesPerSecond * seconds }
        self.north += way * Ground.cosine(degrees: heading)
        self.east += way * Ground.sine(degrees: heading)
    }
}
