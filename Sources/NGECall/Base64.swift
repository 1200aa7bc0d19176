/// The base64 transfer encoding of RFC 2045 section 6.8, decoding only: we send binary.
enum Base64 {
    /// The octets behind `text`; line breaks and blanks are skipped, anything else foreign gives `nil`.
    static func decode(_ text: [UInt8]) -> [UInt8]? {
        var octets: [UInt8] = []
        var group: UInt32 = 0
        var sextets = 0
        var padding = 0
        for character in text where !Self.isBlank(character) {
            if character == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            guard padding == 0, let sextet = Self.sextet(of: character) else { return nil }
            group = group << 6 | UInt32(sextet)
            sextets += 1
            guard sextets == 4 else { continue }
            octets.append(UInt8(truncatingIfNeeded: group >> 16))
            octets.append(UInt8(truncatingIfNeeded: group >> 8))
            octets.append(UInt8(truncatingIfNeeded: group))
            (group, sextets) = (0, 0)
        }
        switch (sextets, padding) {
        case (0, 0):
            break
        case (2, 2):
            octets.append(UInt8(truncatingIfNeeded: group >> 4))
        case (3, 1):
            octets.append(UInt8(truncatingIfNeeded: group >> 10))
            octets.append(UInt8(truncatingIfNeeded: group >> 2))
        default:
            return nil
        }
        return octets
    }

    private static func isBlank(_ character: UInt8) -> Bool {
        character == 0x20 || character == 0x09 || character == 0x0D || character == 0x0A
    }

    private static func sextet(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
