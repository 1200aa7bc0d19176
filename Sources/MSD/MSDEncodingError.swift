/// Why a value cannot be sent as the MSD or the additional data it claims to be.
package struct MSDEncodingError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        case outOfRange(found: Int, allowed: ClosedRange<Int>)
        /// The version demands the field.
        case missing(in: MSD.Version)
        /// The schema of the version has no such value.
        case notIn(MSD.Version)
        /// The octets would be more than the schema or `MSD.maximumOctets` allows.
        case tooLong(octets: Int, maximum: Int)
        /// An object identifier needs an arc.
        case noArc
    }

    package let field: MSD.Field
    package let reason: Reason

    package init(_ field: MSD.Field, _ reason: Reason) {
        self.field = field
        self.reason = reason
    }

    package var description: String { "\(self.field.rawValue): \(self.reason)" }
}

extension MSDEncodingError.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .outOfRange(let found, let allowed):
            "found \(found), expected \(allowed.lowerBound)...\(allowed.upperBound)"
        case .missing(let version):
            "is missing, version \(version.rawValue) demands it"
        case .notIn(let version):
            "has a value that version \(version.rawValue) does not know"
        case .tooLong(let octets, let maximum):
            "takes \(octets) octets, at most \(maximum) are allowed"
        case .noArc:
            "has no arc, expected at least one"
        }
    }
}
