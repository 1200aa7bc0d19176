import NGECall
import Testing

@Suite struct VEDSParsingTests {
    private func document(_ content: String, namespace: String = "http://www.veds.org/acn/3.1") -> [UInt8] {
        let text = """
            <v:AutomatedCrashNotification xmlns:v="\(namespace)" xmlns:n="http://niem.gov/niem/niem-core/2.0"
              xmlns:j="http://niem.gov/niem/domains/jxdm/4.1" xmlns:m="http://niem.gov/niem/domains/maritime/2.1"
              xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:o="urn:x-ecall:veds-extension:1">\(content)
            </v:AutomatedCrashNotification>
            """
        return Array(text.utf8)
    }

    private func error(_ octets: [UInt8]) -> VEDSError? {
        do throws(VEDSError) {
            _ = try VehicleEmergencyDataSet(parsing: octets)
            return nil
        } catch {
            return error
        }
    }

    private func error(crash: String) -> VEDSError? {
        self.error(self.document("<v:Crash>\(crash)</v:Crash>"))
    }

    private func error(vehicle: String) -> VEDSError? {
        self.error(crash: "<v:CrashVehicle>\(vehicle)</v:CrashVehicle>")
    }

    private func read(vehicle: String) throws -> VehicleEmergencyDataSet {
        let content = "<v:Crash><v:CrashVehicle>\(vehicle)</v:CrashVehicle></v:Crash>"
        return try VehicleEmergencyDataSet(parsing: self.document(content))
    }

    private func pulse(_ content: String) -> String { "<v:VehicleCrashPulse>\(content)</v:VehicleCrashPulse>" }

    private func change(_ value: String, _ unit: String) -> String {
        self.pulse(
            "<v:CrashPulseChangeInVelocityMeasure><n:MeasurePointValue>\(value)</n:MeasurePointValue>"
                + "\(unit)</v:CrashPulseChangeInVelocityMeasure>"
        )
    }

