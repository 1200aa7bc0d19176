import FuzzHarness
import SIP

/// The other end of a script: messages that fit the user agent's own well enough to reach its states.
struct Peer {
    struct Sent {
        let octets: [UInt8]
        let overStream: Bool
    }

    /// The requests of the user agent that are remembered for answers.
    private static let maximumRequests = 8

    private var requests: [(message: Message, overStream: Bool)] = []
    /// The tags and the Call-ID of the user agent's last message.
    private var dialog = (callID: "c0", from: "f0", to: "t0", isOurs: false)

    mutating func take(_ message: Message, overStream: Bool) {
        if message.method != nil {
            self.requests.append((message, overStream))
            if self.requests.count > Self.maximumRequests { self.requests.removeFirst() }
        }
        guard let envelope = try? Envelope(message) else { return }  // An answer to a broken request is broken too.
        let from = envelope.from.tag ?? ""
        self.dialog = (envelope.callID, from, envelope.to.tag ?? "", message.method == nil)
    }

    /// A request outside a dialog; small numbers make branches, Call-IDs and tags meet again.
    func invite(_ source: inout OctetSource) -> Sent {
        let methods: [Method] = [.invite, .invite, .register, .message, .cancel, .ack, .options, .info, Method("FOO")]
        let method = source.choice(methods)
        let way = source.octet()
        let headers = self.headers(
            method,
            branch: source.number(below: 4),
            number: source.number(below: 3) + 1,
            callID: "c\(source.number(below: 3))",
            from: ";tag=f\(source.number(below: 2))",
            to: ""
        )
        return self.sent(method, headers, way)
    }

    /// A request inside the dialog of the user agent's last message.
    func request(_ source: inout OctetSource) -> Sent {
        let method = source.choice([.bye, .ack, .info, .info, .invite, .options, Method.cancel])
        let way = source.octet()
        let isOurs = self.dialog.isOurs
        let headers = self.headers(
            method,
            branch: source.number(below: 8) + 4,
            number: source.number(below: 6),
            callID: self.dialog.callID,
            from: ";tag=\(isOurs ? self.dialog.from : self.dialog.to)",
            to: ";tag=\(isOurs ? self.dialog.to : self.dialog.from)"
        )
        return self.sent(method, headers, way)
    }

    /// An answer to one of the user agent's requests; `nil` before the first.
    func answer(_ source: inout OctetSource) -> Sent? {
        let status = source.choice([100, 180, 183, 200, 200, 202, 302, 401, 486, 487, 503, 603])
        let tag = source.choice([nil, "a1", "a2", "a3"])
        let extra = source.octet()
        guard !self.requests.isEmpty else { return nil }
        let request = self.requests[self.requests.count - 1 - Int(extra >> 5) % self.requests.count]
        var headers = Headers()
        if extra & 1 != 0 { headers.append("Contact", "<sip:peer@192.0.2.9;transport=tcp>") }
        if extra & 2 != 0 { headers.append("Record-Route", "<sip:r1.invalid;lr>, <sip:r2.invalid>") }
        let response = Message.response(to: request.message, status: status, tag: tag, headers: headers)
        return Sent(octets: response.serialized(), overStream: request.overStream != (extra & 28 == 28))
    }

    private func headers(
        _ method: Method,
        branch: Int,
        number: Int,
        callID: String,
        from: String,
        to: String
    ) -> Headers {
        [
            Header("Via", "SIP/2.0/TCP 192.0.2.9;branch=z9hG4bK\(branch)"),
            Header("From", "<sip:peer@192.0.2.9>\(from)"), Header("To", "<sip:psap@192.0.2.1>\(to)"),
            Header("Call-ID", callID), Header("CSeq", "\(number) \(method)"),
        ]
    }

    /// Some requests lack the cookie of RFC 3261, demand an extension, or name a Contact and routes.
    private func sent(_ method: Method, _ headers: Headers, _ way: UInt8) -> Sent {
        var headers = headers
        if way & 2 != 0 { headers.append("Contact", "<sip:peer@[2001:db8::1]:5070>") }
        if way & 4 != 0 { headers.append("Record-Route", "<sip:r1.invalid>") }
        if way & 24 == 24 { headers.append("Require", "100rel") }
        if way & 96 == 96 { headers.replaceFirst("Via", with: "SIP/2.0/UDP 192.0.2.9;rport;branch=1") }
        let message = Message(startLine: .request(method: method, uri: "sip:psap@192.0.2.1"), headers: headers)
        return Sent(octets: message.serialized(), overStream: way & 1 == 0)
    }
}

/// Numbers one by one, so that tokens are the same in every run.
struct CountingGenerator: RandomNumberGenerator, Sendable {
    private var last: UInt64 = 0

    mutating func next() -> UInt64 {
        self.last += 1
        return self.last
    }
}
