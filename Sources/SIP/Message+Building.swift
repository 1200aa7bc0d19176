extension Message {
    /// The Max-Forwards of every request of ours (RFC 3261 8.1.1.6).
    package static let initialMaxForwards = 70

    /// The method of a request, `nil` in a response.
    package var method: Method? {
        switch self.startLine {
        case .request(let method, _): method
        case .response: nil
        }
    }

    /// The Request-URI as written, `nil` in a response.
    package var requestURI: String? {
        switch self.startLine {
        case .request(_, let uri): uri
        case .response: nil
        }
    }

    /// The status of a response, `nil` in a request.
    package var status: Int? {
        switch self.startLine {
        case .request: nil
        case .response(let status, _): status
        }
    }

    /// A response to `request` with the headers that RFC 3261 8.2.6.2 copies.
    ///
    /// `tag` is added to To where the request has none; a 100 gets no tag.
    package static func response(
        to request: Message,
        status: Int,
        reason: String? = nil,
        tag: String? = nil,
        headers: Headers = Headers(),
        body: [UInt8] = []
    ) -> Message {
        var copied = Headers()
        for field in request.headers.fields where field.isNamed("Via") { copied.append("Via", field.value) }
        if let from = request.headers["From"] { copied.append("From", from) }
        if let to = request.headers["To"] {
            copied.append("To", status == 100 ? to : Self.tagged(to, with: tag))
        }
        if let callID = request.headers["Call-ID"] { copied.append("Call-ID", callID) }
        if let cseq = request.headers["CSeq"] { copied.append("CSeq", cseq) }
        if status == 100, let timestamp = request.headers["Timestamp"] { copied.append("Timestamp", timestamp) }
        copied.append(contentsOf: headers)
        let phrase = reason ?? ReasonPhrase.of(status)
        return Message(startLine: .response(status: status, reason: phrase), headers: copied, body: body)
    }

    private static func tagged(_ to: String, with tag: String?) -> String {
        guard let tag, let address = try? NameAddress(parsing: to),  // A broken To is answered as it came.
            address.tag == nil
        else { return to }
        return "\(to);tag=\(tag)"
    }

    /// The ACK that belongs to the INVITE's own transaction, for a final answer of 300 and above (17.1.1.3).
    package static func ack(ofRejected invite: Message, by response: Message) -> Message {
        var ack = Self.sameBranch(.ack, as: invite, to: response.headers["To"])
        ack.headers.append(contentsOf: invite.authorizations)
        return ack
    }

    /// The credentials that a request carries; an ACK, which nobody can challenge, has those of its INVITE (22.1).
    var authorizations: Headers {
        Headers(self.headers.fields.filter { $0.isNamed("Authorization") || $0.isNamed("Proxy-Authorization") })
    }

    /// The CANCEL of an INVITE (9.1).
    package static func cancel(of invite: Message) -> Message {
        Self.sameBranch(.cancel, as: invite, to: invite.headers["To"])
    }

    private static func sameBranch(_ method: Method, as invite: Message, to: String?) -> Message {
        var headers = Headers()
        if let via = invite.headers["Via"] { headers.append("Via", via) }
        headers.append("Max-Forwards", String(Self.initialMaxForwards))
        for field in invite.headers.fields where field.isNamed("Route") { headers.append("Route", field.value) }
        if let from = invite.headers["From"] { headers.append("From", from) }
        if let to { headers.append("To", to) }
        if let callID = invite.headers["Call-ID"] { headers.append("Call-ID", callID) }
        let number = invite.headers["CSeq"].map { $0.prefix { $0 != " " } } ?? ""
        headers.append("CSeq", "\(number) \(method)")
        return Message(startLine: .request(method: method, uri: invite.requestURI ?? ""), headers: headers)
    }
}

/// The reason phrases of RFC 3261 21 and of the extensions in use here.
enum ReasonPhrase {
    static func of(_ status: Int) -> String {
        switch status {
        case 100: "Trying"
        case 180: "Ringing"
        case 181: "Call Is Being Forwarded"
        case 182: "Queued"
        case 183: "Session Progress"
        case 200: "OK"
        case 202: "Accepted"
        case 300..<400: "Redirection"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 407: "Proxy Authentication Required"
        case 408: "Request Timeout"
        case 413: "Request Entity Too Large"
        case 414: "Request-URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Unsupported URI Scheme"
        case 420: "Bad Extension"
        case 422: "Session Interval Too Small"
        case 423: "Interval Too Brief"
        case 424: "Bad Location Information"
        case 439: "First Hop Lacks Outbound Support"
        case 469: "Bad Info Package"
        case 480: "Temporarily Unavailable"
        case 481: "Call/Transaction Does Not Exist"
        case 482: "Loop Detected"
        case 483: "Too Many Hops"
        case 486: "Busy Here"
        case 487: "Request Terminated"
        case 488: "Not Acceptable Here"
        case 491: "Request Pending"
        case 500: "Server Internal Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        case 504: "Server Time-out"
        case 505: "Version Not Supported"
        case 513: "Message Too Large"
        case 600: "Busy Everywhere"
        case 603: "Decline"
        case 604: "Does Not Exist Anywhere"
        case 606: "Not Acceptable"
        default: Self.ofClass(status)
        }
    }

    private static func ofClass(_ status: Int) -> String {
        switch status / 100 {
        case 1: "Progress"
        case 2: "Success"
        case 4: "Request Failure"
        case 5: "Server Failure"
        default: "Global Failure"
        }
    }
}
