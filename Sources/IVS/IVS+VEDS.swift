internal import CallControl
internal import CrashSensing
internal import MSD
internal import NGECall
internal import Positioning
internal import SIP
internal import Supervision
internal import Timeline

// The Vehicle Emergency Data Set of the private profile (RFC 8148): what the MSD has no place for.
extension IVS {
    /// Whether a center gets one; the emergency service may get the MSD alone (EU 2015/758 article 6).
    func sendsVEDS(to center: Int) -> Bool {
        self.configuration.sendsVEDS && self.configuration.profile(of: center) == .privateCenter
    }

    /// The data set of an incident as things are now, with the position of `locations` as it was known at a moment.
    ///
    /// What was felt before a test call has nothing to do with it.
    func dataSet(
        of incident: Incident,
        _ frozen: FrozenData,
        locations: RecentLocations,
        at moment: Moment
    ) -> VehicleEmergencyDataSet {
        var set = VehicleEmergencyDataSet()
        set.incident.identifier = .value(incident.id.text)
        set.incident.trigger = .value(self.trigger(of: incident, at: moment))
        if frozen.timestamp > 0 {
            let time = LocationDocument.timestampText(secondsSince1970: Int64(frozen.timestamp))
            set.incident.time = .value(time)
        }
        set.location = Self.location(locations.current, at: moment)
        let vehicle = self.configuration.vehicle
        set.vehicle.identificationNumber = .value("\(vehicle.vin)")
        set.vehicle.propulsion = Self.propulsion(vehicle.propulsion)
        if incident.trigger != .test { set.crash = self.crashOfDataSet }
        self.addValues(to: &set, at: moment)
        if incident.trigger != .test, let estimate = self.injuryEstimate(at: moment) {
            set.injury = Self.injury(estimate)
        }
        return set
    }

    private func trigger(of incident: Incident, at moment: Moment) -> VehicleEmergencyDataSet.Trigger {
        guard incident.trigger == .automatic else { return .manual }
        // A line stands for whatever its unit has fired; airbag and accelerometer are what they are.
        if self.knownValues(at: moment).isAirbagDeployed == true { return .airbag }
        let isFelt = !self.crash.records.isEmpty || self.crash.hasRolledOver == true
        return self.crash.sides.isEmpty && isFelt ? .accelerometers : .other
    }

    private static func location(_ fix: Fix?, at moment: Moment) -> VehicleEmergencyDataSet.Location {
        var location = VehicleEmergencyDataSet.Location()
        guard let fix else { return location }
        location.position = .value(
            LocationDocument.Position(
                latitudeMilliarcseconds: fix.position.positionLatitude,
                longitudeMilliarcseconds: fix.position.positionLongitude
            )
        )
        if let radius = fix.radius95Meters { location.radiusMillimeters = .value(Int64(radius) * 1_000) }
        if let direction = fix.direction { location.headingDegrees = .value(Int64(direction) * 2) }
        if fix.takenAt != nil, let seconds = fix.secondsSince1970(seenAt: moment) {
            location.time = .value(LocationDocument.timestampText(secondsSince1970: seconds))
        }
        return location
    }

    private static func propulsion(_ storage: PropulsionStorage) -> Finding<[VehicleEmergencyDataSet.Propulsion]> {
        let kinds: [(PropulsionStorageName, VehicleEmergencyDataSet.Propulsion)] = [
            (.gasolineTankPresent, .gasoline), (.dieselTankPresent, .diesel), (.compressedNaturalGas, .compressedGas),
            (.liquidPropaneGas, .liquidGas), (.electricEnergyStorage, .electric), (.hydrogenStorage, .hydrogen),
            (.otherStorage, .other),
        ]
        let present = kinds.filter { storage[$0.0] == true }.map(\.1)
        return present.isEmpty ? .unknown : .value(present)
    }

    private var crashOfDataSet: VehicleEmergencyDataSet.Crash {
        var crash = VehicleEmergencyDataSet.Crash()
        let hasSensor = self.configuration.crash.source != .none
        if let worst = self.crash.worst {
            crash.changeInVelocity.longitudinalTenths = .value(Self.tenths(worst.maximum.x))
            crash.changeInVelocity.lateralTenths = .value(Self.tenths(worst.maximum.y))
            crash.changeInVelocity.resultantTenths = .value(Self.tenths(worst.maximum.magnitude))
            crash.changeInVelocity.timeToMaximumMilliseconds = .value(Int64(worst.maximumAfter.wholeMilliseconds))
            crash.changeInVelocity.rangeLimitTenths = .value(Int64(self.configuration.crash.rangeLimit) * 10)
            crash.multipleImpacts = .value(self.crash.hasMultipleImpacts)
            if let direction = worst.direction {
                crash.directionOfForceDegrees = .value(Int64(direction.degrees.rounded()) % 360)
            }
        } else if !hasSensor {
            crash.changeInVelocity.longitudinalTenths = .notFitted
            crash.changeInVelocity.lateralTenths = .notFitted
            crash.changeInVelocity.resultantTenths = .notFitted
        }
        if let side = VehicleEmergencyDataSet.ImpactSide(rawValue: self.crash.side.rawValue) {
            crash.impactSide = .value(side)
        }
        crash.rollover = self.crash.hasRolledOver.map { .value($0) } ?? (hasSensor ? .unknown : .notFitted)
        if self.crash.hasRolledOver == true, let angle = self.crash.records.compactMap(\.rollAngle).map(abs).max() {
            crash.rolloverQuarterTurns = .value(Int64((Double(angle) / 90).rounded()))
        }
        return crash
    }

    private static func injury(_ estimate: InjuryModel.Estimate) -> VehicleEmergencyDataSet.InjuryPrediction {
        var injury = VehicleEmergencyDataSet.InjuryPrediction()
        injury.band = .value(estimate.band.rawValue)
        injury.basis = .value("\(estimate.version): \(estimate.basis)")
        injury.unknownInputs = estimate.unknown
        injury.possibleRegions = estimate.regions.map(\.rawValue)
        if let serious = estimate.serious { injury.seriousThousandths = .value(Int64((serious * 1_000).rounded())) }
        if let probability = estimate.probability {
            injury.probabilityThousandths = .value(Int64((probability * 1_000).rounded()))
        }
        // Only "likely" is ever said: below the cut most of the severe cases are missed, and nobody is told "none".
        if estimate.band == .high { injury.isLikely = .value(true) }
        return injury
    }

    private static func tenths(_ value: Double) -> Int64 { Int64(max(-5_000, min(5_000, value * 10)).rounded()) }

    /// The number in the Content-ID of those on request, behind the attempts' own.
    private static let firstSentDataSet = 1_000

    /// Answers the center's request with the data as they are now.
    mutating func sendVEDS(in leg: UserAgent.Call, at now: Moment) {
        guard self.legs[leg] != nil, let incident = self.call.incident, let frozen = self.frozen else { return }
        self.sentDataSets += 1
        let part = VEDSPart(
            dataSet: self.dataSet(of: incident, frozen, locations: self.locations, at: now),
            contentID: frozen.identifiers.veds(Self.firstSentDataSet + self.sentDataSets)
        )
        let content = EmergencyInfo.veds(part, boundary: "ivs-" + self.random.hexadecimalDigits(12))
        let (_, outputs) = self.userAgent.request(
            .info,
            in: leg,
            headers: content.headers,
            body: content.body,
            at: now.instant
        )
        self.note(.vedsSent, "the vehicle's data set is sent on the center's request", at: now)
        self.process(outputs, at: now)
    }
}
