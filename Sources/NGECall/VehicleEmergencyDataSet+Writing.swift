extension VehicleEmergencyDataSet {
    /// The document as XML with CRLF line ends.
    ///
    /// `extended` adds what only `VEDSNames.extensionNamespace` has names for; without it the names are published ones,
    /// and not fitted reads as unknown. What is beyond a limit is left out, a text too long is cut.
    package func serialized(extended: Bool = true) -> [UInt8] {
        var writer = VEDSWriter(extended: extended)
        writer.openRoot()
        self.writeCrash(to: &writer)
        let hasLocation = self.writeLocation(to: &writer)
        writer.code(VEDSNames.trigger, self.incident.trigger)
        if hasLocation {
            writer.group(VEDSNames.crashLocation) { writer in
                writer.pointer(VEDSNames.activityReference, to: VEDSWriter.crashID)
                writer.pointer(VEDSNames.locationReference, to: VEDSWriter.locationID)
            }
        }
        return writer.closeRoot()
    }

    private func writeCrash(to writer: inout VEDSWriter) {
        writer.group(VEDSNames.crash, identifier: VEDSWriter.crashID) { writer in
            writer.wrapped(VEDSNames.activityIdentification, VEDSNames.identificationID, self.incident.identifier)
            writer.wrapped(VEDSNames.activityDate, VEDSNames.dateTime, self.incident.time)
            writer.number(VEDSNames.passengerQuantity, self.occupants, Self.occupantRange)
            let heading = self.location.headingDegrees.within(Self.degreeRange).map { String($0) }
            writer.wrapped(VEDSNames.heading, VEDSNames.measureValue, heading)
            writer.group(VEDSNames.vehicle) { self.writeVehicle(to: &$0) }
            writer.flag(VEDSNames.multipleImpacts, self.crash.multipleImpacts)
            writer.flag(VEDSNames.severeInjury, self.injury.isLikely)
            writer.code(VEDSNames.finalRest, self.crash.finalRest)
            self.writeExtension(to: &writer)
        }
    }

    private func writeVehicle(to writer: inout VEDSWriter) {
        writer.wrapped(
            VEDSNames.vehicleIdentification,
            VEDSNames.identificationID,
            self.vehicle.identificationNumber,
            maximumOctets: Self.maximumIdentificationOctets
        )
        for airbag in self.crash.airbags.prefix(Self.maximumAirbags) {
            writer.group(VEDSNames.airbag) { writer in
                writer.code(VEDSNames.airbagCategory, .value(airbag.category))
                writer.flag(VEDSNames.airbagDeployed, airbag.deployed)
                writer.code(VEDSNames.airbagSeat, airbag.seat)
            }
        }
        self.writePulse(to: &writer)
        switch self.vehicle.propulsion {
        case .value(let kinds):
            for kind in kinds.prefix(Self.maximumPropulsions) { writer.code(VEDSNames.propulsion, .value(kind)) }
        case .unknown: break
        case .notFitted: writer.notFitted(VEDSNames.propulsion)
        }
        writer.flag(VEDSNames.rollover, self.crash.rollover)
        for seat in self.crash.seats.prefix(Self.maximumSeats) {
            writer.group(VEDSNames.seat) { writer in
                writer.code(VEDSNames.seatLocation, .value(seat.location))
                writer.flag(VEDSNames.seatOccupied, seat.occupied)
                writer.flag(VEDSNames.beltFastened, seat.beltFastened)
                writer.flag(VEDSNames.beltMonitored, seat.beltMonitored)
            }
        }
        writer.flag(VEDSNames.fuelCutoff, self.crash.fuelCutoff)
        writer.code(VEDSNames.doorLocks, self.crash.doorLocks)
    }

    private func writePulse(to writer: inout VEDSWriter) {
        let change = self.crash.changeInVelocity
        writer.group(VEDSNames.pulse) { writer in
            switch change.resultantTenths.within(Self.changeRange) {
            case .value(let tenths):
                writer.group(VEDSNames.changeInVelocity) { writer in
                    writer.leaf(VEDSNames.measureValue, FixedPoint.text(tenths, decimals: 1))
                    writer.leaf(VEDSNames.measureUnit, VEDSNames.kilometersPerHour)
                }
            case .unknown: break
            case .notFitted: writer.notFitted(VEDSNames.changeInVelocity)
            }
            let direction = self.crash.directionOfForceDegrees.within(Self.degreeRange)
            writer.number(VEDSNames.directionOfForceHour, direction.map(Self.hour(ofDegrees:)), Self.hourRange)
            writer.number(VEDSNames.quarterTurns, self.crash.rolloverQuarterTurns, Self.quarterTurnRange)
            writer.number(VEDSNames.longitudinalChange, change.longitudinalTenths, Self.changeRange, decimals: 1)
            writer.number(VEDSNames.lateralChange, change.lateralTenths, Self.changeRange, decimals: 1)
            writer.number(VEDSNames.timeToMaximum, change.timeToMaximumMilliseconds, Self.timeToMaximumRange)
            writer.number(VEDSNames.rangeLimit, change.rangeLimitTenths, Self.changeRange, decimals: 1)
            if direction.value != nil {
                writer.number(VEDSNames.directionOfForceDegrees, direction, Self.degreeRange)
            }
            writer.code(VEDSNames.impactSide, self.crash.impactSide)
        }
    }

    /// The nearest hour of the clock: 12 from straight ahead.
    private static func hour(ofDegrees degrees: Int64) -> Int64 {
        let hour = (degrees + 15) / 30 % 12
        return hour == 0 ? 12 : hour
    }

    private func writeExtension(to writer: inout VEDSWriter) {
        guard writer.extended else { return }
        writer.group(VEDSNames.injury) { writer in
            writer.number(
                VEDSNames.injuryProbability,
                self.injury.probabilityThousandths,
                Self.probabilityRange,
                decimals: 3
            )
            writer.text(VEDSNames.injuryBand, self.injury.band)
            writer.text(VEDSNames.injuryBasis, self.injury.basis)
            for input in self.injury.unknownInputs.prefix(Self.maximumListedTexts) {
                writer.text(VEDSNames.unknownInput, .value(input))
            }
            for region in self.injury.possibleRegions.prefix(Self.maximumListedTexts) {
                writer.text(VEDSNames.possibleRegion, .value(region))
            }
            writer.number(
                VEDSNames.seriousAmongHurt,
                self.injury.seriousThousandths,
                Self.probabilityRange,
                decimals: 3
            )
        }
    }

    /// Writes the location and says whether there was anything to write.
    private func writeLocation(to writer: inout VEDSWriter) -> Bool {
        let before = writer.count
        writer.group(VEDSNames.location, identifier: VEDSWriter.locationID) { writer in
            switch self.location.position {
            case .value(let position):
                writer.group(VEDSNames.coordinate) { writer in
                    writer.group(VEDSNames.latitude) { writer in
                        let latitude = position.latitudeMilliarcseconds
                        writer.leaf(VEDSNames.latitudeDegrees, LocationDocument.degreesText(milliarcseconds: latitude))
                    }
                    writer.group(VEDSNames.longitude) { writer in
                        let longitude = position.longitudeMilliarcseconds
                        writer.leaf(
                            VEDSNames.longitudeDegrees,
                            LocationDocument.degreesText(milliarcseconds: longitude)
                        )
                    }
                }
            case .unknown: break
            case .notFitted: writer.notFitted(VEDSNames.coordinate)
            }
            writer.number(VEDSNames.radius, self.location.radiusMillimeters, Self.radiusRange, decimals: 3)
            writer.text(VEDSNames.locationTime, self.location.time)
        }
        return writer.count > before
    }
}

