/// The eCall metadata and control object, `application/EmergencyCallData.Control+xml` (RFC 8147 section 9).
///
/// The schema gives a document one kind of child, the prose several; all are read, one kind is sent.
package struct ControlDocument: Hashable, Sendable {
    /// What the sender of data or of requests is told about them.
    package struct Acknowledgement: Hashable, Sendable {
        /// The Content-ID of what is acknowledged, without angle brackets.
        package let ref: String
        /// Whether the data arrived usable; a center gives it for every unsolicited MSD.
        package let received: Bool?
        package let actionResults: [ActionResult]

        package init(ref: String, received: Bool? = nil, actionResults: [ActionResult] = []) {
            self.ref = ref
            self.received = received
            self.actionResults = actionResults
        }
    }

    /// What became of one request.
    package struct ActionResult: Hashable, Sendable {
        package let action: String
        package let success: Bool
        /// Why not; present when `success` is false.
        package let reason: Reason?
        /// Free text for engineers, never shown to occupants.
        package let details: String?

        package init(action: String, success: Bool, reason: Reason? = nil, details: String? = nil) {
            self.action = action
            self.success = success
            self.reason = reason
            self.details = details
        }
    }

    /// The registered reasons of a failure (RFC 8147 section 14.8.1); unknown ones survive.
    package struct Reason: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        package static let damaged = Reason(rawValue: "damaged")
        package static let dataUnsupported = Reason(rawValue: "data-unsupported")
        package static let securityFailure = Reason(rawValue: "security-failure")
        package static let unable = Reason(rawValue: "unable")
        package static let unsupported = Reason(rawValue: "unsupported")
    }

    /// A `request` element: an order when it stands in the root, an ability when it stands in `capabilities`.
    package struct Request: Hashable, Sendable {
        package struct Text: Hashable, Sendable {
            /// The `xml:lang` attribute.
            package let language: String?
            package let content: String

            package init(language: String?, content: String) {
                self.language = language
                self.content = content
            }
        }

        package var action: String
        package var intID: UInt32?
        /// An `xs:duration` as written; absent means the rest of the call.
        package var persistence: String?
        package var datatype: String?
        package var supportedValues: [String]
        package var requestedState: String?
        package var elementID: String?
        package var texts: [Text]

        package init(
            action: String,
            intID: UInt32? = nil,
            persistence: String? = nil,
            datatype: String? = nil,
            supportedValues: [String] = [],
            requestedState: String? = nil,
            elementID: String? = nil,
            texts: [Text] = []
        ) {
            self.action = action
            self.intID = intID
            self.persistence = persistence
            self.datatype = datatype
            self.supportedValues = supportedValues
            self.requestedState = requestedState
            self.elementID = elementID
            self.texts = texts
        }

        /// The center's request for a fresh MSD.
        package static let sendMSD = Request(
            action: EmergencyCallData.sendDataAction,
            datatype: EmergencyCallData.msdDatatype
        )

        /// The center's request for a fresh Vehicle Emergency Data Set (RFC 8148 section 9.1).
        package static let sendVEDS = Request(
            action: EmergencyCallData.sendDataAction,
            datatype: EmergencyCallData.vedsDatatype
        )
    }

    package var acknowledgements: [Acknowledgement]
    /// What the sender can do; `nil` when the document says nothing of it.
    package var capabilities: [Request]?
    package var requests: [Request]

    package init(
        acknowledgements: [Acknowledgement] = [],
        capabilities: [Request]? = nil,
        requests: [Request] = []
    ) {
        self.acknowledgements = acknowledgements
        self.capabilities = capabilities
        self.requests = requests
    }

    /// The capabilities of a vehicle that sends MSDs and does nothing else on request.
    package static let msdCapabilities = ControlDocument(capabilities: VehicleAbilities.msdOnly.capabilities)
}

/// Why a control object was refused.
package enum ControlDocumentError: Error, Hashable, Sendable {
    case xml(XMLError)
    /// The root is not `EmergencyCallData.Control` in the control namespace.
    case wrongRoot(namespace: String, name: String)
    case missingAttribute(element: String, attribute: String)
    case badAttribute(element: String, attribute: String, found: String, expected: String)
}

extension ControlDocumentError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .xml(let error): "control object: \(error)"
        case .wrongRoot(let namespace, let name):
            "control object: expected the root EmergencyCallData.Control, found \(name) in \"\(namespace)\""
        case .missingAttribute(let element, let attribute):
            "control object: \(element) has no attribute \(attribute)"
        case .badAttribute(let element, let attribute, let found, let expected):
            "control object: \(element) has \(attribute)=\"\(found)\", expected \(expected)"
        }
    }
}
