import UPER

extension MSD {
    /// What could be read of octets that should be an MSD.
    package struct Salvage: Hashable, Sendable {
        /// Every field read before the damage.
        package var fields = Fields()
        /// The damage; `nil` when the MSD is whole.
        package var error: MSDDecodingError?
        /// Octets after the message, which every receiver ignores (EN 15722).
        package var trailingOctets = 0
        /// Whether a bit is set in the padding to a whole octet, which is ignored as well.
        package var hasNonzeroPadding = false
        /// Additions of a later schema that were passed over, present or not; they are lost when encoding again.
        package var unknownExtensionAdditions = 0

        /// The MSD, when it is whole.
        package var msd: MSD? { self.error == nil ? self.fields.msd : nil }
    }

    /// The MSD that begins `octets`; what follows it is ignored.
    package init(decoding octets: [UInt8]) throws(MSDDecodingError) {
        var decoder = MSDDecoder(octets)
        try decoder.decode()
        self = decoder.result.fields.whole
    }

    /// The MSD that begins `octets`; what follows it is ignored.
    package init(decoding octets: some Collection<UInt8>) throws(MSDDecodingError) {
        try self.init(decoding: Array(octets))
    }

    /// Reads as much of an MSD as `octets` hold.
    package static func salvage(_ octets: [UInt8]) -> Salvage {
        var decoder = MSDDecoder(octets)
        do {
            try decoder.decode()
        } catch {
            decoder.result.error = error
        }
        return decoder.result
    }
}

extension MSD.Salvage {
    /// The MSD, or the damage.
    package func get() throws(MSDDecodingError) -> MSD {
        if let error = self.error { throw error }
        return self.fields.whole
    }
}

/// One pass over the octets of an MSD, field by field.
private struct MSDDecoder {
    private let octetCount: Int
    private var reader: FieldReader
    var result = MSD.Salvage()

    init(_ octets: [UInt8]) {
        self.octetCount = octets.count
        self.reader = FieldReader(octets)
    }

    mutating func decode() throws(MSDDecodingError) {
        let number = UInt8(truncatingIfNeeded: try self.reader.bits(8, .msdVersion))
        guard let version = MSD.Version(rawValue: number) else {
            throw MSDDecodingError(field: .msdVersion, bitOffset: 0, reason: .unknownVersion(found: number))
        }
        self.result.fields.msdVersion = version
        var announced = self.octetCount - 1
        if version != .v1 {
            announced = try self.reader.length(.contentLength)
        }
        let contentStart = self.reader.position / 8
        self.reader.limit(toBit: (contentStart + announced) * 8)
        try self.message(version)
        guard contentStart + announced <= self.octetCount else {
            throw MSDDecodingError(
                field: .contentLength,
                bitOffset: 8,
                reason: .shorterThanAnnounced(announced: announced, present: self.octetCount - contentStart)
            )
        }
        self.result.hasNonzeroPadding = self.reader.hasPaddingBitSet
        self.result.trailingOctets = self.octetCount - (self.reader.position + 7) / 8
    }

    private mutating func message(_ version: MSD.Version) throws(MSDDecodingError) {
        let isExtended = try self.reader.boolean(.message)
        let hasAdditionalData = try self.reader.boolean(.message)
        try self.structure(version)
        if hasAdditionalData {
            self.result.fields.objectIdentifier = try self.reader.objectIdentifier(.objectIdentifier)
            self.result.fields.additionalData = try self.reader.octetString(.additionalData)
        }
        if isExtended {
            self.result.unknownExtensionAdditions += try self.reader.skipExtensionAdditions(.messageExtension)
        }
    }

