extension BitWriter {
    /// Appends a whole number constrained to `range`, inside which it must lie (X.691 11.5).
    package mutating func append(_ value: Int, in range: ClosedRange<Int>) {
        precondition(range.contains(value), "a number must lie in the range that its field is written for")
        let span = UInt64(bitPattern: Int64(range.upperBound &- range.lowerBound))
        self.append(
            UInt64(bitPattern: Int64(value &- range.lowerBound)),
            bits: 64 - span.leadingZeroBitCount
        )
    }

    /// Appends the value of an extensible enumeration that has `rootCount` values before its marker (X.691 14.3).
    package mutating func append(_ index: EnumerationIndex, rootCount: Int) {
        switch index {
        case .root(let value):
            self.append(false)
            self.append(value, in: 0...rootCount - 1)
        case .addition(let value):
            self.append(true)
            self.appendNormallySmall(value)
        }
    }

    /// Appends a normally small non-negative number up to `BitReader.maximumNormallySmallNumber` (X.691 11.6).
    package mutating func appendNormallySmall(_ value: Int) {
        precondition(
            (0...BitReader.maximumNormallySmallNumber).contains(value),
            "a normally small number must be one that the reader keeps"
        )
        self.append(value >= 64)
        if value < 64 {
            self.append(UInt64(value), bits: 6)
        } else {
            let octets = value > 255 ? 2 : 1
            self.appendLength(octets)
            self.append(UInt64(value), bits: octets * 8)
        }
    }

    /// Appends an unconstrained length, 0...16,383 (X.691 11.9.3.6 and 11.9.3.7).
    package mutating func appendLength(_ length: Int) {
        precondition(
            (0...BitReader.maximumLength).contains(length),
            "a length must fit two octets; longer strings are refused before they are written"
        )
        if length < 128 {
            self.append(UInt64(length), bits: 8)
        } else {
            self.append(0x8000 | UInt64(length), bits: 16)
        }
    }

    /// Appends an OCTET STRING with its length (X.691 17.8).
    package mutating func append(octetString: [UInt8]) {
        self.appendLength(octetString.count)
        for octet in octetString {
            self.append(UInt64(octet), bits: 8)
        }
    }

    /// Appends a RELATIVE-OID: a length in octets, then arcs in groups of seven bits (X.691 25, X.690 8.20).
    package mutating func append(relativeObjectIdentifier arcs: [UInt32]) {
        precondition(!arcs.isEmpty, "an object identifier must have an arc")
        var octets: [UInt8] = []
        for arc in arcs {
            let groups = max(1, (32 - arc.leadingZeroBitCount + 6) / 7)
            for group in (0..<groups).reversed() {
                let more: UInt8 = group > 0 ? 0x80 : 0
                octets.append(more | UInt8(truncatingIfNeeded: arc >> UInt32(7 * group)) & 0x7F)
            }
        }
        self.append(octetString: octets)
    }
}
