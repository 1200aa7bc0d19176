import Foundation
import MSD
import Seeds
import Testing

@Suite struct TextTests {
    @Test func theSummarySaysEveryFieldInWords() throws {
        let expected = """
            msdVersion: 3
            messageIdentifier: 3
            control.automaticActivation: true
            control.testCall: false
            control.positionCanBeTrusted: true
            control.vehicleType: otherVehicleCategory
            vehicleIdentificationNumber: WVWZZZ1JZXW000001
            vehiclePropulsionStorageType: electricEnergyStorage
            timestamp: 2027-01-15T08:00:00Z
            vehicleLocation.positionLatitude: 48.262600 degrees (173745360 mas)
            vehicleLocation.positionLongitude: 11.434000 degrees (41162400 mas)
            vehicleDirection: 0 degrees
            recentVehicleLocationN1.latitudeDelta: -2.5 arcseconds
            recentVehicleLocationN1.longitudeDelta: -5.4 arcseconds
            recentVehicleLocationN2.latitudeDelta: -2.5 arcseconds
            recentVehicleLocationN2.longitudeDelta: -5.4 arcseconds
            numberOfOccupants: 1
            optionalAdditionalData.oid: 8.1
            optionalAdditionalData.data: 0832D28480
            euroNCAP.locationOfImpact: front
            euroNCAP.deltaV.rangeLimit: 125 km/h
            euroNCAP.deltaV.deltaVX: -45 km/h
            euroNCAP.deltaV.deltaVY: 10 km/h
            """
        #expect(try MSD(decoding: TestVectors.v3EuroNCAP).summaryLines.joined(separator: "\n") == expected)
    }

    @Test func theSummarySaysWhatIsUnknownOrOdd() throws {
        var msd = try MSD(decoding: TestVectors.v1Bare)
        let lines = msd.summaryLines
        for line in [
            "vehiclePropulsionStorageType: unknown", "timestamp: unknown", "vehicleDirection: unknown",
            "vehicleLocation.positionLatitude: unknown", "vehicleLocation.positionLongitude: unknown",
        ] {
            #expect(lines.contains(line))
        }
        msd.vehicleDirection = 200
        msd.numberOfOccupants = 255
        msd.vehicleLocation = Position(positionLatitude: 324_000_001, positionLongitude: -1)
        msd.vehiclePropulsionStorageType[.dieselTankPresent] = false
        for line in [
            "vehicleDirection: 200, which is reserved", "numberOfOccupants: unknown",
            "vehicleLocation.positionLatitude: 324000001 mas, which is not on Earth",
            "vehicleLocation.positionLongitude: 0.000000 degrees (-1 mas)",
            "vehiclePropulsionStorageType: unknown (FALSE: dieselTankPresent)",
        ] {
            #expect(msd.summaryLines.contains(line))
        }
    }

    @Test func eraGlonassIsSaidInWords() throws {
        let lines = try MSD(decoding: TestVectors.v1Full).summaryLines
        #expect(lines.contains("eraGlonass.crashSeverity: 180"))
        #expect(lines.contains("eraGlonass.crashInfo: crashFront, crashRollover"))
        let v2 = try MSD(decoding: TestVectors.v2OneLocation).summaryLines
        #expect(v2.contains("eraGlonass.coordinateSystemType: pz90"))
    }

    /// Foundation's calendar is the independent opinion.
    @Test func timestampsAreTheDatesOfTheCalendar() throws {
        var msd = try MSD(decoding: TestVectors.v3)
        var generator = SeededGenerator(seed: 1)
        let edges: [UInt32] = [1, 68_169_599, 68_169_600, 951_782_400, 951_868_800, 4_102_444_800, .max]
        let random = (0..<500).map { _ in UInt32.random(in: 1...UInt32.max, using: &generator) }
        for timestamp in edges + random {
            msd.timestamp = timestamp
            let date = Date(timeIntervalSince1970: TimeInterval(timestamp)).formatted(.iso8601)
            #expect(msd.summaryLines.contains("timestamp: \(date)"))
        }
    }

    @Test func differencesNameTheFieldsAndBothValues() throws {
        let old = try MSD(decoding: TestVectors.v3)
        var new = old
        #expect(new.differences(from: old).isEmpty)
        new.messageIdentifier = 2
        new.numberOfOccupants = nil
        new.optionalAdditionalData = OptionalAdditionalData(oid: [8, 1], data: [])
        let expected = [
            "messageIdentifier: 1 -> 2",
            "numberOfOccupants: 2 -> absent",
            "optionalAdditionalData.oid: absent -> 8.1",
            "optionalAdditionalData.data: absent -> ",
            "euroNCAP: absent -> damaged at bit 0 of the data: needs 1 bits, 0 are left",
        ]
        #expect(new.differences(from: old).map(\.description) == expected)
    }

    @Test(
        arguments: [
            "0324101A01C6", "0324 101A\n01c6\r\n", " 03 24\t10 1a 01 C6", "AyQQGgHG", "AyQQ\nGgHG\n",
        ]
    )
    func readsHexadecimalAndBase64WithBlanks(text: String) throws {
        #expect(try MSDText.octets(from: Array(text.utf8)) == [0x03, 0x24, 0x10, 0x1A, 0x01, 0xC6])
    }

    @Test(arguments: TestVectors.wide) func readsEveryFormOfAnMSD(octets: [UInt8]) throws {
        #expect(try MSDText.octets(from: octets) == octets)
        #expect(try MSDText.octets(from: Array(MSDText.hex(octets).utf8)) == octets)
        #expect(try MSDText.octets(from: Array(Data(octets).base64EncodedString().utf8)) == octets)
    }

    @Test func readsBase64WithAndWithoutPadding() throws {
        for (text, octets) in [("Aw==", [3]), ("Aw", [3]), ("AyQ=", [3, 36]), ("AyQ", [3, 36])] as [(String, [UInt8])] {
            #expect(try MSDText.octets(from: Array(text.utf8)) == octets)
        }
    }

    @Test(
        arguments: [
            ("", .empty), (" \n", .empty), ("032", .oddDigitCount(found: 3)),
            ("03 24 1!", .wrongCharacter(code: 0x21, position: 8)), ("AyQ==", .incompleteBase64(digits: 5)),
            ("AyQQG", .incompleteBase64(digits: 5)), ("A=yQ", .incompleteBase64(digits: 4)),
            ("Ay\u{E9}", .wrongCharacter(code: 0xC3, position: 3)),
            (String(repeating: "0", count: 4097), .tooLong(found: 4097)),
        ] as [(String, MSDText.Failure)]
    )
    func refusesWhatIsNoMSDText(text: String, failure: MSDText.Failure) {
        #expect(throws: failure) { try MSDText.octets(from: Array(text.utf8)) }
    }
}
