/// Durations as they stand in a configuration: a decimal number and `ms`, `s`, `min` or `h`.
package enum DurationText {
    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("h", 3_600_000_000_000), ("min", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
    ]
    /// Digits before the point; with them no unit leaves the range of the calculation.
    private static let maximumDigits = 12
    /// Digits after the point: nanoseconds of a second.
    private static let maximumDecimals = 9

    /// The duration a text names, `nil` when it is none or no whole number of nanoseconds.
    package static func parse(_ text: String) -> Duration? {
        let isNumeric = { (octet: UInt8) in (0x30...0x39).contains(octet) || octet == 0x2E }
        let number = text.utf8.prefix(while: isNumeric)
        let unitName = String(decoding: text.utf8.dropFirst(number.count).drop { $0 == 0x20 }, as: UTF8.self)
        guard let unit = self.units.first(where: { $0.name == unitName }) else { return nil }
        let parts = number.split(separator: 0x2E, maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, (1...self.maximumDigits).contains(whole.count) else { return nil }
        let decimals = parts.count == 2 ? parts[1] : whole.dropFirst(whole.count)
        guard parts.count == 1 || (1...self.maximumDecimals).contains(decimals.count), !decimals.contains(0x2E) else {
            return nil
        }
        let digits = (Array(whole) + Array(decimals)).reduce(Int128(0)) { $0 * 10 + Int128($1 - 0x30) }
        let divisor = decimals.reduce(Int128(1)) { product, _ in product * 10 }
        let (nanoseconds, rest) = (digits * Int128(unit.nanoseconds)).quotientAndRemainder(dividingBy: divisor)
        guard rest == 0 else { return nil }
        return Int64(exactly: nanoseconds).map { .nanoseconds($0) }
    }

    /// The duration in the largest unit that it is a whole number of; seconds and milliseconds take decimals.
    package static func format(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000)
        for unit in self.units.dropLast() where nanoseconds != 0 && nanoseconds % Int128(unit.nanoseconds) == 0 {
            return "\(nanoseconds / Int128(unit.nanoseconds)) \(unit.name)"
        }
        let (unit, scale): (String, Int128) =
            nanoseconds == 0 || nanoseconds.magnitude >= 1_000_000_000 ? ("s", 1_000_000_000) : ("ms", 1_000_000)
        let sign = nanoseconds < 0 ? "-" : ""
        let (whole, rest) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: UInt128(scale))
        var decimals = rest == 0 ? "" : String(String(rest + UInt128(scale)).dropFirst())
        while decimals.hasSuffix("0") {
            decimals.removeLast()
        }
        return "\(sign)\(whole)\(decimals.isEmpty ? "" : "." + decimals) \(unit)"
    }
}
