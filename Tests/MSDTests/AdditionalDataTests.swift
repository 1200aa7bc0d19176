import MSD
import Testing
import UPER

@Suite struct AdditionalDataTests {
    private typealias Impact = EuroNCAPData.LocationOfImpact

    /// The vendor's own example first, then values computed with an independent encoder.
    static let euroNCAP: [(data: EuroNCAPData, hex: String)] = [
        (EuroNCAPData(locationOfImpact: .front, rangeLimit: 125, deltaVX: -45, deltaVY: 10), "0832D28480"),
        (
            EuroNCAPData(locationOfImpact: .front, rolloverDetected: false, rangeLimit: 125, deltaVX: -45, deltaVY: 10),
            "4819694240"
        ),
        (
            EuroNCAPData(locationOfImpact: .front, rolloverDetected: true, rangeLimit: 125, deltaVX: -45, deltaVY: 10),
            "4A19694240"
        ),
        (EuroNCAPData(locationOfImpact: .driverSide, rangeLimit: 100, deltaVX: 5, deltaVY: 38), "1001049280"),
        (
            EuroNCAPData(
                locationOfImpact: .nonDriverSide,
                rolloverDetected: true,
                rangeLimit: 125,
                deltaVX: -12,
                deltaVY: -60
            ),
            "561979B0C0"
        ),
        (EuroNCAPData(locationOfImpact: .rear, rangeLimit: 125, deltaVX: 30, deltaVY: 0), "0C331D7F80"),
        (EuroNCAPData(locationOfImpact: .unknown, rangeLimit: 255, deltaVX: 255, deltaVY: 255), "0137FEFF00"),
        (
            EuroNCAPData(
                locationOfImpact: .other,
                rolloverDetected: true,
                rangeLimit: 100,
                deltaVX: -255,
                deltaVY: -255
            ),
            "5A00000000"
        ),
        (EuroNCAPData(locationOfImpact: .none, rangeLimit: 100, deltaVX: 0, deltaVY: 0), "0400FF7F80"),
    ]

    static let eraGlonass: [(data: ERAGLONASSData, hex: String)] = {
        var every = OptionalBooleans<ERAGLONASSData.DiagnosticName>()
        for name in ERAGLONASSData.DiagnosticName.allCases { every[name] = true }
        var crashes = OptionalBooleans<ERAGLONASSData.CrashName>()
        for name in ERAGLONASSData.CrashName.allCases { crashes[name] = true }
        var tested = OptionalBooleans<ERAGLONASSData.DiagnosticName>(.batteryFailure)
        for name: ERAGLONASSData.DiagnosticName in [.micFailure, .speakersFailure, .uimFailure, .gnssAntennaFailure] {
            tested[name] = false
        }
        return [
            (ERAGLONASSData(crashInfo: OptionalBooleans(.crashFront)), "1404"),
            (ERAGLONASSData(crashSeverity: 1024), "4400"),
            (
                ERAGLONASSData(
                    crashSeverity: 1024,
                    diagnosticResult: every,
                    crashInfo: crashes,
                    coordinateSystemType: .pz90
                ),
                "7C00FFFFFFFFFFFFFFE0"
            ),
            (ERAGLONASSData(diagnosticResult: tested), "22540804"),
            (
                ERAGLONASSData(
                    form: .v1,
                    crashSeverity: 180,
                    crashInfo: OptionalBooleans(.crashFront, .crashRollover)
                ),
                "51691180"
            ),
            (ERAGLONASSData(), "00"),
        ]
    }()

    @Test(arguments: Self.euroNCAP.indices) func euroNCAPDataHaveTheirOctetsBothWays(index: Int) throws {
        let (data, hex) = Self.euroNCAP[index]
        #expect(MSDText.hex(try data.encoded()) == hex)
        #expect(try EuroNCAPData(decoding: octets(hex)) == data)
        let additional = try OptionalAdditionalData(data)
        #expect(additional.oidText == "8.1")
        #expect(additional.content == .euroNCAP(data))
    }

    @Test(arguments: Self.eraGlonass.indices) func eraGlonassDataHaveTheirOctetsBothWays(index: Int) throws {
        let (data, hex) = Self.eraGlonass[index]
        #expect(MSDText.hex(try data.encoded()) == hex)
        #expect(try ERAGLONASSData(decoding: octets(hex), form: data.form) == data)
        let additional = try OptionalAdditionalData(data)
        #expect(additional.oidText == (data.form == .v1 ? "1.4.1" : "1.4.2"))
        #expect(additional.content == .eraGlonass(data))
    }

