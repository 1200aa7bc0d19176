/// A Varlink interface: the text of its file, and what the text declares.
package struct Interface: Sendable {
    /// The reverse-domain name, such as `net.ecall.ecalld`.
    package let name: String
    /// The file as it was read; introspection hands it out unchanged.
    package let text: String
    let types: [String: InterfaceType]
    let methods: [String: Method]
    let errors: [String: InterfaceType]

    /// A method with the structures of its parameters and of its reply.
    struct Method: Hashable, Sendable {
        let input: InterfaceType
        let output: InterfaceType
    }

    /// Reads an interface file; a type that is used and not declared is an error too.
    package init(text: String) throws(InterfaceSyntaxError) {
        var reader = InterfaceReader(text: text)
        let declarations = try reader.declarations()
        self.name = declarations.name
        self.text = text
        self.types = declarations.types
        self.methods = declarations.methods
        self.errors = declarations.errors
    }

    /// The names of the methods, sorted.
    package var methodNames: [String] {
        self.methods.keys.sorted()
    }
}

extension Interface {
    /// The first place where a value is not of the type it should have.
    package struct Mismatch: Hashable, Sendable, CustomStringConvertible {
        /// The member, such as `lines[2].name`.
        package let path: String
        package let expected: String
        package let found: String

        package var description: String {
            "\(self.path): expected \(self.expected), found \(self.found)"
        }
    }

    /// Where `parameters` do not fit the parameters of the method; `nil` when all do.
    package func mismatch(callOf method: String, _ parameters: JSONValue) -> Mismatch? {
        self.methods[method].flatMap { self.mismatch(parameters, $0.input, at: "") }
    }

    /// Where `parameters` do not fit the reply of the method; `nil` when all do.
    package func mismatch(replyOf method: String, _ parameters: JSONValue) -> Mismatch? {
        self.methods[method].flatMap { self.mismatch(parameters, $0.output, at: "") }
    }

    /// Where `parameters` do not fit the error; an error the interface does not declare fits nothing.
    package func mismatch(error: String, _ parameters: JSONValue) -> Mismatch? {
        guard let type = self.errors[error] else {
            return Mismatch(path: error, expected: "an error that \(self.name) declares", found: "another")
        }
        return self.mismatch(parameters, type, at: "")
    }

    private func mismatch(_ value: JSONValue, _ type: InterfaceType, at path: String) -> Mismatch? {
        switch (type, value) {
        case (.bool, .bool), (.int, .int), (.float, .int), (.float, .double), (.string, .string), (.object, .object),
            (.optional, .null):
            nil
        case (.optional(let inner), _):
            self.mismatch(value, inner, at: path)
        case (.named(let name), _):
            self.types[name].flatMap { self.mismatch(value, $0, at: path) }
        case (.enumeration(let words), .string(let word)) where words.contains(word):
            nil
        case (.array(let element), .array(let values)):
            values.indices.firstNonNil { self.mismatch(values[$0], element, at: "\(path)[\($0)]") }
        case (.map(let element), .object(let members)):
            members.keys.sorted().firstNonNil { name in
                members[name].flatMap { self.mismatch($0, element, at: Self.join(path, name)) }
            }
        case (.structure(let fields), .object(let members)):
            self.mismatch(members, fields, at: path)
        default:
            Mismatch(path: path, expected: "\(type)", found: value.foundText)
        }
    }

    private func mismatch(_ members: [String: JSONValue], _ fields: [InterfaceType.Field], at path: String) -> Mismatch?
    {
        let known = Set(fields.map(\.name))
        if let stranger = members.keys.filter({ !known.contains($0) }).min() {
            let names = known.isEmpty ? "no parameter" : "one of \(known.sorted().joined(separator: ", "))"
            return Mismatch(path: Self.join(path, stranger), expected: names, found: "an unknown name")
        }
        return fields.firstNonNil { field in
            let place = Self.join(path, field.name)
            if let value = members[field.name] { return self.mismatch(value, field.type, at: place) }
            if case .optional = field.type { return nil }
            return Mismatch(path: place, expected: "\(field.type)", found: "nothing")
        }
    }

    private static func join(_ path: String, _ name: String) -> String {
        path.isEmpty ? name : "\(path).\(name)"
    }
}

extension JSONValue {
    /// What a mismatch says was found: a short word as it is, of anything else the kind.
    fileprivate var foundText: String {
        if case .string(let text) = self, text.utf8.count <= 32 { "\"\(text)\"" } else { self.kind }
    }
}

extension Sequence {
    fileprivate func firstNonNil<Result>(_ transform: (Element) -> Result?) -> Result? {
        for element in self {
            if let result = transform(element) { return result }
        }
        return nil
    }
}
