/// A location object, PIDF-LO (RFC 4119, RFC 5491): where the vehicle is, and who may keep that for how long.
package struct LocationDocument: Hashable, Sendable {
    /// A place on the WGS-84 ellipsoid, in the MSD's own unit.
    package struct Position: Hashable, Sendable {
        /// Milliarcseconds, north positive, -324,000,000...324,000,000.
        package let latitudeMilliarcseconds: Int32
        /// Milliarcseconds, east positive, -648,000,000...648,000,000.
        package let longitudeMilliarcseconds: Int32

        package init(latitudeMilliarcseconds: Int32, longitudeMilliarcseconds: Int32) {
            self.latitudeMilliarcseconds = latitudeMilliarcseconds
            self.longitudeMilliarcseconds = longitudeMilliarcseconds
        }
    }

    /// The two half axes of an ellipse in millimeters, and where the longer one points.
    package struct Axes: Hashable, Sendable {
        package let semiMajorMillimeters: Int64
        package let semiMinorMillimeters: Int64
        /// Thousandths of a degree from north, eastwards.
        package let orientationMillidegrees: Int64

        package init(semiMajorMillimeters: Int64, semiMinorMillimeters: Int64, orientationMillidegrees: Int64) {
            self.semiMajorMillimeters = semiMajorMillimeters
            self.semiMinorMillimeters = semiMinorMillimeters
            self.orientationMillidegrees = orientationMillidegrees
        }
    }

    /// The shapes that vehicles send (RFC 5491 section 5.2); altitudes are above the ellipsoid.
    package enum Shape: Hashable, Sendable {
        case point(Position, altitudeMillimeters: Int64?)
        case circle(Position, radiusMillimeters: Int64)
        case ellipse(Position, Axes)
        case sphere(Position, altitudeMillimeters: Int64, radiusMillimeters: Int64)
        case ellipsoid(Position, altitudeMillimeters: Int64, Axes, verticalMillimeters: Int64)

        package var position: Position {
            switch self {
            case .point(let position, _), .circle(let position, _), .ellipse(let position, _),
                .sphere(let position, _, _), .ellipsoid(let position, _, _, _):
                position
            }
        }

        /// The radius of a circle around it, the longer axis of what is none; `nil` for a point.
        package var radiusMillimeters: Int64? {
            switch self {
            case .point: nil
            case .circle(_, let radius), .sphere(_, _, let radius): radius
            case .ellipse(_, let axes), .ellipsoid(_, _, let axes, _): axes.semiMajorMillimeters
            }
        }

        /// The height above the ellipsoid of WGS-84; `nil` in two dimensions.
        package var altitudeMillimeters: Int64? {
            switch self {
            case .point(_, let altitude): altitude
            case .circle, .ellipse: nil
            case .sphere(_, let altitude, _), .ellipsoid(_, let altitude, _, _): altitude
            }
        }
    }

    /// The presentity, `pres:` and the caller's identity.
    package var entity: String
    package var shape: Shape
    /// How the place was found, a registered token such as `GPS`.
    package var method: String?
    /// Whether the receiver may pass the location on; absent means no.
    package var retransmissionAllowed: Bool?
    /// RFC 3339 text; absent means 24 hours after receipt (RFC 4119 section 2.2.2).
    package var retentionExpiry: String?
    /// A URN that names the device.
    package var deviceID: String?
    /// When the vehicle was there, RFC 3339 text; absent while the wall clock is not trusted.
    package var timestamp: String?

    package init(
        entity: String,
        shape: Shape,
        method: String? = nil,
        retransmissionAllowed: Bool? = nil,
        retentionExpiry: String? = nil,
        deviceID: String? = nil,
        timestamp: String? = nil
    ) {
        self.entity = entity
        self.shape = shape
        self.method = method
        self.retransmissionAllowed = retransmissionAllowed
        self.retentionExpiry = retentionExpiry
        self.deviceID = deviceID
        self.timestamp = timestamp
    }

    /// The RFC 3339 text, in UTC, of a second of the Unix clock from year 1970 to 9999.
    package static func timestampText(secondsSince1970 seconds: Int64) -> String {
        let clamped = min(max(seconds, 0), 253_402_300_799)
        let (days, second) = clamped.quotientAndRemainder(dividingBy: 86_400)
        // The civil date by counting days from 1 March of year 0, in eras of 400 years.
        let shifted = days + 719_468
        let (era, dayOfEra) = shifted.quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let padded = { (number: Int64, width: Int) in
            String(String(number + 100_000).suffix(width))
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
            + "\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))Z"
    }
}

/// Why a location object was refused.
package enum LocationError: Error, Hashable, Sendable {
    case xml(XMLError)
    /// The root is not `presence`.
    case wrongRoot(namespace: String, name: String)
    /// An element that must be there is not.
    case missing(element: String)
    /// A location-info without a shape that this build reads; names the first child found.
    case unknownShape(String)
    case unknownReferenceSystem(String)
    case unknownUnit(element: String, unit: String)
    case badNumber(element: String, found: String, expected: String)
}

extension LocationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .xml(let error): "location: \(error)"
        case .wrongRoot(let namespace, let name): "location: expected presence, found \(name) in \"\(namespace)\""
        case .missing(let element): "location: no \(element)"
        case .unknownShape(let name): "location: unknown shape \(name)"
        case .unknownReferenceSystem(let name):
            "location: unknown reference system \"\(name)\", expected EPSG 4326 or 4979"
        case .unknownUnit(let element, let unit): "location: \(element) in unknown unit \"\(unit)\""
        case .badNumber(let element, let found, let expected):
            "location: \(element) is \"\(found)\", expected \(expected)"
        }
    }
}
