/// Appends bits to octets, the most significant bit of the first octet first.
///
/// A value that does not fit its constraint is our own error and traps; callers check what comes from outside. It has
/// one owner, so that its octets are never copied behind its back.
package struct BitWriter: ~Copyable, Sendable {
    /// The whole words of eight octets so far.
    private var octets: [UInt8] = []
    /// Bits that do not fill a word yet, in the low `pendingCount` bits; what is above them is stale.
    @usableFromInline var pending: UInt64 = 0
    /// 0...63.
    @usableFromInline var pendingCount = 0

    /// A writer with room for `capacity` octets.
    package init(capacity: Int = 0) {
        self.octets.reserveCapacity(capacity)
    }

    /// The bits written so far.
    package var bitCount: Int { self.octets.count * 8 + self.pendingCount }

    /// Appends the low `count` bits of `value`, 0...64.
    @inlinable
    @inline(__always)
    package mutating func append(_ value: UInt64, bits count: Int) {
        let bits = count < 64 ? value & (1 &<< UInt64(count) &- 1) : value
        let free = 64 - self.pendingCount
        if count < free {
            self.pending = self.pending &<< UInt64(count) | bits
            self.pendingCount += count
        } else {
            self.completeWord(bits, count: count, free: free)
        }
    }

    /// Appends a BOOLEAN (X.691 12).
    @inlinable
    @inline(__always)
    package mutating func append(_ value: Bool) {
        self.append(value ? 1 : 0, bits: 1)
    }

    /// The octets, the last one filled with zero bits (X.691 11.1).
    package consuming func finish() -> [UInt8] {
        let count = (self.pendingCount + 7) / 8
        // A shift by 64, when nothing is pending, leaves no bit.
        self.appendOctets(of: self.pending << UInt64(64 - self.pendingCount), count)
        return self.octets
    }

    /// Fills the pending word with the first of `count` bits and keeps the others.
    @inline(never)
    @usableFromInline
    mutating func completeWord(_ bits: UInt64, count: Int, free: Int) {
        let over = count - free
        self.appendOctets(of: self.pending << UInt64(free) | bits >> UInt64(over), 8)
        self.pending = bits
        self.pendingCount = over
    }

    /// Appends the first `count` octets of a word.
    private mutating func appendOctets(of word: UInt64, _ count: Int) {
        self.octets.append(addingCapacity: count) { span in
            for place in 0..<count {
                span.append(UInt8(truncatingIfNeeded: word &>> UInt64(56 - 8 * place)))
            }
        }
    }
}
