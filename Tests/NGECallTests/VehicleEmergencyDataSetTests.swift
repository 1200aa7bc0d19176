import NGECall
import Testing

@Suite struct VehicleEmergencyDataSetTests {
    private typealias Position = LocationDocument.Position

    /// A set with every leaf a value.
    static var full: VehicleEmergencyDataSet {
        var set = VehicleEmergencyDataSet()
        set.incident.identifier = .value("4b2e")
        set.incident.time = .value("2026-11-22T12:00:00Z")
        set.incident.trigger = .value(.airbag)
        set.location.position = .value(
            .init(latitudeMilliarcseconds: 173_345_400, longitudeMilliarcseconds: -41_680_440)
        )
        set.location.radiusMillimeters = .value(15_250)
        set.location.headingDegrees = .value(90)
        set.location.time = .value("2026-11-22T11:59:58Z")
        set.vehicle.identificationNumber = .value("WM9VDSVDSYA123456")
        set.vehicle.propulsion = .value([.gasoline, .electric])
        set.crash.changeInVelocity.longitudinalTenths = .value(-450)
        set.crash.changeInVelocity.lateralTenths = .value(105)
        set.crash.changeInVelocity.resultantTenths = .value(462)
        set.crash.changeInVelocity.timeToMaximumMilliseconds = .value(92)
        set.crash.changeInVelocity.rangeLimitTenths = .value(1_250)
        set.crash.directionOfForceDegrees = .value(347)
        set.crash.impactSide = .value(.front)
        set.crash.multipleImpacts = .value(true)
        set.crash.rollover = .value(false)
        set.crash.rolloverQuarterTurns = .value(0)
        set.crash.finalRest = .value(.wheels)
        set.crash.airbags = [
            .init(category: .front, seat: .value(.driver), deployed: .value(true)),
            .init(category: .curtain, seat: .value(.secondRowLeft), deployed: .value(false)),
        ]
        set.crash.seats = [
            .init(
                location: .driver,
                occupied: .value(true),
                beltFastened: .value(true),
                beltMonitored: .value(true)
            )
        ]
        set.crash.fuelCutoff = .value(true)
        set.crash.doorLocks = .value(.unlocked)
        set.injury.isLikely = .value(false)
        set.injury.probabilityThousandths = .value(140)
        set.injury.band = .value("elevated")
        set.injury.basis = .value("front 48 km/h, 1 unbelted <&>")
        set.injury.unknownInputs = ["age", "rear belts"]
        set.injury.possibleRegions = ["chest", "head"]
        set.injury.seriousThousandths = .value(389)
        set.occupants = .value(2)
        return set
    }

    /// The same with every leaf not fitted.
    static var bare: VehicleEmergencyDataSet {
        var set = VehicleEmergencyDataSet()
        set.incident.identifier = .notFitted
        set.incident.time = .notFitted
        set.incident.trigger = .notFitted
        set.location.position = .notFitted
        set.location.radiusMillimeters = .notFitted
        set.location.headingDegrees = .notFitted
        set.location.time = .notFitted
        set.vehicle.identificationNumber = .notFitted
        set.vehicle.propulsion = .notFitted
        set.crash.changeInVelocity.longitudinalTenths = .notFitted
        set.crash.changeInVelocity.lateralTenths = .notFitted
        set.crash.changeInVelocity.resultantTenths = .notFitted
        set.crash.changeInVelocity.timeToMaximumMilliseconds = .notFitted
        set.crash.changeInVelocity.rangeLimitTenths = .notFitted
        set.crash.directionOfForceDegrees = .notFitted
        set.crash.impactSide = .notFitted
        set.crash.multipleImpacts = .notFitted
        set.crash.rollover = .notFitted
        set.crash.rolloverQuarterTurns = .notFitted
        set.crash.finalRest = .notFitted
        set.crash.airbags = [.init(category: .side, seat: .notFitted, deployed: .notFitted)]
        set.crash.seats = [
            .init(location: .frontPassenger, occupied: .notFitted, beltFastened: .notFitted, beltMonitored: .notFitted)
        ]
        set.crash.fuelCutoff = .notFitted
        set.crash.doorLocks = .notFitted
        set.injury.isLikely = .notFitted
        set.injury.probabilityThousandths = .notFitted
        set.injury.band = .notFitted
        set.injury.basis = .notFitted
        set.injury.seriousThousandths = .notFitted
        set.occupants = .notFitted
        return set
    }

