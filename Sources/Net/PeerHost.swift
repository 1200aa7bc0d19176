internal import NIOCore
internal import SIP

/// Where a peer is, as far as the limits of each address go.
///
/// Of IPv6 it is the network of 64 bits, all of which one host may have to itself.
struct PeerHost: Hashable, Sendable {
    private let network: [UInt8]

    /// `nil` when there is no limit for the address: it is not known any more, or is loopback's, which `limits` spare.
    init?(_ address: SocketAddress?, _ limits: NetLimits) {
        guard let address = address?.ipAddress.flatMap(NumericAddress.init),
            limits.limitsLoopback || !address.isLoopback
        else { return nil }
        self.network = address.network
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
