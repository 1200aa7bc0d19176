/// A place in a file; lines and columns count from 1, columns in Unicode scalars.
package struct Position: Hashable, Sendable {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// One thing that is wrong with a configuration file.
package struct Mistake: Hashable, Sendable {
    package let file: String
    /// `nil` when the file as a whole is meant.
    package let position: Position?
    /// The key with all it stands in, as `call.redial.window` or `centers[2].uri`; empty when no key is concerned.
    package let path: String
    /// What stands there, as a phrase that follows "found".
    package let found: String
    /// What may stand there, as a phrase that follows "expected".
    package let expected: String
    /// The known key that an unknown one resembles.
    package let suggestion: String?

    package init(
        file: String,
        position: Position?,
        path: String,
        found: String,
        expected: String,
        suggestion: String? = nil
    ) {
        self.file = file
        self.position = position
        self.path = path
        self.found = found
        self.expected = expected
        self.suggestion = suggestion
    }
}

extension Mistake: CustomStringConvertible {
    /// One line: `ecalld.yaml:12:5: call.redial.window: found "12 parsec", expected a duration from 0 s to 10 min`.
    package var description: String {
        let place = self.position.map { "\(self.file):\($0.line):\($0.column)" } ?? self.file
        let key = self.path.isEmpty ? "" : " \(self.path):"
        let hint = self.suggestion.map { "; did you mean \"\($0)\"?" } ?? ""
        return "\(place):\(key) found \(self.found), expected \(self.expected)\(hint)"
    }
}

/// All that is wrong with a configuration, in the order of the file.
package struct ConfigurationMistakes: Error, Hashable, Sendable {
    package let mistakes: [Mistake]
    /// How many more there are than are listed.
    package let unlisted: Int

    package init(_ mistakes: [Mistake], unlisted: Int = 0) {
        precondition(!mistakes.isEmpty, "A configuration is only refused for a mistake.")
        self.mistakes = mistakes
        self.unlisted = unlisted
    }
}

extension ConfigurationMistakes {
    /// The same without what was found at the given keys and below them, for a log that must not learn it.
    package func withholding(_ paths: [String]) -> ConfigurationMistakes {
        let mistakes = self.mistakes.map { mistake in
            guard paths.contains(where: { mistake.path == $0 || mistake.path.hasPrefix($0 + ".") }) else {
                return mistake
            }
            return Mistake(
                file: mistake.file,
                position: mistake.position,
                path: mistake.path,
                found: "a value that is not shown here",
                expected: mistake.expected
            )
        }
        return ConfigurationMistakes(mistakes, unlisted: self.unlisted)
    }
}

extension ConfigurationMistakes: CustomStringConvertible {
    /// One line for each mistake.
    package var description: String {
        let lines = self.mistakes.map(\.description)
        return (self.unlisted == 0 ? lines : lines + ["and \(self.unlisted) more mistakes"]).joined(separator: "\n")
    }
}
