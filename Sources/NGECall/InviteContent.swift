package import SIP

/// What an INVITE says to a response center.
///
/// Reading never fails: a broken part is a problem kept beside the rest, because the call has to be answered anyway.
package struct InviteContent: Hashable, Sendable {
    /// The service asked for, from the Request-URI or else from To; `nil` for a call to an ordinary URI.
    package let service: ServiceURN?
    package let msd: ReceivedMSD?
    /// What a vehicle of RFC 8148 knows beside, or instead of, the MSD.
    package let veds: ReceivedVEDS?
    package let location: LocationDocument?
    /// What the vehicle does on request; without a word from it, sending an MSD (RFC 8147 section 9.1.3).
    package let capabilities: [ControlDocument.Request]
    /// The INFO packages the vehicle receives; empty when it named none, and then no INFO may be sent.
    package let infoPackages: [String]
    /// The methods of Allow; `nil` when there is none, which says nothing (RFC 3261 20.5).
    package let methods: [Method]?
    /// The offer; `nil` when there is none that can be read, which `problems` tells apart.
    package let session: SessionDescription?
    package let problems: [ContentProblem]

    /// Reads a vehicle's INVITE, or its answer to one, which names no capabilities: those of its call hold on.
    package init(_ message: Message, capabilitiesOf former: InviteContent? = nil) {
        var reader = ContentReader(message)
        self.service = Self.service(of: message)
        self.msd = reader.msd()
        self.veds = reader.veds()
        self.location = reader.location()
        self.capabilities =
            reader.controls().compactMap(\.document.capabilities).first
            ?? former?.capabilities ?? ControlDocument.msdCapabilities.capabilities ?? []
        self.infoPackages = reader.infoPackages() ?? []
        self.methods = message.headers["Allow"] == nil ? nil : message.headers.elements("Allow").map(Method.init)
        self.session = reader.session()
        self.problems = reader.problems
    }

    /// Whether the center may ask for a fresh MSD by INFO (RFC 6086 section 4.2.1).
    package var receivesMSDPackage: Bool { self.infoPackages.containsMSDPackage }

    /// Whether the center may ask for fresh vehicle data by INFO (RFC 8148 section 9).
    package var receivesVEDSPackage: Bool { self.infoPackages.containsVEDSPackage }

    /// The same as `capabilities`, sorted by what it is about.
    package var abilities: VehicleAbilities { VehicleAbilities(self.capabilities) }

    /// Whether a request of that method may be worth sending.
    package func serves(_ method: Method) -> Bool { self.methods?.contains(method) ?? true }

    private static func service(of message: Message) -> ServiceURN? {
        if case .request(_, let uri) = message.startLine, let service = ServiceURN(uri: uri) { return service }
        guard let to = message.headers["To"] else { return nil }
        return ServiceURN(uri: AddressText.uri(in: to))
    }
}
