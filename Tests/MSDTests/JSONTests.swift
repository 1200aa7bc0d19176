import Foundation
import MSD
import Testing

@Suite struct JSONTests {
    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private static func msd(_ json: String) throws -> MSD {
        try JSONDecoder().decode(MSD.self, from: Data(json.utf8))
    }

    @Test func namesAreTheSchemas() throws {
        let expected = """
            {"control":{"automaticActivation":true,"positionCanBeTrusted":true,"testCall":false,\
            "vehicleType":"passengerVehicleCategoryM1"},"messageIdentifier":1,"msdVersion":3,"numberOfOccupants":2,\
            "recentVehicleLocationN1":{"latitudeDelta":0,"longitudeDelta":10},\
            "recentVehicleLocationN2":{"latitudeDelta":0,"longitudeDelta":30},"timestamp":1579992331,\
            "vehicleDirection":45,"vehicleIdentificationNumber":"ECALLEXAMPLE02020",\
            "vehicleLocation":{"positionLatitude":187996428,"positionLongitude":18859320},\
            "vehiclePropulsionStorageType":{"compressedNaturalGas":false,"dieselTankPresent":false,\
            "electricEnergyStorage":true,"gasolineTankPresent":true,"hydrogenStorage":false,\
            "liquidPropaneGas":false,"otherStorage":false}}
            """
        #expect(try Self.json(MSD(decoding: TestVectors.v3)) == expected)
    }