    /// The kind of document that RFC 8148 prints: version 1.0, default namespaces, miles per hour.
    @Test(arguments: ["http://www.veds.org/acn/1.0", "http://www.veds.org/acn/3.1"])
    func bothVersionsAreRead(namespace: String) throws {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <AutomatedCrashNotification xmlns="\(namespace)">
              <Crash>
                <CrashVehicle>
                  <ItemMakeName xmlns="http://niem.gov/niem/niem-core/2.0">Invented</ItemMakeName>
                  <Airbag>
                    <AirbagCategoryCode> FRONT </AirbagCategoryCode>
                    <AirbagDeployedIndicator>true</AirbagDeployedIndicator>
                  </Airbag>
                  <ConvertibleIndicator>false</ConvertibleIndicator>
                  <PowerSourceCategoryCode>MAIN</PowerSourceCategoryCode>
                  <VehicleCrashPulse>
                    <CrashPulseChangeInVelocityMeasure>
                      <MeasurePointValue xmlns="http://niem.gov/niem/niem-core/2.0">100</MeasurePointValue>
                      <MeasureUnitText xmlns="http://niem.gov/niem/niem-core/2.0">MPH</MeasureUnitText>
                    </CrashPulseChangeInVelocityMeasure>
                    <CrashPulsePrincipalDirectionOfForceValue>12</CrashPulsePrincipalDirectionOfForceValue>
                    <CrashPulseRolloverQuarterTurnsValue>1</CrashPulseRolloverQuarterTurnsValue>
                  </VehicleCrashPulse>
                  <VehicleSeat>
                    <VehicleSeatLocationCategoryCode>1</VehicleSeatLocationCategoryCode>
                    <VehicleSeatOccupiedIndicator>true</VehicleSeatOccupiedIndicator>
                    <VehicleSeatbeltFastenedIndicator>1</VehicleSeatbeltFastenedIndicator>
                    <VehicleSeatbeltMonitoredIndicator>0</VehicleSeatbeltMonitoredIndicator>
                  </VehicleSeat>
                </CrashVehicle>
                <FuelLeakingIndicator>true</FuelLeakingIndicator>
                <MultipleImpactsIndicator>false</MultipleImpactsIndicator>
                <SevereInjuryIndicator>true</SevereInjuryIndicator>
                <VehicleFinalRestOrientationCategoryCode>Driver</VehicleFinalRestOrientationCategoryCode>
              </Crash>
            </AutomatedCrashNotification>
            """
        var expected = VehicleEmergencyDataSet()
        expected.crash.airbags = [.init(category: .front, deployed: .value(true))]
        expected.crash.changeInVelocity.resultantTenths = .value(1_609)
        expected.crash.directionOfForceDegrees = .value(0)
        expected.crash.rolloverQuarterTurns = .value(1)
        expected.crash.seats = [
            .init(
                location: .driver,
                occupied: .value(true),
                beltFastened: .value(true),
                beltMonitored: .value(false)
            )
        ]
        expected.crash.multipleImpacts = .value(false)
        expected.injury.isLikely = .value(true)
        expected.crash.finalRest = .value(.driverSide)
        #expect(try VehicleEmergencyDataSet(parsing: Array(text.utf8)) == expected)
    }

    @Test func aNilElementIsUnknownUnlessItSaysNotFitted() throws {
        let element = { (attributes: String) in "<v:VehicleRolloverIndicator \(attributes)/>" }
        #expect(try self.read(vehicle: element("")).crash.rollover == .unknown)
        #expect(try self.read(vehicle: element("i:nil='true'")).crash.rollover == .unknown)
        #expect(try self.read(vehicle: element("i:nil='1' o:absence='asleep'")).crash.rollover == .unknown)
        #expect(try self.read(vehicle: element("i:nil='1' o:absence='notFitted'")).crash.rollover == .notFitted)
        #expect(try self.read(vehicle: element("i:nil='false' o:absence='notFitted'")).crash.rollover == .unknown)
    }

    @Test func aSpeedWithoutAUnitSaysNothing() throws {
        let read = try self.read(vehicle: self.change("50", ""))
        #expect(read.crash.changeInVelocity.resultantTenths == .unknown)
    }

    @Test func theCodeForNotKnowingIsUnknown() throws {
        let code = "<v:VehicleFinalRestOrientationCategoryCode>Unknown</v:VehicleFinalRestOrientationCategoryCode>"
        #expect(
            try VehicleEmergencyDataSet(parsing: self.document("<v:Crash>\(code)</v:Crash>")).crash.finalRest
                == .unknown
        )
    }

    @Test func aHeadingOf360IsNorth() throws {
        let heading =
            "<m:ConveyanceHeadingMeasure><n:MeasurePointValue>359.6</n:MeasurePointValue>"
            + "</m:ConveyanceHeadingMeasure>"
        let set = try VehicleEmergencyDataSet(parsing: self.document("<v:Crash>\(heading)</v:Crash>"))
        #expect(set.location.headingDegrees == .value(0))
    }

    @Test func foreignElementsAreSkipped() throws {
        let content =
            "<new/><v:Crash xmlns:v='urn:other'><v:CrashVehicle/></v:Crash><v:Crash/><v:Crash><!-- 2 --></v:Crash>"
        #expect(try VehicleEmergencyDataSet(parsing: self.document(content)) == VehicleEmergencyDataSet())
    }

    @Test func refusesWhatIsNoDataSet() {
        #expect(self.error([]) != nil)
        #expect(self.error(Array("<a/>".utf8)) == .wrongRoot(namespace: "", name: "a"))
        #expect(
            self.error(self.document("", namespace: "http://www.veds.org/acn/9"))
                == .wrongRoot(namespace: "http://www.veds.org/acn/9", name: "AutomatedCrashNotification")
        )
        #expect(self.error(Array("<!DOCTYPE a><a/>".utf8)) == .xml(.documentType(line: 1)))
        let large = [UInt8](repeating: 0x20, count: VehicleEmergencyDataSet.maximumOctets + 1)
        #expect(self.error(large) == .tooLarge(octets: large.count, maximum: large.count - 1))
    }

    @Test func refusesByName() {
        #expect(self.error(vehicle: "<v:Airbag/>") == .missing(element: "AirbagCategoryCode"))
        #expect(self.error(vehicle: "<v:VehicleSeat/>") == .missing(element: "VehicleSeatLocationCategoryCode"))
        #expect(
            self.error(vehicle: "<v:Airbag><v:AirbagCategoryCode>KNEE</v:AirbagCategoryCode></v:Airbag>")
                == .badValue(
                    element: "AirbagCategoryCode",
                    found: "KNEE",
                    expected: "one of FRONT, SIDE, CURTAIN, ROOF, SEAT"
                )
        )
        #expect(
            self.error(vehicle: "<v:VehicleRolloverIndicator>yes</v:VehicleRolloverIndicator>")
                == .badValue(element: "VehicleRolloverIndicator", found: "yes", expected: "true or false")
        )
        #expect(
            self.error(vehicle: self.change("500.1", "<n:MeasureUnitText>KPH</n:MeasureUnitText>"))
                == .badValue(element: "MeasurePointValue", found: "500.1", expected: "-500...500")
        )
        #expect(
            self.error(vehicle: self.change("1e2", "<n:MeasureUnitText>MPH</n:MeasureUnitText>"))
                == .badValue(element: "MeasurePointValue", found: "1e2", expected: "-310.7...310.7")
        )
        #expect(
            self.error(vehicle: self.change("1", "<n:MeasureUnitText>m/s</n:MeasureUnitText>"))
                == .badValue(element: "MeasureUnitText", found: "m/s", expected: "KPH or MPH")
        )
        let hour = { (text: String) in
            "<v:CrashPulsePrincipalDirectionOfForceValue>\(text)</v:CrashPulsePrincipalDirectionOfForceValue>"
        }
        for text in ["0", "13"] {
            #expect(
                self.error(vehicle: self.pulse(hour(text)))
                    == .badValue(
                        element: "CrashPulsePrincipalDirectionOfForceValue",
                        found: text,
                        expected: "1...12"
                    )
            )
        }
        let probability =
            "<o:SevereInjuryPrediction><o:SevereInjuryProbabilityValue>1.001"
            + "</o:SevereInjuryProbabilityValue></o:SevereInjuryPrediction>"
        #expect(
            self.error(crash: probability)
                == .badValue(element: "SevereInjuryProbabilityValue", found: "1.001", expected: "0...1")
        )
        let quantity = "DrivingIncidentPassengerQuantityText"
        #expect(
            self.error(crash: "<j:\(quantity)>two</j:\(quantity)>")
                == .badValue(element: quantity, found: "two", expected: "0...254")
        )
    }

    @Test func anErrorQuotesNeitherVINNorPosition() {
        let vin =
            "<n:VehicleIdentification><n:IdentificationID>WM9VDSVDSYA1234567</n:IdentificationID>"
            + "</n:VehicleIdentification>"
        #expect(
            self.error(vehicle: vin) == .textTooLong(element: "IdentificationID", octets: 18, maximum: 17)
        )
        let location =
            "<n:Location><n:LocationTwoDimensionalGeographicCoordinate><n:GeographicCoordinateLatitude>"
            + "<n:LatitudeDegreeValue>90.5</n:LatitudeDegreeValue></n:GeographicCoordinateLatitude>"
            + "</n:LocationTwoDimensionalGeographicCoordinate></n:Location>"
        #expect(
            self.error(self.document(location))
                == .badValue(
                    element: "LatitudeDegreeValue",
                    found: "a text of 4 octets",
                    expected: "-90...90 decimal degrees"
                )
        )
    }

    @Test func refusesMoreThanItsLimits() {
        let airbag = "<v:Airbag><v:AirbagCategoryCode>SIDE</v:AirbagCategoryCode></v:Airbag>"
        let seat =
            "<v:VehicleSeat><v:VehicleSeatLocationCategoryCode>1</v:VehicleSeatLocationCategoryCode>"
            + "</v:VehicleSeat>"
        let propulsion = "<v:VehiclePropulsionStorageCode>LPG</v:VehiclePropulsionStorageCode>"
        for (element, name, maximum) in [
            (airbag, "Airbag", VehicleEmergencyDataSet.maximumAirbags),
            (seat, "VehicleSeat", VehicleEmergencyDataSet.maximumSeats),
            (propulsion, "VehiclePropulsionStorageCode", VehicleEmergencyDataSet.maximumPropulsions),
        ] {
            #expect(self.error(vehicle: String(repeating: element, count: maximum)) == nil)
            #expect(
                self.error(vehicle: String(repeating: element, count: maximum + 1))
                    == .tooMany(element: name, count: maximum + 1, maximum: maximum)
            )
        }
        let input = "<o:UnknownInputText>age</o:UnknownInputText>"
        let inputs = { (count: Int) in
            "<o:SevereInjuryPrediction>\(String(repeating: input, count: count))</o:SevereInjuryPrediction>"
        }
        #expect(self.error(crash: inputs(16)) == nil)
        #expect(self.error(crash: inputs(17)) == .tooMany(element: "UnknownInputText", count: 17, maximum: 16))
        let basis = { (count: Int) in
            "<o:SevereInjuryPrediction><o:SevereInjuryBasisText>\(String(repeating: "a", count: count))"
                + "</o:SevereInjuryBasisText></o:SevereInjuryPrediction>"
        }
        #expect(self.error(crash: basis(128)) == nil)
        #expect(
            self.error(crash: basis(129)) == .textTooLong(element: "SevereInjuryBasisText", octets: 129, maximum: 128)
        )
    }

    @Test func everyErrorSaysSomething() {
        let errors: [VEDSError] = [
            .tooLarge(octets: 2, maximum: 1), .xml(.outOfMemory), .wrongRoot(namespace: "n", name: "a"),
            .missing(element: "a"), .badValue(element: "a", found: "b", expected: "c"),
            .textTooLong(element: "a", octets: 2, maximum: 1), .tooMany(element: "a", count: 2, maximum: 1),
        ]
        #expect(errors.allSatisfy { $0.description.hasPrefix("vehicle data: ") })
    }

    @Test func everyPrefixIsRefused() {
        let octets = VehicleEmergencyDataSetTests.full.serialized()
        // The last line end may be missing.
        for count in 0..<(octets.count - 2) {
            #expect(self.error(Array(octets.prefix(count))) != nil, "\(count)")
        }
    }

    @Test func whatIsReadFromAFlippedBitIsWrittenAndReadAgain() throws {
        let octets = VehicleEmergencyDataSetTests.full.serialized()
        for index in octets.indices {
            var flipped = octets
            flipped[index] ^= 1 << UInt8(index % 8)
            // Refused is one of the two good ends.
            guard let set = try? VehicleEmergencyDataSet(parsing: flipped) else { continue }
            #expect(try VehicleEmergencyDataSet(parsing: set.serialized()) == set, "octet \(index)")
        }
    }
}
