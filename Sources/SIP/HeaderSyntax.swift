/// The character rules that header values share.
package enum HeaderSyntax {
    /// Whether two tokens are equal when ASCII letters compare without case.
    package static func equalsIgnoringCase(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
        Self.equalsIgnoringCase(String(left), String(right))
    }

    /// The same for whole strings: each look for a header field compares names with many others.
    package static func equalsIgnoringCase(_ left: String, _ right: String) -> Bool {
        let one = left.utf8Span.span
        let other = right.utf8Span.span
        guard one.count == other.count else { return false }
        for index in one.indices where one[index] != other[index] {
            guard Self.lowercased(one[index]) == Self.lowercased(other[index]) else { return false }
        }
        return true
    }

    /// An ASCII letter in lower case, any other octet as it is.
    package static func lowercased(_ octet: UInt8) -> UInt8 {
        (0x41...0x5A).contains(octet) ? octet | 0x20 : octet
    }

    /// The comma-separated elements of a value, blanks trimmed; commas inside quotes or angle brackets do not split.
    package static func split(atCommas value: String) -> [String] {
        Self.split(value, at: 0x2C)
    }

    /// The elements of a value between `separator` octets, blanks trimmed; quotes and angle brackets protect it.
    package static func split(_ value: String, at separator: UInt8) -> [String] {
        var elements: [String] = []
        var start = value.startIndex
        for offset in Self.places(of: separator, in: value) {
            let end = value.utf8.index(value.startIndex, offsetBy: offset)
            elements.append(Self.trimmed(value[start..<end]))
            start = value.utf8.index(after: end)
        }
        elements.append(Self.trimmed(value[start...]))
        return elements
    }

    /// Where the octet stands unprotected, counted in octets.
    private static func places(of separator: UInt8, in value: String) -> [Int] {
        var places: [Int] = []
        var (quoted, escaped, depth) = (false, false, 0)
        let octets = value.utf8Span.span
        for offset in octets.indices {
            let octet = octets[offset]
            if escaped {
                escaped = false
            } else if quoted {
                if octet == 0x5C { escaped = true }
                if octet == 0x22 { quoted = false }
            } else {
                switch octet {
                case 0x22: quoted = true
                case 0x3C: depth += 1
                case 0x3E: depth = max(0, depth - 1)
                case separator where depth == 0: places.append(offset)
                default: break
                }
            }
        }
        return places
    }
}
