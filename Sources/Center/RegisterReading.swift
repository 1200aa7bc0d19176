internal import SIP
internal import Timeline

/// A REGISTER that can be served: what it wants changed of which address.
struct RegisterReading: Hashable, Sendable {
    enum Outcome: Hashable, Sendable {
        case request(RegisterReading)
        case refused(Registrar.Answer)
    }

    /// One Contact, and how long it is wanted; 0 removes its binding.
    struct Wish: Hashable, Sendable {
        let device: Registrar.Device
        let contact: NameAddress
        let seconds: Int
    }

    let address: String
    let callID: String
    let sequence: UInt32
    /// `nil` removes every binding (`Contact: *`).
    let wishes: [Wish]?
    let path: [String]
    /// Whether the flow is bound and the answer says so (RFC 5626 6).
    let isOutbound: Bool

    /// Reads a REGISTER; refuses one that is malformed, too large, too brief, or came over a proxy that drops flows.
    static func read(_ message: Message, isStream: Bool, _ limits: RegistrarLimits) -> Outcome {
        guard let envelope = try? Envelope(message),  // The user agent has read it before.
            case .sip(let uri) = envelope.to.uri, let user = uri.user
        else { return Self.refused(404, "To is no sip: address with a user") }
        let address = "\(user)@\(uri.host.lowercased())"
        let path = message.headers.elements("Path")
        let sizes = [address, envelope.callID].map(\.utf8.count)
        guard sizes.allSatisfy({ $0 <= limits.maximumName }),
            path.map(\.utf8.count).reduce(0, +) <= limits.maximumRoute
        else { return Self.refused(400, "an address, a Call-ID or a Path is too long") }
        let values = message.headers.elements("Contact")
        let common = Self.seconds(message.headers["Expires"])
        var reading = RegisterReading(address, envelope, wishes: nil, path: path, isOutbound: false)
        if values.contains("*") {
            guard values.count == 1, common == 0 else { return Self.refused(400, "Contact: * removes everything") }
            return .request(reading)
        }
        guard values.count <= limits.maximumPerAddress else { return Self.refused(400, "it has too many Contacts") }
        let flow = FlowWish(message, envelope, isStream: isStream)
        var wishes: [Wish] = []
        for value in values {
            guard value.utf8.count <= limits.maximumRoute,
                let contact = try? NameAddress(parsing: value)  // What is malformed is said, not why.
            else { return Self.refused(400, "a Contact cannot be read") }
            let wanted = Self.seconds(contact.parameters["expires"]) ?? common ?? limits.defaultSeconds
            guard wanted == 0 || wanted >= limits.shortestSeconds else { return Self.tooBrief(limits) }
            wishes.append(Wish(flow, contact, seconds: min(wanted, limits.longestSeconds)))
        }
        let bindsFlow = wishes.contains { $0.device.isFlow }
        guard !bindsFlow || wishes.count(where: { $0.seconds > 0 }) <= 1 else {
            return Self.refused(400, "a Contact with reg-id stands beside another")
        }
        if flow.isLackedByProxy, values.contains(where: { FlowWish.isIn($0) }) {
            return Self.refused(439, "the first hop lacks outbound support")
        }
        reading = RegisterReading(address, envelope, wishes: wishes, path: path, isOutbound: bindsFlow && flow.isWanted)
        return .request(reading)
    }

    private init(_ address: String, _ envelope: Envelope, wishes: [Wish]?, path: [String], isOutbound: Bool) {
        self.address = address
        self.callID = envelope.callID
        self.sequence = envelope.cseq.number
        self.wishes = wishes
        self.path = path
        self.isOutbound = isOutbound
    }

    private static func refused(_ status: Int, _ reason: String) -> Outcome {
        .refused(Registrar.Answer(status: status, reason: reason))
    }

    private static func tooBrief(_ limits: RegistrarLimits) -> Outcome {
        let headers: Headers = [Header("Min-Expires", String(limits.shortestSeconds))]
        let reason = "less than \(limits.shortestSeconds) s are asked for"
        return .refused(Registrar.Answer(status: 423, headers: headers, reason: reason))
    }

    private static func seconds(_ text: String?) -> Int? {
        text.flatMap { HeaderSyntax.number(HeaderSyntax.trimmed($0), upTo: UInt64(UInt32.max)) }.map(Int.init)
    }
}

extension RegisterReading {
    /// The bindings after this request; those of the same devices make room.
    func applied(to old: [Registrar.Binding], over flow: Flow, at now: Instant) -> [Registrar.Binding] {
        guard let wishes = self.wishes else { return [] }
        let devices = Set(wishes.map(\.device))
        let added = wishes.filter { $0.seconds > 0 }.map { wish in
            Registrar.Binding(
                device: wish.device,
                contact: wish.contact,
                path: self.path,
                flow: flow,
                callID: self.callID,
                sequence: self.sequence,
                until: now.advanced(by: .seconds(wish.seconds))
            )
        }
        return old.filter { !devices.contains($0.device) } + added
    }

    /// What a 200 carries: every binding with the rest of its time, the path, and whether the flow is bound.
    func headers(of bindings: [Registrar.Binding], at now: Instant) -> Headers {
        var headers = Headers()
        for binding in bindings {
            var contact = binding.contact
            contact.parameters.set("expires", String(now.duration(to: binding.until).components.seconds))
            headers.append("Contact", contact.description)
        }
        for value in self.path { headers.append("Path", value) }
        if self.isOutbound { headers.append("Require", "outbound") }
        return headers
    }
}

/// Whether and how a REGISTER asks for its flow to be bound (RFC 5626 6).
private struct FlowWish {
    /// The sender knows RFC 5626.
    let isWanted: Bool
    /// The way to the sender is kept: by us on a stream of its own, else by the proxy that says so in Path.
    let isKept: Bool
    let isLackedByProxy: Bool

    init(_ message: Message, _ envelope: Envelope, isStream: Bool) {
        self.isWanted = message.headers.elements("Supported").contains {
            HeaderSyntax.equalsIgnoringCase($0, "outbound")
        }
        let isDirect = envelope.vias.count == 1
        let first = message.headers.elements("Path").first.flatMap {
            try? NameAddress(parsing: $0)  // One that cannot be read keeps nothing.
        }
        var isKeptByProxy = false
        if case .sip(let uri)? = first?.uri { isKeptByProxy = uri.parameters.contains("ob") }
        // Over datagrams a flow is kept by STUN, which is not built.
        self.isKept = isDirect ? isStream : isKeptByProxy
        self.isLackedByProxy = !isDirect && !isKeptByProxy && self.isWanted
    }

    /// Whether a Contact value asks for a flow.
    static func isIn(_ value: String) -> Bool {
        guard let contact = try? NameAddress(parsing: value) else { return false }  // It was read before.
        return contact.parameters["reg-id"] != nil && contact.parameters["+sip.instance"] != nil
    }
}

extension RegisterReading.Wish {
    fileprivate init(_ flow: FlowWish, _ contact: NameAddress, seconds: Int) {
        var contact = contact
        contact.parameters = Parameters(contact.parameters.list.filter { $0.name.lowercased() != "expires" })
        let parameters = contact.parameters
        if flow.isKept, let instance = parameters["+sip.instance"], let number = parameters["reg-id"] {
            self.init(device: .flow(instance: instance, number: number), contact: contact, seconds: seconds)
        } else {
            self.init(device: .contact(contact.uri.description.lowercased()), contact: contact, seconds: seconds)
        }
    }
}

extension Registrar.Device {
    fileprivate var isFlow: Bool {
        switch self {
        case .flow: true
        case .contact: false
        }
    }
}
