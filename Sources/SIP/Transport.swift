/// How SIP messages travel to the next hop (RFC 3261 section 18).
package enum Transport: String, Hashable, Sendable, CaseIterable {
    case udp
    case tcp
    case tls

    /// Whether the transport itself delivers in order and without loss, so that requests are not retransmitted.
    package var isReliable: Bool {
        switch self {
        case .udp: false
        case .tcp, .tls: true
        }
    }

    /// The token that stands in Via: `UDP`, `TCP` or `TLS`.
    package var viaToken: String {
        switch self {
        case .udp: "UDP"
        case .tcp: "TCP"
        case .tls: "TLS"
        }
    }
}

/// A next hop as the configuration names it; the host is a name or a numeric address.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    package let transport: Transport
    package let host: String
    package let port: UInt16

    package init(transport: Transport, host: String, port: UInt16) {
        self.transport = transport
        self.host = host
        self.port = port
    }

    package var description: String {
        "\(self.transport.rawValue):\(HostText.bracketed(self.host)):\(self.port)"
    }
}

/// A connection, or the path to one UDP peer, under the number given by whoever opened it.
package struct Flow: Hashable, Sendable {
    package let number: UInt64

    package init(number: UInt64) {
        self.number = number
    }
}

/// One end of a flow: a numeric IP address without brackets, and a port.
package struct FlowAddress: Hashable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    package var description: String {
        "\(HostText.bracketed(self.host)):\(self.port)"
    }
}

/// The text forms of hosts.
enum HostText {
    /// An IPv6 address in brackets, any other host as it is.
    static func bracketed(_ host: String) -> String {
        host.utf8.contains(0x3A) ? "[\(host)]" : host
    }
}
