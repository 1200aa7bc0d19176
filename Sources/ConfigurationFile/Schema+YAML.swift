extension Schema {
    private static let width = 100

    /// A whole configuration: every key with its comment, what is allowed, and its default or an example.
    ///
    /// Optional keys are commented out; the rest is read by the schema without a mistake.
    package func annotatedYAML() -> String {
        self.lines(indent: 0).joined(separator: "\n") + "\n"
    }

    fileprivate func lines(indent: Int) -> [String] {
        let blocks = self.keys.map { key in key.comment(width: Self.width - indent) + key.lines() }
        let text = blocks.joined(separator: indent == 0 ? [""] : [])
        return text.map { $0.isEmpty ? "" : String(repeating: " ", count: indent) + $0 }
    }
}

extension Key {
    fileprivate func comment(width: Int) -> [String] {
        let allowed: String? =
            switch self.kind {
            case .section: nil
            case .boolean, .integer, .number, .duration, .string, .choice, .list, .table: "Allowed: \(self.kind)."
            }
        let note: String? =
            switch self.requirement {
            case .required: allowed == nil ? nil : "Required."
            case .optional: "Optional."
            case .defaulted: nil
            }
        let sentences = [self.about, allowed, note].compactMap(\.self)
        return Self.wrapped(sentences.joined(separator: " "), width: width - 2).map { "# " + $0 }
    }

    fileprivate func lines() -> [String] {
        switch self.requirement {
        case .required: self.kind.lines(for: self.name)
        case .optional: self.kind.lines(for: self.name).map { "# " + $0 }
        case .defaulted(let value): value.lines(for: self.name)
        }
    }

    private static func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}

extension Kind {
    /// A key of this kind with an allowed value.
    fileprivate func lines(for name: String) -> [String] {
        switch self {
        case .section(let schema):
            ["\(name):"] + schema.lines(indent: 2)
        case .list(of: .section(let schema), let count):
            ["\(name):"] + (0..<max(1, count.lowerBound)).flatMap { _ in ["  -"] + schema.lines(indent: 4) }
        case .table(let schema, let names, _):
            ["\(name):", "  \(names.example):"] + schema.lines(indent: 4)
        case .boolean, .integer, .number, .duration, .string, .choice, .list:
            ["\(name): \(self.example)"]
        }
    }

    private var example: String {
        switch self {
        case .boolean: "false"
        case .integer(let range): "\(range.lowerBound)"
        case .number(let range): "\(range.lowerBound)"
        case .duration(let range): DurationText.format(range.lowerBound)
        case .string(let rule): Value.string(rule.example).flow
        case .choice(let words): Value.string(words.first ?? "").flow
        case .list(let kind, let count):
            "[" + Array(repeating: kind.example, count: max(1, count.lowerBound)).joined(separator: ", ") + "]"
        case .section, .table: "{}"
        }
    }
}

extension Value {
    /// A key with this value; tables and sections below it.
    fileprivate func lines(for name: String) -> [String] {
        switch self {
        case .table(let entries) where !entries.isEmpty:
            ["\(name):"]
                + entries.flatMap { Value.section($0.settings).lines(for: $0.name) }.map { "  " + $0 }
        case .section(let settings):
            ["\(name):"]
                + settings.present.flatMap { name, value in value.lines(for: name) }.map { "  " + $0 }
        case .boolean, .integer, .number, .duration, .string, .list, .table:
            ["\(name): \(self.flow)"]
        }
    }

    /// The value on one line.
    fileprivate var flow: String {
        switch self {
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .duration(let value): DurationText.format(value)
        case .string(let value): Self.isPlain(value) ? value : Self.quoted(value)
        case .list(let values): "[" + values.map(\.flow).joined(separator: ", ") + "]"
        case .section(let settings):
            "{" + settings.present.map { name, value in "\(name): \(value.flow)" }.joined(separator: ", ") + "}"
        case .table(let entries):
            "{" + entries.map { "\($0.name): \(Value.section($0.settings).flow)" }.joined(separator: ", ") + "}"
        }
    }

    /// Whether a text needs no quotes: it begins with a letter or digit and holds no sign that YAML gives a meaning to.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, first.properties.isAlphabetic || ("0"..."9").contains(first),
            !["null", "true", "false"].contains(text), text.last != " ", text.last != ":"
        else { return false }
        return text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || " 0123456789._-/@+".unicodeScalars.contains(scalar))
        } || Self.isURI(text)
    }

    private static func isURI(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"#,[]{}\"'`&*!|>%".utf8.contains($0) }
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped)\""
    }
}
