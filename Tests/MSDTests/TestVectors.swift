import Foundation
import MSD
import UPER

/// MSDs as octets: those of `msd.json` beside this file, and some of our own making.
struct TestVectors: Decodable {
    struct Published: Decodable {
        let hex: String
        let expect: Expect
    }

    struct Expect: Decodable {
        let msdVersion: UInt8
        let messageIdentifier: UInt8
        let automatic: Int
        let test: Int
        let trusted: Int
        let vin: String
        let timestamp: UInt32
        let latitude: Int32
        let longitude: Int32
        let direction: UInt8
        let n1: [Int]
        let n2: [Int]
        let occupants: UInt8

        private enum CodingKeys: String, CodingKey {
            case msdVersion, messageIdentifier, automatic, test, trusted, vin, timestamp
            case latitude = "lat_mas"
            case longitude = "lon_mas"
            case direction, n1, n2, occupants
        }
    }

    struct Invented: Decodable {
        let hex: String
    }

    let published: [Published]
    let invented: [Invented]

    static let shared: TestVectors = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "msd.json")
        do {
            return try JSONDecoder().decode(TestVectors.self, from: Data(contentsOf: file))
        } catch {
            preconditionFailure("msd.json beside this file must be readable: \(error)")
        }
    }()

    /// The published example of v2, which sends FALSE for what the vehicle does not have.
    static let v2 = octets("02251C0680E30A51439E2955D43800800437F80A3105669023F8A71166932185B004150043C040")
    /// The example of EN 15722:2020.
    static let v3 = octets("0324101A01C614A2873C52ABA870010010089AF166285C59A4C86408FE29C16C01054010F010")

    // The following were written by an encoder in another language that shares nothing with ours, and reproduces
    // both examples above.

    /// v1 with all its options and ERA-GLONASS data.
    static let v1Full = octets(
        "015C1D31D71D8208014A079D00000000123A6BE36803C5E18605039409459801FFFFE0002018082008228B488C00"
    )
    /// v1 without any option, nothing known.
    static let v1Bare = octets("0103FE81D71D8208014A079D0000000010000000001FFFFFFFFFFFFFFFFFE0")
    /// v2 with N1 but not N2, and ERA-GLONASS data.
    static let v2OneLocation = octets(
        "0230500A9DD71D8208014A079D00000000120B2A9F880452D9268413A0B502D3CEE501808201053E007FFFFFFFFFFFFFF000"
    )
    /// v3 with Euro NCAP data.
    static let v3EuroNCAP = octets(
        "032D503AB3AE3B041002940F3A000000002096B49D2008A5B24D0827416A00079DCA79DCA01020801050832D284800"
    )
    /// v3 with a content of 135 octets and arcs of 1, 128, 300 and 4,294,967,295.
    static let v3Long = octets(
        "038087403A03AE3B041002940F3A000000002816B49D2008A5B24D0827416A00079DCA79DCA0A018100822C8FFFFFFF7F5800010203"
            + "0405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F202122232425262728292A2B2C2D2E2F303132333435363738"
            + "393A3B3C3D3E3F404142434445464748494A4B4C4D4E4F50515253545556570"
    )
    /// v3 with vehicle type addition 5.
    static let v3Extension5 = octets("0323001B0AEB8EC10400A503CE800000000A05AD274802296C934209D05A80020080200800")
    /// v2 with vehicle type addition 200, a normally small number of two octets.
    static let v2Extension200 = octets("02251806E0390EB8EC10400A503CE800000000A05AD274802296C934209D05A800200802008000")

    /// All of them.
    static let wide =
        (Self.shared.published.map(\.hex) + Self.shared.invented.map(\.hex)).map(octets)
        + [v1Full, v1Bare, v2OneLocation, v3EuroNCAP, v3Long, v3Extension5, v2Extension200]
}

/// The octets of hexadecimal digits.
func octets(_ hex: String) -> [UInt8] {
    let digits = hex.map { UInt8($0.hexDigitValue ?? 0) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

extension MSD {
    /// Any MSD that the version can carry.
    static func random(_ version: Version, using generator: inout some RandomNumberGenerator) throws -> MSD {
        let alphabet = Array("0123456789ABCDEFGHJKLMNPRSTUVWXYZ")
        let vin = String((0..<17).map { _ in alphabet[Int.random(in: alphabet.indices, using: &generator)] })
        var storage = PropulsionStorage()
        for name in PropulsionStorageName.allCases.prefix(version == .v1 ? 6 : 7) {
            storage[name] = [true, false, nil].randomElement(using: &generator) ?? nil
        }
        func delta() -> LocationDelta? {
            if version != .v3, Bool.random(using: &generator) { return nil }
            return LocationDelta(
                latitudeDelta: Int.random(in: LocationDelta.range, using: &generator),
                longitudeDelta: Int.random(in: LocationDelta.range, using: &generator)
            )
        }
        let roots = VehicleType.rootCount(in: version)
        let type: VehicleType =
            Bool.random(using: &generator)
            ? VehicleType(.root(Int.random(in: 0..<roots, using: &generator)))
            : VehicleType(.addition(Int.random(in: 0...300, using: &generator)))
        return MSD(
            msdVersion: version,
            messageIdentifier: UInt8.random(in: 0...255, using: &generator),
            control: Control(
                automaticActivation: Bool.random(using: &generator),
                testCall: Bool.random(using: &generator),
                positionCanBeTrusted: Bool.random(using: &generator),
                vehicleType: type
            ),
            vehicleIdentificationNumber: try VIN(vin),
            vehiclePropulsionStorageType: storage,
            timestamp: UInt32.random(in: 0...UInt32.max, using: &generator),
            vehicleLocation: Position(
                positionLatitude: Int32.random(in: Int32.min...Int32.max, using: &generator),
                positionLongitude: Int32.random(in: Int32.min...Int32.max, using: &generator)
            ),
            vehicleDirection: UInt8.random(in: 0...255, using: &generator),
            recentVehicleLocationN1: delta(),
            recentVehicleLocationN2: delta(),
            numberOfOccupants: Bool.random(using: &generator) ? UInt8.random(in: 0...255, using: &generator) : nil,
            optionalAdditionalData: Bool.random(using: &generator)
                ? OptionalAdditionalData(
                    oid: (0...Int.random(in: 0...3, using: &generator)).map { _ in
                        UInt32.random(in: 0...UInt32.max, using: &generator)
                            >> UInt32.random(in: 0...31, using: &generator)
                    },
                    data: (0..<Int.random(in: 0...70, using: &generator)).map { _ in
                        UInt8.random(in: 0...255, using: &generator)
                    }
                )
                : nil
        )
    }
}
