/// The grammar of request lines and status lines (RFC 3261 7.1 and 7.2).
enum StartLineSyntax {
    private static let version = "SIP/2.0"

    /// Whether the line means to be a status line; a method never holds a slash.
    static func isStatusLine(_ line: ArraySlice<UInt8>) -> Bool {
        HeaderSyntax.equalsIgnoringCase(String(decoding: line.prefix(4), as: UTF8.self), "SIP/")
    }

    static func requestLine(_ line: ArraySlice<UInt8>) throws(MessageError) -> Message.StartLine {
        let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else {
            throw MessageError(.startLine, line: 1, expected: "a method, a URI and SIP/2.0 between single blanks")
        }
        guard parts[0].allSatisfy(HeaderSyntax.isTokenOctet) else {
            throw MessageError(.startLine, line: 1, expected: "a token as method")
        }
        guard HeaderSyntax.equalsIgnoringCase(String(decoding: parts[2], as: UTF8.self), Self.version) else {
            let isOther = parts[2].starts(with: Array("SIP/".utf8))
            throw MessageError(isOther ? .version : .startLine, line: 1, expected: "the version SIP/2.0")
        }
        guard parts[1].allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw MessageError(.requestURI, line: 1, expected: "a Request-URI without control characters")
        }
        return .request(
            method: Method(String(decoding: parts[0], as: UTF8.self)),
            uri: String(decoding: parts[1], as: UTF8.self)
        )
    }

    static func statusLine(_ line: ArraySlice<UInt8>) throws(MessageError) -> Message.StartLine {
        let parts = line.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
        guard HeaderSyntax.equalsIgnoringCase(String(decoding: parts[0], as: UTF8.self), Self.version) else {
            throw MessageError(.version, line: 1, expected: "the version SIP/2.0")
        }
        guard parts.count >= 2, parts[1].count == 3,
            let status = HeaderSyntax.number(String(decoding: parts[1], as: UTF8.self), upTo: 699), status >= 100
        else { throw MessageError(.status, line: 1, expected: "a status of 100...699") }
        // The blank behind the status is missing in answers of some stacks when there is no reason.
        let reason = parts.count == 3 ? parts[2] : []
        guard !reason.contains(where: { $0 == 0x0D || $0 == 0x0A }) else {
            throw MessageError(.startLine, line: 1, expected: "a reason phrase without bare CR or LF")
        }
        return .response(status: Int(status), reason: String(decoding: reason, as: UTF8.self))
    }
}
