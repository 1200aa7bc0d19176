internal import NIOCore
internal import SIP

/// The addresses that names last had, for the time when no name server answers.
struct KnownNames {
    /// The latest answer of each name and port, the longest unused name first.
    private var answers: [(name: String, addresses: [SocketAddress])] = []

    /// Keeps an answer in the place of the one before; beyond `NetLimits.maximumKnownNames` the oldest is forgotten.
    mutating func remember(_ addresses: [SocketAddress], of endpoint: Endpoint) {
        let name = Self.name(endpoint)
        self.answers.removeAll { $0.name == name }
        self.answers.append((name, Array(addresses.prefix(NetLimits.maximumAddresses))))
        if self.answers.count > NetLimits.maximumKnownNames { self.answers.removeFirst() }
    }

    func addresses(of endpoint: Endpoint) -> [SocketAddress]? {
        let name = Self.name(endpoint)
        return self.answers.first { $0.name == name }?.addresses
    }

    private static func name(_ endpoint: Endpoint) -> String { "\(endpoint.host):\(endpoint.port)" }
}
