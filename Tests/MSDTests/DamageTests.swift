import MSD
import Seeds
import Testing
import UPER

/// What becomes of an MSD that is cut, changed, or followed by something else.
@Suite struct DamageTests {
    /// The fields of an MSD itself that stand before `field`, in words.
    private static func texts(of msd: MSD, before field: MSD.Field) throws -> [String] {
        let order = MSD.Field.allCases
        let end = try #require(order.firstIndex(of: field))
        return MSD.Fields(msd).texts.filter { order[..<end].contains($0.field) }.map(\.text)
    }

    @Test(arguments: TestVectors.wide) func everyPrefixIsRefusedAndGivesTheFieldsBeforeTheCut(octets: [UInt8]) throws {
        let whole = try MSD(decoding: octets)
        for count in 0..<octets.count {
            let prefix = Array(octets[..<count])
            let salvage = MSD.salvage(prefix)
            let error = try #require(salvage.error, "\(count) octets of \(octets.count) were accepted")
            #expect(throws: error) { try MSD(decoding: prefix) }
            #expect(error.bitOffset <= count * 8)
            let expected = try Self.texts(of: whole, before: error.field)
            #expect(salvage.fields.texts.map(\.text) == expected, "cut after \(count) octets: \(error)")
        }
    }

    @Test(arguments: TestVectors.wide) func everyFlippedBitIsRefusedOrComesOutAgain(octets: [UInt8]) throws {
        for bit in 0..<octets.count * 8 {
            var flipped = octets
            flipped[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            let salvage = MSD.salvage(flipped)
            guard let msd = salvage.msd else { continue }
            let again = try msd.encoded()
            if salvage.unknownExtensionAdditions > 0 {
                // The additions are lost, the rest must not be.
                #expect(try MSD(decoding: again) == msd, "bit \(bit)")
                continue
            }
            var sent = Array(flipped.dropLast(salvage.trailingOctets)[Self.headerCount(flipped)...])
            if salvage.hasNonzeroPadding { sent[sent.count - 1] &= Self.paddingMask(salvage, flipped) }
            #expect(Array(again[Self.headerCount(again)...]) == sent, "bit \(bit)")
            #expect(again[0] == flipped[0])
        }
    }

    /// The octets before the message: the version, and the length where there is one.
    private static func headerCount(_ octets: [UInt8]) -> Int {
        octets[0] == 1 ? 1 : octets[1] & 0x80 == 0 ? 2 : 3
    }

    /// The bits of the last octet that are not padding: with any other of them cleared the fields change.
    private static func paddingMask(_ salvage: MSD.Salvage, _ octets: [UInt8]) -> UInt8 {
        let last = octets.count - salvage.trailingOctets - 1
        for padding in (1...7).reversed() {
            var cleared = octets
            cleared[last] &= 0xFF << UInt8(padding)
            var filled = octets
            filled[last] |= 0xFF >> UInt8(8 - padding)
            if MSD.salvage(cleared).fields == salvage.fields, MSD.salvage(filled).fields == salvage.fields {
                return 0xFF << UInt8(padding)
            }
        }
        return 0xFF
    }

    @Test(arguments: TestVectors.wide) func trailingOctetsAreIgnoredAndCounted(octets: [UInt8]) throws {
        let salvage = MSD.salvage(octets + [0x00, 0xFF, 0x03])
        #expect(salvage.error == nil)
        #expect(salvage.trailingOctets == 3)
        #expect(try salvage.get() == MSD(decoding: octets))
    }

    @Test func octetsAfterTheFieldsButInsideTheLengthAreIgnoredAndCounted() throws {
        var longer = TestVectors.v3 + [0xAB, 0xCD]
        longer[1] += 2
        let salvage = MSD.salvage(longer)
        #expect(salvage.trailingOctets == 2)
        #expect(try salvage.get().encoded() == TestVectors.v3)
    }

    @Test func setPaddingIsIgnoredAndReported() throws {
        var padded = TestVectors.v3
        padded[padded.count - 1] |= 0x01
        let salvage = MSD.salvage(padded)
        #expect(salvage.hasNonzeroPadding)
        #expect(try salvage.get().encoded() == TestVectors.v3)
    }

    @Test func aMessageShorterThanItsLengthIsRefusedWithAllItsFields() throws {
        var octets = TestVectors.v3
        octets[1] = 40
        let salvage = MSD.salvage(octets)
        let reason = MSDDecodingError.Reason.shorterThanAnnounced(announced: 40, present: 36)
        #expect(salvage.error == MSDDecodingError(field: .contentLength, bitOffset: 8, reason: reason))
        #expect(salvage.msd == nil)
        #expect(salvage.fields == MSD.Fields(try MSD(decoding: TestVectors.v3)))
    }

    @Test func aLengthThatCutsTheMessageIsRefusedAtTheFieldItCuts() {
        var octets = TestVectors.v3
        octets[1] = 35
        let reason = MSDDecodingError.Reason.encoding(.endOfData(neededBits: 8, availableBits: 3))
        let error = MSDDecodingError(field: .numberOfOccupants, bitOffset: 293, reason: reason)
        #expect(MSD.salvage(octets).error == error)
    }

    @Test(
        arguments: [
            ("", "msdVersion at bit 0: needs 8 bits, 0 are left"),
            ("04", "msdVersion at bit 0: found version 4, expected 1, 2 or 3"),
            ("03", "msd.length at bit 8: needs 1 bits, 0 are left"),
            ("03C1", "msd.length at bit 8: found a fragmented length, expected at most 16383"),
            ("038024", "msd.length at bit 8: found 36 in a longer form than prescribed"),
            // The number of vehicle type 29, of which there are 23.
            (
                "0324101AE1C614A2873C52ABA870010010089AF166285C59A4C86408FE29C16C01054010F010",
                "control.vehicleType at bit 32: found 28, expected 0...22"
            ),
            // Cut inside the VIN.
            (
                "032410100846",
                "vehicleIdentificationNumber at bit 37: needs 102 bits, 11 are left"
            ),
        ]
    )
    func refusalsSayWhereAndWhat(hex: String, sentence: String) {
        #expect(MSD.salvage(octets(hex)).error?.description == sentence)
    }

    @Test func refusesAVINCharacterThatIsNoneAndNamesItsPlace() {
        // Characters are six bits each from bit 37; 33 = 100001 has no character.
        for place in 0..<17 {
            var octets = TestVectors.v3
            for (offset, bit) in [1, 0, 0, 0, 0, 1].enumerated() {
                let position = 37 + 6 * place + offset
                let mask: UInt8 = 0x80 >> UInt8(position % 8)
                octets[position / 8] = bit == 1 ? octets[position / 8] | mask : octets[position / 8] & ~mask
            }
            let expected = MSDDecodingError(
                field: .vehicleIdentificationNumber,
                bitOffset: 37 + 6 * place,
                reason: .wrongCharacter(found: 33, position: place + 1)
            )
            #expect(throws: expected) { try MSD(decoding: octets) }
        }
    }

    @Test func extensionAdditionsArePassedOverAndCounted() throws {
        // The extension bit of MSDMessage, and after the fields (bit 301) one addition, present, of two octets:
        // 0 000000, 1, 00000010, two octets.
        var octets = TestVectors.v3
        octets[2] |= 0x80
        octets += [0, 0, 0, 0]
        octets[1] += 4
        for bit in [301 + 7, 301 + 8 + 6] { octets[bit / 8] |= 0x80 >> UInt8(bit % 8) }
        let salvage = MSD.salvage(octets)
        #expect(salvage.error == nil)
        #expect(salvage.unknownExtensionAdditions == 1)
        #expect(salvage.trailingOctets == 0)
        #expect(try salvage.get().encoded() == TestVectors.v3)
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>) func noOctetsTrapTheDecoderOrWhatShowsItsResult(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            var octets = TestVectors.wide[Int.random(in: TestVectors.wide.indices, using: &generator)]
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                octets[Int.random(in: octets.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            let salvage = MSD.salvage(octets)
            #expect(salvage.fields.summaryLines.count == salvage.fields.texts.count)
            #expect(salvage.trailingOctets <= octets.count)
            if let msd = salvage.msd {
                #expect(throws: Never.self) { try MSD(decoding: msd.encoded()) == msd }
            }
        }
    }
}
