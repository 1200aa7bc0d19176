/// Which requests are too large for UDP (RFC 3261 18.1.1).
package enum SizeRule {
    /// Octets of the largest request that may leave as a datagram.
    ///
    /// It is the RFC's figure for a path whose MTU is not known. Here it never is: the kernel knows that of the first
    /// link only, and a datagram in fragments is lost with any of them.
    package static let maximumDatagramRequest = 1_300

    /// Whether a request of so many octets has to take a transport with congestion control instead.
    ///
    /// Answers, and requests inside a dialog, go the way of the request before them.
    package static func needsStream(octets: Int, over transport: Transport) -> Bool {
        !transport.isReliable && octets > Self.maximumDatagramRequest
    }
}
