/// Why a stream cannot be read on: the end of the message that began is unknown or too far away.
package struct FramingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What could be read of the message.
    package let message: MalformedMessage

    package var description: String { self.message.error.description }
}

/// Cuts a stream into messages by Content-Length, which RFC 3261 18.3 makes mandatory there, and into keep-alives.
///
/// The same octets give the same items however they are cut into segments. After an error the stream is lost.
package struct MessageFramer: Hashable, Sendable {
    package enum Item: Hashable, Sendable {
        case message(Message)
        /// A message whose end is known but that breaks the rules; reading goes on behind it.
        case malformed(MalformedMessage)
        /// CRLF CRLF between messages: the peer wants a pong (RFC 5626 3.5.1).
        case ping
        /// The CRLF that answers our ping.
        /// CRLF after our ping; not `isAlone` when a message follows at once.
        case pong(isAlone: Bool)
    }

    private enum State: Hashable, Sendable {
        /// Between messages, or inside a head. → body
        case head
        /// The head is read and still in the buffer, its body is not. → head
        case body(MessageHead, headOctets: Int, length: Int)
    }

    private let limits: Limits
    private var state = State.head
    private var buffer: [UInt8] = []
    /// The first octet that is not consumed.
    private var start = 0
    /// The octet from which the end of the head is still to be sought.
    private var scanned = 0
    private var awaitsPong = false
    /// Where the last message stands in the buffer, or the head of one that cannot be read on.
    private var last = 0..<0

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Whether a message has begun and is not complete; line breaks between messages begin none.
    package var holdsPartialMessage: Bool {
        switch self.state {
        case .head: self.start < self.buffer.count && self.buffer[self.start] != 0x0D
        case .body: true
        }
    }

    /// The octets of the message that `next` gave last, as they came; of one that it threw for, the head.
    ///
    /// Until the next call of `append` or `next`.
    package var lastOctets: ArraySlice<UInt8> { self.buffer[self.last] }

    /// Takes the next CRLF between messages as a pong, not as the first half of a ping.
    package mutating func expectPong() {
        self.awaitsPong = true
    }

    /// No pong is awaited any more: line breaks between messages mean nothing again (RFC 3261 7.5).
    package mutating func expectNoPong() {
        self.awaitsPong = false
    }

    package mutating func append(_ octets: [UInt8]) {
        self.last = 0..<0
        if self.start == self.buffer.count {
            self.buffer = octets
            self.start = 0
            self.scanned = 0
        } else {
            self.compact()
            self.buffer.append(contentsOf: octets)
        }
    }

    /// The next item that is complete; `nil` until more octets come.
    package mutating func next() throws(FramingError) -> Item? {
        self.last = 0..<0
        if self.state == .head, let keepAlive = self.takeLineBreaks() { return keepAlive }
        switch self.state {
        case .head:
            guard let (head, headOctets) = try self.findHead() else { return nil }
            self.last = self.start..<self.start + headOctets
            let length = try self.bodyLength(of: head)
            self.state = .body(head, headOctets: headOctets, length: length)
            return self.takeMessage(head, headOctets, length: length)
        case .body(let head, let headOctets, let length):
            return self.takeMessage(head, headOctets, length: length)
        }
    }

    /// Drops consumed octets once they are the larger part, so that each octet is moved a bounded number of times.
    private mutating func compact() {
        guard self.start > self.buffer.count / 2 else { return }
        self.buffer.removeFirst(self.start)
        self.scanned = max(0, self.scanned - self.start)
        self.start = 0
    }

    /// Takes what stands between messages: a pong, a ping, or single line breaks, which are ignored (7.5).
    private mutating func takeLineBreaks() -> Item? {
        while self.buffer.count - self.start >= 2, self.hasLineBreak(at: self.start) {
            if self.awaitsPong {
                self.awaitsPong = false
                self.consume(2)
                // What stands right before a message may be the line break that RFC 3261 7.5 allows there.
                let isAlone = self.start >= self.buffer.count || self.buffer[self.start] == 0x0D
                return .pong(isAlone: isAlone)
            }
            let second = self.start + 2
            // A CR may be the third octet of a ping; only the fourth tells.
            guard second < self.buffer.count else { return nil }
            guard self.buffer[second] == 0x0D else {
                self.consume(2)
                return nil
            }
            guard second + 1 < self.buffer.count else { return nil }
            if self.hasLineBreak(at: second) {
                self.consume(4)
                return .ping
            }
            self.consume(2)
        }
        return nil
    }

    private func hasLineBreak(at index: Int) -> Bool {
        self.buffer[index] == 0x0D && self.buffer[index + 1] == 0x0A
    }

    private mutating func consume(_ count: Int) {
        self.start += count
        self.scanned = self.start
    }

    /// The head that is complete, and its octets with the empty line; it stays in the buffer until its body is there.
    private mutating func findHead() throws(FramingError) -> (head: MessageHead, octets: Int)? {
        var index = max(self.scanned, self.start)
        let last = self.buffer.count - 4
        while index <= last {
            if self.hasLineBreak(at: index), self.hasLineBreak(at: index + 2) {
                guard index - self.start <= self.limits.headBytes else { throw self.headTooLong() }
                let head = MessageHead(self.buffer[self.start..<index], limits: self.limits)
                return (head, index + 4 - self.start)
            }
            index += 1
        }
        self.scanned = max(self.start, index)
        guard self.buffer.count - self.start <= self.limits.headBytes + 4 else { throw self.headTooLong() }
        return nil
    }

    /// The refusal of a head of which only the allowed octets are read, so that it does not depend on the segments.
    private mutating func headTooLong() -> FramingError {
        let octets = self.buffer[self.start...].prefix(self.limits.headBytes)
        self.last = octets.indices
        let head = MessageHead(octets, limits: self.limits)
        let error = MessageError(.headTooLong, expected: "at most \(self.limits.headBytes) octets of headers")
        return FramingError(message: MalformedMessage(error: error, head: head))
    }

    private func bodyLength(of head: MessageHead) throws(FramingError) -> Int {
        switch head.contentLength {
        case .octets(let length) where length <= self.limits.bodyBytes:
            return length
        case .octets:
            let error = MessageError(.bodyTooLong, expected: "at most \(self.limits.bodyBytes) octets of body")
            throw FramingError(message: MalformedMessage(error: error, head: head))
        case .absent:
            let error = MessageError(.contentLength, header: "Content-Length", expected: "Content-Length on a stream")
            throw FramingError(message: MalformedMessage(error: head.error ?? error, head: head))
        case .unusable:
            let error = MessageError(.contentLength, header: "Content-Length", expected: "one number of octets")
            throw FramingError(message: MalformedMessage(error: error, head: head))
        }
    }

    private mutating func takeMessage(_ head: MessageHead, _ headOctets: Int, length: Int) -> Item? {
        guard self.buffer.count - self.start >= headOctets + length else {
            self.last = 0..<0
            return nil
        }
        self.last = self.start..<self.start + headOctets + length
        let body = Array(self.buffer[self.last].dropFirst(headOctets))
        self.consume(headOctets + length)
        self.state = .head
        if let error = head.error { return .malformed(MalformedMessage(error: error, head: head)) }
        guard let startLine = head.startLine else {
            let error = MessageError(.startLine, line: 1, expected: "a start line")
            return .malformed(MalformedMessage(error: error, head: head))
        }
        return .message(Message(startLine: startLine, headers: head.headers, body: body))
    }
}
