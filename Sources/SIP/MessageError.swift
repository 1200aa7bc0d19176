/// Why a message is refused: what is wrong, where, and what was expected there.
package struct MessageError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// The first line is neither a request line nor a status line.
        case startLine
        /// The version is not `SIP/2.0`.
        case version
        /// The Request-URI breaks the grammar.
        case requestURI
        /// The status is not three digits of 100...699.
        case status
        /// A line is no `name: value`, or holds a bare CR or LF.
        case headerLine
        /// The value of a header that this element needs breaks its grammar or range.
        case headerValue
        /// A mandatory header is absent.
        case missingHeader
        /// A header that may stand once stands more often.
        case repeatedHeader
        /// The octets end before the empty line.
        case unfinishedHead
        /// Content-Length is no number, contradicts itself, or is absent on a stream.
        case contentLength
        /// Fewer octets follow the empty line than Content-Length says.
        case shortBody
        /// The start line is longer than `Limits.startLineBytes`.
        case startLineTooLong
        /// A header field is longer than `Limits.headerLineBytes`.
        case headerTooLong
        /// There are more header fields than `Limits.headerCount`.
        case tooManyHeaders
        /// The head is longer than `Limits.headBytes`.
        case headTooLong
        /// The body is longer than `Limits.bodyBytes`.
        case bodyTooLong
    }

    package let code: Code
    /// The line of the message, counted from 1; `nil` where the whole message is meant.
    package let line: Int?
    /// The name of the header that is meant.
    package let header: String?
    /// What should have stood there, as words that follow "expected".
    package let expected: String

    package init(_ code: Code, line: Int? = nil, header: String? = nil, expected: String) {
        self.code = code
        self.line = line
        self.header = header
        self.expected = expected
    }

    /// The status that answers a request with this mistake (RFC 3261 21.4, 21.5).
    package var status: Int {
        switch self.code {
        case .version: 505
        case .startLineTooLong: 414
        case .bodyTooLong: 413
        case .headerTooLong, .tooManyHeaders, .headTooLong: 513
        case .startLine, .requestURI, .status, .headerLine, .headerValue, .missingHeader, .repeatedHeader,
            .unfinishedHead, .contentLength, .shortBody:
            400
        }
    }

    package var description: String {
        let place = self.line.map { "line \($0): " } ?? ""
        let name = self.header.map { "\($0): " } ?? ""
        return "\(place)\(name)expected \(self.expected)"
    }
}
