extension MSD {
    /// The leaves of an MSD one by one, each `nil` when it was not read or not sent.
    package struct Fields: Hashable, Sendable {
        package var msdVersion: Version?
        package var messageIdentifier: UInt8?
        package var automaticActivation: Bool?
        package var testCall: Bool?
        package var positionCanBeTrusted: Bool?
        package var vehicleType: VehicleType?
        package var vehicleIdentificationNumber: VIN?
        package var vehiclePropulsionStorageType: PropulsionStorage?
        package var timestamp: UInt32?
        package var positionLatitude: Int32?
        package var positionLongitude: Int32?
        package var vehicleDirection: UInt8?
        package var recentVehicleLocationN1Latitude: Int?
        package var recentVehicleLocationN1Longitude: Int?
        package var recentVehicleLocationN2Latitude: Int?
        package var recentVehicleLocationN2Longitude: Int?
        package var numberOfOccupants: UInt8?
        package var objectIdentifier: [UInt32]?
        package var additionalData: [UInt8]?

        /// Nothing read yet.
        package init() {}

        package init(_ msd: MSD) {
            self.msdVersion = msd.msdVersion
            self.messageIdentifier = msd.messageIdentifier
            self.automaticActivation = msd.control.automaticActivation
            self.testCall = msd.control.testCall
            self.positionCanBeTrusted = msd.control.positionCanBeTrusted
            self.vehicleType = msd.control.vehicleType
            self.vehicleIdentificationNumber = msd.vehicleIdentificationNumber
            self.vehiclePropulsionStorageType = msd.vehiclePropulsionStorageType
            self.timestamp = msd.timestamp
            self.positionLatitude = msd.vehicleLocation.positionLatitude
            self.positionLongitude = msd.vehicleLocation.positionLongitude
            self.vehicleDirection = msd.vehicleDirection
            self.recentVehicleLocationN1Latitude = msd.recentVehicleLocationN1?.latitudeDelta
            self.recentVehicleLocationN1Longitude = msd.recentVehicleLocationN1?.longitudeDelta
            self.recentVehicleLocationN2Latitude = msd.recentVehicleLocationN2?.latitudeDelta
            self.recentVehicleLocationN2Longitude = msd.recentVehicleLocationN2?.longitudeDelta
            self.numberOfOccupants = msd.numberOfOccupants
            self.objectIdentifier = msd.optionalAdditionalData?.oid
            self.additionalData = msd.optionalAdditionalData?.data
        }

        /// The additional data, when both its parts are here.
        package var optionalAdditionalData: OptionalAdditionalData? {
            guard let oid = self.objectIdentifier, let data = self.additionalData else { return nil }
            return OptionalAdditionalData(oid: oid, data: data)
        }

        /// The MSD these are the leaves of, `nil` while one that every version has is missing.
        ///
        /// Inlined, as `whole` is, so that a decoder makes the value where it goes; moving it costs a sixth of decoding.
        @inline(__always)
        var msd: MSD? {
            guard let version = self.msdVersion, let identifier = self.messageIdentifier,
                let automatic = self.automaticActivation, let test = self.testCall,
                let trusted = self.positionCanBeTrusted, let type = self.vehicleType,
                let vin = self.vehicleIdentificationNumber, let storage = self.vehiclePropulsionStorageType,
                let timestamp = self.timestamp, let latitude = self.positionLatitude,
                let longitude = self.positionLongitude, let direction = self.vehicleDirection
            else { return nil }
            return MSD(
                msdVersion: version,
                messageIdentifier: identifier,
                control: Control(
                    automaticActivation: automatic,
                    testCall: test,
                    positionCanBeTrusted: trusted,
                    vehicleType: type
                ),
                vehicleIdentificationNumber: vin,
                vehiclePropulsionStorageType: storage,
                timestamp: timestamp,
                vehicleLocation: Position(positionLatitude: latitude, positionLongitude: longitude),
                vehicleDirection: direction,
                recentVehicleLocationN1: Self.delta(
                    self.recentVehicleLocationN1Latitude,
                    self.recentVehicleLocationN1Longitude
                ),
                recentVehicleLocationN2: Self.delta(
                    self.recentVehicleLocationN2Latitude,
                    self.recentVehicleLocationN2Longitude
                ),
                numberOfOccupants: self.numberOfOccupants,
                optionalAdditionalData: self.optionalAdditionalData
            )
        }

        /// The MSD these are the leaves of, when a decoder that met no damage has read them.
        @inline(__always)
        var whole: MSD {
            guard let msd = self.msd else {
                preconditionFailure("a decoder that met no damage has read every field of the version")
            }
            return msd
        }

        private static func delta(_ latitude: Int?, _ longitude: Int?) -> LocationDelta? {
            guard let latitude, let longitude else { return nil }
            return LocationDelta(latitudeDelta: latitude, longitudeDelta: longitude)
        }
    }
}
