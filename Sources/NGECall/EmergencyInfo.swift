internal import SIP

/// The INFO requests of an eCall, packages `EmergencyCallData.eCall.MSD` (RFC 8147 section 9) and
/// `EmergencyCallData.VEDS` (RFC 8148 section 9), by the rules of RFC 6086.
package enum EmergencyInfo {
    /// A center's request, by default for a fresh MSD; `contentID` is what a refusal will refer to.
    package static func request(
        _ request: ControlDocument.Request = .sendMSD,
        contentID: String,
        boundary: String,
        package: String = EmergencyCallData.msdPackage
    ) -> MessageContent {
        self.control(
            ControlDocument(requests: [request]),
            contentID: contentID,
            boundary: boundary,
            package: package
        )
    }

    /// A vehicle's answer to a request for an MSD.
    package static func msd(_ part: MSDPart, boundary: String) -> MessageContent {
        self.content(
            .msd(part, disposition: "by-reference"),
            contentID: part.contentID,
            purpose: EmergencyCallData.msdPurpose,
            boundary: boundary,
            package: EmergencyCallData.msdPackage
        )
    }

    /// A vehicle's answer to a request for its data, or what it has learned since (RFC 8148 section 9).
    package static func veds(_ part: VEDSPart, boundary: String) -> MessageContent {
        self.content(
            .veds(part, disposition: "by-reference"),
            contentID: part.contentID,
            purpose: EmergencyCallData.vedsPurpose,
            boundary: boundary,
            package: EmergencyCallData.vedsPackage
        )
    }

    /// A control object: a center's requests, or a vehicle's acknowledgement of them.
    ///
    /// An answer travels in the package of what it answers.
    package static func control(
        _ document: ControlDocument,
        contentID: String,
        boundary: String,
        package: String = EmergencyCallData.msdPackage
    ) -> MessageContent {
        self.content(
            .control(document, contentID: contentID, disposition: "by-reference"),
            contentID: contentID,
            purpose: EmergencyCallData.controlPurpose,
            boundary: boundary,
            package: package
        )
    }

    private static func content(
        _ part: BodyPart,
        contentID: String,
        purpose: String,
        boundary: String,
        package: String
    ) -> MessageContent {
        var headers: Headers = [Header("Info-Package", package)]
        headers.appendReference(to: contentID, purpose: purpose)
        var content = MessageContent(headers: headers, parts: [part], boundary: boundary)
        content.headers.append("Content-Disposition", "Info-Package")
        return content
    }
}
