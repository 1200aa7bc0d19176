/// Appends bits to octets, the most significant bit of the first octet first.
///
/// A value that does not fit its constraint is our own error and traps; callers check what comes from outside.
package struct BitWriter: Sendable {
    /// The whole octets so far.
    private var octets: [UInt8] = []
    /// Bits that do not fill an octet yet, in the low `pendingCount` bits; what is above them is stale.
    private var pending: UInt64 = 0
    private var pendingCount = 0

    /// A writer with room for `capacity` octets.
    package init(capacity: Int = 0) {
        self.octets.reserveCapacity(capacity)
    }

    /// The bits written so far.
    package var bitCount: Int { self.octets.count * 8 + self.pendingCount }

    /// Appends the low `count` bits of `value`, 0...64.
    package mutating func append(_ value: UInt64, bits count: Int) {
        // Seven bits may be pending, so 57 always fit the register.
        guard count <= 57 else {
            self.append(value >> 32, bits: count - 32)
            self.append(value, bits: 32)
            return
        }
        self.pending = self.pending &<< UInt64(count) | value & (1 &<< UInt64(count) &- 1)
        self.pendingCount += count
        while self.pendingCount >= 8 {
            self.pendingCount -= 8
            self.octets.append(UInt8(truncatingIfNeeded: self.pending &>> UInt64(self.pendingCount)))
        }
    }

    /// Appends a BOOLEAN (X.691 12).
    package mutating func append(_ value: Bool) {
        self.append(value ? 1 : 0, bits: 1)
    }

    /// The octets, the last one filled with zero bits (X.691 11.1).
    package consuming func finish() -> [UInt8] {
        if self.pendingCount > 0 {
            self.append(0, bits: 8 - self.pendingCount)
        }
        return self.octets
    }
}
