internal import Glibc
internal import MSD

/// Meters on the ground between positions, the earth taken as a sphere: 0.6 % off at the most.
enum Ground {
    /// The earth's mean radius, 6,371,008.8 m (IUGG), along a milliarcsecond of latitude.
    static let metersPerMilliarcsecond = 6_371_008.8 * Double.pi / 648_000_000

    /// The least cosine of a latitude that a step to the east is divided by: that of 3 m from a pole.
    private static let minimumCosine = 5e-7

    /// The way from one position to another, straight over the middle latitude.
    ///
    /// Right to 1 % over 500 km; of longer ways it says only that they are long.
    static func meters(from start: Position, to end: Position) -> Double {
        let north = Double(end.positionLatitude) - Double(start.positionLatitude)
        let middle = (Double(end.positionLatitude) + Double(start.positionLatitude)) / 2
        let east = Self.shortWay(Double(end.positionLongitude) - Double(start.positionLongitude))
        let across = east * cos(Self.radians(milliarcseconds: middle))
        return (north * north + across * across).squareRoot() * Self.metersPerMilliarcsecond
    }

    /// The position so many meters north and east; a way over a pole ends at the pole.
    static func position(from start: Position, metersNorth: Double, metersEast: Double) -> Position {
        let limit = Double(Position.latitudes.upperBound)
        let latitude = Double(start.positionLatitude) + metersNorth / Self.metersPerMilliarcsecond
        let clamped = min(max(latitude, -limit), limit)
        let middle = (Double(start.positionLatitude) + clamped) / 2
        let cosine = max(cos(Self.radians(milliarcseconds: middle)), Self.minimumCosine)
        let longitude = Double(start.positionLongitude) + metersEast / Self.metersPerMilliarcsecond / cosine
        return Position(
            positionLatitude: Int32(clamped.rounded()),
            positionLongitude: Int32(Self.shortWay(longitude).rounded())
        )
    }

    /// The sine of an angle in degrees.
    static func sine(degrees: Double) -> Double {
        sin(degrees * .pi / 180)
    }

    /// The cosine of an angle in degrees.
    static func cosine(degrees: Double) -> Double {
        cos(degrees * .pi / 180)
    }

    /// The same longitude within half a turn either way.
    private static func shortWay(_ milliarcseconds: Double) -> Double {
        milliarcseconds.remainder(dividingBy: 1_296_000_000)
    }

    private static func radians(milliarcseconds: Double) -> Double {
        milliarcseconds * .pi / 648_000_000
    }
}
