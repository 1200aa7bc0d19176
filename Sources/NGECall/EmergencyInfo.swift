internal import SIP

/// The INFO requests of an eCall, package `EmergencyCallData.eCall.MSD` (RFC 8147 section 9, RFC 6086).
package enum EmergencyInfo {
    /// A center's request, by default for a fresh MSD; `contentID` is what a refusal will refer to.
    package static func request(
        _ request: ControlDocument.Request = .sendMSD,
        contentID: String,
        boundary: String
    ) -> MessageContent {
        self.control(ControlDocument(requests: [request]), contentID: contentID, boundary: boundary)
    }

    /// A vehicle's answer to a request for an MSD.
    package static func msd(_ part: MSDPart, boundary: String) -> MessageContent {
        self.content(
            .msd(part, disposition: "by-reference"),
            contentID: part.contentID,
            purpose: EmergencyCallData.msdPurpose,
            boundary: boundary
        )
    }

    /// A control object: a center's requests, or a vehicle's acknowledgement of them.
    package static func control(
        _ document: ControlDocument,
        contentID: String,
        boundary: String
    ) -> MessageContent {
        self.content(
            .control(document, contentID: contentID, disposition: "by-reference"),
            contentID: contentID,
            purpose: EmergencyCallData.controlPurpose,
            boundary: boundary
        )
    }

    private static func content(
        _ part: BodyPart,
        contentID: String,
        purpose: String,
        boundary: String
    ) -> MessageContent {
        var headers: Headers = [Header("Info-Package", EmergencyCallData.msdPackage)]
        headers.appendReference(to: contentID, purpose: purpose)
        var content = MessageContent(headers: headers, parts: [part], boundary: boundary)
        content.headers.append("Content-Disposition", "Info-Package")
        return content
    }
}
