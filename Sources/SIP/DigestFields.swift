/// Scheme and parameters of one challenge or of one set of credentials (RFC 3261 25.1), quotes and escapes removed.
package struct DigestFields: Hashable, Sendable {
    /// Ceilings on what a peer may write.
    package enum Limits {
        /// Challenges in one header field: each algorithm for the proxies and servers of one way.
        package static let maximumChallenges = 16
        /// Parameters of one challenge; RFC 7616 defines twelve.
        package static let maximumParameters = 24
        /// Octets of one value without its quotes; nonces in the field have some hundred.
        package static let maximumValueOctets = 1024
    }

    package struct Field: Hashable, Sendable {
        package let name: String
        package let value: String
        /// Whether it stands in quotes.
        package let isQuoted: Bool

        package init(_ name: String, _ value: String, quoted isQuoted: Bool = true) {
            self.name = name
            self.value = value
            self.isQuoted = isQuoted
        }
    }

    package let scheme: String
    package private(set) var fields: [Field]

    package init(scheme: String = "Digest", _ fields: [Field] = []) {
        self.scheme = scheme
        self.fields = fields
    }

    package var isDigest: Bool { HeaderSyntax.equalsIgnoringCase(self.scheme, "Digest") }

    /// The value of that name, compared without case.
    package subscript(name: String) -> String? {
        self.fields.first { HeaderSyntax.equalsIgnoringCase($0.name, name) }?.value
    }

    /// Reads all challenges of one field value; throws for bad syntax, a repeated parameter, and beyond the limits.
    ///
    /// The one opaque word that other schemes may have in place of parameters is passed over.
    package static func list(parsing value: String) throws(SyntaxError) -> [DigestFields] {
        var scanner = DigestScanner(value)
        var list: [DigestFields] = []
        scanner.skipSeparators()
        while !scanner.isAtEnd {
            let word = try scanner.token("a scheme or a parameter name")
            if scanner.takeEquals() {
                guard !list.isEmpty else { throw SyntaxError(expected: "a scheme before \(word)=") }
                try list[list.count - 1].add(try scanner.field(word))
                try scanner.endField()
            } else {
                guard list.count < Limits.maximumChallenges else {
                    throw SyntaxError(expected: "at most \(Limits.maximumChallenges) challenges")
                }
                list.append(DigestFields(scheme: word))
                scanner.skipOpaqueWord()
            }
            scanner.skipSeparators()
        }
        guard !list.isEmpty else { throw SyntaxError(expected: "a scheme") }
        return list
    }

    private mutating func add(_ field: Field) throws(SyntaxError) {
        guard self.fields.count < Limits.maximumParameters else {
            throw SyntaxError(expected: "at most \(Limits.maximumParameters) parameters")
        }
        guard self[field.name] == nil else { throw SyntaxError(expected: "\(field.name) once") }
        self.fields.append(field)
    }
}

extension DigestFields: CustomStringConvertible {
    /// The text as it stands behind the header's name.
    package var description: String {
        let texts = self.fields.map { "\($0.name)=" + ($0.isQuoted ? Self.quoted($0.value) : $0.value) }
        return texts.isEmpty ? self.scheme : "\(self.scheme) \(texts.joined(separator: ", "))"
    }

    /// The text in quotes, with the escapes of RFC 3261 25.1.
    private static func quoted(_ text: String) -> String {
        var octets: [UInt8] = [0x22]
        for octet in text.utf8 {
            if octet == 0x22 || octet == 0x5C { octets.append(0x5C) }
            octets.append(octet)
        }
        octets.append(0x22)
        return String(decoding: octets, as: UTF8.self)
    }
}

/// Walks through a field value.
private struct DigestScanner {
    private let octets: [UInt8]
    private var index = 0

    init(_ text: String) {
        self.octets = Array(text.utf8)
    }

    var isAtEnd: Bool { self.index == self.octets.count }

    private var next: UInt8? { self.isAtEnd ? nil : self.octets[self.index] }

    private mutating func skipBlanks() {
        while let octet = self.next, HeaderSyntax.isBlank(octet) { self.index += 1 }
    }

    /// Blanks and commas; RFC 7230 7 has a list's empty elements ignored.
    mutating func skipSeparators() {
        while let octet = self.next, HeaderSyntax.isBlank(octet) || octet == 0x2C { self.index += 1 }
    }

    mutating func token(_ expected: String) throws(SyntaxError) -> String {
        let start = self.index
        while let octet = self.next, HeaderSyntax.isTokenOctet(octet) { self.index += 1 }
        guard self.index > start else { throw SyntaxError(expected: expected) }
        guard self.index - start <= DigestFields.Limits.maximumValueOctets else {
            throw SyntaxError(expected: "at most \(DigestFields.Limits.maximumValueOctets) octets")
        }
        return String(decoding: self.octets[start..<self.index], as: UTF8.self)
    }

    /// Takes an equals sign with the blanks around it; leaves everything in place when there is none.
    mutating func takeEquals() -> Bool {
        let start = self.index
        self.skipBlanks()
        guard self.next == 0x3D else {
            self.index = start
            return false
        }
        self.index += 1
        self.skipBlanks()
        return true
    }

    mutating func field(_ name: String) throws(SyntaxError) -> DigestFields.Field {
        guard self.next == 0x22 else {
            return DigestFields.Field(name, try self.token("a value behind \(name)="), quoted: false)
        }
        self.index += 1
        var value: [UInt8] = []
        while let octet = self.next {
            self.index += 1
            if octet == 0x22 { return DigestFields.Field(name, String(decoding: value, as: UTF8.self)) }
            if octet == 0x5C {
                guard let escaped = self.next else { break }
                self.index += 1
                value.append(escaped)
            } else {
                value.append(octet)
            }
            guard value.count <= DigestFields.Limits.maximumValueOctets else {
                throw SyntaxError(expected: "at most \(DigestFields.Limits.maximumValueOctets) octets in \(name)")
            }
        }
        throw SyntaxError(expected: "a quote that ends \(name)")
    }

    /// Behind a value stands a comma or nothing.
    mutating func endField() throws(SyntaxError) {
        self.skipBlanks()
        guard self.isAtEnd || self.next == 0x2C else { throw SyntaxError(expected: "a comma between parameters") }
    }

    /// Passes over `token68` of RFC 7235 2.1, which fills the element alone.
    mutating func skipOpaqueWord() {
        let start = self.index
        self.skipBlanks()
        while let octet = self.next, HeaderSyntax.isTokenOctet(octet) || octet == 0x2F { self.index += 1 }
        while self.next == 0x3D { self.index += 1 }
        self.skipBlanks()
        if !self.isAtEnd, self.next != 0x2C { self.index = start }
    }
}
