extension MSD.Fields: Encodable {
    /// Writes the JSON form; what was not read is left out.
    package func encode(to encoder: any Encoder) throws {
        var root = encoder.container(keyedBy: JSONKey.self)
        try root.encodeIfPresent(self.msdVersion?.rawValue, forKey: "msdVersion")
        try root.encodeIfPresent(self.messageIdentifier, forKey: "messageIdentifier")
        if self.automaticActivation != nil {
            var control = root.object("control")
            try control.encodeIfPresent(self.automaticActivation, forKey: "automaticActivation")
            try control.encodeIfPresent(self.testCall, forKey: "testCall")
            try control.encodeIfPresent(self.positionCanBeTrusted, forKey: "positionCanBeTrusted")
            try control.encodeIfPresent(self.vehicleType?.description, forKey: "vehicleType")
        }
        try root.encodeIfPresent(
            self.vehicleIdentificationNumber?.description,
            forKey: "vehicleIdentificationNumber"
        )
        if let storage = self.vehiclePropulsionStorageType, let version = self.msdVersion {
            // In v2 FALSE may have been sent or left out, and what comes back must give the same octets.
            let defaults = version == .v2 ? [] : PropulsionStorage.names(in: version)
            try root.encode(storage, "vehiclePropulsionStorageType", withDefaults: defaults)
        }
        try root.encodeIfPresent(self.timestamp, forKey: "timestamp")
        if self.positionLatitude != nil {
            var location = root.object("vehicleLocation")
            try location.encodeIfPresent(self.positionLatitude, forKey: "positionLatitude")
            try location.encodeIfPresent(self.positionLongitude, forKey: "positionLongitude")
        }
        try root.encodeIfPresent(self.vehicleDirection, forKey: "vehicleDirection")
        let n1 = (self.recentVehicleLocationN1Latitude, self.recentVehicleLocationN1Longitude)
        let n2 = (self.recentVehicleLocationN2Latitude, self.recentVehicleLocationN2Longitude)
        try Self.encode(n1, "recentVehicleLocationN1", to: &root)
        try Self.encode(n2, "recentVehicleLocationN2", to: &root)
        try root.encodeIfPresent(self.numberOfOccupants, forKey: "numberOfOccupants")
        if let additional = self.optionalAdditionalData {
            try root.encode(additional, forKey: "optionalAdditionalData")
        } else if let oid = self.objectIdentifier {
            var object = root.object("optionalAdditionalData")
            try object.encode(oid.map(String.init).joined(separator: "."), forKey: "oid")
        }
    }

    private static func encode(
        _ delta: (latitude: Int?, longitude: Int?),
        _ key: JSONKey,
        to root: inout KeyedEncodingContainer<JSONKey>
    ) throws {
        guard delta.latitude != nil else { return }
        var object = root.object(key)
        try object.encodeIfPresent(delta.latitude, forKey: "latitudeDelta")
        try object.encodeIfPresent(delta.longitude, forKey: "longitudeDelta")
    }
}

extension MSD.Salvage: Encodable {
    /// The keys that stand beside the fields of an MSD, and are passed over when it is read again.
    static let keys = ["error", "trailingOctets", "hasNonzeroPadding", "unknownExtensionAdditions"]

    /// Writes the fields as an MSD's JSON form and, where there is something to say, what was found around them.
    package func encode(to encoder: any Encoder) throws {
        try self.fields.encode(to: encoder)
        var root = encoder.container(keyedBy: JSONKey.self)
        if let error = self.error {
            var object = root.object("error")
            try object.encode(error.field.rawValue, forKey: "field")
            try object.encode(error.bitOffset, forKey: "bitOffset")
            try object.encode(error.reason.description, forKey: "reason")
        }
        if self.trailingOctets > 0 { try root.encode(self.trailingOctets, forKey: "trailingOctets") }
        if self.hasNonzeroPadding { try root.encode(true, forKey: "hasNonzeroPadding") }
        if self.unknownExtensionAdditions > 0 {
            try root.encode(self.unknownExtensionAdditions, forKey: "unknownExtensionAdditions")
        }
    }
}
