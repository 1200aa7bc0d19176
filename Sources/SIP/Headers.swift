/// One header field as it stands in a message: a name and its unfolded value.
package struct Header: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// The header fields of a message in their order; names compare without case, compact forms are already expanded.
package struct Headers: Hashable, Sendable, ExpressibleByArrayLiteral {
    package private(set) var fields: [Header]

    package init(_ fields: [Header] = []) {
        self.fields = fields
    }

    package init(arrayLiteral elements: Header...) {
        self.fields = elements
    }

    /// The value of the first field of that name.
    package subscript(name: String) -> String? {
        self.fields.first { $0.isNamed(name) }?.value
    }

    /// The values of all fields of that name, in order, each field whole.
    package func all(_ name: String) -> [String] {
        self.fields.compactMap { $0.isNamed(name) ? $0.value : nil }
    }

    package func contains(_ name: String) -> Bool {
        self.fields.contains { $0.isNamed(name) }
    }

    package mutating func append(_ name: String, _ value: String) {
        self.fields.append(Header(name, value))
    }

    /// Puts a field before all others, where Via stands.
    package mutating func prepend(_ name: String, _ value: String) {
        self.fields.insert(Header(name, value), at: 0)
    }

    package mutating func append(contentsOf others: Headers) {
        self.fields.append(contentsOf: others.fields)
    }

    package mutating func remove(_ name: String) {
        self.fields.removeAll { $0.isNamed(name) }
    }

    /// Replaces the value of the first field of that name and leaves further ones as they are.
    package mutating func replaceFirst(_ name: String, with value: String) {
        guard let index = self.fields.firstIndex(where: { $0.isNamed(name) }) else { return }
        self.fields[index] = Header(self.fields[index].name, value)
    }

    /// Replaces the first field of that name in its place and drops the others; appends when there is none.
    package mutating func set(_ name: String, _ value: String) {
        guard let index = self.fields.firstIndex(where: { $0.isNamed(name) }) else {
            self.append(name, value)
            return
        }
        self.remove(name)
        self.fields.insert(Header(name, value), at: index)
    }

    /// The comma-separated elements of all fields of that name; commas in quotes and angle brackets do not split.
    package func elements(_ name: String) -> [String] {
        self.all(name).flatMap(HeaderSyntax.split(atCommas:))
    }
}

extension Header {
    /// Whether this field has that name, compared without case as RFC 3261 7.3.1 asks.
    package func isNamed(_ name: String) -> Bool {
        HeaderSyntax.equalsIgnoringCase(self.name, name)
    }
}
