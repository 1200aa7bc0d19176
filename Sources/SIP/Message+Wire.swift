extension Message {
    /// Reads one complete message, such as a datagram; octets behind the body's end are noise (RFC 3261 18.3).
    ///
    /// Without Content-Length the body reaches to the end. The error names the line and header that is wrong.
    package init(parsing octets: [UInt8], limits: Limits = Limits()) throws(MessageError) {
        switch DatagramReader.read(octets, limits: limits) {
        case .message(let message): self = message
        case .malformed(let malformed): throw malformed.error
        }
    }

    /// The octets of the message, with Content-Length set to the body's true length.
    package func serialized() -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(self.body.count + 64 * (self.headers.fields.count + 2))
        switch self.startLine {
        case .request(let method, let uri):
            octets.append(line: "\(method) \(uri) SIP/2.0")
        case .response(let status, let reason):
            octets.append(line: "SIP/2.0 \(status) \(reason)")
        }
        var hasLength = false
        for field in self.headers.fields {
            guard field.isNamed("Content-Length") else {
                octets.append(line: "\(field.name): \(field.value)")
                continue
            }
            if !hasLength { octets.append(line: "\(field.name): \(self.body.count)") }
            hasLength = true
        }
        if !hasLength { octets.append(line: "Content-Length: \(self.body.count)") }
        octets.append(line: "")
        octets.append(contentsOf: self.body)
        return octets
    }
}

extension [UInt8] {
    /// Appends a line and its CRLF; a line break inside becomes a blank.
    ///
    /// A value, wherever it came from, must never start a header of its own.
    fileprivate mutating func append(line: String) {
        let start = self.count
        self.append(contentsOf: line.utf8)
        for index in start..<self.count where self[index] == 0x0D || self[index] == 0x0A {
            self[index] = 0x20
        }
        self.append(0x0D)
        self.append(0x0A)
    }
}

/// A message that breaks the rules, with those of its headers that are whole.
package struct MalformedMessage: Hashable, Sendable {
    package let error: MessageError
    /// Whether it is a request, which is owed an answer.
    package let isRequest: Bool
    package let method: Method?
    package let headers: Headers

    init(error: MessageError, message: Message) {
        self.error = error
        self.headers = message.headers
        self.isRequest = message.method != nil
        self.method = message.method
    }

    init(error: MessageError, head: MessageHead?) {
        self.error = error
        self.headers = head?.headers ?? Headers()
        switch head?.startLine {
        case .request(let method, _):
            self.isRequest = true
            self.method = method
        case .response:
            self.isRequest = false
            self.method = nil
        case nil:
            self.isRequest = head.map { !$0.isResponse } ?? false
            self.method = nil
        }
    }
}

/// Takes one datagram apart.
enum DatagramReader {
    enum Outcome {
        case message(Message)
        case malformed(MalformedMessage)
    }

    static func read(_ octets: [UInt8], limits: Limits) -> Outcome {
        let start = octets.firstIndex { $0 != 0x0D && $0 != 0x0A } ?? octets.endIndex
        guard let end = Self.endOfHead(octets, from: start) else {
            let head = MessageHead(octets[start...].prefix(limits.headBytes), limits: limits)
            let error = MessageError(.unfinishedHead, expected: "an empty line behind the headers")
            return .malformed(MalformedMessage(error: error, head: head))
        }
        let head = MessageHead(octets[start..<end], limits: limits)
        let available = octets[(end + 4)...]
        if let error = head.error { return .malformed(MalformedMessage(error: error, head: head)) }
        guard let startLine = head.startLine else {
            let error = MessageError(.startLine, line: 1, expected: "a start line")
            return .malformed(MalformedMessage(error: error, head: head))
        }
        let length: Int
        switch head.contentLength {
        case .absent, .unusable: length = available.count
        case .octets(let octets): length = octets
        }
        guard length <= available.count else {
            let error = MessageError(
                .shortBody,
                header: "Content-Length",
                expected: "\(length) octets of body, found \(available.count)"
            )
            return .malformed(MalformedMessage(error: error, head: head))
        }
        guard length <= limits.bodyBytes else {
            let error = MessageError(.bodyTooLong, expected: "at most \(limits.bodyBytes) octets of body")
            return .malformed(MalformedMessage(error: error, head: head))
        }
        return .message(Message(startLine: startLine, headers: head.headers, body: Array(available.prefix(length))))
    }

    /// Where the CRLF CRLF begins that ends the head.
    private static func endOfHead(_ octets: [UInt8], from start: Int) -> Int? {
        var index = start
        while index + 3 < octets.count {
            let isFirst = octets[index] == 0x0D && octets[index + 1] == 0x0A
            if isFirst, octets[index + 2] == 0x0D, octets[index + 3] == 0x0A { return index }
            index += 1
        }
        return nil
    }
}
