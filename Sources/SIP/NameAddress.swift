/// The value of From, To, Contact, Route and Record-Route: a URI, perhaps with a display name and parameters.
package struct NameAddress: Hashable, Sendable, CustomStringConvertible {
    /// The display name as written, quotes included; `nil` when there is none.
    package var display: String?
    package var uri: URI
    package var parameters: Parameters

    package init(display: String? = nil, uri: URI, parameters: Parameters = Parameters()) {
        self.display = display
        self.uri = uri
        self.parameters = parameters
    }

    /// Reads one value; without angle brackets the parameters belong to the header, not to the URI (RFC 3261 20).
    ///
    /// Throws for an open quote, a display name that needs quotes, blanks inside the brackets, or text behind them.
    package init(parsing value: String) throws(SyntaxError) {
        let text = HeaderSyntax.trimmed(value)
        let (display, rest) = try Self.displayName(of: text)
        self.display = display
        guard rest.utf8.first == 0x3C else {
            let semicolon = rest.utf8.firstIndex(of: 0x3B) ?? rest.endIndex
            let spec = HeaderSyntax.trimmed(rest[..<semicolon])
            guard !spec.utf8.contains(0x3F), !spec.utf8.contains(0x2C) else {
                throw SyntaxError(expected: "angle brackets around a URI that holds ? or a comma")
            }
            self.uri = try URI(parsing: spec)
            self.parameters = try Self.parameters(rest[semicolon...])
            return
        }
        guard let close = rest.utf8.firstIndex(of: 0x3E) else { throw SyntaxError(expected: "> behind the URI") }
        self.uri = try URI(parsing: String(rest[rest.utf8.index(after: rest.startIndex)..<close]))
        let tail = HeaderSyntax.trimmed(rest[rest.utf8.index(after: close)...])
        guard tail.isEmpty || tail.utf8.first == 0x3B else { throw SyntaxError(expected: "; or nothing behind >") }
        self.parameters = try Self.parameters(tail[...])
    }

    /// The tag parameter; `nil` outside dialogs and in RFC 2543 messages.
    package var tag: String? { self.parameters["tag"] }

    package var description: String {
        let name = self.display.map { "\($0) " } ?? ""
        return "\(name)<\(self.uri)>\(self.parameters)"
    }

    private static func parameters(_ text: Substring) throws(SyntaxError) -> Parameters {
        guard text.utf8.count != 1 else { throw SyntaxError(expected: "a parameter behind ;") }
        return try Parameters(parsing: String(text))
    }

    /// The display name and what follows it; no name when a colon stands before any bracket.
    private static func displayName(of text: String) throws(SyntaxError) -> (String?, Substring) {
        if text.utf8.first == 0x22 {
            guard let end = HeaderSyntax.endOfQuotedString(text.utf8) else {
                throw SyntaxError(expected: "a quote that closes the display name")
            }
            let rest = HeaderSyntax.trimmed(text[end...])
            guard rest.utf8.first == 0x3C else { throw SyntaxError(expected: "< behind a quoted display name") }
            return (String(text[..<end]), rest[...])
        }
        guard let mark = text.utf8.firstIndex(where: { $0 == 0x3C || $0 == 0x3A }), text.utf8[mark] == 0x3C else {
            return (nil, text[...])
        }
        let name = HeaderSyntax.trimmed(text[..<mark])
        guard name.utf8.allSatisfy({ HeaderSyntax.isTokenOctet($0) || HeaderSyntax.isBlank($0) || $0 >= 0x80 }) else {
            throw SyntaxError(expected: "quotes around a display name of other than tokens")
        }
        return (name.isEmpty ? nil : name, text[mark...])
    }
}
