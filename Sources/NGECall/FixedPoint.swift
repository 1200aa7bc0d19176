/// Decimal text to and from whole numbers of a decimal fraction, by integer arithmetic alone.
enum FixedPoint {
    /// Digits read at most, so that no text of a peer can make the arithmetic overflow.
    private static let maximumDigits = 18

    /// The number in units of 10^-`decimals`, rounded half away from zero.
    ///
    /// Reads a sign, digits, a point and digits, no exponent; `nil` for anything else and for numbers too large.
    static func parse(_ text: String, decimals: Int) -> Int64? {
        var octets = Array(text.utf8)[...]
        let isNegative = octets.first == UInt8(ascii: "-")
        if isNegative || octets.first == UInt8(ascii: "+") { octets = octets.dropFirst() }
        let pieces = octets.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let whole = pieces.first ?? []
        let fraction = pieces.count > 1 ? pieces[1] : []
        let areDigits = (whole + fraction).allSatisfy { (0x30...0x39).contains($0) }
        guard areDigits, !whole.isEmpty || !fraction.isEmpty else { return nil }

        let significant = whole.drop { $0 == 0x30 }
        guard significant.count + decimals <= Self.maximumDigits else { return nil }
        var number: Int64 = 0
        for digit in significant { number = number * 10 + Int64(digit - 0x30) }
        for place in 0..<decimals {
            let digit = place < fraction.count ? fraction[fraction.startIndex + place] - 0x30 : 0
            number = number * 10 + Int64(digit)
        }
        if fraction.count > decimals, fraction[fraction.startIndex + decimals] >= 0x35 { number += 1 }
        return isNegative ? -number : number
    }

    /// The decimal text of `number` units of 10^-`decimals`, all decimals written.
    static func text(_ number: Int64, decimals: Int) -> String {
        let digits = String(number.magnitude)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.utf8.count)) + digits
        let sign = number < 0 ? "-" : ""
        return decimals == 0 ? sign + padded : sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }

    /// The same without trailing zeros, and without the point when nothing follows it.
    static func shortText(_ number: Int64, decimals: Int) -> String {
        var text = Self.text(number, decimals: decimals)
        guard decimals > 0 else { return text }
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// `number` × `factor` / `divisor`, rounded half away from zero; the product must fit.
    static func scaled(_ number: Int64, by factor: Int64, over divisor: Int64) -> Int64 {
        let product = number * factor
        let half = product < 0 ? -(divisor / 2) : divisor / 2
        return (product + half) / divisor
    }
}
