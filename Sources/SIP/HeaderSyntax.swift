/// The character rules that header values share.
package enum HeaderSyntax {
    /// Whether two tokens are equal when ASCII letters compare without case.
    package static func equalsIgnoringCase(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
        left.utf8.count == right.utf8.count
            && zip(left.utf8, right.utf8).allSatisfy { Self.lowercased($0) == Self.lowercased($1) }
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
        var current: [UInt8] = []
        var quoted = false
        var escaped = false
        var depth = 0
        for octet in value.utf8 {
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
                case separator where depth == 0:
                    elements.append(Self.trimmed(current))
                    current = []
                    continue
                default: break
                }
            }
            current.append(octet)
        }
        elements.append(Self.trimmed(current))
        return elements
    }

    private static func trimmed(_ octets: [UInt8]) -> String {
        let start = octets.firstIndex { !Self.isBlank($0) } ?? octets.endIndex
        let end = octets.lastIndex { !Self.isBlank($0) }.map { $0 + 1 } ?? start
        return String(decoding: octets[start..<end], as: UTF8.self)
    }
}
