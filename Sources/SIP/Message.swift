/// A SIP message (RFC 3261 section 7): a start line, header fields in order, and a body of bytes.
package struct Message: Hashable, Sendable {
    /// What the first line says the message is.
    package enum StartLine: Hashable, Sendable {
        /// A request: its method as written, and the Request-URI untouched, of any scheme.
        case request(method: Method, uri: String)
        /// A response: status 100...699 and its reason phrase.
        case response(status: Int, reason: String)
    }

    package var startLine: StartLine
    package var headers: Headers
    /// The body as octets: an MSD inside contains 0x00, 0x0D and 0x0A.
    package var body: [UInt8]

    package init(startLine: StartLine, headers: Headers, body: [UInt8] = []) {
        self.startLine = startLine
        self.headers = headers
        self.body = body
    }
}

/// A request method; methods are case-sensitive (RFC 3261 7.1), unknown ones are kept as they came.
package struct Method: Hashable, Sendable, CustomStringConvertible {
    package let name: String

    package init(_ name: String) {
        self.name = name
    }

    package static let invite = Method("INVITE")
    package static let ack = Method("ACK")
    package static let bye = Method("BYE")
    package static let cancel = Method("CANCEL")
    package static let info = Method("INFO")
    package static let options = Method("OPTIONS")
    package static let prack = Method("PRACK")
    package static let update = Method("UPDATE")
    package static let register = Method("REGISTER")
    package static let refer = Method("REFER")
    package static let notify = Method("NOTIFY")
    package static let message = Method("MESSAGE")

    package var description: String { self.name }
}
