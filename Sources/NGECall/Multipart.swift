internal import SIP

/// A multipart body (RFC 2046 section 5.1, as RFC 5621 uses it in SIP), its content taken as octets throughout.
///
/// Preamble and epilogue are skipped when reading and never written.
package struct Multipart: Hashable, Sendable {
    /// More parts than any emergency call carries (RFC 8147 needs four); a limit against bodies made of delimiters.
    package static let maximumParts = 32

    /// Multiparts inside each other; signing and encrypting one (RFC 8147 section 6) needs two levels.
    package static let maximumNesting = 4

    /// The header fields of one part together; ours take under 200 octets.
    package static let maximumHeaderOctets = 4096

    /// The header fields of one part; MIME defines six that describe content.
    package static let maximumHeaderCount = 32

    /// The longest boundary (RFC 2046 section 5.1.1).
    package static let maximumBoundaryOctets = 70

    /// What follows `multipart/` in the type, in lower case.
    package let subtype: String
    package let boundary: String
    package let parts: [BodyPart]

    /// A `multipart/mixed` of our own.
    ///
    /// The boundary is `token` when no part contains it, else `token` with a number that makes it so.
    package init(_ parts: [BodyPart], boundary token: String) {
        self.subtype = "mixed"
        self.boundary = Self.boundary(from: token, avoiding: parts)
        self.parts = parts
    }

    /// The value of the Content-Type field that announces this body.
    package var contentType: String {
        let isPlain = self.boundary.utf8.allSatisfy(HeaderSyntax.isTokenOctet)
        return "multipart/\(self.subtype);boundary=" + (isPlain ? self.boundary : "\"\(self.boundary)\"")
    }

    package func serialized() -> [UInt8] {
        var body: [UInt8] = []
        for part in self.parts {
            body += "--\(self.boundary)\r\n".utf8
            for field in part.headers.fields {
                body += "\(field.name): \(field.value)\r\n".utf8
            }
            body += [0x0D, 0x0A]
            body += part.body
            body += [0x0D, 0x0A]
        }
        body += "--\(self.boundary)--\r\n".utf8
        return body
    }

    /// A boundary drawn from `random` that occurs in no part.
    package static func boundary(avoiding parts: [BodyPart], random: inout some RandomNumberGenerator) -> String {
        let digits = String(random.next(), radix: 16)
        return Self.boundary(from: "ecall-" + digits, avoiding: parts)
    }

    /// `token` when it occurs in no part, else `token` with the lowest number that makes it occur in none.
    package static func boundary(from token: String, avoiding parts: [BodyPart]) -> String {
        // Ten octets stay free for the number.
        precondition(
            Self.isLegalBoundary(Array(token.utf8)) && token.utf8.count <= Self.maximumBoundaryOctets - 10,
            "a boundary token has 1 to 60 legal characters"
        )
        guard Self.occurs(token, in: parts) else { return token }
        // Every number gives another boundary and the parts are finite, so one of them is free.
        var number = 1
        while Self.occurs("\(token)-\(number)", in: parts) { number += 1 }
        return "\(token)-\(number)"
    }

    private static func occurs(_ boundary: String, in parts: [BodyPart]) -> Bool {
        let pattern = Array(boundary.utf8)
        return parts.contains { part in
            let inHeaders = part.headers.fields.contains { Self.occurs(pattern, in: Array($0.value.utf8)) }
            return inHeaders || Self.occurs(pattern, in: part.body)
        }
    }

    private static func occurs(_ pattern: [UInt8], in octets: [UInt8]) -> Bool {
        guard octets.count >= pattern.count else { return false }
        return (0...(octets.count - pattern.count)).contains { octets[$0...].starts(with: pattern) }
    }

    /// Whether a boundary keeps to RFC 2046 5.1.1: 1 to 70 `bchars`, the last of them no blank.
    static func isLegalBoundary(_ boundary: [UInt8]) -> Bool {
        let punctuation = Set("'()+_,-./:=? ".utf8)
        return (1...Self.maximumBoundaryOctets).contains(boundary.count)
            && boundary.last != 0x20
            && boundary.allSatisfy { Self.isAlphanumeric($0) || punctuation.contains($0) }
    }

    static func isAlphanumeric(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (0x61...0x7A).contains(HeaderSyntax.lowercased(octet))
    }
}
