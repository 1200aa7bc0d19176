internal import NIOCore

/// Where a peer is, as far as the limits of each address go.
///
/// Of IPv6 it is the network of 64 bits, all of which one host may have to itself.
struct PeerHost: Hashable, Sendable {
    private let octets: [UInt8]

    /// The octets with which IPv6 writes an address of IPv4 (RFC 4291 2.5.5.2).
    private static let mapped: [UInt8] = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
    private static let loopback: [UInt8] = [UInt8](repeating: 0, count: 15) + [1]

    /// `nil` when there is no limit for the address: it is not known any more, or is loopback's, which `limits` spare.
    init?(_ address: SocketAddress?, _ limits: NetLimits) {
        guard let text = address?.ipAddress, var octets = AddressOctets.of(text) else { return nil }
        if octets.starts(with: Self.mapped) { octets.removeFirst(Self.mapped.count) }
        let isLoopback = octets.count == 4 ? octets[0] == 127 : octets == Self.loopback
        guard limits.limitsLoopback || !isLoopback else { return nil }
        self.octets = octets.count == 4 ? octets : Array(octets.prefix(8))
    }
}

/// How many of something each host has, up to a limit.
struct HostCounts {
    let limit: Int
    private var counts: [PeerHost: Int] = [:]

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes one more for a host; `false` when it has as many as it may have.
    mutating func take(_ host: PeerHost?) -> Bool {
        guard let host else { return true }
        let count = self.counts[host] ?? 0
        guard count < self.limit else { return false }
        self.counts[host] = count + 1
        return true
    }

    /// Gives back one that was taken.
    mutating func giveBack(_ host: PeerHost?) {
        guard let host, let count = self.counts[host] else { return }
        self.counts[host] = count > 1 ? count - 1 : nil
    }
}
