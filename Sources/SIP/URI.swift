/// An absolute URI: `sip` and `sips` taken apart, every other scheme kept as it is.
///
/// `urn:service:sos.ecall.manual` or `tel:112` are as good a Request-URI as any; where they go is the route's matter.
package enum URI: Hashable, Sendable, CustomStringConvertible {
    case sip(SIPURI)
    /// Any other scheme: the whole text.
    case opaque(String)

    /// Reads one absolute URI that fills the text; throws for blanks, brackets, quotes, or a broken host or port.
    package init(parsing text: String) throws(SyntaxError) {
        guard let colon = text.utf8.firstIndex(of: 0x3A) else {
            throw SyntaxError(expected: "an absolute URI with a scheme")
        }
        let scheme = text[..<colon]
        let rest = text[text.utf8.index(after: colon)...]
        guard Self.isScheme(scheme) else { throw SyntaxError(expected: "a URI scheme before the first colon") }
        guard !rest.isEmpty, rest.utf8.allSatisfy(Self.isURIOctet) else {
            throw SyntaxError(expected: "a URI without blanks, quotes or angle brackets")
        }
        if HeaderSyntax.equalsIgnoringCase(scheme, "sip") {
            self = .sip(try SIPURI(isSecure: false, parsing: rest))
        } else if HeaderSyntax.equalsIgnoringCase(scheme, "sips") {
            self = .sip(try SIPURI(isSecure: true, parsing: rest))
        } else {
            self = .opaque(text)
        }
    }

    /// The scheme in lower case.
    package var scheme: String {
        switch self {
        case .sip(let uri): uri.isSecure ? "sips" : "sip"
        case .opaque(let text): text[..<(text.utf8.firstIndex(of: 0x3A) ?? text.endIndex)].lowercased()
        }
    }

    package var description: String {
        switch self {
        case .sip(let uri): uri.description
        case .opaque(let text): text
        }
    }

    private static func isScheme(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, HeaderSyntax.isLetter(first) else { return false }
        return text.utf8.allSatisfy { octet in
            HeaderSyntax.isLetter(octet) || HeaderSyntax.isDigit(octet) || [0x2B, 0x2D, 0x2E].contains(octet)
        }
    }

    private static func isURIOctet(_ octet: UInt8) -> Bool {
        octet > 0x20 && octet != 0x7F && octet != 0x22 && octet != 0x3C && octet != 0x3E
    }
}

/// A `sip:` or `sips:` URI (RFC 3261 19.1).
package struct SIPURI: Hashable, Sendable, CustomStringConvertible {
    package var isSecure: Bool
    /// The user part as written, escapes kept, a password included; `nil` when there is none.
    package var user: String?
    /// A name or a numeric address; an IPv6 address without its brackets.
    package var host: String
    package var port: UInt16?
    package var parameters: Parameters
    /// The text behind the question mark, as written.
    package var headers: String?

    package init(
        isSecure: Bool = false,
        user: String?,
        host: String,
        port: UInt16? = nil,
        parameters: Parameters = Parameters(),
        headers: String? = nil
    ) {
        self.isSecure = isSecure
        self.user = user
        self.host = host
        self.port = port
        self.parameters = parameters
        self.headers = headers
    }

    init(isSecure: Bool, parsing text: Substring) throws(SyntaxError) {
        var rest = text
        self.isSecure = isSecure
        self.user = nil
        self.headers = nil
        // A user part may hold ; and ? but a host never holds @, so the last @ ends the user.
        if let at = rest.utf8.lastIndex(of: 0x40) {
            let user = rest[..<at]
            guard !user.isEmpty, !user.utf8.contains(0x40) else { throw SyntaxError(expected: "one user before the @") }
            self.user = String(user)
            rest = rest[rest.utf8.index(after: at)...]
        }
        if let question = rest.utf8.firstIndex(of: 0x3F) {
            self.headers = String(rest[rest.utf8.index(after: question)...])
            rest = rest[..<question]
        }
        let semicolon = rest.utf8.firstIndex(of: 0x3B) ?? rest.endIndex
        (self.host, self.port) = try HostPort.parse(rest[..<semicolon])
        let parameters = rest[semicolon...]
        guard parameters.utf8.count != 1 else { throw SyntaxError(expected: "a URI parameter behind ;") }
        self.parameters = try Parameters(parsing: String(parameters))
    }

    package var description: String {
        var text = self.isSecure ? "sips:" : "sip:"
        if let user = self.user { text += "\(user)@" }
        text += HostText.bracketed(self.host)
        if let port = self.port { text += ":\(port)" }
        text += self.parameters.description
        if let headers = self.headers { text += "?\(headers)" }
        return text
    }
}

/// The `host[:port]` form that URIs and Via share.
enum HostPort {
    static func parse(_ text: some StringProtocol) throws(SyntaxError) -> (host: String, port: UInt16?) {
        let octets = text.utf8
        let hostEnd: String.Index
        let host: String
        if octets.first == 0x5B {
            guard let bracket = octets.firstIndex(of: 0x5D) else {
                throw SyntaxError(expected: "] behind an IPv6 address")
            }
            host = String(text[octets.index(after: octets.startIndex)..<bracket])
            guard Self.isIPv6Text(host) else { throw SyntaxError(expected: "an IPv6 address between [ and ]") }
            hostEnd = octets.index(after: bracket)
        } else {
            hostEnd = octets.firstIndex { $0 == 0x3A || HeaderSyntax.isBlank($0) } ?? octets.endIndex
            host = String(text[..<hostEnd])
            guard Self.isName(host) else { throw SyntaxError(expected: "a host name or address") }
        }
        let rest = HeaderSyntax.trimmed(text[hostEnd...])
        guard !rest.isEmpty else { return (host, nil) }
        let digits = HeaderSyntax.trimmed(rest[rest.utf8.index(after: rest.startIndex)...])
        guard rest.utf8.first == 0x3A, let port = HeaderSyntax.number(digits, upTo: UInt64(UInt16.max)), port > 0 else {
            throw SyntaxError(expected: "a port of 1...65535 behind the host")
        }
        return (host, UInt16(port))
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                HeaderSyntax.isLetter($0) || HeaderSyntax.isDigit($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F
            }
    }

    /// Hexadecimal groups between colons, the last perhaps an IPv4 address.
    ///
    /// A colon too many is tolerated: the grammar of RFC 3261 produced it (RFC 5118 4.10).
    private static func isIPv6Text(_ text: String) -> Bool {
        text.utf8.count { $0 == 0x3A } >= 2
            && text.utf8.allSatisfy { octet in
                HeaderSyntax.isDigit(octet) || (0x61...0x66).contains(HeaderSyntax.lowercased(octet))
                    || octet == 0x3A || octet == 0x2E
            }
    }
}
