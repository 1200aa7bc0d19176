package import SIP

/// The center's final response to an eCall: with or without voice, with or without an acknowledgement of the MSD.
package struct EmergencyAnswer: Hashable, Sendable {
    /// The acknowledgement of the MSD of the INVITE and the Content-ID of the part it travels in.
    package struct Acknowledgement: Hashable, Sendable {
        /// The MSD's Content-ID.
        package let ref: String
        /// Whether the MSD could be used.
        package let received: Bool
        package let contentID: String

        package init(ref: String, received: Bool, contentID: String) {
            self.ref = ref
            self.received = received
            self.contentID = contentID
        }
    }

    /// The session answer; only a 200 has one.
    package var session: SessionDescription?
    /// `nil` for an answer that says nothing of the MSD, as a center without eCall would give.
    package var acknowledgement: Acknowledgement?
    package var accept: [String] = []
    package var receivesInfo = false
    package var allow: [Method] = []
    package var supported: [String] = []

    private init(session: SessionDescription?, acknowledgement: Acknowledgement?) {
        self.session = session
        self.acknowledgement = acknowledgement
    }

    /// The 200: voice, and the fields that invite an MSD later in the call.
    package static func accepting(
        _ session: SessionDescription,
        acknowledgement: Acknowledgement?
    ) -> EmergencyAnswer {
        var answer = EmergencyAnswer(session: session, acknowledgement: acknowledgement)
        answer.accept = Self.standardAccept
        answer.receivesInfo = true
        return answer
    }

    /// A 486, 600 or 603: no voice; with an acknowledgement the data has arrived all the same.
    package static func declining(acknowledgement: Acknowledgement?) -> EmergencyAnswer {
        EmergencyAnswer(session: nil, acknowledgement: acknowledgement)
    }

    /// What the center reads in a vehicle's messages.
    package static let standardAccept = [
        EmergencyCallData.sessionMediaType, EmergencyCallData.locationMediaType, "multipart/mixed",
        EmergencyCallData.controlMediaType, EmergencyCallData.msdMediaType,
    ]

    /// The fields and the body; `boundary` is 1 to 60 characters and made longer when a part contains it.
    package func content(boundary: String) -> MessageContent {
        var headers: Headers = []
        if let acknowledgement {
            headers.appendReference(to: acknowledgement.contentID, purpose: EmergencyCallData.controlPurpose)
        }
        headers.appendList("Accept", self.accept)
        if self.receivesInfo { headers.append("Recv-Info", EmergencyCallData.msdPackage) }
        headers.appendList("Allow", self.allow.map(\.name))
        headers.appendList("Supported", self.supported)

        guard let acknowledgement else {
            guard let session else { return MessageContent(headers: headers) }
            headers.append("Content-Type", EmergencyCallData.sessionMediaType)
            return MessageContent(headers: headers, body: session.serialized())
        }
        let document = ControlDocument(
            acknowledgements: [.init(ref: acknowledgement.ref, received: acknowledgement.received)]
        )
        // A control object stands in a multipart even alone (RFC 8147 section 6).
        let control = BodyPart.control(document, contentID: acknowledgement.contentID, disposition: "by-reference")
        let parts = [self.session.map(BodyPart.session), control].compactMap(\.self)
        return MessageContent(headers: headers, parts: parts, boundary: boundary)
    }
}
