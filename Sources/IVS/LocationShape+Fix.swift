internal import MSD
internal import NGECall
internal import Positioning

extension LocationDocument.Shape {
    /// The shape that holds the true place with 95 %: an ellipsoid when the height is good, else a circle, or a point
    /// where no error is known (RFC 5491 section 5.2).
    init(_ fix: Fix) {
        let position = LocationDocument.Position(
            latitudeMilliarcseconds: fix.position.positionLatitude,
            longitudeMilliarcseconds: fix.position.positionLongitude
        )
        guard let radius = fix.radius95Meters else {
            self = .point(position, altitudeMillimeters: nil)
            return
        }
        guard let height = fix.heightMeters, abs(height) <= Self.maximumHeight, let error = fix.heightError95Meters,
            error <= Self.maximumHeightError
        else {
            self = .circle(position, radiusMillimeters: Int64(radius) * 1_000)
            return
        }
        let axis = Self.millimeters(Double(radius) * Self.horizontalScale)
        self = .ellipsoid(
            position,
            altitudeMillimeters: Self.millimeters(height),
            LocationDocument.Axes(semiMajorMillimeters: axis, semiMinorMillimeters: axis, orientationMillidegrees: 0),
            verticalMillimeters: Self.millimeters(error * Self.verticalScale)
        )
    }

    /// The error in meters up to which a height tells the road on a bridge from the one below, and a valley from its slope.
    private static let maximumHeightError = 30.0

    /// No vehicle is further from the ellipsoid, in meters.
    private static let maximumHeight = 10_000.0

    /// What holds each of plane and height with 95 % holds both at once with less: errors of a normal distribution are
    /// within 2.448 deviations in the plane, 1.960 in height and 2.795 in space with that probability.
    private static let horizontalScale = 2.795 / 2.448
    private static let verticalScale = 2.795 / 1.960

    private static func millimeters(_ meters: Double) -> Int64 { Int64((meters * 1_000).rounded()) }
}
