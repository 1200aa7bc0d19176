extension VehicleEmergencyDataSet {
    /// Reads a data set of version 3.1 or 1.0; what it does not know is skipped, of several crashes the first counts.
    package init(parsing document: [UInt8]) throws(VEDSError) {
        guard document.count <= Self.maximumOctets else {
            throw .tooLarge(octets: document.count, maximum: Self.maximumOctets)
        }
        let root: XMLElement
        do throws(XMLError) {
            root = try XMLElement(parsing: document)
        } catch {
            throw .xml(error)
        }
        guard root.name == VEDSNames.root.local, VEDSNames.setURIs.contains(root.namespace) else {
            throw .wrongRoot(namespace: root.namespace, name: root.name)
        }
        self.init()
        self.incident.trigger = try root.code(VEDSNames.trigger)
        if let crash = root.child(VEDSNames.crash) {
            self.incident.identifier = try crash.text(VEDSNames.activityIdentification, VEDSNames.identificationID)
            self.incident.time = try crash.text(VEDSNames.activityDate, VEDSNames.dateTime)
            self.occupants = try crash.number(VEDSNames.passengerQuantity, Self.occupantRange)
            self.location.headingDegrees = try Self.heading(in: crash)
            self.crash.multipleImpacts = try crash.flag(VEDSNames.multipleImpacts)
            self.crash.finalRest = try Self.finalRest(in: crash)
            self.injury = try InjuryPrediction(in: crash)
            if let vehicle = crash.child(VEDSNames.vehicle) { try self.read(vehicle) }
        }
        if let location = root.child(VEDSNames.location) { try self.read(location: location) }
    }

    /// A heading, whole degrees; a fraction is rounded, and 360 is 0.
    private static func heading(in crash: XMLElement) throws(VEDSError) -> Finding<Int64> {
        switch try crash.finding(VEDSNames.heading) {
        case .value(let measure):
            try measure.number(VEDSNames.measureValue, 0...360).map { $0 % 360 }
        case .unknown: .unknown
        case .notFitted: .notFitted
        }
    }

    /// Where it came to rest; the set has a code for not knowing it.
    private static func finalRest(in crash: XMLElement) throws(VEDSError) -> Finding<FinalRest> {
        guard try crash.text(VEDSNames.finalRest) != .value(FinalRest.unknownCode) else { return .unknown }
        return try crash.code(VEDSNames.finalRest)
    }

    private mutating func read(_ vehicle: XMLElement) throws(VEDSError) {
        self.vehicle.identificationNumber = try vehicle.text(
            VEDSNames.vehicleIdentification,
            VEDSNames.identificationID,
            maximumOctets: Self.maximumIdentificationOctets
        )
        self.vehicle.propulsion = try Self.propulsion(of: vehicle)
        self.crash.rollover = try vehicle.flag(VEDSNames.rollover)
        self.crash.fuelCutoff = try vehicle.flag(VEDSNames.fuelCutoff)
        self.crash.doorLocks = try vehicle.code(VEDSNames.doorLocks)
        for element in try vehicle.children(VEDSNames.airbag, atMost: Self.maximumAirbags) {
            guard case .value(let category) = try element.code(VEDSNames.airbagCategory, as: AirbagCategory.self) else {
                throw .missing(element: VEDSNames.airbagCategory.local)
            }
            self.crash.airbags.append(
                Airbag(
                    category: category,
                    seat: try element.code(VEDSNames.airbagSeat),
                    deployed: try element.flag(VEDSNames.airbagDeployed)
                )
            )
        }
        for element in try vehicle.children(VEDSNames.seat, atMost: Self.maximumSeats) {
            guard case .value(let location) = try element.code(VEDSNames.seatLocation, as: SeatLocation.self) else {
                throw .missing(element: VEDSNames.seatLocation.local)
            }
            self.crash.seats.append(
                Seat(
                    location: location,
                    occupied: try element.flag(VEDSNames.seatOccupied),
                    beltFastened: try element.flag(VEDSNames.beltFastened),
                    beltMonitored: try element.flag(VEDSNames.beltMonitored)
                )
            )
        }
        if let pulse = vehicle.child(VEDSNames.pulse) { try self.read(pulse: pulse) }
    }

    private static func propulsion(of vehicle: XMLElement) throws(VEDSError) -> Finding<[Propulsion]> {
        var kinds: [Propulsion] = []
        for element in try vehicle.children(VEDSNames.propulsion, atMost: Self.maximumPropulsions) {
            switch try element.content(as: Propulsion.self) {
            case .value(let kind): kinds.append(kind)
            case .unknown: continue
            case .notFitted: return .notFitted
            }
        }
        return kinds.isEmpty ? .unknown : .value(kinds)
    }

    private mutating func read(pulse: XMLElement) throws(VEDSError) {
        var change = ChangeInVelocity()
        switch try pulse.finding(VEDSNames.changeInVelocity) {
        case .value(let measure): change.resultantTenths = try Self.tenths(of: measure)
        case .unknown: break
        case .notFitted: change.resultantTenths = .notFitted
        }
        change.longitudinalTenths = try pulse.number(VEDSNames.longitudinalChange, Self.changeRange, decimals: 1)
        change.lateralTenths = try pulse.number(VEDSNames.lateralChange, Self.changeRange, decimals: 1)
        change.timeToMaximumMilliseconds = try pulse.number(VEDSNames.timeToMaximum, Self.timeToMaximumRange)
        change.rangeLimitTenths = try pulse.number(VEDSNames.rangeLimit, Self.changeRange, decimals: 1)
        self.crash.changeInVelocity = change
        self.crash.rolloverQuarterTurns = try pulse.number(VEDSNames.quarterTurns, Self.quarterTurnRange)
        self.crash.impactSide = try pulse.code(VEDSNames.impactSide)
        let degrees = try pulse.number(VEDSNames.directionOfForceDegrees, Self.degreeRange)
        let hour = try pulse.number(VEDSNames.directionOfForceHour, Self.hourRange)
        self.crash.directionOfForceDegrees = degrees.value == nil ? hour.map { $0 % 12 * 30 } : degrees
    }

    /// A speed in tenths of km/h; one without a unit says nothing, since both units are in use.
    private static func tenths(of measure: XMLElement) throws(VEDSError) -> Finding<Int64> {
        let unit = try measure.text(VEDSNames.measureUnit)
        switch unit.value {
        case VEDSNames.kilometersPerHour:
            return try measure.number(VEDSNames.measureValue, Self.changeRange, decimals: 1)
        case VEDSNames.milesPerHour:
            let limit = FixedPoint.scaled(Self.changeRange.upperBound, by: 1_000_000, over: 1_609_344)
            return try measure.number(VEDSNames.measureValue, -limit...limit, decimals: 1).map { miles in
                FixedPoint.scaled(miles, by: 1_609_344, over: 1_000_000)
            }
        case nil:
            return .unknown
        case let found?:
            throw .badValue(element: VEDSNames.measureUnit.local, found: found, expected: "KPH or MPH")
        }
    }

    private mutating func read(location: XMLElement) throws(VEDSError) {
        switch try location.finding(VEDSNames.coordinate) {
        case .value(let coordinate):
            let latitude = try Self.degrees(VEDSNames.latitude, VEDSNames.latitudeDegrees, limit: 90, in: coordinate)
            let longitude = try Self.degrees(
                VEDSNames.longitude,
                VEDSNames.longitudeDegrees,
                limit: 180,
                in: coordinate
            )
            guard let latitude, let longitude else { break }
            self.location.position = .value(
                LocationDocument.Position(latitudeMilliarcseconds: latitude, longitudeMilliarcseconds: longitude)
            )
        case .unknown: break
        case .notFitted: self.location.position = .notFitted
        }
        self.location.radiusMillimeters = try location.number(VEDSNames.radius, Self.radiusRange, decimals: 3)
        self.location.time = try location.text(VEDSNames.locationTime)
    }

    /// Milliarcseconds; `nil` when they are not given.
    private static func degrees(
        _ outer: VEDSNames.Name,
        _ inner: VEDSNames.Name,
        limit: Int64,
        in coordinate: XMLElement
    ) throws(VEDSError) -> Int32? {
        guard let text = try coordinate.text(outer, inner).value else { return nil }
        guard let angle = LocationDocument.milliarcseconds(degrees: text, limit: limit) else {
            // A position is nobody's business in a log, so the text itself is not quoted.
            throw .badValue(
                element: inner.local,
                found: "a text of \(text.utf8.count) octets",
                expected: "-\(limit)...\(limit) decimal degrees"
            )
        }
        return angle
    }
}

