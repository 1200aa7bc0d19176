import Yams

/// The node tree of a configuration file, with second occurrences of a key kept apart.
///
/// Yams stops at the first key that a mapping has twice. So that this mistake does not hide the others, the earlier
/// occurrence is overwritten, in memory, by characters of Unicode's private use area, and the text is parsed again.
/// The parser itself refuses what nests deeper than 1000 levels.
struct YAMLDocument {
    /// Many times the longest configuration that documents every key.
    static let maximumOctets = 262_144
    /// With so few references between nodes, no chain of them unfolds into more than a few hundred copies.
    static let maximumAliases = 16
    /// Each costs one more parse.
    static let maximumDuplicates = 50

    /// `nil` for a file without contents.
    let root: Node?
    /// Holds the anchors, to which the nodes refer weakly.
    private let parser: Parser
    private let lines: Int
    /// The true names of overwritten keys.
    private let overwritten: [String: String]

    init(text: String, file: String) throws(ConfigurationMistakes) {
        if let mistake = Self.excess(in: text, file: file) {
            throw ConfigurationMistakes([mistake])
        }
        self.lines = Self.lines(of: text).count
        var text = text
        var overwritten: [String: String] = [:]
        while true {
            do {
                // The schema gives scalars their types; the default resolver would compile a regular expression for
                // each of YAML's, which costs time and memory at every start.
                let parser = try Parser(yaml: Self.padded(text), resolver: .basic, encoding: .utf8)
                self.root = try parser.singleRoot()
                self.parser = parser
                self.overwritten = overwritten
                return
            } catch {
                guard case YamlError.duplicatedKeysInMapping(let names, let context) = error,
                    let name = names.first, overwritten.count < Self.maximumDuplicates,
                    let mask = Self.overwrite(name, at: context.mark, in: &text, number: overwritten.count)
                else {
                    throw ConfigurationMistakes([Self.mistake(error, text: text, file: file)])
                }
                overwritten[mask] = name
            }
        }
    }

    /// A place in the file; what is missing at its end is found by the parser behind the last line.
    func position(of mark: Mark) -> Position { Self.position(of: mark, lines: self.lines) }

    private static func position(of mark: Mark, lines: Int) -> Position {
        Position(line: min(mark.line, lines), column: mark.line > lines ? 1 : mark.column)
    }

    /// The name that the file gives a key of the tree.
    func name(of key: String) -> String {
        self.overwritten[key] ?? key
    }

    /// Yams hands the parser a pointer to the text's own octets, which only a text too long to be kept inside the
    /// `String` value has.
    private static func padded(_ text: String) -> String {
        let octetsInsideValue = 16
        return text + String(repeating: "\n", count: max(0, octetsInsideValue - text.utf8.count))
    }

    /// Overwrites the key at `mark` by as many private characters, which spell `number`, and returns them.
    private static func overwrite(_ name: String, at mark: Mark, in text: inout String, number: Int) -> String? {
        let scalars = text.unicodeScalars
        var index = scalars.startIndex
        var line = 1
        while line < mark.line, let end = scalars[index...].firstIndex(of: "\n") {
            index = scalars.index(after: end)
            line += 1
        }
        guard line == mark.line,
            var start = scalars.index(index, offsetBy: mark.column - 1, limitedBy: scalars.endIndex),
            start < scalars.endIndex
        else { return nil }
        if scalars[start] == "\"" || scalars[start] == "'" {
            start = scalars.index(after: start)
        }
        guard !name.isEmpty, scalars[start...].starts(with: name.unicodeScalars),
            let mark = Unicode.Scalar(0xE000 + UInt32(number))
        else { return nil }
        let mask = String(String.UnicodeScalarView(Array(repeating: mark, count: name.unicodeScalars.count)))
        let end = scalars.index(start, offsetBy: name.unicodeScalars.count)
        text.replaceSubrange(start..<end, with: mask)
        return mask
    }
}

/// What is refused before and by the parser.
extension YAMLDocument {
    /// The first limit that the text exceeds.
    private static func excess(in text: String, file: String) -> Mistake? {
        guard text.utf8.count <= Self.maximumOctets else {
            let found = "more than \(Self.maximumOctets) octets"
            return Mistake(file: file, position: nil, path: "", found: found, expected: "at most that many")
        }
        var aliases = 0
        for (index, line) in Self.lines(of: text).enumerated() {
            let octets = line.utf8
            guard octets.first(where: { $0 != 0x20 }) != UInt8(ascii: "#") else { continue }
            aliases += octets.count { $0 == UInt8(ascii: "*") }
            guard aliases <= Self.maximumAliases else {
                return Mistake(
                    file: file,
                    position: Position(line: index + 1, column: 1),
                    path: "",
                    found: "more than \(Self.maximumAliases) asterisks",
                    expected: "each value written out, without aliases"
                )
            }
        }
        return nil
    }

    /// The lines as YAML counts them, which has more line ends than the newline.
    private static func lines(of text: String) -> [Substring] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    }

    private static func mistake(_ error: any Error, text: String, file: String) -> Mistake {
        let refuse = { (position: Position?, found: String, expected: String) in
            Mistake(file: file, position: position, path: "", found: found, expected: expected)
        }
        guard let error = error as? YamlError else {
            return refuse(nil, "text that is no YAML (\(error))", "valid YAML")
        }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            let position = Self.position(of: mark, lines: Self.lines(of: text).count)
            if Self.isIndentedByTab(text, line: position.line) {
                return refuse(position, "a tab", "blanks as indentation")
            }
            return refuse(position, "text that is no YAML (\(problem))", "valid YAML")
        case .reader(let problem, let offset, _, _):
            return refuse(offset.map { Self.position(of: $0, in: text) }, problem, "printable characters")
        case .duplicatedKeysInMapping(let names, let context):
            let position = Position(line: context.mark.line, column: context.mark.column)
            return refuse(position, "the key \"\(names.first ?? "")\" more than once", "each key once")
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            return refuse(nil, "text that cannot be parsed (\(error))", "valid YAML")
        }
    }

    private static func isIndentedByTab(_ text: String, line: Int) -> Bool {
        let lines = Self.lines(of: text)
        guard lines.indices.contains(line - 1) else { return false }
        return lines[line - 1].prefix { $0 == " " || $0 == "\t" }.contains("\t")
    }

    private static func position(of offset: Int, in text: String) -> Position {
        let before = text.prefix(offset)
        let line = before.unicodeScalars.count { $0 == "\n" } + 1
        let start = before.unicodeScalars.lastIndex(of: "\n").map(before.unicodeScalars.index(after:))
        return Position(line: line, column: before.unicodeScalars[(start ?? before.startIndex)...].count + 1)
    }
}
