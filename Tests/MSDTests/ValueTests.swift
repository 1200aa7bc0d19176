import MSD
import Testing
import UPER

@Suite struct ValueTests {
    @Test func aVINIsItsText() throws {
        for text in ["ECALLEXAMPLE02020", "0123456789ABCDEFG", "HJKLMNPRSTUVWXYZ0", "ZZZZZZZZZZZZZZZZZ"] {
            #expect(try VIN(text).description == text)
        }
    }

    @Test func refusesTextsThatAreNoVIN() {
        #expect(throws: VIN.Failure.wrongLength(found: 16)) { try VIN("ECALLEXAMPLE0202") }
        #expect(throws: VIN.Failure.wrongLength(found: 0)) { try VIN("") }
        for letter in "IOQioqaÄ-\0" {
            #expect(throws: VIN.Failure.wrongCharacter(found: letter, position: 12)) {
                try VIN("ECALLEXAMPL\(letter)02020")
            }
        }
    }

    @Test func vehicleTypesAreTheirNamesInEverySpelling() {
        for (position, name) in VehicleType.names.enumerated() {
            #expect(VehicleType(name: name) == VehicleType(.root(position)))
            #expect(VehicleType(.root(position)).description == name)
        }
        #expect(VehicleType(name: "passengerVehicleClassM1") == .passengerVehicleCategoryM1)
        #expect(VehicleType(name: "motorcyclesClassL7e") == VehicleType(.root(12)))
        #expect(VehicleType(name: "otherVehicleClass") == .otherVehicleCategory)
        #expect(VehicleType(name: "lightCommercialVehiclesN1") == .lightCommercialVehiclesCategoryN1)
        #expect(VehicleType(name: "extension5") == VehicleType(.addition(5)))
        #expect(VehicleType(.addition(5)).description == "extension5")
        for wrong in ["", "passengerVehicle", "extension", "extension-1", "extension65536", "extension 5"] {
            #expect(VehicleType(name: wrong) == nil)
        }
    }

    @Test func degreesBecomeTheNearestMilliarcseconds() {
        let first = Position(latitudeDegrees: 48.2626, longitudeDegrees: 11.434)
        #expect(first == Position(positionLatitude: 173_745_360, positionLongitude: 41_162_400))
        let second = Position(latitudeDegrees: -33.8568, longitudeDegrees: 151.2153)
        #expect(second == Position(positionLatitude: -121_884_480, positionLongitude: 544_375_080))
        #expect(Position(latitudeDegrees: 90, longitudeDegrees: -180)?.isOnEarth == true)
        #expect(Position(latitudeDegrees: 90.0001, longitudeDegrees: 0) == nil)
        #expect(Position(latitudeDegrees: .nan, longitudeDegrees: 0) == nil)
        #expect(Position(latitudeDegrees: 0, longitudeDegrees: .infinity) == nil)
        #expect(!Position.unknown.isOnEarth)
    }

    @Test func earlierLocationsAreStepsFromTheReference() throws {
        let current = try #require(Position(latitudeDegrees: 48.2626, longitudeDegrees: 11.4340))
        let first = try #require(Position(latitudeDegrees: 48.2619, longitudeDegrees: 11.4325))
        let second = try #require(Position(latitudeDegrees: 48.2612, longitudeDegrees: 11.4310))
        let step = LocationDelta(latitudeDelta: -25, longitudeDelta: -54)
        #expect(LocationDelta(from: current, to: first) == step)
        #expect(LocationDelta(from: first, to: second) == step)
        #expect(LocationDelta(from: current, to: .unknown) == .zero)
    }

    @Test func stepsAreCutToTheRangeAndGoTheShortWayAcrossTheAntimeridian() {
        let east = Position(positionLatitude: 0, positionLongitude: 647_999_000)
        let west = Position(positionLatitude: 90_000, positionLongitude: -647_999_000)
        #expect(LocationDelta(from: east, to: west) == LocationDelta(latitudeDelta: 511, longitudeDelta: 20))
        #expect(LocationDelta(from: west, to: east) == LocationDelta(latitudeDelta: -512, longitudeDelta: -20))
    }

    @Test(arguments: [(0, 0), (1, 1), (87, 44), (180, 90), (358, 179), (358.9, 179), (359, 0), (360, 0)])
    func coursesBecomeStepsOfTwoDegrees(degrees: Double, step: Int) {
        #expect(Direction.step(courseDegrees: degrees) == UInt8(step))
    }

    @Test func coursesThatAreNoneAreUnknown() {
        for degrees in [-0.1, 360.1, .nan, .infinity] {
            #expect(Direction.step(courseDegrees: degrees) == Direction.unknown)
        }
    }

    @Test func optionalBooleansKeepThreeStates() {
        var storage = PropulsionStorage(.dieselTankPresent)
        storage[.gasolineTankPresent] = false
        #expect(storage[.dieselTankPresent] == true)
        #expect(storage[.gasolineTankPresent] == false)
        #expect(storage[.otherStorage] == nil)
        #expect(storage.trueNames == [.dieselTankPresent])
        #expect(storage.withoutFalse == PropulsionStorage(.dieselTankPresent))
        storage[.dieselTankPresent] = nil
        #expect(storage[.dieselTankPresent] == nil)
        #expect(storage.withoutFalse == PropulsionStorage())
    }
}
