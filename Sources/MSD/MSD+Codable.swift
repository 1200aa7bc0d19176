extension MSD: Codable {
    /// Reads the JSON form of an MSD, whose names are the schema's; every error names its path.
    ///
    /// What a damaged or decorated decode adds at the top is passed over.
    package init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: JSONKey.self)
        try root.allow(only: Self.keys + Salvage.keys)
        let range = Int(Version.v1.rawValue)...Int(Version.v3.rawValue)
        let number = UInt8(truncatingIfNeeded: try root.integer("msdVersion", in: range))
        guard let version = Version(rawValue: number) else {
            preconditionFailure("every number of the range is a version")
        }
        self.msdVersion = version
        self.messageIdentifier = try root.integer("messageIdentifier")
        self.control = try Self.control(in: root)
        self.vehicleIdentificationNumber = try Self.vin(in: root)
        self.vehiclePropulsionStorageType = try Self.storage(in: root, version)
        self.timestamp = try root.integer("timestamp")
        let location = try root.object("vehicleLocation")
        try location.allow(only: ["positionLatitude", "positionLongitude"])
        self.vehicleLocation = Position(
            positionLatitude: try location.integer("positionLatitude"),
            positionLongitude: try location.integer("positionLongitude")
        )
        self.vehicleDirection = try root.integer("vehicleDirection")
        self.recentVehicleLocationN1 = try Self.delta("recentVehicleLocationN1", in: root, version)
        self.recentVehicleLocationN2 = try Self.delta("recentVehicleLocationN2", in: root, version)
        self.numberOfOccupants = try root.optional("numberOfOccupants") { try root.integer($0) }
        self.optionalAdditionalData = try root.decodeIfPresent(
            OptionalAdditionalData.self,
            forKey: "optionalAdditionalData"
        )
    }

    package func encode(to encoder: any Encoder) throws {
        try Fields(self).encode(to: encoder)
    }

    private static let keys = [
        "msdVersion", "messageIdentifier", "control", "vehicleIdentificationNumber", "vehiclePropulsionStorageType",
        "timestamp", "vehicleLocation", "vehicleDirection", "recentVehicleLocationN1", "recentVehicleLocationN2",
        "numberOfOccupants", "optionalAdditionalData",
    ]

    private static func control(in root: KeyedDecodingContainer<JSONKey>) throws -> Control {
        let control = try root.object("control")
        try control.allow(only: ["automaticActivation", "testCall", "positionCanBeTrusted", "vehicleType"])
        let name = try control.decode(String.self, forKey: "vehicleType")
        guard let type = VehicleType(name: name) else {
            let names = VehicleType.names.joined(separator: ", ")
            let expected = "expected extension and a number, or one of \(names)"
            throw control.corrupted("vehicleType", "is \"\(name)\", \(expected)")
        }
        return Control(
            automaticActivation: try control.decode(Bool.self, forKey: "automaticActivation"),
            testCall: try control.decode(Bool.self, forKey: "testCall"),
            positionCanBeTrusted: try control.decode(Bool.self, forKey: "positionCanBeTrusted"),
            vehicleType: type
        )
    }

    private static func vin(in root: KeyedDecodingContainer<JSONKey>) throws -> VIN {
        let text = try root.decode(String.self, forKey: "vehicleIdentificationNumber")
        do {
            return try VIN(text)
        } catch {
            throw root.corrupted("vehicleIdentificationNumber", "is no VIN: \(error)")
        }
    }

    /// The fields that are there; FALSE is the default, and goes on the wire in v2 alone.
    ///
    /// Published v2 messages send FALSE, published v3 messages leave it out, as X.691 19.5 demands of a default.
    private static func storage(
        in root: KeyedDecodingContainer<JSONKey>,
        _ version: Version
    ) throws -> PropulsionStorage {
        let allowed = PropulsionStorage.names(in: version)
        let storage: PropulsionStorage =
            try root.optional("vehiclePropulsionStorageType") { try root.booleans($0, allowed: allowed) }
            ?? PropulsionStorage()
        return version == .v2 ? storage : storage.withoutFalse
    }

    private static func delta(
        _ key: JSONKey,
        in root: KeyedDecodingContainer<JSONKey>,
        _ version: Version
    ) throws -> LocationDelta? {
        let read = { (key: JSONKey) throws -> LocationDelta in
            let delta = try root.object(key)
            try delta.allow(only: ["latitudeDelta", "longitudeDelta"])
            return LocationDelta(
                latitudeDelta: try delta.integer("latitudeDelta", in: LocationDelta.range),
                longitudeDelta: try delta.integer("longitudeDelta", in: LocationDelta.range)
            )
        }
        return version == .v3 ? try read(key) : try root.optional(key, read)
    }
}
