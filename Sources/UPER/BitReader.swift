/// Reads bits from octets, the most significant bit of the first octet first.
///
/// Every read either takes its bits and moves on, or throws and leaves `position` where it was or inside the
/// value that failed; the error says where that value starts.
package struct BitReader: Sendable {
    /// The largest length determinant that is not fragmented (X.691 11.9.3.7).
    package static let maximumLength = 16_383

    @usableFromInline let octets: [UInt8]
    /// Bits taken so far, which is the offset of the next one.
    @usableFromInline package internal(set) var position: Int
    /// The offset after the last bit that may be taken.
    @usableFromInline package internal(set) var end: Int

    @inlinable
    package init(_ octets: [UInt8]) {
        self.octets = octets
        self.position = 0
        self.end = octets.count * 8
    }

    /// The bits that may still be taken.
    @inlinable
    package var remaining: Int { self.end - self.position }

    /// Moves the end to `bit`, never beyond the data.
    @inlinable
    package mutating func limit(toBit bit: Int) {
        self.end = min(max(bit, self.position), self.octets.count * 8)
    }

    /// Takes `count` bits, 0...64, as an unsigned number.
    @inlinable
    @inline(__always)
    package mutating func bits(_ count: Int) throws(UPERError) -> UInt64 {
        guard count <= self.end - self.position else { throw self.endOfData(count) }
        // A window of eight octets holds 57 bits from any start.
        guard count <= 57 else {
            let high = self.window(32)
            return high << UInt64(count - 32) | self.window(count - 32)
        }
        return self.window(count)
    }

    /// Takes one bit as a BOOLEAN (X.691 12).
    @inlinable
    @inline(__always)
    package mutating func boolean() throws(UPERError) -> Bool {
        guard self.position < self.end else { throw self.endOfData(1) }
        let octet = self.octets[self.position >> 3]
        let bit = octet >> UInt8(7 - self.position & 7) & 1
        self.position += 1
        return bit != 0
    }

    /// Passes over `count` bits without looking at them.
    @inlinable
    package mutating func skip(_ count: Int) throws(UPERError) {
        guard count <= self.remaining else { throw self.endOfData(count) }
        self.position += count
    }

    /// Whether any bit from here up to `bit` is set; nothing is taken.
    package func hasSetBit(before bit: Int) -> Bool {
        var copy = self
        while copy.position < min(bit, copy.end) {
            if copy.window(min(57, min(bit, copy.end) - copy.position)) != 0 { return true }
        }
        return false
    }

    @inline(never)
    @usableFromInline
    func endOfData(_ needed: Int) -> UPERError {
        UPERError(
            bitOffset: self.position,
            reason: .endOfData(neededBits: needed, availableBits: self.remaining)
        )
    }

    /// Takes `count` bits, 0...57, which the caller knows to be there.
    @inlinable
    @inline(__always)
    mutating func window(_ count: Int) -> UInt64 {
        let last = self.position + count
        var value: UInt64 = 0
        for index in self.position >> 3..<(last + 7) >> 3 {
            value = value &<< 8 | UInt64(self.octets[index])
        }
        let below = -last & 7
        self.position = last
        return value &>> UInt64(below) & (1 &<< UInt64(count) &- 1)
    }
}
