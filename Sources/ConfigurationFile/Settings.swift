/// The values of one section, complete as its schema demands.
///
/// Asking for a key that the schema does not have, or for another kind of value, is the program's own mistake and
/// traps. So does asking for an optional key otherwise than by `optional(_:)` when it was left out.
package struct Settings: Hashable, Sendable {
    private let values: [String: Value]
    private let names: [String]
    private let origin: Origin

    /// Where a section stands in its file, so that rules between keys can be reported like every other mistake.
    struct Origin: Hashable, Sendable {
        let file: String
        let path: String
        /// Where each key that the file has stands.
        var positions: [String: Position] = [:]
        /// Where the section itself stands.
        let position: Position?
    }

    init(_ values: [String: Value], schema: Schema, origin: Origin) {
        self.values = values
        self.names = schema.keys.map(\.name)
        self.origin = origin
    }

    /// A section given by the program, as the default of a table has them; what is left out has its default.
    ///
    /// A value that the schema does not allow, or a required one left out, is the program's own mistake and traps.
    package init(_ schema: Schema, _ values: [String: Value]) {
        var values = values
        for name in values.keys {
            precondition(schema.key(named: name) != nil, "The schema has no key \"\(name)\".")
        }
        for key in schema.keys {
            switch (key.requirement, values[key.name]) {
            case (_, .some(let value)): precondition(key.kind.allows(value), "\"\(key.name)\" is not \(key.kind).")
            case (.defaulted(let value), .none): values[key.name] = value
            case (.optional, .none): continue
            case (.required, .none): preconditionFailure("The required key \"\(key.name)\" is left out.")
            }
        }
        self.init(values, schema: schema, origin: Origin(file: "", path: "", position: nil))
    }

    /// The keys that have a value, in the schema's order.
    var present: [(String, Value)] {
        self.names.compactMap { name in self.values[name].map { (name, $0) } }
    }

    /// The value of a key, `nil` when the key is optional and was left out.
    package func optional(_ name: String) -> Value? {
        precondition(self.names.contains(name), "The schema of \"\(self.origin.path)\" has no key \"\(name)\".")
        return self.values[name]
    }

    package func boolean(_ name: String) -> Bool { self.value(name).boolean }
    package func integer(_ name: String) -> Int { self.value(name).integer }
    package func number(_ name: String) -> Double { self.value(name).number }
    package func duration(_ name: String) -> Duration { self.value(name).duration }
    package func string(_ name: String) -> String { self.value(name).string }
    package func section(_ name: String) -> Settings { self.value(name).section }
    package func list(_ name: String) -> [Value] { self.value(name).list }
    package func table(_ name: String) -> [TableEntry] { self.value(name).table }

    /// A mistake about this key's value that only the program can see, at the key's place in the file.
    package func mistake(_ name: String, found: String, expected: String) -> Mistake {
        precondition(self.names.contains(name), "The schema of \"\(self.origin.path)\" has no key \"\(name)\".")
        return Mistake(
            file: self.origin.file,
            position: self.origin.positions[name] ?? self.origin.position,
            path: Self.path(self.origin.path, name),
            found: found,
            expected: expected
        )
    }

    static func path(_ parent: String, _ name: String) -> String {
        parent.isEmpty ? name : "\(parent).\(name)"
    }

    private func value(_ name: String) -> Value {
        guard let value = self.optional(name) else {
            preconditionFailure("The optional key \"\(name)\" of \"\(self.origin.path)\" was left out.")
        }
        return value
    }
}