extension VehicleEmergencyDataSet.InjuryPrediction {
    fileprivate init(in crash: XMLElement) throws(VEDSError) {
        self.init()
        self.isLikely = try crash.flag(VEDSNames.severeInjury)
        guard let prediction = crash.child(VEDSNames.injury) else { return }
        self.probabilityThousandths = try prediction.number(
            VEDSNames.injuryProbability,
            VehicleEmergencyDataSet.probabilityRange,
            decimals: 3
        )
        self.band = try prediction.text(VEDSNames.injuryBand)
        self.basis = try prediction.text(VEDSNames.injuryBasis)
        self.unknownInputs = try prediction.texts(VEDSNames.unknownInput)
        self.possibleRegions = try prediction.texts(VEDSNames.possibleRegion)
        self.seriousThousandths = try prediction.number(
            VEDSNames.seriousAmongHurt,
            VehicleEmergencyDataSet.probabilityRange,
            decimals: 3
        )
    }
}

extension XMLElement {
    fileprivate func has(_ name: VEDSNames.Name) -> Bool {
        guard self.name == name.local else { return false }
        return name.namespace == VEDSNames.set
            ? VEDSNames.setURIs.contains(self.namespace) : self.namespace == name.namespace.uri
    }

    fileprivate func child(_ name: VEDSNames.Name) -> XMLElement? {
        self.children.first { $0.has(name) }
    }

