/// Reads the Varlink interface definition language (varlink.org, "Interface Definition").
struct InterfaceReader {
    /// What a file declares.
    struct Declarations {
        var name: String
        var types: [String: InterfaceType] = [:]
        var methods: [String: Interface.Method] = [:]
        var errors: [String: InterfaceType] = [:]

        func isDeclared(_ name: String) -> Bool {
            self.types[name] != nil || self.methods[name] != nil || self.errors[name] != nil
        }
    }

    private let octets: [UInt8]
    private var position = 0
    private var line = 1
    /// Names of types that were used, with the line of the first use.
    private var used: [(name: String, line: Int)] = []

    init(text: String) {
        self.octets = Array(text.utf8)
    }

    /// Reads the whole file.
    mutating func declarations() throws(InterfaceSyntaxError) -> Declarations {
        try self.expect(word: "interface")
        var declarations = Declarations(name: try self.interfaceName())
        self.skipBlanks()
        while self.position < self.octets.count {
            try self.declaration(into: &declarations)
            self.skipBlanks()
        }
        if let unknown = self.used.first(where: { declarations.types[$0.name] == nil }) {
            throw InterfaceSyntaxError(line: unknown.line, expected: "a declared type", found: unknown.name)
        }
        return declarations
    }

    private mutating func declaration(into declarations: inout Declarations) throws(InterfaceSyntaxError) {
        let keyword = self.word()
        guard ["type", "method", "error"].contains(keyword) else {
            throw self.mistake("\"type\", \"method\" or \"error\"", found: keyword)
        }
        self.skipBlanks()
        let name = self.word()
        guard Self.isMemberName(name) else {
            throw self.mistake("a name of letters and digits with a capital first", found: name)
        }
        guard !declarations.isDeclared(name) else { throw self.mistake("a name that is not yet taken", found: name) }
        switch keyword {
        case "type":
            declarations.types[name] = try self.parenthesized(depth: 0)
        case "error":
            declarations.errors[name] = try self.structure()
        default:
            let input = try self.structure()
            try self.expect("->")
            declarations.methods[name] = Interface.Method(input: input, output: try self.structure())
        }
    }

    private mutating func structure() throws(InterfaceSyntaxError) -> InterfaceType {
        let type = try self.parenthesized(depth: 0)
        guard case .structure = type else { throw self.mistake("a structure", found: "\(type)") }
        return type
    }

    private mutating func type(depth: Int) throws(InterfaceSyntaxError) -> InterfaceType {
        guard depth < ControlLimits.maximumTypeDepth else {
            throw self.mistake("at most \(ControlLimits.maximumTypeDepth) levels of types", found: "more")
        }
        if self.accept("?") {
            let inner = try self.type(depth: depth + 1)
            if case .optional = inner { throw self.mistake("one \"?\"", found: "??") }
            return .optional(inner)
        }
        if self.accept("[]") { return .array(try self.type(depth: depth + 1)) }
        if self.accept("[string]") { return .map(try self.type(depth: depth + 1)) }
        self.skipBlanks()
        if self.peek() == UInt8(ascii: "(") { return try self.parenthesized(depth: depth + 1) }
        let line = self.line
        let word = self.word()
        switch word {
        case "bool": return .bool
        case "int": return .int
        case "float": return .float
        case "string": return .string
        case "object": return .object
        default:
            guard Self.isMemberName(word) else { throw self.mistake("a type", found: word) }
            self.used.append((word, line))
            return .named(word)
        }
    }

    /// A structure or an enumeration; `()` is the empty structure.
    private mutating func parenthesized(depth: Int) throws(InterfaceSyntaxError) -> InterfaceType {
        try self.expect("(")
        if self.accept(")") { return .structure([]) }
        var fields: [InterfaceType.Field] = []
        var words: [String] = []
        repeat {
            self.skipBlanks()
            let name = self.word()
            let isTaken = words.contains(name) || fields.contains { $0.name == name }
            guard Self.isFieldName(name), !isTaken else {
                throw self.mistake("a new name of letters and digits", found: name)
            }
            if words.isEmpty, self.accept(":") {
                fields.append(InterfaceType.Field(name: name, type: try self.type(depth: depth + 1)))
            } else if fields.isEmpty {
                words.append(name)
            } else {
                throw self.mistake("\":\" and a type after \(name)", found: self.rest())
            }
        } while self.accept(",")
        try self.expect(")")
        return words.isEmpty ? .structure(fields) : .enumeration(words)
    }
}

