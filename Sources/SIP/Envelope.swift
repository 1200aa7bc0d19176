/// The headers that every message needs, read and checked together (RFC 3261 8.1.1).
package struct Envelope: Hashable, Sendable {
    /// The largest Max-Forwards (20.22).
    private static let maximumForwards: UInt64 = 255

    /// All Via values, the topmost first.
    package let vias: [Via]
    package let topVia: Via
    package let from: NameAddress
    package let to: NameAddress
    package let callID: String
    package let cseq: CSeq
    /// `nil` in responses and from RFC 2543 senders.
    package let maxForwards: Int?
    /// The Request-URI; `nil` in responses.
    package let requestURI: URI?

    /// Reads the envelope; throws for the first header that is absent, repeated or broken.
    ///
    /// Broken is also a CSeq that names another method than the request line (8.1.1.5).
    package init(_ message: Message) throws(MessageError) {
        var vias: [Via] = []
        for value in message.headers.elements("Via") {
            vias.append(try Self.reading("Via") { () throws(SyntaxError) in try Via(parsing: value) })
        }
        guard let top = vias.first else { throw MessageError(.missingHeader, header: "Via", expected: "a Via") }
        self.vias = vias
        self.topVia = top
        self.from = try Self.party("From", of: message)
        self.to = try Self.party("To", of: message)
        self.callID = try Self.single("Call-ID", of: message)
        guard !self.callID.isEmpty, !self.callID.utf8.contains(where: HeaderSyntax.isBlank) else {
            throw MessageError(.headerValue, header: "Call-ID", expected: "one word")
        }
        let cseq = try Self.single("CSeq", of: message)
        self.cseq = try Self.reading("CSeq") { () throws(SyntaxError) in try CSeq(parsing: cseq) }
        switch message.startLine {
        case .response:
            self.maxForwards = nil
            self.requestURI = nil
        case .request(let method, let uri):
            guard self.cseq.method == method else {
                throw MessageError(.headerValue, header: "CSeq", expected: "the method of the request line")
            }
            self.maxForwards = try Self.maxForwards(of: message)
            self.requestURI = try Self.requestURI(uri)
        }
    }

    private static func requestURI(_ text: String) throws(MessageError) -> URI {
        do throws(SyntaxError) {
            let uri = try URI(parsing: text)
            if case .sip(let sip) = uri, sip.headers != nil {
                throw SyntaxError(expected: "a Request-URI without headers")
            }
            return uri
        } catch {
            throw MessageError(.requestURI, line: 1, expected: error.expected)
        }
    }

    private static func maxForwards(of message: Message) throws(MessageError) -> Int? {
        guard message.headers.contains("Max-Forwards") else { return nil }
        let text = try Self.single("Max-Forwards", of: message)
        guard let number = HeaderSyntax.number(text, upTo: Self.maximumForwards) else {
            throw MessageError(.headerValue, header: "Max-Forwards", expected: "a number of 0...255")
        }
        return Int(number)
    }

    /// From or To; a tag without a value would hide the one that an answer adds (19.3).
    private static func party(_ name: String, of message: Message) throws(MessageError) -> NameAddress {
        let text = try Self.single(name, of: message)
        return try Self.reading(name) { () throws(SyntaxError) in
            let address = try NameAddress(parsing: text)
            guard address.tag != nil || !address.parameters.contains("tag") else {
                throw SyntaxError(expected: "a value behind tag=")
            }
            return address
        }
    }

    private static func single(_ name: String, of message: Message) throws(MessageError) -> String {
        let values = message.headers.all(name)
        guard let value = values.first else {
            throw MessageError(.missingHeader, header: name, expected: "one \(name)")
        }
        guard values.count == 1 else { throw MessageError(.repeatedHeader, header: name, expected: "one \(name)") }
        return value
    }

    private static func reading<Value>(
        _ name: String,
        _ read: () throws(SyntaxError) -> Value
    ) throws(MessageError) -> Value {
        do throws(SyntaxError) {
            return try read()
        } catch {
            throw MessageError(.headerValue, header: name, expected: error.expected)
        }
    }
}
