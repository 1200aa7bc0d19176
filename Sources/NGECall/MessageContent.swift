package import SIP

/// The header fields and the body that eCall adds to a request or response; the SIP layer adds the rest.
package struct MessageContent: Hashable, Sendable {
    package var headers: Headers
    package var body: [UInt8]

    package init(headers: Headers = [], body: [UInt8] = []) {
        self.headers = headers
        self.body = body
    }

    /// Content whose body is `parts` in a multipart; its boundary is `boundary`, or longer when a part contains that.
    init(headers: Headers, parts: [BodyPart], boundary: String) {
        let multipart = Multipart(parts, boundary: boundary)
        self.headers = headers
        self.headers.append("MIME-Version", "1.0")
        self.headers.append("Content-Type", multipart.contentType)
        self.body = multipart.serialized()
    }
}

extension BodyPart {
    static func session(_ description: SessionDescription) -> BodyPart {
        BodyPart(mediaType: EmergencyCallData.sessionMediaType, body: description.serialized())
    }

    static func location(_ document: LocationDocument, contentID: String) -> BodyPart {
        BodyPart(
            mediaType: EmergencyCallData.locationMediaType,
            contentID: contentID,
            disposition: "by-reference;handling=optional",
            body: document.serialized()
        )
    }

    static func msd(_ part: MSDPart, disposition: String) -> BodyPart {
        BodyPart(
            mediaType: EmergencyCallData.msdMediaType,
            contentID: part.contentID,
            disposition: disposition,
            transferEncoding: "binary",
            body: part.octets
        )
    }

    static func veds(_ part: VEDSPart, disposition: String) -> BodyPart {
        BodyPart(
            mediaType: EmergencyCallData.vedsMediaType,
            contentID: part.contentID,
            disposition: disposition,
            body: part.dataSet.serialized()
        )
    }

    static func control(_ document: ControlDocument, contentID: String, disposition: String) -> BodyPart {
        BodyPart(
            mediaType: EmergencyCallData.controlMediaType,
            contentID: contentID,
            disposition: disposition,
            body: document.serialized()
        )
    }
}

extension Headers {
    /// Appends the Call-Info value that names a part of this message (RFC 7852 section 5.2).
    mutating func appendReference(to contentID: String, purpose: String) {
        self.append("Call-Info", "<cid:\(contentID)>;purpose=\(purpose)")
    }

    /// Appends a comma-separated list, nothing when it is empty.
    mutating func appendList(_ name: String, _ elements: [String]) {
        guard !elements.isEmpty else { return }
        self.append(name, elements.joined(separator: ", "))
    }
}
