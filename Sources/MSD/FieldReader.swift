import UPER

/// A bit reader that names the field it reads in every error.
struct FieldReader {
    private var reader: BitReader

    init(_ octets: [UInt8]) {
        self.reader = BitReader(octets)
    }

    /// Bits taken so far.
    var position: Int { self.reader.position }

    /// The bits that may still be taken.
    var remaining: Int { self.reader.remaining }

    /// Whether a bit from here up to the next whole octet is set.
    var hasPaddingBitSet: Bool { self.reader.hasSetBit(before: (self.reader.position + 7) / 8 * 8) }

    mutating func limit(toBit bit: Int) {
        self.reader.limit(toBit: bit)
    }

    mutating func boolean(_ field: MSD.Field) throws(MSDDecodingError) -> Bool {
        do { return try self.reader.boolean() } catch { throw MSDDecodingError(field, error) }
    }

    mutating func bits(_ count: Int, _ field: MSD.Field) throws(MSDDecodingError) -> UInt64 {
        do { return try self.reader.bits(count) } catch { throw MSDDecodingError(field, error) }
    }

    mutating func integer(in range: ClosedRange<Int>, _ field: MSD.Field) throws(MSDDecodingError) -> Int {
        do { return try self.reader.integer(in: range) } catch { throw MSDDecodingError(field, error) }
    }

    mutating func length(_ field: MSD.Field) throws(MSDDecodingError) -> Int {
        do { return try self.reader.length() } catch { throw MSDDecodingError(field, error) }
    }

    mutating func enumeration(rootCount: Int, _ field: MSD.Field) throws(MSDDecodingError) -> EnumerationIndex {
        do { return try self.reader.enumeration(rootCount: rootCount) } catch { throw MSDDecodingError(field, error) }
    }

    mutating func booleans<Name>(
        count: Int,
        _ field: MSD.Field
    ) throws(MSDDecodingError) -> OptionalBooleans<Name> {
        do {
            return try OptionalBooleans(reading: &self.reader, count: count)
        } catch {
            throw MSDDecodingError(field, error)
        }
    }

    mutating func octetString(_ field: MSD.Field) throws(MSDDecodingError) -> [UInt8] {
        do { return try self.reader.octetString() } catch { throw MSDDecodingError(field, error) }
    }

    mutating func objectIdentifier(_ field: MSD.Field) throws(MSDDecodingError) -> [UInt32] {
        do { return try self.reader.relativeObjectIdentifier() } catch { throw MSDDecodingError(field, error) }
    }

    /// Passes over additions and returns how many were declared.
    mutating func skipExtensionAdditions(_ field: MSD.Field) throws(MSDDecodingError) -> Int {
        do { return try self.reader.skipExtensionAdditions() } catch { throw MSDDecodingError(field, error) }
    }
}
