package import SIP

/// One part of a body (RFC 2045, RFC 2046): its header fields and its octets as they were transferred.
package struct BodyPart: Hashable, Sendable {
    package var headers: Headers
    /// The octets between the part's empty line and the next boundary, still in their transfer encoding.
    package var body: [UInt8]

    package init(headers: Headers, body: [UInt8]) {
        self.headers = headers
        self.body = body
    }

    /// A part of our own, its fields in the order of RFC 8147's examples.
    package init(
        mediaType: String,
        contentID: String? = nil,
        disposition: String? = nil,
        transferEncoding: String? = nil,
        body: [UInt8]
    ) {
        var headers: Headers = [Header("Content-Type", mediaType)]
        if let contentID { headers.append("Content-ID", "<\(contentID)>") }
        if let disposition { headers.append("Content-Disposition", disposition) }
        if let transferEncoding { headers.append("Content-Transfer-Encoding", transferEncoding) }
        self.init(headers: headers, body: body)
    }

    /// The media type in lower case without parameters; `text/plain` when none is given (RFC 2045 section 5.2).
    package var mediaType: String {
        guard let field = self.headers["Content-Type"] else { return "text/plain" }
        return Self.lowercased(ParameterizedValue(field).value)
    }

    /// The Content-ID without its angle brackets.
    package var contentID: String? {
        guard let field = self.headers["Content-ID"] else { return nil }
        return field.hasPrefix("<") && field.hasSuffix(">") ? String(field.dropFirst().dropLast()) : field
    }

    /// The disposition's first word in lower case, `nil` when the part gives none.
    package var disposition: String? {
        self.headers["Content-Disposition"].map { Self.lowercased(ParameterizedValue($0).value) }
    }

    package func hasMediaType(_ mediaType: String) -> Bool {
        HeaderSyntax.equalsIgnoringCase(self.mediaType, mediaType)
    }

    /// The octets with the transfer encoding undone.
    ///
    /// `binary`, `8bit` and `7bit` stand for the octets as they are, `base64` is decoded; any other encoding is refused
    /// by its name, because SIP's default is binary and no peer needs more (RFC 3261 section 27.5).
    package func content() throws(MultipartError) -> [UInt8] {
        guard let field = self.headers["Content-Transfer-Encoding"] else { return self.body }
        switch Self.lowercased(ParameterizedValue(field).value) {
        case "binary", "8bit", "7bit":
            return self.body
        case "base64":
            guard let octets = Base64.decode(self.body) else { throw .damagedBase64 }
            return octets
        default:
            throw .unknownTransferEncoding(field)
        }
    }

    private static func lowercased(_ text: String) -> String {
        String(decoding: text.utf8.map(HeaderSyntax.lowercased), as: UTF8.self)
    }
}
