package import UPER

/// The incident information of Euro NCAP TB 040, additional data 8.1.
///
/// Velocities are taken to be in km/h, which the schema does not say.
package struct EuroNCAPData: Hashable, Sendable {
    package static let oid: [UInt32] = [8, 1]

    /// Where the incident that triggered the call hit the vehicle; values of a later schema survive as their number.
    package struct LocationOfImpact: Hashable, Sendable, CustomStringConvertible {
        /// The names of the schema in order, from 0.
        package static let names = ["unknown", "none", "front", "rear", "driverSide", "nonDriverSide", "other"]
        package static let unknown = LocationOfImpact(.root(0))
        /// No impact was detected that triggered the call.
        package static let none = LocationOfImpact(.root(1))
        package static let front = LocationOfImpact(.root(2))
        package static let rear = LocationOfImpact(.root(3))
        package static let driverSide = LocationOfImpact(.root(4))
        package static let nonDriverSide = LocationOfImpact(.root(5))
        package static let other = LocationOfImpact(.root(6))

        package let index: EnumerationIndex

        package init(_ index: EnumerationIndex) {
            self.index = index
        }

        /// The value with a name of the schema, or `extension` and a number.
        package init?(name: String) {
            if let position = Self.names.firstIndex(of: name) {
                self.index = .root(position)
            } else if let number = ExtensionName.number(in: name) {
                self.index = .addition(number)
            } else {
                return nil
            }
        }

        package var description: String {
            switch self.index {
            case .root(let position) where Self.names.indices.contains(position): Self.names[position]
            case .root(let position): "reserved\(position)"
            case .addition(let number): ExtensionName.text(number)
            }
        }
    }

    /// What `rangeLimit` may be.
    package static let rangeLimits = 100...255
    /// What either velocity change may be.
    package static let velocityChanges = -255...255

    package var locationOfImpact: LocationOfImpact
    /// `nil` when the vehicle cannot detect a rollover.
    package var rolloverDetected: Bool?
    /// The upper limit of what the vehicle's delta-V detection can tell, in km/h.
    package var rangeLimit: Int
    /// The vehicle's change of velocity along its own X axis, which points forward, in km/h.
    package var deltaVX: Int
    /// The vehicle's change of velocity along its own Y axis in km/h.
    package var deltaVY: Int

    package init(
        locationOfImpact: LocationOfImpact,
        rolloverDetected: Bool? = nil,
        rangeLimit: Int,
        deltaVX: Int,
        deltaVY: Int
    ) {
        self.locationOfImpact = locationOfImpact
        self.rolloverDetected = rolloverDetected
        self.rangeLimit = rangeLimit
        self.deltaVX = deltaVX
        self.deltaVY = deltaVY
    }

    /// The data that begin `octets`; additions of a later schema and what follows are ignored.
    package init(decoding octets: [UInt8]) throws(MSDDecodingError) {
        var reader = FieldReader(octets)
        let isExtended = try reader.boolean(.euroNCAP)
        let hasRollover = try reader.boolean(.euroNCAP)
        self.locationOfImpact = LocationOfImpact(
            try reader.enumeration(rootCount: LocationOfImpact.names.count, .locationOfImpact)
        )
        self.rolloverDetected = hasRollover ? try reader.boolean(.rolloverDetected) : nil
        let deltaVIsExtended = try reader.boolean(.deltaV)
        self.rangeLimit = try reader.integer(in: Self.rangeLimits, .rangeLimit)
        self.deltaVX = try reader.integer(in: Self.velocityChanges, .deltaVX)
        self.deltaVY = try reader.integer(in: Self.velocityChanges, .deltaVY)
        // Additions are read only to learn that they are whole.
        if deltaVIsExtended { _ = try reader.skipExtensionAdditions(.deltaVExtension) }
        if isExtended { _ = try reader.skipExtensionAdditions(.euroNCAPExtension) }
    }

    package func encoded() throws(MSDEncodingError) -> [UInt8] {
        try self.check()
        var writer = BitWriter(capacity: 5)
        writer.append(false)
        writer.append(self.rolloverDetected != nil)
        writer.append(self.locationOfImpact.index, rootCount: LocationOfImpact.names.count)
        if let rolloverDetected = self.rolloverDetected { writer.append(rolloverDetected) }
        writer.append(false)
        writer.append(self.rangeLimit, in: Self.rangeLimits)
        writer.append(self.deltaVX, in: Self.velocityChanges)
        writer.append(self.deltaVY, in: Self.velocityChanges)
        return writer.finish()
    }

    private func check() throws(MSDEncodingError) {
        let impact =
            switch self.locationOfImpact.index {
            case .root(let position): (found: position, allowed: 0...LocationOfImpact.names.count - 1)
            case .addition(let number): (found: number, allowed: 0...BitReader.maximumNormallySmallNumber)
            }
        let values = [
            (MSD.Field.locationOfImpact, impact.found, impact.allowed),
            (.rangeLimit, self.rangeLimit, Self.rangeLimits),
            (.deltaVX, self.deltaVX, Self.velocityChanges),
            (.deltaVY, self.deltaVY, Self.velocityChanges),
        ]
        for (field, found, allowed) in values where !allowed.contains(found) {
            throw MSDEncodingError(field, .outOfRange(found: found, allowed: allowed))
        }
    }
}
