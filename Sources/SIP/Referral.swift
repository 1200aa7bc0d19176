/// What a REFER asks for: that one address be called, and that its progress be told (RFC 3515).
package struct Referral: Hashable, Sendable {
    /// The address to be called, header fields and method included.
    package let address: URI
    /// The value of Event in each NOTIFY about it; `nil` when the peer wants none (RFC 4488).
    package let event: String?

    /// Reads a REFER; throws when it does not name exactly one address.
    package init(_ request: Message) throws(SyntaxError) {
        let addresses = request.headers.elements("Refer-To")
        guard addresses.count == 1, let value = addresses.first else {
            throw SyntaxError(expected: "exactly one Refer-To")
        }
        self.address = try NameAddress(parsing: value).uri
        let wish = request.headers["Refer-Sub"].map { HeaderSyntax.trimmed($0.prefix { $0 != ";" }) }
        let isQuiet = wish.map { HeaderSyntax.equalsIgnoringCase($0, "false") } ?? false
        let sequence = request.headers["CSeq"].flatMap { try? CSeq(parsing: $0) }  // It was read when the request came.
        // The number tells this one from others in the same dialog (2.4.6).
        self.event = isQuiet ? nil : sequence.map { "refer;id=\($0.number)" } ?? "refer"
    }

    /// The headers that a REFER for an address has of its own.
    package static func headers(for address: URI, by referrer: URI) -> Headers {
        [Header("Refer-To", "<\(address)>"), Header("Referred-By", "<\(referrer)>")]
    }
}

/// How the call to a referred address stands, as a NOTIFY tells it (RFC 3515 2.4.5).
package struct ReferralProgress: Hashable, Sendable {
    /// The status of the answer to the referred INVITE, 100 before any.
    package let status: Int

    package init(status: Int) {
        self.status = status
    }

    /// Whether nothing more will be told.
    package var isFinal: Bool { self.status >= 200 }

    package static let mediaType = "message/sipfrag"

    /// How long a call to a referred address may take to be answered: 10 min, which no wait for an answer is beyond, and
    /// the end of a CANCEL.
    private static let subscriptionSeconds = 660

    /// The headers and the body of the NOTIFY; `event` is that of the referral.
    package func notification(event: String) -> (headers: Headers, body: [UInt8]) {
        let state = self.isFinal ? "terminated;reason=noresource" : "active;expires=\(Self.subscriptionSeconds)"
        let headers: Headers = [
            Header("Event", event), Header("Subscription-State", state),
            Header("Content-Type", "\(Self.mediaType);version=2.0"),
        ]
        return (headers, Array("SIP/2.0 \(self.status) \(ReasonPhrase.of(self.status))\r\n".utf8))
    }

    /// Whether a NOTIFY is about a referral.
    package static func isToldBy(_ notification: Message) -> Bool {
        let event = notification.headers["Event"].map { $0.prefix { $0 != ";" } } ?? ""
        return HeaderSyntax.equalsIgnoringCase(HeaderSyntax.trimmed(event), "refer")
    }

    /// Reads a NOTIFY; throws when it is not about a referral, or holds no status line.
    package init(_ notification: Message) throws(SyntaxError) {
        guard Self.isToldBy(notification) else { throw SyntaxError(expected: "Event: refer") }
        let line = notification.body.prefix { $0 != 0x0D && $0 != 0x0A }
        guard let start = try? StartLineSyntax.statusLine(line),  // What is wrong with it is not told apart.
            case .response(let status, _) = start
        else { throw SyntaxError(expected: "a status line in the body") }
        self.status = status
    }
}
