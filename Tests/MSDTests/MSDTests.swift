import MSD
import Seeds
import Testing
import UPER

@Suite struct MSDTests {
    @Test(arguments: TestVectors.wide) func encodesWhatItDecodedToTheSameOctets(octets: [UInt8]) throws {
        let salvage = MSD.salvage(octets)
        #expect(salvage.error == nil)
        #expect(salvage.trailingOctets == 0)
        #expect(!salvage.hasNonzeroPadding)
        #expect(salvage.unknownExtensionAdditions == 0)
        #expect(try MSD(decoding: octets).encoded() == octets)
        #expect(try MSD(decoding: octets[...]) == salvage.get())
    }

    @Test(arguments: TestVectors.shared.published.indices) func readsThePublishedValues(index: Int) throws {
        let vector = TestVectors.shared.published[index]
        let msd = try MSD(decoding: octets(vector.hex))
        let expect = vector.expect
        #expect(msd.msdVersion.rawValue == expect.msdVersion)
        #expect(msd.messageIdentifier == expect.messageIdentifier)
        #expect(msd.control.automaticActivation == (expect.automatic == 1))
        #expect(msd.control.testCall == (expect.test == 1))
        #expect(msd.control.positionCanBeTrusted == (expect.trusted == 1))
        #expect(msd.control.vehicleType == .passengerVehicleCategoryM1)
        #expect(msd.vehicleIdentificationNumber.description == expect.vin)
        #expect(msd.timestamp == expect.timestamp)
        #expect(msd.vehicleLocation.positionLatitude == expect.latitude)
        #expect(msd.vehicleLocation.positionLongitude == expect.longitude)
        #expect(msd.vehicleDirection == expect.direction)
        #expect(msd.recentVehicleLocationN1 == LocationDelta(latitudeDelta: expect.n1[0], longitudeDelta: expect.n1[1]))
        #expect(msd.recentVehicleLocationN2 == LocationDelta(latitudeDelta: expect.n2[0], longitudeDelta: expect.n2[1]))
        #expect(msd.numberOfOccupants == expect.occupants)
    }

    @Test func keepsFalseThatWasSentApartFromWhatWasLeftOut() throws {
        let v2 = try MSD(decoding: TestVectors.v2).vehiclePropulsionStorageType
        #expect(v2[.gasolineTankPresent] == true)
        #expect(v2[.otherStorage] == false)
        let v3 = try MSD(decoding: TestVectors.v3).vehiclePropulsionStorageType
        #expect(v3 == PropulsionStorage(.gasolineTankPresent, .electricEnergyStorage))
        #expect(v3[.otherStorage] == nil)
    }

    @Test func encodesValuesToTheOctetsOfAnIndependentEncoder() throws {
        let vin = try VIN("WVWZZZ1JZXW000001")
        let first = MSD(
            msdVersion: .v1,
            messageIdentifier: 7,
            control: MSD.Control(
                automaticActivation: false,
                testCall: true,
                positionCanBeTrusted: false,
                vehicleType: VehicleType(.root(12))
            ),
            vehicleIdentificationNumber: vin,
            vehiclePropulsionStorageType: PropulsionStorage(.dieselTankPresent, .hydrogenStorage),
            timestamp: 1_300_000_000,
            vehicleLocation: Position(positionLatitude: -121_884_480, positionLongitude: 544_375_080),
            vehicleDirection: 179,
            recentVehicleLocationN1: LocationDelta(latitudeDelta: -512, longitudeDelta: 511),
            recentVehicleLocationN2: LocationDelta(latitudeDelta: 511, longitudeDelta: -512),
            numberOfOccupants: 4,
            optionalAdditionalData: OptionalAdditionalData(oid: [1, 4, 1], data: [0x51, 0x69, 0x11, 0x80])
        )
        #expect(try first.encoded() == TestVectors.v1Full)
        let third = MSD(
            messageIdentifier: 3,
            control: MSD.Control(
                automaticActivation: true,
                positionCanBeTrusted: true,
                vehicleType: .otherVehicleCategory
            ),
            vehicleIdentificationNumber: vin,
            vehiclePropulsionStorageType: PropulsionStorage(.electricEnergyStorage),
            timestamp: 1_800_000_000,
            vehicleLocation: Position(positionLatitude: 173_745_360, positionLongitude: 41_162_400),
            vehicleDirection: 0,
            recentVehicleLocationN1: LocationDelta(latitudeDelta: -25, longitudeDelta: -54),
            recentVehicleLocationN2: LocationDelta(latitudeDelta: -25, longitudeDelta: -54),
            numberOfOccupants: 1,
            optionalAdditionalData: OptionalAdditionalData(oid: [8, 1], data: [0x08, 0x32, 0xD2, 0x84, 0x80])
        )
        #expect(try third.encoded() == TestVectors.v3EuroNCAP)
    }