    @Test func everyPrefixIsRefusedWithItsField() throws {
        for (_, hex) in Self.euroNCAP {
            for count in 0..<5 {
                #expect(throws: MSDDecodingError.self) { try EuroNCAPData(decoding: Array(octets(hex)[..<count])) }
            }
        }
        let whole = octets("7C00FFFFFFFFFFFFFFE0")
        let fields: [MSD.Field] = [
            .eraGlonass, .crashSeverity, .diagnosticResult, .diagnosticResult, .diagnosticResult, .diagnosticResult,
            .diagnosticResult, .diagnosticResult, .crashInfo, .crashInfo,
        ]
        for (count, field) in fields.enumerated() {
            #expect {
                try ERAGLONASSData(decoding: Array(whole[..<count]), form: .v2)
            } throws: {
                ($0 as? MSDDecodingError)?.field == field
            }
        }
    }

    @Test func everyFlippedBitIsRefusedOrComesOutAgain() throws {
        for (_, hex) in Self.euroNCAP {
            for bit in 0..<33 {
                var flipped = octets(hex)
                flipped[bit / 8] ^= 0x80 >> UInt8(bit % 8)
                let additional = OptionalAdditionalData(oid: EuroNCAPData.oid, data: flipped)
                guard case .euroNCAP(let data) = additional.content else { continue }
                flipped[4] &= data.rolloverDetected == nil ? 0x80 : 0xC0
                #expect(try data.encoded() == flipped, "bit \(bit) of \(hex)")
            }
        }
    }

    @Test func refusesReservedNumbers() {
        // Location 7 of 0...6, then a range limit of 156 steps above 100.
        #expect(throws: MSDDecodingError(field: .locationOfImpact, bitOffset: 3, reason: Self.range(7, 0...6))) {
            try EuroNCAPData(decoding: octets("1C32D28480"))
        }
        #expect(throws: MSDDecodingError(field: .rangeLimit, bitOffset: 7, reason: Self.range(355, 100...255))) {
            try EuroNCAPData(decoding: octets("09FED28480"))
        }
    }

    private static func range(_ found: Int, _ allowed: ClosedRange<Int>) -> MSDDecodingError.Reason {
        .encoding(.outOfRange(found: found, allowed: allowed))
    }

    @Test func refusesToEncodeWhatTheSchemaHasNoRoomFor() {
        func euroNCAP(_ location: EuroNCAPData.LocationOfImpact, _ limit: Int, _ x: Int, _ y: Int) -> EuroNCAPData {
            EuroNCAPData(locationOfImpact: location, rangeLimit: limit, deltaVX: x, deltaVY: y)
        }
        #expect(throws: MSDEncodingError(.rangeLimit, .outOfRange(found: 90, allowed: 100...255))) {
            try euroNCAP(.front, 90, 0, 0).encoded()
        }
        #expect(throws: MSDEncodingError(.deltaVX, .outOfRange(found: -256, allowed: -255...255))) {
            try euroNCAP(.front, 100, -256, 0).encoded()
        }
        #expect(throws: MSDEncodingError(.deltaVY, .outOfRange(found: 256, allowed: -255...255))) {
            try euroNCAP(.front, 100, 0, 256).encoded()
        }
        #expect(throws: MSDEncodingError(.locationOfImpact, .outOfRange(found: 7, allowed: 0...6))) {
            try euroNCAP(EuroNCAPData.LocationOfImpact(.root(7)), 100, 0, 0).encoded()
        }
        #expect(throws: MSDEncodingError(.crashSeverity, .outOfRange(found: 2048, allowed: 0...2047))) {
            try ERAGLONASSData(crashSeverity: 2048).encoded()
        }
        #expect(throws: MSDEncodingError(.coordinateSystemType, .notIn(.v1))) {
            try ERAGLONASSData(form: .v1, coordinateSystemType: .pz90).encoded()
        }
    }

    @Test func unknownIdentifiersAreKeptAsTheyAre() throws {
        let msd = try MSD(decoding: TestVectors.v3Long)
        let additional = try #require(msd.optionalAdditionalData)
        #expect(additional.oid == [1, 128, 300, 4_294_967_295])
        #expect(additional.data == Array(0..<88))
        #expect(additional.content == .unknown)
    }

    @Test func damagedContentLeavesTheMSDWhole() throws {
        var msd = try MSD(decoding: TestVectors.v3EuroNCAP)
        msd.optionalAdditionalData?.data.removeLast()
        #expect(try MSD(decoding: msd.encoded()) == msd)
        let reason = MSDDecodingError.Reason.encoding(.endOfData(neededBits: 9, availableBits: 8))
        let error = MSDDecodingError(field: .deltaVY, bitOffset: 24, reason: reason)
        #expect(msd.optionalAdditionalData?.content == .damaged(error))
        #expect(
            msd.summaryLines.last
                == "euroNCAP.deltaV.deltaVY: damaged at bit 24 of the data: needs 9 bits, 8 are left"
        )
    }
}
