package import SIP

/// The center's final response to an eCall: with or without voice, with or without an acknowledgement of the data.
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
    /// The same of the vehicle data of the INVITE (RFC 8148 section 6); `nil` when there was none.
    package var vedsAcknowledgement: Acknowledgement?
    /// Whether the center asks for vehicle data later in the call, and takes what comes unasked.
    package var receivesVEDS = false
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
        let acknowledgements = [self.acknowledgement, self.vedsAcknowledgement].compactMap(\.self)
        for acknowledgement in acknowledgements {
            headers.appendReference(to: acknowledgement.contentID, purpose: EmergencyCallData.controlPurpose)
        }
        headers.appendList("Accept", self.accept + (self.receivesVEDS ? [EmergencyCallData.vedsMediaType] : []))
        let packages = [
            self.receivesInfo ? EmergencyCallData.msdPackage : nil,
            self.receivesVEDS ? EmergencyCallData.vedsPackage : nil,
        ]
        headers.appendList("Recv-Info", packages.compactMap(\.self))
        headers.appendList("Allow", self.allow.map(\.name))
        headers.appendList("Supported", self.supported)

        guard !acknowledgements.isEmpty else {
            guard let session else { return MessageContent(headers: headers) }
            headers.append("Content-Type", EmergencyCallData.sessionMediaType)
            return MessageContent(headers: headers, body: session.serialized())
        }
        // A control object stands in a multipart even alone (RFC 8147 section 6), and has one `ack` by its schema.
        let controls = acknowledgements.map { acknowledgement in
            BodyPart.control(
                ControlDocument(acknowledgements: [.init(ref: acknowledgement.ref, received: acknowledgement.received)]
                ),
                contentID: acknowledgement.contentID,
                disposition: "by-reference"
            )
        }
        let parts = [self.session.map(BodyPart.session)].compactMap(\.self) + controls
        return MessageContent(headers: headers, parts: parts, boundary: boundary)
    }
}
