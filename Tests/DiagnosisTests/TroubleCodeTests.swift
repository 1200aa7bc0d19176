import Diagnosis
import Testing

/// The numbers of faults.
@Suite struct TroubleCodeTests {
    @Test(
        arguments: [
            ("B1477-16", [0x94, 0x77, 0x16]), ("B1207-86", [0x92, 0x07, 0x86]), ("B11D8-12", [0x91, 0xD8, 0x12]),
            ("B11D8-14", [0x91, 0xD8, 0x14]), ("B1552-13", [0x95, 0x52, 0x13]), ("B116A-13", [0x91, 0x6A, 0x13]),
            ("B104A-15", [0x90, 0x4A, 0x15]), ("B10A2-86", [0x90, 0xA2, 0x86]), ("U0151-00", [0xC1, 0x51, 0x00]),
            ("P0000-00", [0, 0, 0]), ("C3FFF-FF", [0x7F, 0xFF, 0xFF]),
        ] as [(String, [UInt8])]
    )
    func aCodeIsItsThreeOctetsAndItsText(_ text: String, _ octets: [UInt8]) throws {
        let code = try #require(TroubleCode(text))
        #expect(code.octets == octets && code.description == text)
        #expect(TroubleCode(octets: (octets[0], octets[1], octets[2])) == code)
        #expect(code.failureType == octets[2])
    }

    @Test(arguments: [
        "", "B1477", "B147716", "B1477-1", "B1477-166", "X1477-16", "B4477-16", "b1477-16", "B14g7-16", "B1a77-16",
    ])
    func whatIsNoneIsRefused(_ text: String) {
        #expect(TroubleCode(text) == nil)
    }
}