    private func text(_ set: VehicleEmergencyDataSet, extended: Bool = true) -> String {
        String(decoding: set.serialized(extended: extended), as: UTF8.self)
    }

    @Test func everyValueSurvivesTheWay() throws {
        #expect(try VehicleEmergencyDataSet(parsing: Self.full.serialized()) == Self.full)
    }

    @Test func notFittedSurvivesTheWayAndIsNotUnknown() throws {
        #expect(try VehicleEmergencyDataSet(parsing: Self.bare.serialized()) == Self.bare)
    }

    @Test func whatIsUnknownIsNotWritten() throws {
        let set = VehicleEmergencyDataSet()
        #expect(!self.text(set).contains("<veds:Crash"))
        #expect(try VehicleEmergencyDataSet(parsing: set.serialized()) == set)
    }

    @Test func everyCodeSurvivesTheWay() throws {
        var set = VehicleEmergencyDataSet()
        set.vehicle.propulsion = .value(VehicleEmergencyDataSet.Propulsion.allCases)
        set.crash.seats = VehicleEmergencyDataSet.SeatLocation.allCases.map { .init(location: $0) }
        set.crash.airbags = VehicleEmergencyDataSet.AirbagCategory.allCases.map {
            .init(category: $0, deployed: .unknown)
        }
        for trigger in VehicleEmergencyDataSet.Trigger.allCases {
            set.incident.trigger = .value(trigger)
            #expect(try VehicleEmergencyDataSet(parsing: set.serialized()) == set)
        }
        for rest in VehicleEmergencyDataSet.FinalRest.allCases {
            set.crash.finalRest = .value(rest)
            #expect(try VehicleEmergencyDataSet(parsing: set.serialized()) == set)
        }
        for side in VehicleEmergencyDataSet.ImpactSide.allCases {
            set.crash.impactSide = .value(side)
            #expect(try VehicleEmergencyDataSet(parsing: set.serialized()) == set)
        }
        for locks in VehicleEmergencyDataSet.DoorLocks.allCases {
            set.crash.doorLocks = .value(locks)
            #expect(try VehicleEmergencyDataSet(parsing: set.serialized()) == set)
        }
    }

    @Test func onlyTheButtonIsNotAutomatic() {
        let manual = VehicleEmergencyDataSet.Trigger.allCases.filter { !$0.isAutomatic }
        #expect(manual == [.normal, .manual])
    }

    @Test func withoutOurOwnNamesThePublishedRemain() throws {
        let text = self.text(Self.full, extended: false)
        #expect(!text.contains("x:"))
        #expect(!text.contains("urn:x-ecall"))
        let read = try VehicleEmergencyDataSet(parsing: Array(text.utf8))
        #expect(read.crash.changeInVelocity.resultantTenths == .value(462))
        #expect(read.crash.changeInVelocity.lateralTenths == .unknown)
        #expect(read.crash.seats == Self.full.crash.seats)
        #expect(read.vehicle == Self.full.vehicle)
        #expect(read.location.position == Self.full.location.position)
        #expect(read.injury.isLikely == .value(false))
        let bare = try VehicleEmergencyDataSet(parsing: Self.bare.serialized(extended: false))
        #expect(bare.crash.rollover == .unknown)
        #expect(!self.text(Self.bare, extended: false).contains("nil"))
    }

    @Test func theForceComesFromAnHourOfTheClock() throws {
        for (degrees, hour) in [(0, 12), (14, 12), (15, 1), (90, 3), (180, 6), (270, 9), (344, 11), (345, 12)] {
            var set = VehicleEmergencyDataSet()
            set.crash.directionOfForceDegrees = .value(Int64(degrees))
            #expect(self.text(set).contains("DirectionOfForceValue>\(hour)<"), "\(degrees)")
            #expect(try VehicleEmergencyDataSet(parsing: set.serialized()) == set)
            let published = try VehicleEmergencyDataSet(parsing: set.serialized(extended: false))
            #expect(published.crash.directionOfForceDegrees == .value(Int64(hour % 12 * 30)))
        }
    }

