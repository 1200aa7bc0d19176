extension HeaderSyntax {
    /// Whether an octet may stand in a token (RFC 3261 25.1).
    package static func isTokenOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x2D, 0x2E, 0x21, 0x25, 0x2A, 0x5F, 0x2B, 0x60, 0x27, 0x7E: true
        default: false
        }
    }

    package static func isToken(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(Self.isTokenOctet)
    }

    static func isBlank(_ octet: UInt8) -> Bool {
        octet == 0x20 || octet == 0x09
    }

    static func isDigit(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet)
    }

    static func isLetter(_ octet: UInt8) -> Bool {
        (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
    }

    /// The text without blanks at both ends.
    package static func trimmed(_ text: some StringProtocol) -> String {
        let whole = Substring(text)
        let octets = whole.utf8
        guard let start = octets.firstIndex(where: { !Self.isBlank($0) }),
            let last = octets.lastIndex(where: { !Self.isBlank($0) })
        else { return "" }
        return String(whole[start...last])
    }

    /// A number of decimal digits only, leading zeros allowed; `nil` for anything else or beyond `maximum`.
    package static func number(_ text: some StringProtocol, upTo maximum: UInt64) -> UInt64? {
        guard !text.isEmpty else { return nil }
        var value: UInt64 = 0
        for octet in text.utf8 {
            guard Self.isDigit(octet) else { return nil }
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, alsoTooLarge) = product.addingReportingOverflow(UInt64(octet - 0x30))
            guard !tooLarge, !alsoTooLarge, sum <= maximum else { return nil }
            value = sum
        }
        return value
    }

    /// Whether a text may be the name of a parameter: a token, or in a URI also `[]/:&$()`.
    static func isParameterName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { octet in
                switch octet {
                case 0x5B, 0x5D, 0x2F, 0x3A, 0x26, 0x24, 0x28, 0x29: true
                default: Self.isTokenOctet(octet)
                }
            }
    }

    /// Whether a text may be the value of a parameter: one whole quoted string, or visible octets without quotes, angle
    /// brackets and commas, which would protect what stands behind the value.
    static func isParameterValue(_ text: some StringProtocol) -> Bool {
        let octets = text.utf8
        guard octets.first == 0x22 else {
            return !octets.isEmpty
                && octets.allSatisfy { octet in
                    switch octet {
                    case ...0x20, 0x7F, 0x22, 0x2C, 0x3C, 0x3E: false
                    default: true
                    }
                }
        }
        guard let end = Self.endOfQuotedString(octets) else { return false }
        return end == octets.endIndex
    }

    /// The index behind the quote that closes the one at the start; `nil` when it is never closed.
    static func endOfQuotedString<Octets: Collection<UInt8>>(_ octets: Octets) -> Octets.Index? {
        var index = octets.index(after: octets.startIndex)
        while index != octets.endIndex {
            let octet = octets[index]
            octets.formIndex(after: &index)
            if octet == 0x22 { return index }
            if octet == 0x5C {
                guard index != octets.endIndex else { return nil }
                octets.formIndex(after: &index)
            }
        }
        return nil
    }
}
