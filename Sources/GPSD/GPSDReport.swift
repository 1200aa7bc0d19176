/// What gpsd reports, of the classes that a vehicle needs; each value `nil` where gpsd said nothing.
package enum GPSDReport: Hashable, Sendable {
    case version(GPSDVersion)
    /// All receivers that gpsd has.
    case devices([GPSDDevice])
    /// One receiver came, went or changed.
    case device(GPSDDevice)
    case tpv(GPSDTPV)
    case sky(GPSDSKY)
    /// gpsd refused something, in its words.
    case error(message: String)
}

/// What answers, the first line of a connection (`VERSION`).
package struct GPSDVersion: Hashable, Sendable {
    package var release: String?
    package var protocolMajor: Int?
    package var protocolMinor: Int?

    package init(release: String?, protocolMajor: Int?, protocolMinor: Int?) {
        self.release = release
        self.protocolMajor = protocolMajor
        self.protocolMinor = protocolMinor
    }
}

/// A receiver that gpsd reads (`DEVICE`, and each of `DEVICES`).
package struct GPSDDevice: Hashable, Sendable {
    package var path: String?
    /// What the receiver speaks, in gpsd's words.
    package var driver: String?
    /// Whether gpsd has it open; a device that goes is reported once more without.
    package var isActive: Bool

    package init(path: String?, driver: String?, isActive: Bool) {
        self.path = path
        self.driver = driver
        self.isActive = isActive
    }
}

/// Time, position and velocity (`TPV`), in gpsd's names and units.
package struct GPSDTPV: Hashable, Sendable {
    package var device: String?
    /// 0 unknown, 1 no fix, 2 in the plane, 3 in space; others are kept as they came.
    package var mode: Int?
    /// What kind of fix; the numbers differ between versions and are kept as they came.
    package var status: Int?
    /// Seconds since 1970.
    package var time: Double?
    /// Degrees.
    package var lat: Double?
    /// Degrees.
    package var lon: Double?
    /// Meters above the ellipsoid.
    package var altHAE: Double?
    /// Degrees from true north.
    package var track: Double?
    /// Meters per second.
    package var speed: Double?
    /// Meters; what they mean is not certain.
    package var eph: Double?
    package var epx: Double?
    package var epy: Double?
    package var epv: Double?

    package init() {}
}

/// What the receiver sees of the sky (`SKY`).
package struct GPSDSKY: Hashable, Sendable {
    package var device: String?
    package var hdop: Double?
    /// How many satellites are in sight.
    package var visibleSatellites: Int?
    /// How many of them the fix is made of.
    package var usedSatellites: Int?

    package init() {}
}