    @Test func theDocumentIsWrittenAsThis() {
        var set = VehicleEmergencyDataSet()
        set.incident.identifier = .value("1")
        set.incident.trigger = .value(.manual)
        set.crash.changeInVelocity.resultantTenths = .value(-5)
        set.crash.rollover = .notFitted
        let lines = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<veds:AutomatedCrashNotification xmlns:veds=\"http://www.veds.org/acn/3.1\"",
            "                                 xmlns:nc=\"http://niem.gov/niem/niem-core/2.0\"",
            "                                 xmlns:j=\"http://niem.gov/niem/domains/jxdm/4.1\"",
            "                                 xmlns:m=\"http://niem.gov/niem/domains/maritime/2.1\"",
            "                                 xmlns:s=\"http://niem.gov/niem/structures/2.0\"",
            "                                 xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"",
            "                                 xmlns:x=\"urn:x-ecall:veds-extension:1\">",
            "  <veds:Crash s:id=\"CRASH1\">",
            "    <nc:ActivityIdentification>",
            "      <nc:IdentificationID>1</nc:IdentificationID>",
            "    </nc:ActivityIdentification>",
            "    <veds:CrashVehicle>",
            "      <veds:VehicleCrashPulse>",
            "        <veds:CrashPulseChangeInVelocityMeasure>",
            "          <nc:MeasurePointValue>-0.5</nc:MeasurePointValue>",
            "          <nc:MeasureUnitText>KPH</nc:MeasureUnitText>",
            "        </veds:CrashPulseChangeInVelocityMeasure>",
            "      </veds:VehicleCrashPulse>",
            "      <veds:VehicleRolloverIndicator xsi:nil=\"true\" x:absence=\"notFitted\"/>",
            "    </veds:CrashVehicle>",
            "  </veds:Crash>",
            "  <veds:NotificationDeviceTypeCode>MANUAL</veds:NotificationDeviceTypeCode>",
            "</veds:AutomatedCrashNotification>",
            "",
        ]
        #expect(self.text(set) == lines.joined(separator: "\r\n"))
    }

    @Test func whatIsBeyondALimitIsLeftOutOrCut() throws {
        var set = VehicleEmergencyDataSet()
        set.crash.directionOfForceDegrees = .value(360)
        set.crash.changeInVelocity.resultantTenths = .value(5_001)
        set.crash.changeInVelocity.timeToMaximumMilliseconds = .value(-1)
        set.location.headingDegrees = .value(-1)
        set.injury.probabilityThousandths = .value(1_001)
        set.occupants = .value(255)
        #expect(try VehicleEmergencyDataSet(parsing: set.serialized()) == VehicleEmergencyDataSet())

        set = VehicleEmergencyDataSet()
        set.injury.basis = .value(String(repeating: "é", count: 65))
        set.injury.band = .value(" \r\n")
        set.injury.unknownInputs = (0..<20).map { "input \($0)" }
        set.crash.airbags = Array(repeating: .init(category: .front, deployed: .unknown), count: 40)
        set.crash.seats = Array(repeating: .init(location: .driver), count: 10)
        let read = try VehicleEmergencyDataSet(parsing: set.serialized())
        #expect(read.injury.basis == .value(String(repeating: "é", count: 64)))
        #expect(read.injury.band == .unknown)
        #expect(read.injury.unknownInputs == Array(set.injury.unknownInputs.prefix(16)))
        #expect(read.crash.airbags.count == VehicleEmergencyDataSet.maximumAirbags)
        #expect(read.crash.seats.count == VehicleEmergencyDataSet.maximumSeats)
    }

    @Test func theFullestDocumentIsBelowTheLargest() throws {
        var set = Self.full
        // The longest way to write an octet is a reference of six.
        let text = String(repeating: "\"", count: VehicleEmergencyDataSet.maximumTextOctets)
        set.incident.identifier = .value(text)
        set.incident.time = .value(text)
        set.location.time = .value(text)
        set.vehicle.identificationNumber = .value(String(repeating: "\"", count: 17))
        set.vehicle.propulsion = .value(VehicleEmergencyDataSet.Propulsion.allCases)
        set.injury.band = .value(text)
        set.injury.basis = .value(text)
        set.injury.unknownInputs = Array(repeating: text, count: VehicleEmergencyDataSet.maximumListedTexts)
        set.injury.possibleRegions = set.injury.unknownInputs
        set.crash.airbags = Array(
            repeating: .init(category: .curtain, seat: .notFitted, deployed: .notFitted),
            count: VehicleEmergencyDataSet.maximumAirbags
        )
        set.crash.seats = VehicleEmergencyDataSet.SeatLocation.allCases.map {
            .init(location: $0, occupied: .notFitted, beltFastened: .notFitted, beltMonitored: .notFitted)
        }
        let octets = set.serialized()
        #expect(octets.count < VehicleEmergencyDataSet.maximumOctets)
        #expect(try VehicleEmergencyDataSet(parsing: octets) == set)
    }
}