    @Test func vehicleTypesOfALaterSchemaSurvive() throws {
        #expect(try MSD(decoding: TestVectors.v3Extension5).control.vehicleType == VehicleType(.addition(5)))
        #expect(try MSD(decoding: TestVectors.v2Extension200).control.vehicleType == VehicleType(.addition(200)))
    }

    @Test func aContentOf128OctetsTakesATwoOctetLength() throws {
        var msd = try MSD(decoding: TestVectors.v3)
        for count in 80...98 {
            msd.optionalAdditionalData = OptionalAdditionalData(oid: [9], data: Array(repeating: 0xA5, count: count))
            let octets = try msd.encoded()
            #expect(octets[1] & 0x80 == (octets.count - 2 < 128 ? 0 : 0x80))
            #expect(try MSD(decoding: octets) == msd)
        }
    }

    @Test func refusesToEncodeMoreThan140Octets() throws {
        var msd = try MSD(decoding: TestVectors.v3)
        msd.optionalAdditionalData = OptionalAdditionalData(oid: [9], data: Array(repeating: 0, count: 98))
        #expect(try msd.encoded().count == 140)
        msd.optionalAdditionalData?.data.append(0)
        #expect(throws: MSDEncodingError(.message, .tooLong(octets: 141, maximum: 140))) { try msd.encoded() }
        msd.optionalAdditionalData?.data = Array(repeating: 0, count: 100_000)
        #expect(throws: MSDEncodingError(.additionalData, .tooLong(octets: 100_000, maximum: 140))) {
            try msd.encoded()
        }
        msd.optionalAdditionalData = OptionalAdditionalData(oid: Array(repeating: 1, count: 141), data: [])
        #expect(throws: MSDEncodingError(.objectIdentifier, .tooLong(octets: 141, maximum: 140))) {
            try msd.encoded()
        }
    }

    @Test func refusesToEncodeWhatTheVersionCannotCarry() throws {
        let whole = try MSD(decoding: TestVectors.v3)
        func refusal(_ change: (inout MSD) -> Void) -> MSDEncodingError? {
            var msd = whole
            change(&msd)
            do {
                let octets = try msd.encoded()
                Issue.record("encoded \(MSDText.hex(octets))")
                return nil
            } catch {
                return error
            }
        }
        let range = LocationDelta.range
        #expect(
            refusal { $0.recentVehicleLocationN1 = nil }
                == MSDEncodingError(.recentVehicleLocationN1Latitude, .missing(in: .v3))
        )
        #expect(
            refusal { $0.recentVehicleLocationN2?.longitudeDelta = 512 }
                == MSDEncodingError(.recentVehicleLocationN2Longitude, .outOfRange(found: 512, allowed: range))
        )
        #expect(
            refusal { $0.recentVehicleLocationN1?.latitudeDelta = -513 }
                == MSDEncodingError(.recentVehicleLocationN1Latitude, .outOfRange(found: -513, allowed: range))
        )
        #expect(
            refusal {
                $0.msdVersion = .v2
                $0.control.vehicleType = VehicleType(.root(13))
            } == MSDEncodingError(.vehicleType, .notIn(.v2))
        )
        #expect(
            refusal {
                $0.msdVersion = .v1
                $0.vehiclePropulsionStorageType = PropulsionStorage(.otherStorage)
            } == MSDEncodingError(.vehiclePropulsionStorageType, .notIn(.v1))
        )
        #expect(
            refusal { $0.optionalAdditionalData = OptionalAdditionalData(oid: [], data: []) }
                == MSDEncodingError(.objectIdentifier, .noArc)
        )
        #expect(
            refusal { $0.control.vehicleType = VehicleType(.addition(65_536)) }
                == MSDEncodingError(.vehicleType, .outOfRange(found: 65_536, allowed: 0...65_535))
        )
    }

    @Test(arguments: MSD.Version.allCases, 1...20 as ClosedRange<UInt64>)
    func randomValuesComeBack(version: MSD.Version, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed &* 0x1_0001 &+ UInt64(version.rawValue))
        for round in 0..<50 {
            let msd = try MSD.random(version, using: &generator)
            let octets = try msd.encoded()
            #expect(try MSD(decoding: octets) == msd, "seed \(seed) round \(round)")
        }
    }
}
