package import UPER

/// Why octets are no whole MSD or no whole additional data, in which field, and where.
package struct MSDDecodingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was found instead of what the schema asks for.
    package enum Reason: Hashable, Sendable {
        /// The bits cannot be read as the field's type.
        case encoding(UPERError.Reason)
        /// The first octet names a version that nobody here knows.
        case unknownVersion(found: UInt8)
        /// A VIN character, counted from 1, has a number without a character.
        case wrongCharacter(found: Int, position: Int)
        /// The message ends before the length it announces, counted in octets.
        case shorterThanAnnounced(announced: Int, present: Int)
    }

    package let field: MSD.Field
    /// Bits from the start of the octets to the start of what could not be read.
    package let bitOffset: Int
    package let reason: Reason

    package init(field: MSD.Field, bitOffset: Int, reason: Reason) {
        self.field = field
        self.bitOffset = bitOffset
        self.reason = reason
    }

    init(_ field: MSD.Field, _ error: UPERError) {
        self.init(field: field, bitOffset: error.bitOffset, reason: .encoding(error.reason))
    }

    package var description: String { "\(self.field.rawValue) at bit \(self.bitOffset): \(self.reason)" }
}

extension MSDDecodingError.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .encoding(let reason):
            reason.description
        case .unknownVersion(let found):
            "found version \(found), expected 1, 2 or 3"
        case .wrongCharacter(let found, let position):
            "found number \(found) as character \(position), expected 0...32"
        case .shorterThanAnnounced(let announced, let present):
            "announces \(announced) octets, \(present) are present"
        }
    }
}
