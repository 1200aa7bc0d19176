/// The state that two user agents share after a tagged answer to an INVITE (RFC 3261 section 12).
package struct Dialog: Hashable, Sendable {
    /// What names a dialog on this side (12).
    package struct Identifier: Hashable, Sendable {
        package let callID: String
        package let localTag: String
        package let remoteTag: String

        package init(callID: String, localTag: String, remoteTag: String) {
            self.callID = callID
            self.localTag = localTag
            self.remoteTag = remoteTag
        }
    }

    package let identifier: Identifier
    /// Whether a 2xx made it; before, it is early.
    package private(set) var isConfirmed: Bool
    /// Our From value in requests of ours, tag included.
    package let localAddress: String
    /// The peer's To value in requests of ours, tag included.
    package let remoteAddress: String
    /// The peer's Contact URI: the Request-URI of requests of ours.
    package private(set) var remoteTarget: String
    /// Route values in the order in which our requests visit them.
    package private(set) var routeSet: [String]
    /// The number of our last request in this dialog.
    package private(set) var localSequence: UInt32
    /// The number of the peer's last request; `nil` before its first.
    package private(set) var remoteSequence: UInt32?

    /// The dialog that an answer makes on the caller's side (12.1.2); an absent To tag counts as an empty one.
    package init(invite: Message, answer: Message, envelope: Envelope) {
        self.identifier = Identifier(
            callID: envelope.callID,
            localTag: envelope.from.tag ?? "",
            remoteTag: envelope.to.tag ?? ""
        )
        self.isConfirmed = (answer.status ?? 0) >= 200
        self.localAddress = invite.headers["From"] ?? ""
        self.remoteAddress = answer.headers["To"] ?? ""
        // An answer without Contact breaks 12.1.1, but no emergency call is dropped for it.
        self.remoteTarget = Self.contact(of: answer) ?? invite.requestURI ?? ""
        self.routeSet = answer.headers.elements("Record-Route").reversed()
        self.localSequence = envelope.cseq.number
        self.remoteSequence = nil
    }

    /// The dialog that our tagged answer makes on the called side (12.1.1).
    package init(received invite: Message, envelope: Envelope, localTag: String) {
        let remoteTag = envelope.from.tag ?? ""  // RFC 2543 callers have none; 12.1.1 takes that as an empty tag.
        self.identifier = Identifier(callID: envelope.callID, localTag: localTag, remoteTag: remoteTag)
        self.isConfirmed = false
        self.localAddress = "\(invite.headers["To"] ?? "");tag=\(localTag)"
        self.remoteAddress = invite.headers["From"] ?? ""
        self.remoteTarget = Self.contact(of: invite) ?? envelope.from.uri.description
        self.routeSet = invite.headers.elements("Record-Route")
        self.localSequence = 0
        self.remoteSequence = envelope.cseq.number
    }

    package mutating func confirm() {
        self.isConfirmed = true
    }

    /// Takes over target and routes of the 2xx, which may differ from those of the provisional (13.2.2.4).
    package mutating func confirm(with answer: Message) {
        self.isConfirmed = true
        self.remoteTarget = Self.contact(of: answer) ?? self.remoteTarget
        self.routeSet = answer.headers.elements("Record-Route").reversed()
    }

    /// Takes over the target of a request or a 2xx that refreshes it (12.2); the routes stay.
    package mutating func refreshTarget(from message: Message) {
        self.remoteTarget = Self.contact(of: message) ?? self.remoteTarget
    }

    /// Notes a request of the peer; `false` when its number is lower than one before, which is answered 500 (12.2.2).
    package mutating func accepts(_ number: UInt32) -> Bool {
        if let last = self.remoteSequence, number < last { return false }
        self.remoteSequence = number
        return true
    }

    /// A new request of ours with the next number, still without Via (12.2.1.1).
    package mutating func request(_ method: Method) -> Message {
        self.localSequence += 1
        return self.request(method, number: self.localSequence)
    }

    /// The number of a request that is repeated with credentials (22.2).
    mutating func nextSequence() -> UInt32 {
        self.localSequence += 1
        return self.localSequence
    }

    /// The ACK of a 2xx to the INVITE of that number, still without Via (13.2.2.4).
    package func ack(ofInvite number: UInt32) -> Message {
        self.request(.ack, number: number)
    }

    private func request(_ method: Method, number: UInt32) -> Message {
        var uri = self.remoteTarget
        var routes = self.routeSet
        // A first hop that is no loose router gets the request addressed to itself (12.2.1.1).
        if let router = routes.first.flatMap(Self.strictRouter) {
            routes.removeFirst()
            routes.append("<\(uri)>")
            uri = router
        }
        var headers = Headers([Header("Max-Forwards", String(Message.initialMaxForwards))])
        for route in routes { headers.append("Route", route) }
        headers.append("From", self.localAddress)
        headers.append("To", self.remoteAddress)
        headers.append("Call-ID", self.identifier.callID)
        headers.append("CSeq", CSeq(number, method).description)
        return Message(startLine: .request(method: method, uri: uri), headers: headers)
    }

    /// The URI of a route that is no loose router; `nil` for a loose one.
    private static func strictRouter(_ route: String) -> String? {
        guard let address = try? NameAddress(parsing: route),  // A route that cannot be read is sent as it came.
            case .sip(let router) = address.uri, !router.parameters.contains("lr")
        else { return nil }
        return router.description
    }

    /// The URI of the only Contact; `nil` when there is none or it cannot be read.
    private static func contact(of message: Message) -> String? {
        guard let value = message.headers.elements("Contact").first,
            let address = try? NameAddress(parsing: value)  // An unreadable Contact counts as none: the call goes on.
        else { return nil }
        return address.uri.description
    }
}
