/// The registered names of the eCall data blocks: media types, Call-Info purposes and INFO packages (RFC 8147, 8148).
package enum EmergencyCallData {
    /// The media type of a Minimum Set of Data, raw UPER octets (RFC 8147 section 14.2).
    package static let msdMediaType = "application/EmergencyCallData.eCall.MSD"

    /// The media type of the metadata and control object (RFC 8147 section 14.3).
    package static let controlMediaType = "application/EmergencyCallData.Control+xml"

    /// The Call-Info purpose of a referenced MSD; an unquoted token (RFC 7852 errata 6849 and 7679).
    package static let msdPurpose = "EmergencyCallData.eCall.MSD"

    /// The Call-Info purpose of a referenced control object.
    package static let controlPurpose = "EmergencyCallData.Control"

    /// The INFO package that carries MSDs and control objects in both directions (RFC 8147 section 9).
    package static let msdPackage = "EmergencyCallData.eCall.MSD"

    /// The name of the MSD inside control objects: as `datatype` and in `supported-values`.
    package static let msdDatatype = "eCall.MSD"

    /// The media type of a Vehicle Emergency Data Set (RFC 8148 section 14, erratum 6500).
    package static let vedsMediaType = "application/EmergencyCallData.VEDS+xml"

    /// The Call-Info purpose of a referenced Vehicle Emergency Data Set.
    package static let vedsPurpose = "EmergencyCallData.VEDS"

    /// The INFO package that carries data sets and control objects in both directions (RFC 8148 section 9).
    package static let vedsPackage = "EmergencyCallData.VEDS"

    /// The name of the data set inside control objects: as `datatype` and in `supported-values`.
    package static let vedsDatatype = "VEDS"

    /// The action that asks for data (RFC 8147 section 9.1.3.1); every other registered one is a `VehicleAction`.
    package static let sendDataAction = "send-data"

    /// The media type of a session description (RFC 4566).
    package static let sessionMediaType = "application/sdp"

    /// The media type of a location document (RFC 3863, RFC 4119).
    package static let locationMediaType = "application/pidf+xml"
}

/// An MSD to be sent: its octets as they are, and the name it is referenced and acknowledged by.
package struct MSDPart: Hashable, Sendable {
    package let octets: [UInt8]
    /// The Content-ID without angle brackets; an acknowledgement's `ref` must equal it.
    package let contentID: String

    package init(octets: [UInt8], contentID: String) {
        self.octets = octets
        self.contentID = contentID
    }
}

/// An MSD as a message brought it; a sender that gave it no Content-ID cannot be sent an acknowledgement.
package struct ReceivedMSD: Hashable, Sendable {
    package let octets: [UInt8]
    package let contentID: String?

    package init(octets: [UInt8], contentID: String?) {
        self.octets = octets
        self.contentID = contentID
    }
}

/// A Vehicle Emergency Data Set to be sent, and the name it is referenced and acknowledged by.
package struct VEDSPart: Hashable, Sendable {
    package let dataSet: VehicleEmergencyDataSet
    /// The Content-ID without angle brackets; an acknowledgement's `ref` must equal it.
    package let contentID: String

    package init(dataSet: VehicleEmergencyDataSet, contentID: String) {
        self.dataSet = dataSet
        self.contentID = contentID
    }
}

/// A Vehicle Emergency Data Set as a message brought it; the octets are kept because they hold more than is read.
package struct ReceivedVEDS: Hashable, Sendable {
    package let octets: [UInt8]
    /// `nil` for octets that cannot be read, which is a problem beside.
    package let dataSet: VehicleEmergencyDataSet?
    package let contentID: String?

    package init(octets: [UInt8], dataSet: VehicleEmergencyDataSet?, contentID: String?) {
        self.octets = octets
        self.dataSet = dataSet
        self.contentID = contentID
    }
}

/// A control object as a message brought it; an answer to it refers to its Content-ID.
package struct ReceivedControl: Hashable, Sendable {
    package let document: ControlDocument
    package let contentID: String?

    package init(document: ControlDocument, contentID: String?) {
        self.document = document
        self.contentID = contentID
    }
}

/// The Content-IDs of one incident's parts, made so that no two parts of the incident share one.
package struct ContentIdentifiers: Hashable, Sendable {
    /// What tells this incident from others of the same host; letters and digits.
    package let token: String
    package let host: String

    package init(token: String, host: String) {
        self.token = token
        self.host = host
    }

    package func msd(_ number: Int) -> String { self.identifier("msd", number) }
    package func veds(_ number: Int) -> String { self.identifier("veds", number) }
    package func location(_ number: Int) -> String { self.identifier("loc", number) }
    package func capabilities(_ number: Int) -> String { self.identifier("cap", number) }
    package func acknowledgement(_ number: Int) -> String { self.identifier("ack", number) }
    package func request(_ number: Int) -> String { self.identifier("req", number) }
    package func refusal(_ number: Int) -> String { self.identifier("neg", number) }

    private func identifier(_ kind: String, _ number: Int) -> String {
        "\(kind)-\(number).\(self.token)@\(self.host)"
    }
}
