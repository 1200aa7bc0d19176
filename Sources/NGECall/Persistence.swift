/// How long something that a center asked for lasts: the attribute `persistence`, an `xs:duration`.
package enum Persistence: Hashable, Sendable {
    /// Without the attribute, and with a time longer than `maximum`: until the call ends.
    case restOfCall
    case lasting(Duration)

    /// The longest time that is counted; no call lasts longer, so a longer one is the rest of it.
    package static let maximum = Duration.seconds(86_400)

    /// Reads an `xs:duration`, to the millisecond; `nil` for what is none and for a negative one.
    ///
    /// Years and months are of no fixed length, and longer than any call.
    package init?(_ text: String) {
        var octets = Array(text.utf8)[...]
        guard octets.popFirst() == UInt8(ascii: "P"), !octets.isEmpty else { return nil }
        var milliseconds: Int64 = 0
        var isLonger = false
        var isTime = false
        var units = Self.dateUnits[...]
        while !octets.isEmpty {
            if !isTime, octets.first == UInt8(ascii: "T") {
                octets = octets.dropFirst()
                guard !octets.isEmpty else { return nil }
                isTime = true
                units = Self.timeUnits[...]
            }
            let digits = octets.prefix { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
            octets = octets.dropFirst(digits.count)
            // Each unit may stand once, in its order.
            guard let letter = octets.popFirst(), let place = units.firstIndex(where: { $0.letter == letter }),
                Self.isNumber(digits, mayHaveFraction: letter == UInt8(ascii: "S"))
            else { return nil }
            let unit = units[place]
            units = units[(place + 1)...]
            // A number with more digits than are read is longer than any call, too.
            let number = FixedPoint.parse(String(decoding: digits, as: UTF8.self), decimals: 3) ?? .max
            if number > Self.maximumMilliseconds { isLonger = true }
            if unit.seconds == nil, number > 0 { isLonger = true }
            if !isLonger { milliseconds += number * (unit.seconds ?? 0) }
        }
        isLonger = isLonger || milliseconds > Self.maximumMilliseconds
        self = isLonger ? .restOfCall : .lasting(.milliseconds(milliseconds))
    }

    /// The attribute as it is written, seconds to the millisecond; `nil` leaves it out.
    package var text: String? {
        switch self {
        case .restOfCall: return nil
        case .lasting(let time):
            let parts = time.components
            let milliseconds = parts.seconds * 1_000 + parts.attoseconds / 1_000_000_000_000_000
            return "PT\(FixedPoint.shortText(max(0, milliseconds), decimals: 3))S"
        }
    }

    private static let maximumMilliseconds = Self.maximum.components.seconds * 1_000

    /// A letter and its seconds, `nil` for units of no fixed length.
    private typealias Unit = (letter: UInt8, seconds: Int64?)

    private static let dateUnits: [Unit] = [
        (UInt8(ascii: "Y"), nil), (UInt8(ascii: "M"), nil), (UInt8(ascii: "D"), 86_400),
    ]
    private static let timeUnits: [Unit] = [
        (UInt8(ascii: "H"), 3_600), (UInt8(ascii: "M"), 60), (UInt8(ascii: "S"), 1),
    ]

    /// Whether the text is digits, with at most one point between two of them.
    private static func isNumber(_ text: ArraySlice<UInt8>, mayHaveFraction: Bool) -> Bool {
        let pieces = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return pieces.allSatisfy { !$0.isEmpty } && pieces.count <= (mayHaveFraction ? 2 : 1)
    }
}
