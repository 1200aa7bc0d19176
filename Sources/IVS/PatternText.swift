internal import CallControl
internal import ConfigurationFile

/// The text form of an output's rhythm: `off`, `on`, or steps with their times, `for` how long at the end.
enum PatternText {
    /// The most steps of one pattern; a distress signal in Morse code needs 18.
    static let maximumSteps = 32

    /// Reads `on 500 ms off 500 ms for 5 s`; `nil` when it is no pattern.
    static func pattern(_ text: String) -> Pattern? {
        var words = text.split(separator: " ").map(String.init)[...]
        if words == ["off"] { return .off }
        if words == ["on"] { return .on }
        var steps: [Pattern.Step] = []
        while let word = words.first, word == "on" || word == "off" {
            guard let duration = Self.duration(words.dropFirst()), duration >= Pattern.minimumStep else { return nil }
            steps.append(Pattern.Step(on: word == "on", for: duration))
            words = words.dropFirst(3)
        }
        guard !steps.isEmpty, steps.count <= Self.maximumSteps else { return nil }
        if words.isEmpty { return Pattern(steps) }
        guard words.first == "for", words.count == 3, let total = Self.duration(words.dropFirst()) else { return nil }
        return Pattern(steps, for: total)
    }

    /// The duration of a number and a unit, two words.
    private static func duration(_ words: ArraySlice<String>) -> Duration? {
        guard words.count >= 2 else { return nil }
        return DurationText.parse(words.prefix(2).joined(separator: " "))
    }
}
