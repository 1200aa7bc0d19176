import Yams

/// Walks a node tree along a schema, and collects every mistake on the way.
struct SectionReader {
    /// Beyond this many nobody reads on; the rest is counted.
    static let maximumMistakes = 100
    /// So much of a wrong value is quoted.
    private static let maximumQuotedCharacters = 40

    private var collected: [Mistake] = []
    private(set) var unlisted = 0
    private let file: String
    private let document: YAMLDocument

    init(file: String, document: YAMLDocument) {
        self.file = file
        self.document = document
    }

    /// The mistakes in the order of the file.
    var mistakes: [Mistake] {
        self.collected.enumerated()
            .sorted { Self.order($0) < Self.order($1) }
            .map(\.element)
    }

    /// The settings of the whole file; incomplete when mistakes were collected.
    mutating func settings(of root: Node?, schema: Schema) -> Settings {
        let start = Position(line: 1, column: 1)
        let empty = Settings([:], schema: schema, origin: .init(file: self.file, path: "", position: start))
        guard let root else { return self.settings(of: [], schema: schema, path: "", at: start) }
        return self.section(root, schema: schema, path: "", at: start) ?? empty
    }

    private static func order(_ mistake: (offset: Int, element: Mistake)) -> (Int, Int, Int) {
        let position = mistake.element.position
        return (position?.line ?? 0, position?.column ?? 0, mistake.offset)
    }

    private struct Entry {
        let name: String
        let value: Node
        let position: Position?
    }

    private mutating func refuse(
        _ position: Position?,
        _ path: String,
        found: String,
        expected: String,
        suggestion: String? = nil
    ) {
        guard self.collected.count < Self.maximumMistakes else {
            self.unlisted += 1
            return
        }
        self.collected.append(
            Mistake(
                file: self.file,
                position: position,
                path: path,
                found: found,
                expected: expected,
                suggestion: suggestion
            )
        )
    }

    private mutating func section(_ node: Node, schema: Schema, path: String, at position: Position?) -> Settings? {
        guard let entries = self.entries(node, path: path, expected: "a section with keys of its own") else {
            return nil
        }
        return self.settings(of: entries, schema: schema, path: path, at: position)
    }

    private mutating func settings(
        of entries: [Entry],
        schema: Schema,
        path: String,
        at position: Position?
    ) -> Settings {
        var origin = Settings.Origin(file: self.file, path: path, position: position)
        var values: [String: Value] = [:]
        for entry in entries {
            origin.positions[entry.name] = entry.position
            let entryPath = Settings.path(path, entry.name)
            guard let key = schema.key(named: entry.name) else {
                let known = schema.keys.map(\.name)
                self.refuse(
                    entry.position,
                    entryPath,
                    found: "an unknown key",
                    expected: "one of " + known.joined(separator: ", "),
                    suggestion: NearestName.among(known, to: entry.name)
                )
                continue
            }
            values[key.name] = self.value(entry.value, kind: key.kind, path: entryPath, at: entry.position)
        }
        for key in schema.keys where origin.positions[key.name] == nil {
            values[key.name] = self.absent(key, path: Settings.path(path, key.name), at: position)
        }
        return Settings(values, schema: schema, origin: origin)
    }

    /// The value of a key that the file does not have.
    private mutating func absent(_ key: Key, path: String, at position: Position?) -> Value? {
        switch (key.requirement, key.kind) {
        case (.defaulted(let value), _):
            return value
        case (.optional, _):
            return nil
        case (.required, .section(let schema)):
            return .section(self.settings(of: [], schema: schema, path: path, at: position))
        case (.required, _):
            self.refuse(position, path, found: "no such key", expected: "\(key.kind)")
            return nil
        }
    }

    private mutating func value(_ node: Node, kind: Kind, path: String, at position: Position?) -> Value? {
        switch kind {
        case .section(let schema):
            return self.section(node, schema: schema, path: path, at: position).map(Value.section)
        case .list(let kind, let count):
            return self.list(node, of: kind, count: count, path: path)
        case .table(let schema, let names, let count):
            return self.table(node, of: schema, names: names, count: count, path: path)
        case .boolean, .integer, .number, .duration, .string, .choice:
            return self.scalar(node, kind: kind, path: path)
        }
    }