// The characters.
extension InterfaceReader {
    private mutating func interfaceName() throws(InterfaceSyntaxError) -> String {
        self.skipBlanks()
        let start = self.position
        while let octet = self.peek(),
            Self.isLetterOrDigit(octet) || octet == UInt8(ascii: ".") || octet == UInt8(ascii: "-")
        {
            self.position += 1
        }
        let name = String(decoding: self.octets[start..<self.position], as: UTF8.self)
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let isName =
            parts.count >= 2 && name.utf8.first.map(Self.isLetter) == true
            && parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix("-") && !$0.hasSuffix("-") }
        guard isName else { throw self.mistake("a reverse-domain interface name", found: name) }
        return name
    }

    private mutating func expect(word: String) throws(InterfaceSyntaxError) {
        self.skipBlanks()
        let found = self.word()
        guard found == word else { throw self.mistake("\"\(word)\"", found: found) }
    }

    private mutating func expect(_ token: String) throws(InterfaceSyntaxError) {
        guard self.accept(token) else { throw self.mistake("\"\(token)\"", found: self.rest()) }
    }

    /// Takes the token when it comes next.
    private mutating func accept(_ token: String) -> Bool {
        self.skipBlanks()
        guard self.octets[self.position...].starts(with: token.utf8) else { return false }
        self.position += token.utf8.count
        return true
    }

    /// Takes letters, digits and underscores; empty when another character comes next.
    private mutating func word() -> String {
        let start = self.position
        while let octet = self.peek(), Self.isLetterOrDigit(octet) || octet == UInt8(ascii: "_") {
            self.position += 1
        }
        return String(decoding: self.octets[start..<self.position], as: UTF8.self)
    }

    private mutating func skipBlanks() {
        var isComment = false
        while let octet = self.peek() {
            if octet == UInt8(ascii: "\n") {
                self.line += 1
                isComment = false
            } else if octet == UInt8(ascii: "#") {
                isComment = true
            } else if !isComment, ![0x20, 0x09, 0x0D].contains(octet) {
                return
            }
            self.position += 1
        }
    }

    private func peek() -> UInt8? {
        self.position < self.octets.count ? self.octets[self.position] : nil
    }

    /// The next few characters, for an error.
    private func rest() -> String {
        String(decoding: self.octets[self.position...].prefix(16), as: UTF8.self)
    }

    private func mistake(_ expected: String, found: String) -> InterfaceSyntaxError {
        InterfaceSyntaxError(line: self.line, expected: expected, found: found.isEmpty ? self.rest() : found)
    }

    private static func isLetter(_ octet: UInt8) -> Bool {
        (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
    }

    private static func isLetterOrDigit(_ octet: UInt8) -> Bool {
        self.isLetter(octet) || (0x30...0x39).contains(octet)
    }

    private static func isMemberName(_ word: String) -> Bool {
        word.utf8.first.map { (0x41...0x5A).contains($0) } == true && word.utf8.allSatisfy(Self.isLetterOrDigit)
    }

    private static func isFieldName(_ word: String) -> Bool {
        word.utf8.first.map(Self.isLetter) == true && !word.hasSuffix("_")
            && zip(word.utf8, word.utf8.dropFirst()).allSatisfy { $0 != UInt8(ascii: "_") || $1 != UInt8(ascii: "_") }
    }
}

/// Why a text is not an interface file.
package struct InterfaceSyntaxError: Error, Hashable, CustomStringConvertible {
    /// Counts from 1.
    package let line: Int
    package let expected: String
    package let found: String

    package var description: String {
        "line \(self.line): expected \(self.expected), found \(self.found.isEmpty ? "the end" : "\"\(self.found)\"")"
    }
}
