/// One element of a parsed XML document, its namespace resolved.
package struct XMLElement: Hashable, Sendable {
    package struct Attribute: Hashable, Sendable {
        /// The namespace name; empty for an unqualified attribute.
        package let namespace: String
        package let name: String
        package let value: String
    }

    package let namespace: String
    package let name: String
    package let attributes: [Attribute]
    package var children: [XMLElement]
    /// The character data directly inside, pieces between children joined.
    package var text: String

    /// The value of an unqualified attribute.
    package subscript(attribute name: String) -> String? {
        self.attributes.first { $0.namespace.isEmpty && $0.name == name }?.value
    }

    /// The first child of that name in one of the namespaces.
    package func child(_ name: String, in namespaces: [String]) -> XMLElement? {
        self.children.first { $0.name == name && namespaces.contains($0.namespace) }
    }

    /// The character data without the blanks and line breaks around it.
    package var trimmedText: String { Self.trimmed(self.text) }

    /// `text` without the XML white space around it.
    package static func trimmed(_ text: String) -> String {
        let isBlank = { (octet: UInt8) in octet == 0x20 || octet == 0x09 || octet == 0x0A || octet == 0x0D }
        let octets = text.utf8
        guard let start = octets.firstIndex(where: { !isBlank($0) }),
            let last = octets.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(text[start..<octets.index(after: last)])
    }
}

/// Why a document was refused.
package enum XMLError: Error, Hashable, Sendable {
    case tooLarge(octets: Int, maximum: Int)
    case tooDeep(line: Int, maximum: Int)
    case tooManyElements(line: Int, maximum: Int)
    case tooManyAttributes(line: Int, maximum: Int)
    /// A document type declaration: the only place for entity declarations, hence for their expansion.
    case documentType(line: Int)
    /// Not well-formed, in the parser's words.
    case malformed(line: Int, column: Int, reason: String)
    case outOfMemory
}

extension XMLError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLarge(let octets, let maximum): "a document of \(octets) octets, allowed are \(maximum)"
        case .tooDeep(let line, let maximum): "line \(line): elements nested deeper than \(maximum)"
        case .tooManyElements(let line, let maximum): "line \(line): more than \(maximum) elements"
        case .tooManyAttributes(let line, let maximum): "line \(line): an element with more than \(maximum) attributes"
        case .documentType(let line): "line \(line): a document type declaration, none is allowed"
        case .malformed(let line, let column, let reason): "line \(line), column \(column): \(reason)"
        case .outOfMemory: "no memory for the parser"
        }
    }
}
