/// An IP address as number, so that two spellings of one address compare equal; never a name.
///
/// An IPv4 address mapped into IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
package struct NumericAddress: Hashable, Sendable {
    /// Four octets, or sixteen.
    package let octets: [UInt8]

    /// Reads dotted decimal or IPv6 text, the latter with or without brackets and zone.
    package init?(_ text: String) {
        var text = text[...]
        if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
        if text.contains(":") {
            if let zone = text.firstIndex(of: "%") { text = text[..<zone] }
            guard let octets = Self.octets6(text) else { return nil }
            let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
            self.octets = octets.starts(with: mapped) ? Array(octets.suffix(4)) : octets
        } else {
            guard let octets = Self.octets4(text) else { return nil }
            self.octets = octets
        }
    }

    /// What one host may have to itself: an address of IPv4, or the network of 64 bits of an address of IPv6.
    package var network: [UInt8] { self.octets.count == 4 ? self.octets : Array(self.octets.prefix(8)) }

    /// Whether the address is this machine's own: 127.0.0.0/8 or ::1 (RFC 6890).
    package var isLoopback: Bool {
        self.octets.count == 4 ? self.octets[0] == 127 : self.octets == Array(repeating: 0, count: 15) + [1]
    }

    /// Four decimal numbers without leading zeros, which some readers take for octal.
    private static func octets4(_ text: Substring) -> [UInt8]? {
        let pieces = text.split(separator: ".", omittingEmptySubsequences: false)
        let octets = pieces.compactMap { piece -> UInt8? in
            guard piece.utf8.allSatisfy({ (0x30...0x39).contains($0) }), piece == "0" || !piece.hasPrefix("0") else {
                return nil
            }
            return UInt8(piece)
        }
        return pieces.count == 4 && octets.count == 4 ? octets : nil
    }

    private static func octets6(_ text: Substring) -> [UInt8]? {
        guard let gap = Self.gap(in: text) else { return nil }
        switch gap {
        case .none:
            let octets = Self.groups(text)
            return octets?.count == 16 ? octets : nil
        case .some(let range):
            guard let head = Self.groups(text[..<range.lowerBound]), let tail = Self.groups(text[range.upperBound...]),
                head.count + tail.count <= 14
            else { return nil }
            return head + Array(repeating: 0, count: 16 - head.count - tail.count) + tail
        }
    }

    /// Where `::` stands; `nil` inside when nowhere, `nil` outside when twice.
    private static func gap(in text: Substring) -> Range<Substring.Index>?? {
        var found: Range<Substring.Index>?
        var index = text.startIndex
        while index < text.endIndex {
            let next = text.index(after: index)
            if text[index] == ":", next < text.endIndex, text[next] == ":" {
                guard found == nil else { return nil }
                found = index..<text.index(after: next)
                index = text.index(after: next)
            } else {
                index = next
            }
        }
        return .some(found)
    }

    /// The octets of colon-separated groups, the last of which may be dotted decimal.
    private static func groups(_ text: Substring) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        let pieces = text.split(separator: ":", omittingEmptySubsequences: false)
        var octets: [UInt8] = []
        for (index, piece) in pieces.enumerated() {
            if index == pieces.count - 1, piece.contains(".") {
                guard let last = Self.octets4(piece) else { return nil }
                octets += last
            } else {
                guard (1...4).contains(piece.utf8.count), let group = UInt16(piece, radix: 16),
                    !piece.hasPrefix("+"), !piece.hasPrefix("-")
                else { return nil }
                octets += [UInt8(group >> 8), UInt8(group & 0xFF)]
            }
        }
        return octets
    }
}
