/// A place in milliarcseconds of WGS-84, as `vehicleLocation` carries it.
package struct Position: Hashable, Sendable {
    /// What stands in either coordinate when it is unknown.
    package static let unknownCoordinate = Int32.max
    /// Neither coordinate is known.
    package static let unknown = Position(
        positionLatitude: Position.unknownCoordinate,
        positionLongitude: Position.unknownCoordinate
    )
    /// The latitudes that exist, in milliarcseconds.
    package static let latitudes: ClosedRange<Int32> = -324_000_000...324_000_000
    /// The longitudes that exist, in milliarcseconds.
    package static let longitudes: ClosedRange<Int32> = -648_000_000...648_000_000

    /// Milliarcseconds, north positive.
    package var positionLatitude: Int32
    /// Milliarcseconds, east positive.
    package var positionLongitude: Int32

    package init(positionLatitude: Int32, positionLongitude: Int32) {
        self.positionLatitude = positionLatitude
        self.positionLongitude = positionLongitude
    }

    /// The place at the given degrees, `nil` when there is none.
    package init?(latitudeDegrees: Double, longitudeDegrees: Double) {
        guard (-90...90).contains(latitudeDegrees), (-180...180).contains(longitudeDegrees) else { return nil }
        self.positionLatitude = Self.milliarcseconds(latitudeDegrees)
        self.positionLongitude = Self.milliarcseconds(longitudeDegrees)
    }

    private static func milliarcseconds(_ degrees: Double) -> Int32 {
        // Converting cuts towards zero; `rounded()` would need the C library.
        Int32(degrees * 3_600_000 + (degrees < 0 ? -0.5 : 0.5))
    }

    /// Whether both coordinates exist on Earth, which the unknown ones do not.
    package var isOnEarth: Bool {
        Self.latitudes.contains(self.positionLatitude) && Self.longitudes.contains(self.positionLongitude)
    }
}

/// A step between two locations in units of 100 milliarcseconds, about 3 m of latitude.
package struct LocationDelta: Hashable, Sendable {
    /// What either part may be (EN 15722), about 1.58 km each way.
    package static let range = -512...511
    /// No step at all.
    package static let zero = LocationDelta(latitudeDelta: 0, longitudeDelta: 0)

    package var latitudeDelta: Int
    package var longitudeDelta: Int

    package init(latitudeDelta: Int, longitudeDelta: Int) {
        self.latitudeDelta = latitudeDelta
        self.longitudeDelta = longitudeDelta
    }

    /// The step that leads from `reference` to the earlier `older`, cut to the range; zero when either is unknown.
    package init(from reference: Position, to older: Position) {
        guard reference.isOnEarth, older.isOnEarth else {
            self = .zero
            return
        }
        let turn = 1_296_000_000
        var east = Int(older.positionLongitude) - Int(reference.positionLongitude)
        // Across the antimeridian the short way counts.
        if east > turn / 2 { east -= turn }
        if east < -turn / 2 { east += turn }
        self.latitudeDelta = Self.units(Int(older.positionLatitude) - Int(reference.positionLatitude))
        self.longitudeDelta = Self.units(east)
    }

    private static func units(_ milliarcseconds: Int) -> Int {
        let half = milliarcseconds < 0 ? -50 : 50
        return min(max((milliarcseconds + half) / 100, Self.range.lowerBound), Self.range.upperBound)
    }
}

/// The direction of travel as `vehicleDirection` carries it: steps of two degrees clockwise from north.
package enum Direction {
    /// What stands for an unknown direction.
    package static let unknown: UInt8 = 255
    /// The steps that mean a direction; 180...254 are reserved.
    package static let steps: ClosedRange<UInt8> = 0...179

    /// The step nearest to a course of 0...360 degrees, `unknown` for any other.
    package static func step(courseDegrees: Double) -> UInt8 {
        guard (0...360).contains(courseDegrees) else { return Self.unknown }
        return UInt8(courseDegrees / 2 + 0.5) % 180
    }
}
