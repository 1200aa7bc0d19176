internal import SIP

/// A header value followed by parameters: `value;name=text;name="quoted text";flag`.
package struct ParameterizedValue: Hashable, Sendable {
    package struct Parameter: Hashable, Sendable {
        package let name: String
        /// The text without its quotes; empty for a flag.
        package let text: String
    }

    /// What stands before the first semicolon, blanks trimmed.
    package let value: String
    package let parameters: [Parameter]

    package init(_ field: String) {
        let pieces = HeaderSyntax.split(field, at: UInt8(ascii: ";"))
        self.value = pieces.first ?? ""
        self.parameters = pieces.dropFirst().filter { !$0.isEmpty }.map(Self.parameter(from:))
    }

    /// The text of the first parameter of that name, compared without case.
    package subscript(name: String) -> String? {
        self.parameters.first { HeaderSyntax.equalsIgnoringCase($0.name, name) }?.text
    }

    private static func parameter(from piece: String) -> Parameter {
        guard let equals = piece.utf8.firstIndex(of: UInt8(ascii: "=")) else {
            return Parameter(name: piece, text: "")
        }
        let name = HeaderSyntax.trimmed(piece[..<equals])
        let text = HeaderSyntax.trimmed(piece[piece.utf8.index(after: equals)...])
        return Parameter(name: name, text: Self.unquoted(text))
    }

    /// The text inside a quoted string with its escapes resolved (RFC 3261 25.1); other text as it is.
    private static func unquoted(_ text: String) -> String {
        let octets = Array(text.utf8)
        guard octets.count >= 2, octets.first == UInt8(ascii: "\""), octets.last == UInt8(ascii: "\"") else {
            return text
        }
        var content: [UInt8] = []
        var escaped = false
        for octet in octets[1..<(octets.count - 1)] {
            if !escaped, octet == UInt8(ascii: "\\") {
                escaped = true
            } else {
                escaped = false
                content.append(octet)
            }
        }
        return String(decoding: content, as: UTF8.self)
    }
}
