internal import CallControl
internal import NGECall
internal import SIP
internal import Supervision
internal import Timeline

// A center that names other addresses for the call (RFC 3261 8.1.3.4).
extension IVS {
    /// Addresses that one attempt goes to besides the configured one.
    ///
    /// A center may name two stand-ins, each with a desk behind it; more use up the redial window, and a longer chain is
    /// a loop.
    static let maximumFurtherAddresses = 4

    /// What came of looking for another address.
    enum Elsewhere: Hashable {
        /// The INVITE has left again.
        case sent
        /// The answer is the end of the attempt; `nil` where no redirect is concerned, else why it ends here.
        case nowhere(String?)
    }

    /// Sends the INVITE of a call that was refused to the next address that the center named for it.
    ///
    /// The host stays that of the configured center, which hands the call on: a redirect changes the Request-URI and
    /// never the next hop, so that no answer can lead the vehicle to a peer nobody has configured.
    mutating func goElsewhere(after meaning: AnswerMeaning, _ leg: CallLeg, at now: Moment) -> Elsewhere {
        let (status, named, why): (Int, [URI], String?)
        switch meaning {
        case .redirected(let answered, let contacts):
            let refusal = self.refusal(of: answered, leg)
            let nothingElse = "it names no further SIP address that may be called"
            (status, named, why) = (answered, refusal == nil ? contacts : [], refusal ?? nothingElse)
        case .declined(let answered) where answered < 600, .failed(let answered) where answered < 600:
            (status, named, why) = (answered, [], nil)
        case .declined, .failed, .provisional, .accepted, .declinedWithAcknowledgement, .cancelled, .badLocation,
            .unacceptable, .needsCredentials:
            return .nowhere(nil)
        }
        let addresses = named + leg.prepared.alternatives
        guard !addresses.isEmpty else { return .nowhere(why) }
        guard self.call.isInviting(leg.attempt) else { return .nowhere("the attempt is being ended") }
        var prepared = leg.prepared
        prepared.tried.append(leg.requestURI)
        let tried = prepared.tried.map(Self.comparable)
        let open = addresses.compactMap(\.redirectTarget).filter { !tried.contains(Self.comparable("\($0)")) }
        guard let next = open.first(where: { self.isPermitted($0, over: leg.flow) }) else { return .nowhere(why) }
        guard prepared.tried.count <= Self.maximumFurtherAddresses else {
            return .nowhere("\(Self.maximumFurtherAddresses) other addresses were tried")
        }
        prepared.target = next
        prepared.alternatives = open.filter { $0 != next }
        let center = self.configuration.centers[leg.attempt.center].name
        self.note(
            .redirected,
            "\(center) answered \(status); the INVITE is to leave for \(next)",
            at: now,
            fields: ["center": center, "status": String(status), "address": next.description]
        )
        self.invite(prepared, over: leg.flow, at: now)
        return .sent
    }

    /// Why a redirect is not followed, `nil` when it may be.
    private func refusal(of status: Int, _ leg: CallLeg) -> String? {
        // 305 names another proxy and 380 another service: neither is an address for this call.
        guard (300...302).contains(status) else { return "it names no address for the call" }
        return self.isVerified(leg.flow) ? nil : "nothing proves that it is the center"
    }

    func isPermitted(_ address: URI, over flow: Flow) -> Bool {
        guard let host = self.connections[flow]?.remote.host else { return false }
        let invite = Message(startLine: .request(method: .invite, uri: address.description), headers: [])
        return self.gateVerdict(on: invite, to: host) == .permitted
    }

    /// An address as it is compared with others: the host of a SIP URI has no case (RFC 3261 19.1.4).
    static func comparable(_ text: String) -> String {
        guard case .sip(var address)? = try? URI(parsing: text) else { return text }  // No SIP URI is equal to one.
        address.host = address.host.lowercased()
        return address.description
    }
}

extension URI {
    /// This address as a Request-URI; `nil` for another scheme, or with a password, which would be in every record.
    ///
    /// `sips` is not used here: the configuration says how a center is reached. Header fields and a method that the URI
    /// carries are left out (RFC 3261 19.1.5): what an emergency call says is not for a redirect to decide.
    fileprivate var redirectTarget: URI? {
        guard case .sip(var address) = self, !address.isSecure else { return nil }
        guard address.user?.utf8.contains(UInt8(ascii: ":")) != true else { return nil }
        address.headers = nil
        address.parameters = Parameters(address.parameters.list.filter { $0.name.lowercased() != "method" })
        return .sip(address)
    }
}
