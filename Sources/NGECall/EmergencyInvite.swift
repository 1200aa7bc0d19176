package import SIP

/// The vehicle's INVITE: its destination, and the fields and body that make it an eCall (RFC 8147 4, RFC 8148 6).
package struct EmergencyInvite: Hashable, Sendable {
    /// Whom the call is for.
    package enum Profile: Hashable, Sendable {
        /// A response center at a configured URI; the network sees an ordinary call.
        case privateCenter(uri: String)
        /// The public emergency service, by URN through a configured next hop.
        case emergency112
    }

    /// A location and the Content-ID of its part.
    package struct Location: Hashable, Sendable {
        package let document: LocationDocument
        package let contentID: String

        package init(document: LocationDocument, contentID: String) {
            self.document = document
            self.contentID = contentID
        }
    }

    package var profile: Profile
    /// Why the call is made; for 112 it is the destination too.
    package var service: ServiceURN
    package var session: SessionDescription
    /// `nil` when the MSD has to travel another way: a network without eCall support (TS 24.229 5.1.6.11).
    package var msd: MSDPart?
    /// What else the vehicle knows (RFC 8148); `nil` leaves it out, as the 112 path does, which may send the MSD alone.
    package var veds: VEDSPart?
    /// `nil` when there is no location; the INVITE then has no Geolocation field (RFC 6442 section 4.1).
    package var location: Location?
    /// The value of Geolocation-Routing beside a location: 3GPP asks for `yes`, RFC 8147's sample has `no`.
    package var locationMayRoute = true
    /// The Content-ID of the part that says what this vehicle can do on request, `nil` to leave it out.
    package var capabilitiesID: String?
    /// What that part says.
    package var abilities = VehicleAbilities.msdOnly
    package var accept = Self.standardAccept
    package var allow: [Method] = []
    package var supported: [String] = []
    /// Fields of the access network, put before ours: `P-Preferred-Identity`, `P-Access-Network-Info`.
    package var networkHeaders: Headers = []

    package init(profile: Profile, service: ServiceURN, session: SessionDescription) {
        self.profile = profile
        self.service = service
        self.session = session
    }

    /// What this build reads in a center's messages.
    package static let standardAccept = [
        EmergencyCallData.sessionMediaType, "multipart/mixed", EmergencyCallData.controlMediaType,
    ]

    /// The Request-URI, which is the To URI too.
    package var requestURI: String {
        switch self.profile {
        case .privateCenter(let uri): uri
        case .emergency112: self.service.text
        }
    }

    /// The value of the To field.
    package var to: String { "<\(self.requestURI)>" }

    /// The INFO packages that the vehicle receives: that of eCall, and that of its vehicle data where it has some.
    package var infoPackages: [String] {
        let hasVEDS = self.veds != nil || self.abilities.datatypes.contains(EmergencyCallData.vedsDatatype)
        return [EmergencyCallData.msdPackage] + (hasVEDS ? [EmergencyCallData.vedsPackage] : [])
    }

    /// The fields and the body; `boundary` is 1 to 60 characters and made longer when a part contains it.
    package func content(boundary: String) -> MessageContent {
        var headers = self.networkHeaders
        var parts = [BodyPart.session(self.session)]
        let disposition = "by-reference;handling=optional"
        if let location {
            headers.append("Geolocation", "<cid:\(location.contentID)>")
            headers.append("Geolocation-Routing", self.locationMayRoute ? "yes" : "no")
            parts.append(.location(location.document, contentID: location.contentID))
        }
        if let msd {
            headers.appendReference(to: msd.contentID, purpose: EmergencyCallData.msdPurpose)
            parts.append(.msd(msd, disposition: disposition))
        }
        if let veds {
            headers.appendReference(to: veds.contentID, purpose: EmergencyCallData.vedsPurpose)
            parts.append(.veds(veds, disposition: disposition))
        }
        if let capabilitiesID {
            headers.appendReference(to: capabilitiesID, purpose: EmergencyCallData.controlPurpose)
            let document = ControlDocument(capabilities: self.abilities.capabilities)
            parts.append(.control(document, contentID: capabilitiesID, disposition: disposition))
        }
        headers.appendList("Accept", self.accept)
        headers.appendList("Recv-Info", self.infoPackages)
        headers.appendList("Allow", self.allow.map(\.name))
        headers.appendList("Supported", self.supported)
        return MessageContent(headers: headers, parts: parts, boundary: boundary)
    }

    /// The parameters of the Contact field that name the device and the service (TS 24.229 5.1.2A.1.1).
    ///
    /// `instanceID` is a URN: `urn:gsma:imei:…` or `urn:uuid:…`.
    package static func contactParameters(instanceID: String) -> String {
        ";+sip.instance=\"<\(instanceID)>\""
            + ";+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel\";audio"
    }
}