    fileprivate func children(_ name: VEDSNames.Name, atMost maximum: Int) throws(VEDSError) -> [XMLElement] {
        let found = self.children.filter { $0.has(name) }
        guard found.count <= maximum else {
            throw .tooMany(element: name.local, count: found.count, maximum: maximum)
        }
        return found
    }

    /// The first child of that name, by what its nil attribute says of it.
    fileprivate func finding(_ name: VEDSNames.Name) throws(VEDSError) -> Finding<XMLElement> {
        guard let child = self.child(name) else { return .unknown }
        return child.presence
    }

    /// The element itself, unless it is nil.
    private var presence: Finding<XMLElement> {
        let value = { (name: VEDSNames.Name) in
            self.attributes.first { $0.namespace == name.namespace.uri && $0.name == name.local }
                .map { XMLElement.trimmed($0.value) }
        }
        guard let isNil = value(VEDSNames.isNil), isNil == "true" || isNil == "1" else { return .value(self) }
        return value(VEDSNames.absence) == VEDSNames.notFitted ? .notFitted : .unknown
    }

    /// The text of the element itself; an empty one is unknown.
    private func content(maximumOctets: Int) throws(VEDSError) -> Finding<String> {
        switch self.presence {
        case .value:
            let text = self.trimmedText
            guard text.utf8.count <= maximumOctets else {
                throw .textTooLong(element: self.name, octets: text.utf8.count, maximum: maximumOctets)
            }
            return text.isEmpty ? .unknown : .value(text)
        case .unknown: return .unknown
        case .notFitted: return .notFitted
        }
    }

    /// The code that the element itself holds.
    fileprivate func content<Code: RawRepresentable<String> & CaseIterable>(
        as type: Code.Type
    ) throws(VEDSError) -> Finding<Code> {
        let content = try self.content(maximumOctets: VehicleEmergencyDataSet.maximumTextOctets)
        guard let text = content.value else { return content.map { Code(rawValue: $0) } }
        guard let code = Code(rawValue: text) else {
            let known = Code.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badValue(element: self.name, found: text, expected: "one of \(known)")
        }
        return .value(code)
    }

    fileprivate func text(
        _ name: VEDSNames.Name,
        maximumOctets: Int = VehicleEmergencyDataSet.maximumTextOctets
    ) throws(VEDSError) -> Finding<String> {
        guard let child = self.child(name) else { return .unknown }
        return try child.content(maximumOctets: maximumOctets)
    }

    /// The text of an element in an element.
    fileprivate func text(
        _ outer: VEDSNames.Name,
        _ inner: VEDSNames.Name,
        maximumOctets: Int = VehicleEmergencyDataSet.maximumTextOctets
    ) throws(VEDSError) -> Finding<String> {
        switch try self.finding(outer) {
        case .value(let element): try element.text(inner, maximumOctets: maximumOctets)
        case .unknown: .unknown
        case .notFitted: .notFitted
        }
    }

    fileprivate func texts(_ name: VEDSNames.Name) throws(VEDSError) -> [String] {
        var texts: [String] = []
        for child in try self.children(name, atMost: VehicleEmergencyDataSet.maximumListedTexts) {
            let content = try child.content(maximumOctets: VehicleEmergencyDataSet.maximumTextOctets)
            if let text = content.value { texts.append(text) }
        }
        return texts
    }

    fileprivate func code<Code: RawRepresentable<String> & CaseIterable>(
        _ name: VEDSNames.Name,
        as type: Code.Type = Code.self
    ) throws(VEDSError) -> Finding<Code> {
        guard let child = self.child(name) else { return .unknown }
        return try child.content(as: type)
    }

    fileprivate func flag(_ name: VEDSNames.Name) throws(VEDSError) -> Finding<Bool> {
        let content = try self.text(name)
        switch content.value {
        case "true", "1": return .value(true)
        case "false", "0": return .value(false)
        case nil: return content.map { _ in nil }
        case let found?:
            throw .badValue(element: name.local, found: found, expected: "true or false")
        }
    }

    /// A number in units of 10^-`decimals`.
    fileprivate func number(
        _ name: VEDSNames.Name,
        _ range: ClosedRange<Int64>,
        decimals: Int = 0
    ) throws(VEDSError) -> Finding<Int64> {
        let content = try self.text(name)
        guard let text = content.value else { return content.map { _ in nil } }
        guard let number = FixedPoint.parse(text, decimals: decimals), range.contains(number) else {
            let lower = FixedPoint.shortText(range.lowerBound, decimals: decimals)
            let upper = FixedPoint.shortText(range.upperBound, decimals: decimals)
            throw .badValue(element: name.local, found: text, expected: "\(lower)...\(upper)")
        }
        return .value(number)
    }
}
