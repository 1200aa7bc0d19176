import Testing
import UPER

@Suite struct BitReaderTests {
    private static let octets: [UInt8] = [0xA5, 0x0F, 0x80, 0x01, 0xFF, 0x00, 0x3C, 0x5A, 0xC3, 0x96, 0x69]

    /// The bits `start..<start + count` of `octets`, one by one.
    private static func slowly(_ start: Int, _ count: Int) -> UInt64 {
        (start..<start + count).reduce(0) { value, bit in
            value << 1 | UInt64(Self.octets[bit / 8] >> UInt8(7 - bit % 8) & 1)
        }
    }

    @Test func takesEveryWidthFromEveryOffset() throws {
        for start in 0..<24 {
            for count in 0...64 {
                var reader = BitReader(Self.octets)
                try reader.skip(start)
                #expect(try reader.bits(count) == Self.slowly(start, count), "\(count) bits from \(start)")
                #expect(reader.position == start + count)
            }
        }
    }

    @Test func takesBooleansBitByBit() throws {
        var reader = BitReader(Self.octets)
        for bit in 0..<Self.octets.count * 8 {
            #expect(try reader.boolean() == (Self.slowly(bit, 1) == 1))
        }
        #expect(reader.remaining == 0)
    }

    @Test func refusesToReadBeyondTheEndAndStays() throws {
        var reader = BitReader([0xFF, 0xFF])
        try reader.skip(12)
        let expected = UPERError(bitOffset: 12, reason: .endOfData(neededBits: 5, availableBits: 4))
        #expect(throws: expected) { try reader.bits(5) }
        #expect(throws: expected) { try reader.skip(5) }
        #expect(reader.position == 12)
        try reader.skip(4)
        #expect(throws: UPERError(bitOffset: 16, reason: .endOfData(neededBits: 1, availableBits: 0))) {
            try reader.boolean()
        }
    }

    @Test func limitsAreKeptAndNeverGrowTheData() {
        var reader = BitReader([0xFF, 0xFF])
        reader.limit(toBit: 3)
        #expect(throws: UPERError(bitOffset: 0, reason: .endOfData(neededBits: 4, availableBits: 3))) {
            try reader.bits(4)
        }
        reader.limit(toBit: 1000)
        #expect(reader.remaining == 16)
    }

    @Test func seesBitsAheadWithoutTakingThem() throws {
        var reader = BitReader([0x00, 0x01])
        #expect(!reader.hasSetBit(before: 15))
        #expect(reader.hasSetBit(before: 16))
        #expect(reader.hasSetBit(before: 99))
        #expect(reader.position == 0)
        try reader.skip(16)
        #expect(!reader.hasSetBit(before: 99))
    }
}
