/// Why an encoding could not be read, and where.
package struct UPERError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was found instead of what the rules ask for.
    package enum Reason: Hashable, Sendable {
        /// The value needs more bits than are left.
        case endOfData(neededBits: Int, availableBits: Int)
        /// A constrained whole number outside its range.
        case outOfRange(found: Int, allowed: ClosedRange<Int>)
        /// A length in 16 Ki fragments (X.691 11.9.3.8), which no message here can need.
        case fragmentedLength
        /// A length or number in a longer form than X.691 11.6 and 11.9.3 prescribe.
        case notShortestForm(found: Int)
        /// A number above what this reader keeps.
        case tooLarge(maximum: Int)
        /// An object identifier that has no arc, or whose last arc is not finished (X.690 8.20).
        case incompleteObjectIdentifier
    }

    /// Bits from the start of the data to the start of what could not be read.
    package let bitOffset: Int
    package let reason: Reason

    package init(bitOffset: Int, reason: Reason) {
        self.bitOffset = bitOffset
        self.reason = reason
    }

    package var description: String { "bit \(self.bitOffset): \(self.reason)" }
}

extension UPERError.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .endOfData(let needed, let available):
            "needs \(needed) bits, \(available) are left"
        case .outOfRange(let found, let allowed):
            "found \(found), expected \(allowed.lowerBound)...\(allowed.upperBound)"
        case .fragmentedLength:
            "found a fragmented length, expected at most \(BitReader.maximumLength)"
        case .notShortestForm(let found):
            "found \(found) in a longer form than prescribed"
        case .tooLarge(let maximum):
            "found a number above the supported \(maximum)"
        case .incompleteObjectIdentifier:
            "found an incomplete object identifier"
        }
    }
}
