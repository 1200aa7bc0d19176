private import Glibc

/// Why a connection or a listening address is not there: what was done, to whom, and what came of it.
package struct NetFailure: Error, Hashable, Sendable {
    /// The step that failed.
    package enum Operation: String, Hashable, Sendable {
        case resolve, connect, secure, listen, accept, read, write, close
    }

    /// What ended the step.
    package enum Cause: Hashable, Sendable {
        /// A system call failed with this error number.
        case system(errno: Int32)
        /// The name has no address; `code` is what getaddrinfo(3) returned.
        case unresolved(code: Int32)
        /// The place to listen on is not a numeric address.
        case notNumeric
        /// Nothing came back in this time.
        case timedOut(after: Duration)
        /// The peer ended the connection in order.
        case closedByPeer
        /// `close` was called.
        case closedHere
        /// More than this many octets waited to be sent.
        case backlogExceeded(limit: Int)
        /// This many names are being looked up already.
        case lookupsExceeded(limit: Int)
        /// This many accepted connections are alive already.
        case acceptedExceeded(limit: Int)
        /// This many connections or peers of one address are alive already.
        case addressExceeded(limit: Int)
        /// Another UDP peer took the place; this many are alive, and this one had been silent longest.
        case peersExceeded(limit: Int)
        /// A UDP peer has sent nothing for this long.
        case silent(for: Duration)
        /// This many accepted connections are shaking hands over TLS already.
        case handshakesExceeded(limit: Int)
        /// The peer's certificate is not accepted.
        case certificate(CertificateRefusal)
        /// TLS failed for another reason, in words.
        case insecure(String)
        /// The files that TLS needs cannot be used.
        case unprepared(String)
        /// The transport as a whole has been shut down.
        case shutDown
        /// SwiftNIO reported an error that carries no number.
        case other(String)
    }

    package let operation: Operation
    package let cause: Cause
    /// The peer or listening address as `host:port`, or the name that was looked up.
    package let place: String
    /// What the addresses tried before this one answered, in order.
    package let earlier: [NetFailure]

    package init(_ operation: Operation, _ cause: Cause, at place: String, after earlier: [NetFailure] = []) {
        self.operation = operation
        self.cause = cause
        self.place = place
        self.earlier = earlier
    }

    /// Whether it was the peer's certificate that was not accepted.
    package var isCertificateRefused: Bool {
        guard case .certificate = self.cause else { return false }
        return true
    }

    /// The error number of the system call that failed, `nil` when none did.
    package var errno: Int32? {
        guard case .system(let errno) = self.cause else { return nil }
        return errno
    }
}

extension NetFailure.Cause {
    /// TLS was asked for without a word on certificates.
    static let nothingGiven = Self.unprepared("nothing was given that says how to check the other end")
}

extension NetFailure: CustomStringConvertible {
    /// The failure as a sentence without its full stop, earlier addresses first.
    package var description: String {
        (self.earlier.map(\.sentence) + [self.sentence]).joined(separator: "; ")
    }

    private var sentence: String {
        switch self.cause {
        case .system(ECONNREFUSED) where self.operation == .connect: "connection refused by \(self.place)"
        // On a connection only its making is refused; a datagram is refused by ICMP.
        case .system(ECONNREFUSED): "\(self.place) takes no datagrams (ICMP port unreachable)"
        case .system(ECONNRESET): "connection reset by \(self.place)"
        case .system(ETIMEDOUT): "\(self.place) has stopped answering"
        case .system(let errno): "\(self.operation.rawValue) \(self.place): \(Self.text(of: errno)) (errno \(errno))"
        case .unresolved(let code): "name \(self.place) not found: \(Self.text(ofLookup: code))"
        case .notNumeric: "\(self.place): listening takes a numeric address"
        case .handshakesExceeded(let limit):
            "connection of \(self.place) not accepted: \(limit) are shaking hands over TLS already"
        case .certificate(let refusal): "\(self.place) \(refusal)"
        case .insecure(let reason): "no TLS with \(self.place): \(reason)"
        case .unprepared(let reason): "no TLS with \(self.place): \(reason)"
        case .timedOut(let limit) where self.operation == .secure: "no TLS with \(self.place) within \(limit)"
        case .timedOut(let limit) where self.operation == .resolve: "no address for \(self.place) within \(limit)"
        case .timedOut(let limit): "no answer from \(self.place) within \(limit)"
        case .closedByPeer: "closed by \(self.place)"
        case .closedHere: "connection to \(self.place) closed from this side"
        case .backlogExceeded(let limit): "\(self.place) does not read: more than \(limit) octets are waiting"
        case .lookupsExceeded(let limit): "name \(self.place) not looked up: \(limit) names are being looked up already"
        case .acceptedExceeded(let limit): "connection of \(self.place) not accepted: \(limit) are alive already"
        case .addressExceeded(let limit) where self.operation == .accept:
            "connection of \(self.place) not accepted: its address has \(limit) already"
        case .addressExceeded(let limit):
            "\(self.place) was silent longest when more than \(limit) peers of its address came"
        case .peersExceeded(let limit): "\(self.place) was silent longest when more than \(limit) peers came"
        case .silent(let limit): "\(self.place) has been silent for \(limit)"
        case .shutDown: "\(self.place): the transport is shut down"
        case .other(let text): "\(self.operation.rawValue) \(self.place): \(text)"
        }
    }

    private static func text(of errno: Int32) -> String {
        unsafe String(cString: strerror(errno))
    }

    private static func text(ofLookup code: Int32) -> String {
        unsafe String(cString: gai_strerror(code))
    }
}
