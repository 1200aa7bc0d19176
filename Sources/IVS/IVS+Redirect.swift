internal import CallControl
internal import NGECall
internal import SIP
internal import Supervision
internal import Timeline

// A center that names another address for the call (RFC 3261 8.1.3.4).
extension IVS {
    /// Redirects that one attempt follows, one after the other.
    ///
    /// A center hands on to its stand-in, which hands on to a center next door; a longer chain is a loop that uses up
    /// the redial window.
    static let redirectLimit = 2

    /// What a redirect comes to.
    private enum Redirect {
        case followed(URI)
        case refused(String)
    }

    /// Sends the INVITE of a call to the address that the center named for it; says why when there is none.
    ///
    /// The connection stays the one to the configured center, which hands the call on: a redirect changes the
    /// Request-URI and never the next hop, so that no answer can lead the vehicle to a peer nobody has configured.
    mutating func follow(_ status: Int, _ contacts: [URI], for leg: CallLeg, at now: Moment) -> String? {
        switch self.redirect(status, contacts, for: leg) {
        case .refused(let reason): return reason
        case .followed(let address):
            let center = self.configuration.centers[leg.attempt.center].name
            self.note(
                .redirected,
                "\(center) answered \(status); the INVITE leaves for \(address)",
                at: now,
                fields: ["center": center, "status": String(status), "address": address.description]
            )
            var prepared = leg.prepared
            prepared.target = address
            prepared.left.append(leg.requestURI)
            self.invite(prepared, over: leg.flow, at: now)
            return nil
        }
    }

    private func redirect(_ status: Int, _ contacts: [URI], for leg: CallLeg) -> Redirect {
        // 305 names another proxy and 380 another service: neither is an address for this call.
        guard (300...302).contains(status) else { return .refused("it names no address for the call") }
        guard self.isVerified(leg.flow) else { return .refused("nothing proves that it is the center") }
        guard leg.prepared.left.count < Self.redirectLimit else {
            return .refused("it is one redirect too many, \(Self.redirectLimit) were followed")
        }
        let isSecured = self.connections[leg.flow]?.transport == .tls
        let tried = leg.prepared.left + [leg.requestURI]
        for contact in contacts {
            guard let address = contact.redirectTarget(isSecured: isSecured), !tried.contains(address.description)
            else { continue }
            return .followed(address)
        }
        return .refused("it names no further SIP address that can be reached over this connection")
    }
}

extension URI {
    /// This address as a Request-URI; `nil` for another scheme, or for `sips` over a connection that is not TLS.
    ///
    /// Header fields and a method that the URI carries are left out (RFC 3261 19.1.5): what an emergency call says is
    /// not for a redirect to decide.
    fileprivate func redirectTarget(isSecured: Bool) -> URI? {
        guard case .sip(var address) = self, isSecured || !address.isSecure else { return nil }
        address.headers = nil
        address.parameters = Parameters(address.parameters.list.filter { $0.name.lowercased() != "method" })
        return .sip(address)
    }
}