extension Finding where Value: Comparable {
    /// The same, unknown when the value is out of `range`.
    func within(_ range: ClosedRange<Value>) -> Finding {
        self.map { range.contains($0) ? $0 : nil }
    }
}

/// Writes the elements of a data set: nothing for what is unknown, a nil element for what is not fitted.
private struct VEDSWriter {
    static let crashID = "CRASH1"
    static let locationID = "LOC1"

    /// Whether our own names are written.
    let extended: Bool
    private var writer = XMLWriter()
    /// The groups begun and not yet written, because an empty one is left out.
    private var pending: [(name: VEDSNames.Name, attributes: [XMLWriter.Attribute])] = []
    /// Elements written so far.
    private(set) var count = 0

    init(extended: Bool) {
        self.extended = extended
    }

    mutating func openRoot() {
        var namespaces = [
            VEDSNames.set, VEDSNames.core, VEDSNames.justice, VEDSNames.maritime, VEDSNames.structures,
        ]
        if self.extended { namespaces += [VEDSNames.instance, VEDSNames.extensionNamespace] }
        self.writer.openTall(VEDSNames.root.qualified, namespaces.map { ("xmlns:\($0.prefix)", $0.uri) })
    }

    mutating func closeRoot() -> [UInt8] {
        self.writer.close(VEDSNames.root.qualified)
        return self.writer.octets
    }

