import Glibc
import NIOCore
import SIP
import Testing

/// A plain TCP client whose every step the test decides.
struct RawSocket: ~Copyable {
    let descriptor: Int32

    /// `source` is a numeric address of this machine to come from; `nil` leaves it to the kernel.
    init(connectedTo endpoint: Endpoint, from source: String? = nil) throws {
        self.descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(self.descriptor >= 0)
        if let source {
            let own = try SocketAddress(ipAddress: source, port: 0)
            let descriptor = self.descriptor
            let answer = unsafe own.withSockAddr { unsafe bind(descriptor, $0, socklen_t($1)) }
            try #require(answer == 0)
        }
        var list: UnsafeMutablePointer<addrinfo>?
        try #require(unsafe getaddrinfo(endpoint.host, String(endpoint.port), nil, &list) == 0)
        defer { unsafe freeaddrinfo(list) }
        guard let found = unsafe list?.pointee else { throw UnexpectedEvent() }
        let answer = unsafe connect(self.descriptor, found.ai_addr, found.ai_addrlen)
        try #require(answer == 0)
    }

    deinit { close(self.descriptor) }

    /// What has already arrived, without waiting.
    func arrived() -> [UInt8] {
        Self.arrived(at: self.descriptor)
    }

    static func arrived(at descriptor: Int32) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: 4_096)
        let count = unsafe octets.withUnsafeMutableBytes { room in
            unsafe recv(descriptor, room.baseAddress, room.count, Int32(MSG_DONTWAIT))
        }
        return Array(octets.prefix(max(0, count)))
    }

    /// Makes closing reset the connection instead of ending it in order.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<linger>.size)
        let answer = unsafe setsockopt(self.descriptor, SOL_SOCKET, SO_LINGER, &option, size)
        #expect(answer == 0)
    }
}