    @Test func additionalDataStandWithTheirDecodedForm() throws {
        let json = try Self.json(MSD(decoding: TestVectors.v3EuroNCAP))
        #expect(
            json.contains(
                """
                "optionalAdditionalData":{"data":"0832D28480","decoded":{"euroNCAP":{"deltaV":{"deltaVX":-45,\
                "deltaVY":10,"rangeLimit":125},"locationOfImpact":"front"}},"oid":"8.1"}
                """
            )
        )
        let era = try Self.json(MSD(decoding: TestVectors.v1Full))
        #expect(
            era.contains(
                """
                "optionalAdditionalData":{"data":"51691180","decoded":{"eraGlonass":{"crashInfo":{"crashFront":true,\
                "crashRollover":true},"crashSeverity":180}},"oid":"1.4.1"}
                """
            )
        )
        #expect(!(try Self.json(MSD(decoding: TestVectors.v3Long))).contains("decoded"))
    }

    @Test(arguments: TestVectors.wide) func comesBackToTheSameOctets(octets: [UInt8]) throws {
        let msd = try MSD(decoding: octets)
        #expect(try Self.msd(Self.json(msd)).encoded() == octets)
        #expect(try Self.msd(Self.json(MSD.salvage(octets + [0, 0]))).encoded() == octets)
    }

    @Test(arguments: AdditionalDataTests.euroNCAP.map(\.hex)) func euroNCAPComesBack(hex: String) throws {
        let additional = OptionalAdditionalData(oid: EuroNCAPData.oid, data: octets(hex))
        let data = Data(try Self.json(additional).utf8)
        #expect(try JSONDecoder().decode(OptionalAdditionalData.self, from: data) == additional)
    }

    @Test(arguments: AdditionalDataTests.eraGlonass.indices) func eraGlonassComesBack(index: Int) throws {
        let additional = try OptionalAdditionalData(AdditionalDataTests.eraGlonass[index].data)
        let data = Data(try Self.json(additional).utf8)
        #expect(try JSONDecoder().decode(OptionalAdditionalData.self, from: data) == additional)
    }

    @Test func additionalDataCanBeWrittenInDecodedFormAlone() throws {
        let json = """
            {"decoded":{"euroNCAP":{"locationOfImpact":"front",\
            "deltaV":{"rangeLimit":125,"deltaVX":-45,"deltaVY":10}}}}
            """
        let additional = try JSONDecoder().decode(OptionalAdditionalData.self, from: Data(json.utf8))
        #expect(additional == OptionalAdditionalData(oid: [8, 1], data: octets("0832D28480")))
    }

    @Test func falseIsLeftOutOfV3AndSentInV2() throws {
        let v3 = try Self.msd(Self.json(MSD(decoding: TestVectors.v3)))
        #expect(v3.vehiclePropulsionStorageType[.dieselTankPresent] == nil)
        let v2 = try Self.msd(Self.json(MSD(decoding: TestVectors.v2)))
        #expect(v2.vehiclePropulsionStorageType[.dieselTankPresent] == false)
    }

    @Test func aDamagedMSDShowsItsFieldsAndTheDamage() throws {
        let json = try Self.json(MSD.salvage(Array(TestVectors.v3[..<8])))
        let expected = """
            {"control":{"automaticActivation":true,"positionCanBeTrusted":true,"testCall":false,\
            "vehicleType":"passengerVehicleCategoryM1"},"error":{"bitOffset":37,\
            "field":"vehicleIdentificationNumber","reason":"needs 102 bits, 27 are left"},"messageIdentifier":1,\
            "msdVersion":3}
            """
        #expect(json == expected)
    }

    /// What replaces what in the JSON of a whole MSD, where the error must point, and what it must say.
    static let mistakes: [(old: String, new: String, path: String, sentence: String)] = [
        (#""msdVersion":3"#, #""msdVersion":4"#, "msdVersion", "msdVersion is 4, expected 1...3"),
        (
            #""messageIdentifier":3"#, #""messageIdentifier":256"#, "messageIdentifier",
            "messageIdentifier is 256, expected 0...255"
        ),
        (#""timestamp":1800000000"#, #""timestamp":-1"#, "timestamp", "timestamp is -1, expected 0...4294967295"),
        (
            #""positionLatitude":173745360"#, #""positionLatitude":2147483648"#, "vehicleLocation.positionLatitude",
            "positionLatitude is 2147483648, expected -2147483648...2147483647"
        ),
        (
            #""latitudeDelta":-25"#, #""latitudeDelta":-513"#, "recentVehicleLocationN1.latitudeDelta",
            "latitudeDelta is -513, expected -512...511"
        ),
        (
            #""numberOfOccupants":1"#, #""numberOfOccupants":300"#, "numberOfOccupants",
            "numberOfOccupants is 300, expected 0...255"
        ),
        (
            "WVWZZZ1JZXW000001", "WVWZZZ1JZXW00000O", "vehicleIdentificationNumber",
            "vehicleIdentificationNumber is no VIN: found 'O' as character 17, expected 0-9 or A-Z without I, O and Q"
        ),
        (
            #""vehicleType":"otherVehicleCategory""#, #""vehicleType":"tank""#, "control.vehicleType",
            "vehicleType is \"tank\", expected extension and a number, or one of passengerVehicleCategoryM1"
        ),
        (
            #""vehicleDirection":0"#, #""vehicleDirectoin":0"#, "vehicleDirectoin",
            "vehicleDirectoin is not known, expected one of msdVersion"
        ),
        (#""oid":"8.1""#, #""oid":"8.x""#, "optionalAdditionalData.oid", "oid is \"8.x\", expected numbers"),
        (
            #""data":"0832D28480""#, #""data":"0832D2848""#, "optionalAdditionalData.data",
            "data is not hexadecimal: found 9 hexadecimal digits, expected an even number"
        ),
        (
            #""data":"0832D28480""#, #""data":"4819694240""#, "optionalAdditionalData.decoded",
            "decoded does not say what \"data\" says"
        ),
        (
            #""deltaVX":-45"#, #""deltaVX":-256"#, "optionalAdditionalData.decoded.euroNCAP.deltaV.deltaVX",
            "deltaVX is -256, expected -255...255"
        ),
    ]

    @Test(arguments: Self.mistakes.indices) func mistakesNameTheirPathAndWhatIsAllowed(index: Int) throws {
        let mistake = Self.mistakes[index]
        let whole = try Self.json(MSD(decoding: TestVectors.v3EuroNCAP))
        let range = try #require(whole.range(of: mistake.old))
        let json = whole.replacingCharacters(in: range, with: mistake.new)
        do {
            let msd = try Self.msd(json)
            Issue.record("accepted \(msd.summaryLines)")
        } catch DecodingError.dataCorrupted(let context) {
            #expect(context.codingPath.map(\.stringValue).joined(separator: ".") == mistake.path)
            #expect(context.debugDescription.hasPrefix(mistake.sentence))
        }
    }

    @Test func v3DemandsBothEarlierLocationsAndOlderVersionsDoNot() throws {
        let n2 = #""recentVehicleLocationN2":{"latitudeDelta":0,"longitudeDelta":30},"#
        let whole = try Self.json(MSD(decoding: TestVectors.v3))
        let without = whole.replacingOccurrences(of: n2, with: "")
        #expect(throws: DecodingError.self) { try Self.msd(without) }
        let older = without.replacingOccurrences(of: #""msdVersion":3"#, with: #""msdVersion":2"#)
        #expect(try Self.msd(older).recentVehicleLocationN2 == nil)
    }

    @Test func v1HasNoOtherStorage() throws {
        let v1 = try Self.json(MSD(decoding: TestVectors.v1Bare))
        #expect(!v1.contains("otherStorage"))
        let with = v1.replacingOccurrences(
            of: #""vehiclePropulsionStorageType":{"#,
            with: #""vehiclePropulsionStorageType":{"otherStorage":true,"#
        )
        #expect(throws: DecodingError.self) { try Self.msd(with) }
    }
}
