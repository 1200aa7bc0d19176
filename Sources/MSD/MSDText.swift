/// Reads an MSD as people and tools hand it over: hexadecimal, base64 or raw octets.
package enum MSDText {
    /// The input that is looked at: 140 octets as hexadecimal with a blank or line end around each digit, and room.
    package static let maximumInput = 4096

    /// Why an input is no octets.
    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        case empty
        case tooLong(found: Int)
        /// Neither a hexadecimal nor a base64 digit; the position counts octets from 1.
        case wrongCharacter(code: UInt8, position: Int)
        /// All digits are hexadecimal, but the last one has no partner.
        case oddDigitCount(found: Int)
        /// Base64 of a length or padding that no octets have.
        case incompleteBase64(digits: Int)

        package var description: String {
            switch self {
            case .empty:
                "found nothing, expected hexadecimal, base64 or raw octets"
            case .tooLong(let found):
                "found \(found) octets, expected at most \(MSDText.maximumInput)"
            case .wrongCharacter(let code, let position):
                "found code \(code) at position \(position), expected hexadecimal or base64 digits"
            case .oddDigitCount(let found):
                "found \(found) hexadecimal digits, expected an even number"
            case .incompleteBase64(let digits):
                "found \(digits) base64 digits, which is no whole number of octets"
            }
        }
    }

    /// The octets that `input` stands for.
    ///
    /// Every MSD begins with its version, an octet that no text has, so what begins with 1, 2 or 3 is raw. Text of
    /// hexadecimal digits alone is hexadecimal, other text base64; blanks and line ends count nowhere.
    package static func octets(from input: [UInt8]) throws(Failure) -> [UInt8] {
        guard let first = input.first else { throw .empty }
        guard input.count <= Self.maximumInput else { throw .tooLong(found: input.count) }
        if MSD.Version(rawValue: first) != nil { return input }
        var digits: [UInt8] = []
        var isHexadecimal = true
        for (position, octet) in input.enumerated() where !Self.isBlank(octet) {
            if Self.hexadecimalValue(octet) == nil {
                isHexadecimal = false
                guard Self.base64Value(octet) != nil || octet == Self.padding else {
                    throw .wrongCharacter(code: octet, position: position + 1)
                }
            }
            digits.append(octet)
        }
        if digits.isEmpty { throw .empty }
        return isHexadecimal ? try Self.hexadecimal(digits) : try Self.base64(digits)
    }

    /// The octets as upper-case hexadecimal digits without blanks.
    package static func hex(_ octets: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let text = octets.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0x0F)]] }
        return String(decoding: text, as: UTF8.self)
    }

    private static let padding = UInt8(ascii: "=")

    private static func isBlank(_ octet: UInt8) -> Bool {
        octet == 0x20 || (0x09...0x0D).contains(octet)
    }

    private static func hexadecimalValue(_ octet: UInt8) -> UInt8? {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    private static func base64Value(_ octet: UInt8) -> UInt8? {
        switch octet {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): octet - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): octet - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    /// The octets of hexadecimal digits without blanks.
    static func hexadecimal(_ text: String) throws(Failure) -> [UInt8] {
        let digits = Array(text.utf8)
        if let wrong = digits.firstIndex(where: { Self.hexadecimalValue($0) == nil }) {
            throw .wrongCharacter(code: digits[wrong], position: wrong + 1)
        }
        return try Self.hexadecimal(digits)
    }

    private static func hexadecimal(_ digits: [UInt8]) throws(Failure) -> [UInt8] {
        guard digits.count.isMultiple(of: 2) else { throw .oddDigitCount(found: digits.count) }
        let values = digits.compactMap(Self.hexadecimalValue)
        return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    /// Base64 of RFC 4648 section 4; padding may be left out, and stands nowhere but at the end.
    private static func base64(_ digits: [UInt8]) throws(Failure) -> [UInt8] {
        let end = digits.firstIndex(of: Self.padding) ?? digits.endIndex
        let values = digits[..<end].compactMap(Self.base64Value)
        let paddingIsRight =
            end == digits.endIndex
            || (digits[end...].allSatisfy { $0 == Self.padding } && digits.count.isMultiple(of: 4)
                && digits.endIndex - end <= 2)
        guard paddingIsRight, values.count % 4 != 1 else { throw .incompleteBase64(digits: digits.count) }
        var octets: [UInt8] = []
        var pending: UInt32 = 0
        var pendingCount = 0
        for value in values {
            pending = pending << 6 | UInt32(value)
            pendingCount += 6
            if pendingCount >= 8 {
                pendingCount -= 8
                octets.append(UInt8(truncatingIfNeeded: pending >> UInt32(pendingCount)))
            }
        }
        return octets
    }
}
