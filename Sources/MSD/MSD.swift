/// The minimum set of data of EN 15722: what the vehicle tells the PSAP, in any of its three versions.
///
/// Names are the schema's. A value may hold what one version cannot carry; `encoded()` says so.
package struct MSD: Hashable, Sendable {
    /// The octets an MSD may have at most (EN 15722), which is what the in-band modem has room for.
    package static let maximumOctets = 140

    /// The version of the schema, which is the first octet of every MSD.
    package enum Version: UInt8, CaseIterable, Sendable {
        /// EN 15722:2011.
        case v1 = 1
        /// EN 15722:2015.
        case v2 = 2
        /// EN 15722:2020, the only one for NG eCall.
        case v3 = 3
    }

    /// What the call is.
    package struct Control: Hashable, Sendable {
        package var automaticActivation: Bool
        package var testCall: Bool
        /// Whether the true position is within 150 m of the one sent with at least 95 % confidence.
        package var positionCanBeTrusted: Bool
        package var vehicleType: VehicleType

        package init(
            automaticActivation: Bool,
            testCall: Bool = false,
            positionCanBeTrusted: Bool,
            vehicleType: VehicleType
        ) {
            self.automaticActivation = automaticActivation
            self.testCall = testCall
            self.positionCanBeTrusted = positionCanBeTrusted
            self.vehicleType = vehicleType
        }
    }

    package var msdVersion: Version
    /// 1 in the first MSD of a call, one more in every later one.
    package var messageIdentifier: UInt8
    package var control: Control
    package var vehicleIdentificationNumber: VIN
    package var vehiclePropulsionStorageType: PropulsionStorage
    /// Seconds since 1970 in UTC of the first MSD of the incident; 0 when the time is unknown.
    package var timestamp: UInt32
    package var vehicleLocation: Position
    /// Steps of two degrees clockwise from north, 0...179, or `Direction.unknown`.
    package var vehicleDirection: UInt8
    /// An earlier location relative to `vehicleLocation`; v3 demands it.
    package var recentVehicleLocationN1: LocationDelta?
    /// A still earlier location relative to N1; v3 demands it.
    package var recentVehicleLocationN2: LocationDelta?
    /// `numberOfPassengers` in v1 and v2; `nil` or 255 when unknown.
    package var numberOfOccupants: UInt8?
    package var optionalAdditionalData: OptionalAdditionalData?

    package init(
        msdVersion: Version = .v3,
        messageIdentifier: UInt8 = 1,
        control: Control,
        vehicleIdentificationNumber: VIN,
        vehiclePropulsionStorageType: PropulsionStorage = PropulsionStorage(),
        timestamp: UInt32 = 0,
        vehicleLocation: Position = .unknown,
        vehicleDirection: UInt8 = Direction.unknown,
        recentVehicleLocationN1: LocationDelta? = .zero,
        recentVehicleLocationN2: LocationDelta? = .zero,
        numberOfOccupants: UInt8? = nil,
        optionalAdditionalData: OptionalAdditionalData? = nil
    ) {
        self.msdVersion = msdVersion
        self.messageIdentifier = messageIdentifier
        self.control = control
        self.vehicleIdentificationNumber = vehicleIdentificationNumber
        self.vehiclePropulsionStorageType = vehiclePropulsionStorageType
        self.timestamp = timestamp
        self.vehicleLocation = vehicleLocation
        self.vehicleDirection = vehicleDirection
        self.recentVehicleLocationN1 = recentVehicleLocationN1
        self.recentVehicleLocationN2 = recentVehicleLocationN2
        self.numberOfOccupants = numberOfOccupants
        self.optionalAdditionalData = optionalAdditionalData
    }
}
