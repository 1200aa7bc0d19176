import UPER

extension MSD {
    /// The octets of this MSD, at most `maximumOctets`.
    ///
    /// Throws when the version cannot carry a value, lacks one that it demands, or the octets are too many.
    package func encoded() throws(MSDEncodingError) -> [UInt8] {
        try self.check()
        // Without additional data no version takes more than 42 octets.
        var writer = BitWriter(capacity: 48 + (self.optionalAdditionalData?.data.count ?? 0))
        writer.append(UInt64(self.msdVersion.rawValue), bits: 8)
        let hasLength = self.msdVersion != .v1
        if hasLength {
            // Replaced below, when the length of the content is known.
            writer.append(0, bits: 8)
        }
        self.writeMessage(to: &writer)
        var octets = writer.finish()
        if hasLength {
            let length = octets.count - 2
            if length < 128 {
                octets[1] = UInt8(length)
            } else {
                var determinant = BitWriter(capacity: 2)
                determinant.appendLength(length)
                octets.replaceSubrange(1...1, with: determinant.finish())
            }
        }
        guard octets.count <= Self.maximumOctets else {
            throw MSDEncodingError(.message, .tooLong(octets: octets.count, maximum: Self.maximumOctets))
        }
        return octets
    }

    /// Throws for the first field that the version cannot carry.
    private func check() throws(MSDEncodingError) {
        switch self.control.vehicleType.index {
        case .root(let position):
            guard (0..<VehicleType.rootCount(in: self.msdVersion)).contains(position) else {
                throw MSDEncodingError(.vehicleType, .notIn(self.msdVersion))
            }
        case .addition(let number):
            let allowed = 0...BitReader.maximumNormallySmallNumber
            guard allowed.contains(number) else {
                throw MSDEncodingError(.vehicleType, .outOfRange(found: number, allowed: allowed))
            }
        }
        if self.msdVersion == .v1, self.vehiclePropulsionStorageType[.otherStorage] == true {
            throw MSDEncodingError(.vehiclePropulsionStorageType, .notIn(.v1))
        }
        try self.check(
            self.recentVehicleLocationN1,
            .recentVehicleLocationN1Latitude,
            .recentVehicleLocationN1Longitude
        )
        try self.check(
            self.recentVehicleLocationN2,
            .recentVehicleLocationN2Latitude,
            .recentVehicleLocationN2Longitude
        )
        guard let additional = self.optionalAdditionalData else { return }
        if additional.oid.isEmpty { throw MSDEncodingError(.objectIdentifier, .noArc) }
        // An arc takes at least an octet, so neither part can be longer than the whole.
        let counts = [(Field.objectIdentifier, additional.oid.count), (.additionalData, additional.data.count)]
        for (field, count) in counts where count > Self.maximumOctets {
            throw MSDEncodingError(field, .tooLong(octets: count, maximum: Self.maximumOctets))
        }
    }

    private func check(_ delta: LocationDelta?, _ latitude: Field, _ longitude: Field) throws(MSDEncodingError) {
        guard let delta else {
            if self.msdVersion == .v3 { throw MSDEncodingError(latitude, .missing(in: .v3)) }
            return
        }
        guard LocationDelta.range.contains(delta.latitudeDelta) else {
            throw MSDEncodingError(latitude, .outOfRange(found: delta.latitudeDelta, allowed: LocationDelta.range))
        }
        guard LocationDelta.range.contains(delta.longitudeDelta) else {
            throw MSDEncodingError(longitude, .outOfRange(found: delta.longitudeDelta, allowed: LocationDelta.range))
        }
    }

    private func writeMessage(to writer: inout BitWriter) {
        writer.append(false)
        writer.append(self.optionalAdditionalData != nil)
        self.writeStructure(to: &writer)
        if let additional = self.optionalAdditionalData {
            writer.append(relativeObjectIdentifier: additional.oid)
            writer.append(octetString: additional.data)
        }
    }

    private func writeStructure(to writer: inout BitWriter) {
        writer.append(false)
        switch self.msdVersion {
        case .v1, .v2:
            writer.append(self.recentVehicleLocationN1 != nil)
            writer.append(self.recentVehicleLocationN2 != nil)
        case .v3:
            break
        }
        writer.append(self.numberOfOccupants != nil)
        writer.append(UInt64(self.messageIdentifier), bits: 8)
        writer.append(self.control.automaticActivation)
        writer.append(self.control.testCall)
        writer.append(self.control.positionCanBeTrusted)
        writer.append(self.control.vehicleType.index, rootCount: VehicleType.rootCount(in: self.msdVersion))
        writer.append(self.vehicleIdentificationNumber.head, bits: VIN.headLength * 6)
        writer.append(self.vehicleIdentificationNumber.tail, bits: (VIN.length - VIN.headLength) * 6)
        writer.append(false)
        self.vehiclePropulsionStorageType.write(to: &writer, count: PropulsionStorage.count(in: self.msdVersion))
        writer.append(UInt64(self.timestamp), bits: 32)
        // A coordinate goes as its distance from the least 32-bit number.
        writer.append(UInt64(UInt32(bitPattern: self.vehicleLocation.positionLatitude) ^ 0x8000_0000), bits: 32)
        writer.append(UInt64(UInt32(bitPattern: self.vehicleLocation.positionLongitude) ^ 0x8000_0000), bits: 32)
        writer.append(UInt64(self.vehicleDirection), bits: 8)
        self.recentVehicleLocationN1?.write(to: &writer)
        self.recentVehicleLocationN2?.write(to: &writer)
        if let occupants = self.numberOfOccupants {
            writer.append(UInt64(occupants), bits: 8)
        }
    }
}

extension LocationDelta {
    fileprivate func write(to writer: inout BitWriter) {
        writer.append(self.latitudeDelta, in: Self.range)
        writer.append(self.longitudeDelta, in: Self.range)
    }
}