    private mutating func structure(_ version: MSD.Version) throws(MSDDecodingError) {
        let isExtended = try self.reader.boolean(.structure)
        let hasN1: Bool
        let hasN2: Bool
        switch version {
        case .v1, .v2:
            hasN1 = try self.reader.boolean(.structure)
            hasN2 = try self.reader.boolean(.structure)
        case .v3:
            hasN1 = true
            hasN2 = true
        }
        let hasOccupants = try self.reader.boolean(.structure)
        self.result.fields.messageIdentifier = UInt8(
            truncatingIfNeeded: try self.reader.bits(8, .messageIdentifier)
        )
        try self.control(version)
        try self.vehicle(version)
        try self.location()
        if hasN1 {
            self.result.fields.recentVehicleLocationN1Latitude =
                try self.reader.integer(in: LocationDelta.range, .recentVehicleLocationN1Latitude)
            self.result.fields.recentVehicleLocationN1Longitude =
                try self.reader.integer(in: LocationDelta.range, .recentVehicleLocationN1Longitude)
        }
        if hasN2 {
            self.result.fields.recentVehicleLocationN2Latitude =
                try self.reader.integer(in: LocationDelta.range, .recentVehicleLocationN2Latitude)
            self.result.fields.recentVehicleLocationN2Longitude =
                try self.reader.integer(in: LocationDelta.range, .recentVehicleLocationN2Longitude)
        }
        if hasOccupants {
            self.result.fields.numberOfOccupants = UInt8(
                truncatingIfNeeded: try self.reader.bits(8, .numberOfOccupants)
            )
        }
        if isExtended {
            self.result.unknownExtensionAdditions += try self.reader.skipExtensionAdditions(.structureExtension)
        }
    }

    private mutating func control(_ version: MSD.Version) throws(MSDDecodingError) {
        self.result.fields.automaticActivation = try self.reader.boolean(.automaticActivation)
        self.result.fields.testCall = try self.reader.boolean(.testCall)
        self.result.fields.positionCanBeTrusted = try self.reader.boolean(.positionCanBeTrusted)
        self.result.fields.vehicleType = VehicleType(
            try self.reader.enumeration(rootCount: VehicleType.rootCount(in: version), .vehicleType)
        )
    }

    private mutating func vehicle(_ version: MSD.Version) throws(MSDDecodingError) {
        let start = self.reader.position
        let total = VIN.length * 6
        let headBits = VIN.headLength * 6
        guard self.reader.remaining >= total else {
            throw MSDDecodingError(
                field: .vehicleIdentificationNumber,
                bitOffset: start,
                reason: .encoding(
                    .endOfData(neededBits: total, availableBits: self.reader.remaining)
                )
            )
        }
        let head = try self.reader.bits(headBits, .vehicleIdentificationNumber)
        let tail = try self.reader.bits(total - headBits, .vehicleIdentificationNumber)
        if let wrong = VIN.firstInvalid(in: head, count: VIN.headLength) {
            throw Self.wrongCharacter(wrong.number, at: wrong.place, start)
        }
        if let wrong = VIN.firstInvalid(in: tail, count: VIN.length - VIN.headLength) {
            throw Self.wrongCharacter(wrong.number, at: VIN.headLength + wrong.place, start)
        }
        self.result.fields.vehicleIdentificationNumber = VIN(head: head, tail: tail)
        let isExtended = try self.reader.boolean(.vehiclePropulsionStorageType)
        let storage: PropulsionStorage = try self.reader.booleans(
            count: PropulsionStorage.count(in: version),
            .vehiclePropulsionStorageType
        )
        if isExtended {
            self.result.unknownExtensionAdditions +=
                try self.reader.skipExtensionAdditions(.vehiclePropulsionStorageType)
        }
        self.result.fields.vehiclePropulsionStorageType = storage
    }

    private static func wrongCharacter(_ number: Int, at place: Int, _ start: Int) -> MSDDecodingError {
        MSDDecodingError(
            field: .vehicleIdentificationNumber,
            bitOffset: start + 6 * place,
            reason: .wrongCharacter(found: number, position: place + 1)
        )
    }

    private mutating func location() throws(MSDDecodingError) {
        self.result.fields.timestamp = UInt32(truncatingIfNeeded: try self.reader.bits(32, .timestamp))
        self.result.fields.positionLatitude = try self.coordinate(.positionLatitude)
        self.result.fields.positionLongitude = try self.coordinate(.positionLongitude)
        self.result.fields.vehicleDirection = UInt8(truncatingIfNeeded: try self.reader.bits(8, .vehicleDirection))
    }

    /// A coordinate goes as its distance from the least 32-bit number.
    private mutating func coordinate(_ field: MSD.Field) throws(MSDDecodingError) -> Int32 {
        Int32(bitPattern: UInt32(truncatingIfNeeded: try self.reader.bits(32, field)) ^ 0x8000_0000)
    }
}
