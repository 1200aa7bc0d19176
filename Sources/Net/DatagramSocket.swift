private import Glibc
internal import NIOCore

/// One UDP socket that never blocks: connected to one peer, or bound and open to all.
///
/// Released with its owner; used on one event loop.
@safe final class DatagramSocket {
    /// What one reading gives.
    enum Reading {
        case datagram([UInt8], from: SocketAddress)
        /// Nothing waits, or the kernel has no room to hand it over at this moment.
        case nothing
        /// An ICMP error or a failure of the system; the socket can still be used.
        case failed(errno: Int32)
    }

    let descriptor: Int32

    /// Connects; fails when there is no way to the address, and says nothing of whether somebody is there.
    ///
    /// A connected socket takes datagrams of its peer alone, and is told when ICMP says that the peer takes none.
    init(connectedTo address: SocketAddress) throws(NetFailure) {
        self.descriptor = try Self.make(for: address, .connect)
        let answer = unsafe address.withSockAddr { pointer, size in
            unsafe connect(self.descriptor, pointer, socklen_t(size))
        }
        guard answer == 0 else { throw Self.failure(.connect, address) }
    }

    /// Binds to an address and a port, 0 for any free one, which nobody else has.
    init(boundTo address: SocketAddress) throws(NetFailure) {
        self.descriptor = try Self.make(for: address, .listen)
        Self.set(self.descriptor, SOL_SOCKET, SO_RCVBUF, Int32(NetLimits.datagramReceiveBuffer))
        let answer = unsafe address.withSockAddr { pointer, size in
            unsafe bind(self.descriptor, pointer, socklen_t(size))
        }
        guard answer == 0 else { throw Self.failure(.listen, address) }
    }

    deinit {
        close(self.descriptor)
    }

    private static func make(
        for address: SocketAddress,
        _ operation: NetFailure.Operation
    ) throws(NetFailure) -> Int32 {
        let isIPv6 = address.protocol == .inet6
        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, kind, 0)
        guard descriptor >= 0 else { throw Self.failure(operation, address) }
        // Routers may cut our datagrams. Else one that asks for smaller ones would be an error on the socket, which the
        // next transmission of the same message overcomes by itself.
        if isIPv6 {
            Self.set(descriptor, Int32(IPPROTO_IPV6), IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT)
        } else {
            Self.set(descriptor, Int32(IPPROTO_IP), IP_MTU_DISCOVER, IP_PMTUDISC_DONT)
        }
        return descriptor
    }

    private static func failure(_ operation: NetFailure.Operation, _ address: SocketAddress) -> NetFailure {
        NetFailure(operation, .system(errno: errno), at: NetFailure.place(address))
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        let answer = unsafe setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
        precondition(answer == 0, "The kernel knows the options of UDP sockets (errno \(errno)).")
    }

    /// The address and port of this end; `nil` when the kernel does not tell.
    var localAddress: SocketAddress? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let answer = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe getsockname(self.descriptor, address, &size)
            }
        }
        return answer == 0 ? Self.address(storage) : nil
    }

    /// Takes the oldest datagram that waits; `room` holds the largest there can be.
    func receive(into room: inout [UInt8]) -> Reading {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let count = unsafe room.withUnsafeMutableBytes { bytes in
            unsafe withUnsafeMutablePointer(to: &storage) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    unsafe recvfrom(self.descriptor, bytes.baseAddress, bytes.count, 0, address, &size)
                }
            }
        }
        guard count >= 0 else {
            return errno == EINTR || Self.isShortage(errno) ? .nothing : .failed(errno: errno)
        }
        // A UDP socket of the Internet families names the sender of every datagram.
        guard let sender = Self.address(storage) else { return .failed(errno: EAFNOSUPPORT) }
        return .datagram(Array(room.prefix(count)), from: sender)
    }

    /// Hands one datagram to the kernel and returns the error number, 0 for none.
    ///
    /// `address` is given on a bound socket only.
    func send(_ bytes: [UInt8], to address: SocketAddress? = nil) -> Int32 {
        let count = unsafe bytes.withUnsafeBytes { content in
            guard let address else { return unsafe Glibc.send(self.descriptor, content.baseAddress, content.count, 0) }
            return unsafe address.withSockAddr { pointer, size in
                unsafe sendto(self.descriptor, content.baseAddress, content.count, 0, pointer, socklen_t(size))
            }
        }
        return count >= 0 ? 0 : errno
    }

    /// Whether the error says that the kernel has nothing, or no room, for a datagram at this moment.
    static func isShortage(_ errno: Int32) -> Bool {
        [EAGAIN, ENOBUFS, ENOMEM].contains(errno)
    }

    private static func address(_ storage: sockaddr_storage) -> SocketAddress? {
        unsafe withUnsafeBytes(of: storage) { bytes in
            switch Int32(storage.ss_family) {
            case AF_INET: unsafe SocketAddress(bytes.loadUnaligned(as: sockaddr_in.self))
            case AF_INET6: unsafe SocketAddress(bytes.loadUnaligned(as: sockaddr_in6.self))
            default: nil
            }
        }
    }
}