    private mutating func scalar(_ node: Node, kind: Kind, path: String) -> Value? {
        guard self.isWrittenOut(node, path: path) else { return nil }
        guard case .scalar(let scalar) = node, !Self.isNull(node),
            let value = kind.value(of: scalar.string, isQuoted: scalar.style != .plain)
        else {
            self.refuse(self.position(node), path, found: Self.phrase(node), expected: "\(kind)")
            return nil
        }
        return value
    }

    private mutating func list(_ node: Node, of kind: Kind, count: ClosedRange<Int>, path: String) -> Value? {
        guard self.isWrittenOut(node, path: path) else { return nil }
        guard case .sequence(let nodes) = node else {
            let expected = "\(Kind.list(of: kind, count: count))"
            self.refuse(self.position(node), path, found: Self.phrase(node), expected: expected)
            return nil
        }
        guard self.checkCount(nodes.count, count, node, path: path, Kind.list(of: kind, count: count)) else {
            return nil
        }
        var values: [Value] = []
        for (index, node) in nodes.enumerated() {
            let value = self.value(node, kind: kind, path: "\(path)[\(index + 1)]", at: self.position(node))
            values += value.map { [$0] } ?? []
        }
        return .list(values)
    }

    private mutating func table(
        _ node: Node,
        of schema: Schema,
        names: StringRule,
        count: ClosedRange<Int>,
        path: String
    ) -> Value? {
        let kind = Kind.table(of: schema, names: names, count: count)
        guard let entries = self.entries(node, path: path, expected: "\(kind)"),
            self.checkCount(entries.count, count, node, path: path, kind)
        else { return nil }
        var sections: [TableEntry] = []
        for entry in entries {
            let entryPath = Settings.path(path, entry.name)
            guard names.allows(entry.name) else {
                self.refuse(
                    entry.position,
                    entryPath,
                    found: "a section of this name",
                    expected: names.description + " as its name"
                )
                continue
            }
            let settings = self.section(entry.value, schema: schema, path: entryPath, at: entry.position)
            sections += settings.map { [TableEntry(name: entry.name, settings: $0)] } ?? []
        }
        return .table(sections)
    }

    private mutating func checkCount(
        _ found: Int,
        _ allowed: ClosedRange<Int>,
        _ node: Node,
        path: String,
        _ kind: Kind
    ) -> Bool {
        guard !allowed.contains(found) else { return true }
        self.refuse(self.position(node), path, found: "\(found) of them", expected: "\(kind)")
        return false
    }
}

/// What a node is, before the schema has its say.
extension SectionReader {
    /// The keys of a mapping in their order, each repeated one reported; nothing at all is an empty mapping.
    private mutating func entries(_ node: Node, path: String, expected: String) -> [Entry]? {
        guard self.isWrittenOut(node, path: path) else { return nil }
        if Self.isNull(node) { return [] }
        guard case .mapping(let mapping) = node else {
            self.refuse(self.position(node), path, found: Self.phrase(node), expected: expected)
            return nil
        }
        var entries: [Entry] = []
        var firstLines: [String: Int] = [:]
        for (key, value) in mapping {
            let position = self.position(key)
            guard case .scalar(let scalar) = key else {
                self.refuse(position, path, found: "\(Self.phrase(key)) as a key", expected: "a word as a key")
                continue
            }
            let name = self.document.name(of: scalar.string)
            if let first = firstLines[name] {
                let found = "the key a second time"
                let expected = "it once; the first is on line \(first)"
                self.refuse(position, Settings.path(path, name), found: found, expected: expected)
            } else {
                firstLines[name] = position?.line
            }
            entries.append(Entry(name: name, value: value, position: position))
        }
        return entries
    }

    private mutating func isWrittenOut(_ node: Node, path: String) -> Bool {
        guard node.anchor != nil else { return true }
        self.refuse(self.position(node), path, found: "an anchor", expected: "the value written out at each place")
        return false
    }

    private func position(_ node: Node) -> Position? { node.mark.map(self.document.position(of:)) }

    private static func isNull(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
        return ["", "~", "null"].contains(scalar.string)
    }

    private static func phrase(_ node: Node) -> String {
        switch node {
        case .scalar where Self.isNull(node):
            return "nothing"
        case .scalar(let scalar):
            let isLong = scalar.string.count > Self.maximumQuotedCharacters
            let quoted = isLong ? scalar.string.prefix(Self.maximumQuotedCharacters) + "…" : scalar.string[...]
            return "\"\(quoted)\"" + (scalar.style == .plain ? "" : " in quotes")
        case .sequence: return "a list"
        case .mapping: return "a section"
        case .alias: return "an alias"
        }
    }
}
