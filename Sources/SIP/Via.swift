/// One value of Via (RFC 3261 20.42): how a request travelled and where its answer goes.
package struct Via: Hashable, Sendable, CustomStringConvertible {
    /// What a branch of RFC 3261 begins with; any other is matched by the rules of RFC 2543 (17.2.3).
    package static let magicCookie = "z9hG4bK"

    /// The transport token as written, known or not.
    package var transport: String
    /// The host of sent-by, an IPv6 address without brackets.
    package var host: String
    package var port: UInt16?
    package var parameters: Parameters

    package init(transport: String, host: String, port: UInt16?, parameters: Parameters) {
        self.transport = transport
        self.host = host
        self.port = port
        self.parameters = parameters
    }

    /// Reads one value; blanks may stand around the slashes and the colon.
    package init(parsing value: String) throws(SyntaxError) {
        let semicolon = value.utf8.firstIndex(of: 0x3B) ?? value.endIndex
        let parts = value[..<semicolon].split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, HeaderSyntax.equalsIgnoringCase(HeaderSyntax.trimmed(parts[0]), "SIP"),
            HeaderSyntax.trimmed(parts[1]) == "2.0"
        else { throw SyntaxError(expected: "SIP/2.0/ and a transport") }
        let rest = HeaderSyntax.trimmed(parts[2])
        guard let blank = rest.utf8.firstIndex(where: HeaderSyntax.isBlank), HeaderSyntax.isToken(rest[..<blank]) else {
            throw SyntaxError(expected: "a transport, a blank and a host")
        }
        self.transport = String(rest[..<blank])
        (self.host, self.port) = try HostPort.parse(HeaderSyntax.trimmed(rest[blank...]))
        let parameters = HeaderSyntax.trimmed(value[semicolon...])
        guard parameters.utf8.count != 1 else { throw SyntaxError(expected: "a parameter behind ;") }
        self.parameters = try Parameters(parsing: parameters)
    }

    package var branch: String? { self.parameters["branch"] }

    /// The branch when it identifies a transaction by itself: with the cookie and something behind it.
    package var uniqueBranch: String? {
        guard let branch = self.branch, branch.utf8.count > Self.magicCookie.utf8.count,
            HeaderSyntax.equalsIgnoringCase(branch.prefix(Self.magicCookie.count), Self.magicCookie)
        else { return nil }
        return branch
    }

    /// The host and port that the sender wrote, as a key.
    package var sentBy: String {
        let host = HostText.bracketed(self.host).lowercased()
        return self.port.map { "\(host):\($0)" } ?? host
    }

    /// Notes where the request really came from (RFC 3261 18.2.1, RFC 3581 4).
    package mutating func noteSource(_ source: FlowAddress) {
        let asksForPort = self.parameters.contains("rport")
        if asksForPort { self.parameters.set("rport", String(source.port)) }
        if asksForPort || self.host != source.host { self.parameters.set("received", source.host) }
    }

    package var description: String {
        let port = self.port.map { ":\($0)" } ?? ""
        return "SIP/2.0/\(self.transport) \(HostText.bracketed(self.host))\(port)\(self.parameters)"
    }
}
