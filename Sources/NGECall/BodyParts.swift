package import SIP

/// The parts of a message's body, single or multipart, nested multiparts unfolded, with the Call-Info that names them.
package struct BodyParts: Hashable, Sendable {
    /// A Call-Info value that points into the body: `<cid:…>;purpose=…` (RFC 7852 section 5.2, RFC 2392).
    package struct Reference: Hashable, Sendable {
        package let contentID: String
        package let purpose: String
    }

    package let parts: [BodyPart]
    /// The media types of `parts`, taken once because every reader asks for several.
    private let mediaTypes: [String]
    package let references: [Reference]
    /// What was wrong with nested multiparts; they are kept as parts of their own.
    package let problems: [MultipartError]

    /// Reads the body of `message`; an empty body has no parts.
    package init(_ message: Message) throws(MultipartError) {
        self.references = Self.references(in: message.headers)
        guard !message.body.isEmpty else {
            self.parts = []
            self.mediaTypes = []
            self.problems = []
            return
        }
        var headers: Headers = []
        for field in message.headers.fields where Self.describesContent(field) {
            headers.append(field.name, field.value)
        }
        let whole = BodyPart(headers: headers, body: message.body)
        if whole.mediaType.hasPrefix("multipart/"), let contentType = headers["Content-Type"] {
            let multipart = try Multipart(contentType: contentType, body: whole.content())
            (self.parts, self.problems) = multipart.flattened()
        } else {
            self.parts = [whole]
            self.problems = []
        }
        self.mediaTypes = self.parts.map(\.mediaType)
    }

    package func all(_ mediaType: String) -> [BodyPart] {
        zip(self.parts, self.mediaTypes).filter { HeaderSyntax.equalsIgnoringCase($0.1, mediaType) }.map(\.0)
    }

    package func first(_ mediaType: String) -> BodyPart? {
        zip(self.parts, self.mediaTypes).first { HeaderSyntax.equalsIgnoringCase($0.1, mediaType) }?.0
    }

    package func part(contentID: String) -> BodyPart? {
        self.parts.first { $0.contentID == contentID }
    }

    /// The references of that purpose, compared without case, in the order of the message.
    package func references(for purpose: String) -> [Reference] {
        self.references.filter { HeaderSyntax.equalsIgnoringCase($0.purpose, purpose) }
    }

    /// The parts that Call-Info names with that purpose; references to parts that are not there give none.
    package func referenced(as purpose: String) -> [BodyPart] {
        self.references(for: purpose).compactMap { self.part(contentID: $0.contentID) }
    }

    private static func describesContent(_ field: Header) -> Bool {
        ["Content-Type", "Content-ID", "Content-Disposition", "Content-Transfer-Encoding"]
            .contains(where: field.isNamed)
    }

    private static func references(in headers: Headers) -> [Reference] {
        headers.elements("Call-Info").compactMap { element in
            let info = ParameterizedValue(element)
            guard let purpose = info["purpose"], let contentID = Self.contentID(fromURL: info.value) else { return nil }
            return Reference(contentID: contentID, purpose: purpose)
        }
    }

    /// The Content-ID in a `<cid:…>` URL, its escapes resolved (RFC 2392); `nil` for any other URL.
    static func contentID(fromURL value: String) -> String? {
        var url = value[...]
        if url.hasPrefix("<"), url.hasSuffix(">") { url = url.dropFirst().dropLast() }
        guard HeaderSyntax.equalsIgnoringCase(url.prefix(4), "cid:") else { return nil }
        return PercentEncoding.decode(url.dropFirst(4))
    }
}
