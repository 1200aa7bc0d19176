import Testing

@testable import Sensors

@Suite struct ScanElementTests {
    @Test(arguments: [
        ("le:s16/16>>0", [0xFE, 0xFF] as [UInt8], Int64(-2)), ("be:s16/16>>0", [0xFF, 0xFE], -2),
        ("le:s12/16>>4", [0xF0, 0x7F], 0x7FF), ("le:s12/16>>4", [0x00, 0x80], -0x800),
        ("le:u12/16>>4", [0xF0, 0xFF], 0xFFF),
        ("le:s16/16", [1, 0], 1), ("le:s64/64>>0", [1, 0, 0, 0, 0, 0, 0, 0x80], Int64.min + 1),
        ("be:u8/8>>0", [0x80], 128), ("le:s20/32>>4", [0xF0, 0xFF, 0xFF, 0x00], -1),
    ])
    func aValueIsShiftedFirstAndThenItsSignIsExtended(type: String, octets: [UInt8], expected: Int64) throws {
        let element = try #require(ScanElement(index: 0, type: type))
        #expect(element.value(in: octets, at: 0) == expected)
    }

    @Test(arguments: [
        "", "s16/16>>0", "xe:s16/16>>0", "le:f16/16>>0", "le:s16/15>>0", "le:s17/16>>0", "le:s12/16>>5", "le:s16/16>0",
        "le:s0/16>>0", "le:s16/16X0>>0", "le:s16/16X99>>0", "le:s16>>0", "le:s16/16>>-1", "le:s/16>>0", "le:",
    ])
    func whatIsNoDescriptionIsRefused(_ type: String) {
        #expect(ScanElement(index: 0, type: type) == nil)
    }

    @Test func everyElementIsAlignedToItsOwnSize() throws {
        let elements = try ["le:s16/16>>0", "le:s16/16>>0", "le:s16/16>>0", "le:s64/64>>0"].enumerated().map {
            try #require(ScanElement(index: $0.offset, type: $0.element))
        }
        let layout = ScanLayout(elements)
        #expect(layout.offsets == [0, 2, 4, 8] && layout.octets == 16)
        let narrow = ScanLayout(Array(elements[3...]) + Array(elements[..<1]))
        #expect(narrow.offsets == [0, 8] && narrow.octets == 16)
    }

    @Test func theEndsOfTheRangeAreSeen() throws {
        let element = try #require(ScanElement(index: 0, type: "le:s12/16>>4"))
        #expect([2_047, -2_048, 2_046, -2_047, 0].map(element.isAtEnd) == [true, true, false, false, false])
    }

    @Test func anAxisMapHasEachAxisOnce() {
        #expect(AxisMap(x: "-y", y: "-x", z: "z")?.vehicle([1, 2, 3]) == [-2, -1, 3])
        #expect(AxisMap(x: "y", y: "z", z: "-x") != nil)
        #expect(AxisMap(x: "x", y: "y", z: "z") == nil, "a mirror image")
        #expect(AxisMap(x: "y", y: "z", z: "x") == nil, "a mirror image")
        #expect(AxisMap(x: "x", y: "x", z: "z") == nil)
        #expect(AxisMap(x: "x", y: "+y", z: "z") == nil)
    }
}
