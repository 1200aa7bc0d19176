/// Where the value of an extensible enumeration lies (X.691 14).
package enum EnumerationIndex: Hashable, Sendable {
    /// One of the values that the schema lists before its extension marker, from 0.
    case root(Int)
    /// A value that a later version of the schema added, from 0 in the order of its additions.
    case addition(Int)
}

extension BitReader {
    /// The largest normally small number that is kept, two octets of it: far above any number of additions.
    package static let maximumNormallySmallNumber = Int(UInt16.max)

    /// Takes a whole number constrained to `range` (X.691 11.5).
    package mutating func integer(in range: ClosedRange<Int>) throws(UPERError) -> Int {
        let start = self.position
        let span = UInt64(bitPattern: Int64(range.upperBound &- range.lowerBound))
        let value = try self.bits(64 - span.leadingZeroBitCount)
        guard value <= span else {
            throw UPERError(
                bitOffset: start,
                reason: .outOfRange(found: range.lowerBound + Int(value), allowed: range)
            )
        }
        return range.lowerBound &+ Int(truncatingIfNeeded: value)
    }

    /// Takes the value of an extensible enumeration that has `rootCount` values before its marker (X.691 14.3).
    package mutating func enumeration(rootCount: Int) throws(UPERError) -> EnumerationIndex {
        if try self.boolean() {
            return .addition(try self.normallySmallNumber())
        }
        return .root(try self.integer(in: 0...rootCount - 1))
    }

    /// Takes a normally small non-negative number (X.691 11.6).
    package mutating func normallySmallNumber() throws(UPERError) -> Int {
        let start = self.position
        guard try self.boolean() else { return Int(try self.bits(6)) }
        let octets = try self.length()
        guard octets <= 2 else {
            throw UPERError(bitOffset: start, reason: .tooLarge(maximum: Self.maximumNormallySmallNumber))
        }
        let value = Int(try self.bits(octets * 8))
        guard value >= 64, value > 255 || octets == 1 else {
            throw UPERError(bitOffset: start, reason: .notShortestForm(found: value))
        }
        return value
    }

    /// Takes an unconstrained length, 0...16,383 (X.691 11.9.3.6 and 11.9.3.7).
    package mutating func length() throws(UPERError) -> Int {
        let start = self.position
        guard try self.boolean() else { return Int(try self.bits(7)) }
        if try self.boolean() {
            throw UPERError(bitOffset: start, reason: .fragmentedLength)
        }
        let value = Int(try self.bits(14))
        guard value >= 128 else { throw UPERError(bitOffset: start, reason: .notShortestForm(found: value)) }
        return value
    }

    /// Takes an OCTET STRING with its length (X.691 17.8).
    package mutating func octetString() throws(UPERError) -> [UInt8] {
        let count = try self.length()
        guard count * 8 <= self.remaining else {
            throw UPERError(
                bitOffset: self.position,
                reason: .endOfData(neededBits: count * 8, availableBits: self.remaining)
            )
        }
        var octets: [UInt8] = []
        octets.reserveCapacity(count)
        for _ in 0..<count {
            octets.append(UInt8(try self.bits(8)))
        }
        return octets
    }

    /// Takes a RELATIVE-OID: a length in octets, then arcs in groups of seven bits (X.691 25, X.690 8.20).
    package mutating func relativeObjectIdentifier() throws(UPERError) -> [UInt32] {
        let start = self.position
        let count = try self.length()
        var arcs: [UInt32] = []
        var arc: UInt32 = 0
        var unfinished = count == 0
        for _ in 0..<count {
            let offset = self.position
            let octet = UInt32(try self.bits(8))
            if !unfinished, octet == 0x80 {
                throw UPERError(bitOffset: offset, reason: .notShortestForm(found: 0x80))
            }
            guard arc >> 25 == 0 else {
                throw UPERError(bitOffset: offset, reason: .tooLarge(maximum: Int(UInt32.max)))
            }
            arc = arc << 7 | octet & 0x7F
            unfinished = octet & 0x80 != 0
            if !unfinished {
                arcs.append(arc)
                arc = 0
            }
        }
        if unfinished { throw UPERError(bitOffset: start, reason: .incompleteObjectIdentifier) }
        return arcs
    }

    /// Passes over the extension additions of a SEQUENCE, which end it, and returns how many it declares.
    ///
    /// A presence bit for each, then every present one as an open type with its length (X.691 19.7 to 19.9).
    package mutating func skipExtensionAdditions() throws(UPERError) -> Int {
        let start = self.position
        let declared: Int
        if try self.boolean() {
            declared = try self.length()
            guard declared > 64 else {
                throw UPERError(bitOffset: start, reason: .notShortestForm(found: declared))
            }
        } else {
            declared = Int(try self.bits(6)) + 1
        }
        var presence = self
        try self.skip(declared)
        for _ in 0..<declared where try presence.boolean() {
            try self.skip(try self.length() * 8)
        }
        return declared
    }
}
