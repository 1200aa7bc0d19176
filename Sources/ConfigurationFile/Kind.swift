/// What a key's value may be.
package indirect enum Kind: Sendable {
    /// `true` or `false`.
    case boolean
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    /// A number with its unit: `20 ms`, `1.0 s`, `2 min`, `1 h`.
    case duration(ClosedRange<Duration>)
    case string(StringRule)
    /// One of these words.
    case choice([String])
    case section(Schema)
    case list(of: Kind, count: ClosedRange<Int>)
    /// Sections under names that the file chooses.
    case table(of: Schema, names: StringRule, count: ClosedRange<Int>)
}

/// Which texts a string may be.
///
/// Control characters never are: they would end up in protocol lines and logs.
package struct StringRule: Sendable {
    /// What is allowed, as a noun phrase that follows "expected": `a SIP URI`.
    package let description: String
    /// The allowed number of characters.
    package let length: ClosedRange<Int>
    /// An allowed text for the annotated configuration.
    package let example: String
    private let accepts: @Sendable (String) -> Bool

    package init(
        _ description: String,
        length: ClosedRange<Int>,
        example: String,
        accepts: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
        self.description = description
        self.length = length
        self.example = example
        self.accepts = accepts
        precondition(self.allows(example), "The example \"\(example)\" is not \(description).")
    }

    func allows(_ text: String) -> Bool {
        self.length.contains(text.count) && !text.unicodeScalars.contains(where: Self.isControl) && self.accepts(text)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control
    }
}

extension Kind: CustomStringConvertible {
    /// The kind as a noun phrase that follows "expected".
    package var description: String {
        switch self {
        case .boolean:
            "true or false"
        case .integer(let range):
            "an integer from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range):
            "a number from \(range.lowerBound) to \(range.upperBound)"
        case .duration(let range):
            "a duration from \(DurationText.format(range.lowerBound)) to \(DurationText.format(range.upperBound))"
        case .string(let rule):
            rule.description
        case .choice(let words):
            "one of " + words.joined(separator: ", ")
        case .section:
            "a section with keys of its own"
        case .list(let kind, let count):
            "a list of \(Self.amount(count)), each \(kind)"
        case .table(_, let names, let count):
            "\(Self.amount(count)) named sections, each name \(names.description)"
        }
    }

    private static func amount(_ count: ClosedRange<Int>) -> String {
        count.lowerBound == count.upperBound
            ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
    }
}

extension Kind {
    /// Whether the value is one of this kind.
    func allows(_ value: Value) -> Bool {
        switch (self, value) {
        case (.boolean, .boolean): true
        case (.integer(let range), .integer(let value)): range.contains(value)
        case (.number(let range), .number(let value)): range.contains(value)
        case (.duration(let range), .duration(let value)): range.contains(value)
        case (.string(let rule), .string(let value)): rule.allows(value)
        case (.choice(let words), .string(let value)): words.contains(value)
        case (.list(let kind, let count), .list(let values)):
            count.contains(values.count) && values.allSatisfy(kind.allows)
        case (.table(_, let names, let count), .table(let entries)):
            count.contains(entries.count) && entries.allSatisfy { names.allows($0.name) }
        case (.section, .section): true
        default: false  // A value of another kind; a section's own keys hold its values.
        }
    }

    /// The value that a scalar of the file stands for, `nil` when it is not of this kind or not allowed.
    ///
    /// The kind decides what a text means, so `no` is a string where a string is asked for. A number or a boolean
    /// in quotes is a string and nothing else.
    func value(of text: String, isQuoted: Bool) -> Value? {
        let value: Value? =
            switch self {
            case .boolean where !isQuoted: ["true": true, "false": false][text].map(Value.boolean)
            case .integer where !isQuoted: Int(text).map(Value.integer)
            case .number where !isQuoted: Self.number(text).map(Value.number)
            case .duration: DurationText.parse(text).map(Value.duration)
            case .string, .choice: .string(text)
            case .boolean, .integer, .number, .section, .list, .table: nil
            }
        return value.flatMap { self.allows($0) ? $0 : nil }
    }

    /// A decimal number; the hexadecimal, infinite and undefined ones that `Double` reads are no settings.
    private static func number(_ text: String) -> Double? {
        let isDecimal = text.utf8.allSatisfy { "0123456789.+-eE".utf8.contains($0) }
        return isDecimal ? Double(text).flatMap { $0.isFinite ? $0 : nil } : nil
    }
}
