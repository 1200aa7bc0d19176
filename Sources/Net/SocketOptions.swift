private import Glibc
internal import NIOCore

/// What every connection, opened or accepted, asks of the kernel and of SwiftNIO.
enum SocketOptions {
    /// Sets the options on a channel whose event loop is the current one.
    static func set(on channel: any Channel, limits: NetLimits) throws {
        guard let options = channel.syncOptions else {
            preconditionFailure("A socket channel of SwiftNIO takes options on its event loop.")
        }
        // An INVITE must not wait for the acknowledgement of the segment before it (Nagle's algorithm).
        try options.setOption(.tcpOption(.tcp_nodelay), value: 1)
        try options.setOption(.socketOption(.so_keepalive), value: 1)
        try options.setOption(.tcpOption(.keepAliveIdle), value: Self.seconds(NetLimits.keepAliveIdle))
        try options.setOption(.tcpOption(.keepAliveInterval), value: Self.seconds(NetLimits.keepAliveInterval))
        try options.setOption(.tcpOption(.userTimeout), value: Self.seconds(NetLimits.deadPeerTimeout) * 1_000)
        try options.setOption(.maxMessagesPerRead, value: UInt(NetLimits.unhandledReadings))
        try options.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: NetLimits.readSize))
        if let octets = limits.octetsPerSecond {
            // All that waits is read at once when the connection ends, and a pong waits behind it while it lasts.
            try options.setOption(.socketOption(.so_rcvbuf), value: .init(octets / 2))
        }
        let marks = ChannelOptions.Types.WriteBufferWaterMark(
            low: limits.maximumBacklog / 2,
            high: limits.maximumBacklog
        )
        try options.setOption(.writeBufferWaterMark, value: marks)
    }

    private static func seconds(_ duration: Duration) -> Int {
        Int(duration.components.seconds)
    }
}

extension NIOBSDSocket.Option {
    fileprivate static let keepAliveIdle = Self(rawValue: TCP_KEEPIDLE)
    fileprivate static let keepAliveInterval = Self(rawValue: TCP_KEEPINTVL)
    /// Unit: milliseconds.
    fileprivate static let userTimeout = Self(rawValue: TCP_USER_TIMEOUT)
}
