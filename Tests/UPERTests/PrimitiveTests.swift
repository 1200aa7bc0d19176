import Seeds
import Testing
import UPER

/// The values of X.691, each as known bits, and what is refused.
@Suite struct PrimitiveTests {
    /// The octets that `write` leaves, checked to hold `bits` bits.
    private static func written(_ bits: Int, _ write: (inout BitWriter) -> Void) -> [UInt8] {
        var writer = BitWriter()
        write(&writer)
        #expect(writer.bitCount == bits)
        return writer.finish()
    }

    @Test func constrainedNumbersTakeTheBitsOfTheirRange() throws {
        #expect(Self.written(10) { $0.append(-512, in: -512...511) } == [0x00, 0x00])
        #expect(Self.written(10) { $0.append(511, in: -512...511) } == [0xFF, 0xC0])
        #expect(Self.written(0) { $0.append(7, in: 7...7) }.isEmpty)
        #expect(Self.written(64) { $0.append(-1, in: Int.min...Int.max) } == [0x7F] + Array(repeating: 0xFF, count: 7))
        var reader = BitReader([0x7F] + Array(repeating: 0xFF, count: 7))
        #expect(try reader.integer(in: Int.min...Int.max) == -1)
        reader = BitReader([0xFF, 0xC0])
        #expect(try reader.integer(in: -512...511) == 511)
    }

    @Test func refusesANumberOutsideItsRange() {
        var reader = BitReader([0b0111_0000])
        #expect(throws: UPERError(bitOffset: 1, reason: .outOfRange(found: 7, allowed: 0...6))) {
            try reader.enumeration(rootCount: 7)
        }
    }

    @Test func extensibleEnumerationsTellRootFromAddition() throws {
        #expect(Self.written(6) { $0.append(.root(22), rootCount: 23) } == [0b0101_1000])
        #expect(Self.written(8) { $0.append(.addition(5), rootCount: 23) } == [0b1000_0101])
        var reader = BitReader([0b0101_1000])
        #expect(try reader.enumeration(rootCount: 23) == .root(22))
        reader = BitReader([0b1000_0101])
        #expect(try reader.enumeration(rootCount: 23) == .addition(5))
    }

    @Test(arguments: [0, 1, 63, 64, 127, 128, 255, 256, 65_535]) func normallySmallNumbersComeBack(value: Int) throws {
        let octets = Self.written(value < 64 ? 7 : value < 256 ? 17 : 25) { $0.appendNormallySmall(value) }
        var reader = BitReader(octets)
        #expect(try reader.normallySmallNumber() == value)
    }

    @Test func refusesNormallySmallNumbersInALongerForm() {
        // 1, length 1, then 63, which belongs in six bits.
        var short = BitReader([0x80, 0x9F, 0x80])
        #expect(throws: UPERError(bitOffset: 0, reason: .notShortestForm(found: 63))) {
            try short.normallySmallNumber()
        }
        // 1, length 2, then 255, which belongs in one octet.
        var padded = BitReader([0x81, 0x00, 0x7F, 0x80])
        #expect(throws: UPERError(bitOffset: 0, reason: .notShortestForm(found: 255))) {
            try padded.normallySmallNumber()
        }
        var huge = BitReader([0x81, 0x80, 0x00, 0x00, 0x00])
        #expect(throws: UPERError(bitOffset: 0, reason: .tooLarge(maximum: 65_535))) {
            try huge.normallySmallNumber()
        }
    }

    @Test(arguments: [(0, [0x00]), (127, [0x7F]), (128, [0x80, 0x80]), (16_383, [0xBF, 0xFF])] as [(Int, [UInt8])])
    func lengthsTakeOneOctetBelow128AndTwoFromThere(length: Int, octets: [UInt8]) throws {
        #expect(Self.written(octets.count * 8) { $0.appendLength(length) } == octets)
        var reader = BitReader(octets)
        #expect(try reader.length() == length)
    }

    @Test func refusesFragmentsAndLongLengths() {
        var fragmented = BitReader([0xC1, 0x00])
        #expect(throws: UPERError(bitOffset: 0, reason: .fragmentedLength)) { try fragmented.length() }
        var long = BitReader([0x80, 0x7F])
        #expect(throws: UPERError(bitOffset: 0, reason: .notShortestForm(found: 127))) { try long.length() }
    }

    @Test func refusesAnOctetStringThatIsNotAllThere() {
        var reader = BitReader([0x03, 0xAA, 0xBB])
        #expect(throws: UPERError(bitOffset: 8, reason: .endOfData(neededBits: 24, availableBits: 16))) {
            try reader.octetString()
        }
    }

    @Test(
        arguments: [
            ([8, 1], [0x02, 0x08, 0x01]),
            ([1, 128, 300], [0x05, 0x01, 0x81, 0x00, 0x82, 0x2C]),
            ([0, 127, 16_384], [0x05, 0x00, 0x7F, 0x81, 0x80, 0x00]),
            ([UInt32.max], [0x05, 0x8F, 0xFF, 0xFF, 0xFF, 0x7F]),
        ] as [([UInt32], [UInt8])]
    )
    func arcsTakeSevenBitsAnOctet(arcs: [UInt32], octets: [UInt8]) throws {
        #expect(Self.written(octets.count * 8) { $0.append(relativeObjectIdentifier: arcs) } == octets)
        var reader = BitReader(octets)
        #expect(try reader.relativeObjectIdentifier() == arcs)
    }

    @Test func refusesObjectIdentifiersThatAreNone() {
        let refusals: [([UInt8], UPERError)] = [
            ([0x00], UPERError(bitOffset: 0, reason: .incompleteObjectIdentifier)),
            ([0x02, 0x01, 0x81], UPERError(bitOffset: 0, reason: .incompleteObjectIdentifier)),
            ([0x02, 0x80, 0x01], UPERError(bitOffset: 8, reason: .notShortestForm(found: 0x80))),
            (
                [0x05, 0x90, 0x80, 0x80, 0x80, 0x00],
                UPERError(bitOffset: 40, reason: .tooLarge(maximum: 4_294_967_295))
            ),
        ]
        for (octets, error) in refusals {
            var reader = BitReader(octets)
            #expect(throws: error) { try reader.relativeObjectIdentifier() }
        }
    }

    @Test func passesOverExtensionAdditions() throws {
        // Three additions declared (0 000010), the first and third present (101), two octets and none, then 11.
        var reader = BitReader([0b0000_0101, 0b0100_0000, 0b1010_1010, 0b1010_1010, 0b1000_0000, 0b0011_0000])
        #expect(try reader.skipExtensionAdditions() == 3)
        #expect(reader.position == 42)
        #expect(try reader.bits(2) == 3)
    }

    @Test func refusesMoreAdditionsThanThereAreBits() {
        var reader = BitReader([0b0111_1110, 0xFF])
        #expect(throws: UPERError(bitOffset: 7, reason: .endOfData(neededBits: 64, availableBits: 9))) {
            try reader.skipExtensionAdditions()
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64]) func whatIsWrittenIsRead(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let values = (0..<200).map { _ in
            let count = Int.random(in: 0...64, using: &generator)
            let value = generator.next() & (count == 64 ? .max : 1 << UInt64(count) - 1)
            return (value, count)
        }
        var writer = BitWriter()
        for (value, count) in values { writer.append(value, bits: count) }
        var reader = BitReader(writer.finish())
        for (value, count) in values { #expect(try reader.bits(count) == value) }
        #expect(reader.remaining < 8)
    }
}