    /// An element around others; left out when `content` writes nothing.
    mutating func group(
        _ name: VEDSNames.Name,
        identifier: String? = nil,
        _ content: (inout VEDSWriter) -> Void
    ) {
        guard self.mayWrite(name) else { return }
        let attributes: [XMLWriter.Attribute] = [(VEDSNames.identifier.qualified, identifier)]
        self.pending.append((name, attributes))
        let depth = self.pending.count
        content(&self)
        if self.pending.count < depth {
            self.writer.close(name.qualified)
        } else {
            self.pending.removeLast()
        }
    }

    mutating func leaf(_ name: VEDSNames.Name, _ content: String) {
        guard self.mayWrite(name) else { return }
        self.openPending()
        self.writer.leaf(name.qualified, content)
    }

    mutating func notFitted(_ name: VEDSNames.Name) {
        guard self.extended else { return }
        self.openPending()
        self.writer.empty(
            name.qualified,
            [(VEDSNames.isNil.qualified, "true"), (VEDSNames.absence.qualified, VEDSNames.notFitted)]
        )
    }

    mutating func pointer(_ name: VEDSNames.Name, to identifier: String) {
        self.openPending()
        self.writer.empty(name.qualified, [(VEDSNames.reference.qualified, identifier)])
    }

    mutating func text(
        _ name: VEDSNames.Name,
        _ finding: Finding<String>,
        maximumOctets: Int = VehicleEmergencyDataSet.maximumTextOctets
    ) {
        switch finding {
        case .value(let text):
            let cut = Self.cut(text, to: maximumOctets)
            if !cut.isEmpty { self.leaf(name, cut) }
        case .unknown: break
        case .notFitted: self.notFitted(name)
        }
    }

    mutating func flag(_ name: VEDSNames.Name, _ finding: Finding<Bool>) {
        self.text(name, finding.map { String($0) })
    }

    mutating func code<Code: RawRepresentable<String>>(_ name: VEDSNames.Name, _ finding: Finding<Code>) {
        self.text(name, finding.map { $0.rawValue })
    }

    mutating func number(
        _ name: VEDSNames.Name,
        _ finding: Finding<Int64>,
        _ range: ClosedRange<Int64>,
        decimals: Int = 0
    ) {
        self.text(name, finding.within(range).map { FixedPoint.shortText($0, decimals: decimals) })
    }

    /// A text in an element of its own inside `outer`, which is the one that is nil when there is nothing.
    mutating func wrapped(
        _ outer: VEDSNames.Name,
        _ inner: VEDSNames.Name,
        _ finding: Finding<String>,
        maximumOctets: Int = VehicleEmergencyDataSet.maximumTextOctets
    ) {
        switch finding {
        case .value: self.group(outer) { $0.text(inner, finding, maximumOctets: maximumOctets) }
        case .unknown: break
        case .notFitted: self.notFitted(outer)
        }
    }

    private func mayWrite(_ name: VEDSNames.Name) -> Bool {
        self.extended || name.namespace != VEDSNames.extensionNamespace
    }

    private mutating func openPending() {
        for group in self.pending { self.writer.open(group.name.qualified, group.attributes) }
        self.pending = []
        self.count += 1
    }

    /// The longest beginning of whole characters that fits, without blanks around it, which a reader drops.
    private static func cut(_ text: String, to maximum: Int) -> String {
        var cut = ""
        for character in XMLElement.trimmed(text) {
            guard cut.utf8.count + character.utf8.count <= maximum else { break }
            cut.append(character)
        }
        return XMLElement.trimmed(cut)
    }
}
