internal import NIOCore
private import NIOSSL
internal import SIP

extension FlowAddress {
    /// The numeric form of one end of a channel; `nil` when the kernel does not know that end any more.
    init?(_ address: SocketAddress?) {
        guard let host = address?.ipAddress, let port = address?.port.flatMap(UInt16.init(exactly:)) else { return nil }
        self.init(host: host, port: port)
    }
}

extension NetFailure {
    /// The written form of a place: `host:port`, an IPv6 address in brackets.
    static func place(_ host: String, _ port: some BinaryInteger) -> String {
        host.utf8.contains(0x3A) && !host.hasPrefix("[") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    static func place(_ address: SocketAddress) -> String {
        Self.place(address.ipAddress ?? "?", address.port ?? 0)
    }

    /// The cause behind an error of SwiftNIO.
    static func cause(of error: any Error) -> Cause {
        switch error {
        case let error as IOError: .system(errno: error.errnoCode)
        case ChannelError.connectTimeout(let amount): .timedOut(after: .nanoseconds(amount.nanoseconds))
        case ChannelError.eof, NIOSSLError.uncleanShutdown: .closedByPeer
        case let error where TLSText.isOfTLS(error): .insecure(TLSText.of(error))
        default: .other(String(describing: error))
        }
    }
}
