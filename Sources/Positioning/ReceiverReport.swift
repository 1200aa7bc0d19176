/// What a receiver says at one time: each value as it came, `nil` where it said nothing, never 0 instead.
package struct ReceiverReport: Hashable, Sendable {
    /// What kind of fix the receiver has.
    package enum Mode: Hashable, Sendable {
        case unknown, none, twoD, threeD
    }

    package var mode: Mode
    /// Degrees of WGS-84, north positive.
    package var latitudeDegrees: Double?
    /// Degrees of WGS-84, east positive.
    package var longitudeDegrees: Double?
    /// Above the ellipsoid of WGS-84.
    package var heightMeters: Double?
    /// The course over ground, clockwise from true north.
    package var trackDegrees: Double?
    package var speedMetersPerSecond: Double?
    /// The receiver's error figure in the plane (`eph`); what it means differs, see `ErrorMeaning`.
    package var horizontalErrorMeters: Double?
    /// The same along longitude (`epx`).
    package var longitudeErrorMeters: Double?
    /// The same along latitude (`epy`).
    package var latitudeErrorMeters: Double?
    /// The same of the height (`epv`).
    package var verticalErrorMeters: Double?
    /// The horizontal dilution of precision.
    package var hdop: Double?
    /// The receiver's time in seconds since 1970.
    package var time: Double?

    package init(
        mode: Mode,
        latitudeDegrees: Double? = nil,
        longitudeDegrees: Double? = nil,
        heightMeters: Double? = nil,
        trackDegrees: Double? = nil,
        speedMetersPerSecond: Double? = nil,
        horizontalErrorMeters: Double? = nil,
        longitudeErrorMeters: Double? = nil,
        latitudeErrorMeters: Double? = nil,
        verticalErrorMeters: Double? = nil,
        hdop: Double? = nil,
        time: Double? = nil
    ) {
        self.mode = mode
        self.latitudeDegrees = latitudeDegrees
        self.longitudeDegrees = longitudeDegrees
        self.heightMeters = heightMeters
        self.trackDegrees = trackDegrees
        self.speedMetersPerSecond = speedMetersPerSecond
        self.horizontalErrorMeters = horizontalErrorMeters
        self.longitudeErrorMeters = longitudeErrorMeters
        self.latitudeErrorMeters = latitudeErrorMeters
        self.verticalErrorMeters = verticalErrorMeters
        self.hdop = hdop
        self.time = time
    }
}
