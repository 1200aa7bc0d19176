/// What a final answer to a REGISTER says; values that cannot be read count as absent.
struct RegistrationAnswer: Hashable, Sendable {
    let status: Int
    /// The CSeq that was answered: that of the last repetition with credentials.
    let sequence: UInt32?
    /// How long the registrar keeps our binding: the Contact's own expiry, or that of all (RFC 3261 10.2.4).
    let seconds: Int?
    /// The Min-Expires of a 423.
    let leastSeconds: Int?
    let retryAfter: Duration?
    /// How often the server wants to see pings (RFC 5626 4.4).
    let flowTimer: Duration?
    /// Whether the binding is that of the flow (RFC 5626 4.2.1).
    let isOutbound: Bool
    /// Status and reason phrase, cut to a length that fits a log.
    let sentence: String

    /// Characters of a reason phrase that are kept.
    private static let maximumPhrase = 64

    init(_ response: Message, instance: String) {
        let headers = response.headers
        self.status = response.status ?? 0
        self.sequence = (try? CSeq(parsing: headers["CSeq"] ?? ""))?.number  // Absent counts as unknown.
        self.seconds = Self.expiry(in: headers, of: instance) ?? Self.number(headers["Expires"])
        self.leastSeconds = Self.number(headers["Min-Expires"])
        self.retryAfter = Self.retryAfter(headers["Retry-After"])
        self.flowTimer = Self.number(headers["Flow-Timer"]).map { .seconds($0) }
        self.isOutbound = headers.elements("Require").contains { HeaderSyntax.equalsIgnoringCase($0, "outbound") }
        var phrase = ""
        if case .response(_, let reason) = response.startLine {
            phrase = String(String.UnicodeScalarView(reason.unicodeScalars.filter { $0.value >= 0x20 }))
        }
        self.sentence = "the registrar answered \(self.status) \(phrase.prefix(Self.maximumPhrase))"
    }

    var isSuccess: Bool { (200..<300).contains(self.status) }

    /// The expiry of the binding of this device; those of others may stand beside it.
    private static func expiry(in headers: Headers, of instance: String) -> Int? {
        for value in headers.elements("Contact") {
            guard let contact = try? NameAddress(parsing: value),  // One that cannot be read is not ours.
                let own = contact.parameters["+sip.instance"],
                HeaderSyntax.equalsIgnoringCase(own, "\"<\(instance)>\"")
            else { continue }
            return Self.number(contact.parameters["expires"])
        }
        return nil
    }

    /// Seconds, with a comment or parameters behind them (RFC 3261 20.33).
    private static func retryAfter(_ value: String?) -> Duration? {
        guard let value else { return nil }
        let digits = value.prefix { ("0"..."9").contains($0) }
        return Self.number(String(digits)).map { .seconds($0) }
    }

    private static func number(_ text: String?) -> Int? {
        text.flatMap { HeaderSyntax.number(HeaderSyntax.trimmed($0), upTo: UInt64(UInt32.max)) }.map(Int.init)
    }
}
