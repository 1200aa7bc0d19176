internal import SIP

/// The service URNs of eCall (RFC 8147 section 14.1): what kind of call the vehicle asks for.
package enum ServiceURN: String, Hashable, Sendable, CaseIterable {
    /// Placed by the crash sensors, without an occupant's doing.
    case automatic = "urn:service:sos.ecall.automatic"
    /// Placed by an occupant.
    case manual = "urn:service:sos.ecall.manual"
    /// A test; the network gives it no emergency treatment.
    case test = "urn:service:test.sos.ecall"

    package var text: String { self.rawValue }

    /// The service that `uri` names; letters compare without case (RFC 5031 section 4.1).
    package init?(uri: String) {
        guard let match = Self.allCases.first(where: { HeaderSyntax.equalsIgnoringCase($0.rawValue, uri) }) else {
            return nil
        }
        self = match
    }
}
