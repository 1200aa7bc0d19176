/// The Vehicle Emergency Data Set, VEDS: what a vehicle knows of a crash and of who sits in it (RFC 8148 section 4).
///
/// Every leaf is a value, unknown, or not fitted. `VEDSNames` says which parts of the format are known.
package struct VehicleEmergencyDataSet: Hashable, Sendable {
    package struct Incident: Hashable, Sendable {
        package var identifier: Finding<String> = .unknown
        /// When it happened, RFC 3339 text in UTC.
        package var time: Finding<String> = .unknown
        package var trigger: Finding<Trigger> = .unknown

        package init() {}
    }

    package struct Location: Hashable, Sendable {
        package var position: Finding<LocationDocument.Position> = .unknown
        package var radiusMillimeters: Finding<Int64> = .unknown
        /// Degrees from north, eastwards, 0...359; where the vehicle was going just before.
        package var headingDegrees: Finding<Int64> = .unknown
        /// When the vehicle was there, RFC 3339 text in UTC.
        package var time: Finding<String> = .unknown

        package init() {}
    }

    package struct Vehicle: Hashable, Sendable {
        package var identificationNumber: Finding<String> = .unknown
        /// Every energy on board; an empty list is written as unknown.
        package var propulsion: Finding<[Propulsion]> = .unknown

        package init() {}
    }

    /// The change of the vehicle's own velocity, in tenths of km/h: forwards and to the right positive.
    package struct ChangeInVelocity: Hashable, Sendable {
        package var longitudinalTenths: Finding<Int64> = .unknown
        package var lateralTenths: Finding<Int64> = .unknown
        package var resultantTenths: Finding<Int64> = .unknown
        package var timeToMaximumMilliseconds: Finding<Int64> = .unknown
        /// What the sensors can measure at most.
        package var rangeLimitTenths: Finding<Int64> = .unknown

        package init() {}
    }

    package struct Airbag: Hashable, Sendable {
        package var category: AirbagCategory
        /// Whom it protects; the published set cannot say it.
        package var seat: Finding<SeatLocation>
        package var deployed: Finding<Bool>

        package init(category: AirbagCategory, seat: Finding<SeatLocation> = .unknown, deployed: Finding<Bool>) {
            self.category = category
            self.seat = seat
            self.deployed = deployed
        }
    }

    package struct Seat: Hashable, Sendable {
        package var location: SeatLocation
        package var occupied: Finding<Bool>
        package var beltFastened: Finding<Bool>
        /// Whether the belt is watched at all: without that an open belt is no finding.
        package var beltMonitored: Finding<Bool>

        package init(
            location: SeatLocation,
            occupied: Finding<Bool> = .unknown,
            beltFastened: Finding<Bool> = .unknown,
            beltMonitored: Finding<Bool> = .unknown
        ) {
            self.location = location
            self.occupied = occupied
            self.beltFastened = beltFastened
            self.beltMonitored = beltMonitored
        }
    }

    package struct Crash: Hashable, Sendable {
        package var changeInVelocity = ChangeInVelocity()
        /// Where the force came from: degrees from straight ahead, clockwise, 0...359.
        ///
        /// The published set has hours of the clock only, which are read as 30 degrees each.
        package var directionOfForceDegrees: Finding<Int64> = .unknown
        package var impactSide: Finding<ImpactSide> = .unknown
        package var multipleImpacts: Finding<Bool> = .unknown
        package var rollover: Finding<Bool> = .unknown
        package var rolloverQuarterTurns: Finding<Int64> = .unknown
        package var finalRest: Finding<FinalRest> = .unknown
        package var airbags: [Airbag] = []
        package var seats: [Seat] = []
        package var fuelCutoff: Finding<Bool> = .unknown
        package var doorLocks: Finding<DoorLocks> = .unknown

        package init() {}
    }

    /// An estimate of the injuries, never a finding; the specialist sees what it was made without.
    package struct InjuryPrediction: Hashable, Sendable {
        /// Whether a severe injury is likely; the one statement that the published set has.
        package var isLikely: Finding<Bool> = .unknown
        /// Thousandths, 0...1000.
        package var probabilityThousandths: Finding<Int64> = .unknown
        package var band: Finding<String> = .unknown
        package var basis: Finding<String> = .unknown
        package var unknownInputs: [String] = []
        package var possibleRegions: [String] = []
        /// Which part of those hurt in such a crash is hurt seriously, in thousandths.
        package var seriousThousandths: Finding<Int64> = .unknown

        package init() {}
    }

    package var incident = Incident()
    package var location = Location()
    package var vehicle = Vehicle()
    package var crash = Crash()
    package var injury = InjuryPrediction()
    /// All who sit in the vehicle, the driver included.
    package var occupants: Finding<Int64> = .unknown

    package init() {}
}

extension VehicleEmergencyDataSet {
    /// The largest document; every list full of the longest texts takes less, and what carries it is a SIP message.
    package static let maximumOctets = 49_152

    /// The octets of one text: a sentence for the specialist.
    package static let maximumTextOctets = 128

    /// The octets of a VIN (ISO 3779 has 17 characters).
    package static let maximumIdentificationOctets = 17

    /// Airbags of one vehicle; the fullest cars have about a dozen, coaches a few more.
    package static let maximumAirbags = 32

    /// Seats of one vehicle: each published place once.
    package static let maximumSeats = SeatLocation.allCases.count

    /// Energies of one vehicle: each published kind once.
    package static let maximumPropulsions = Propulsion.allCases.count

    /// Entries of `unknownInputs` and `possibleRegions`; a model has fewer inputs, a body fewer regions.
    package static let maximumListedTexts = 16

    /// Tenths of km/h; no crash that anybody survives comes near 500 km/h.
    static let changeRange: ClosedRange<Int64> = -5_000...5_000

    /// Milliseconds; a recorder's window of a crash is 300 ms, a chain of impacts takes seconds (49 CFR 563).
    static let timeToMaximumRange: ClosedRange<Int64> = 0...10_000

    static let degreeRange: ClosedRange<Int64> = 0...359
    static let hourRange: ClosedRange<Int64> = 1...12
    static let quarterTurnRange: ClosedRange<Int64> = 0...99
    static let probabilityRange: ClosedRange<Int64> = 0...1_000

    /// Occupants, as in an MSD.
    static let occupantRange: ClosedRange<Int64> = 0...254

    /// Millimeters; no radius on earth is longer than half its polar circumference.
    static let radiusRange: ClosedRange<Int64> = 0...20_004_000_000
}
