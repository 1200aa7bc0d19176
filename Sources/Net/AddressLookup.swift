internal import Glibc
internal import NIOCore

/// Turns a host into the addresses to try.
///
/// The look-up is a closure so that tests can answer in the name server's place.
struct AddressLookup: Sendable {
    /// Blocks the calling thread until the name is known or known not to exist.
    let lookUp: @Sendable (_ host: String, _ port: UInt16) throws(NetFailure) -> [SocketAddress]

    /// The system's own, getaddrinfo(3).
    static let system = AddressLookup { host, port throws(NetFailure) in
        try Self.addresses(of: host, port: port, flags: 0)
    }

    /// Looks a name up on a thread made for it, and answers on that thread.
    ///
    /// A name server that does not answer blocks for many seconds: in a pool it would hold up everybody else's work.
    func start(
        _ host: String,
        port: UInt16,
        answer: @escaping @Sendable (Result<[SocketAddress], NetFailure>) -> Void
    ) {
        let code = OwnThread.start {
            answer(Result { () throws(NetFailure) in try self.lookUp(host, port) })
        }
        if code != 0 { answer(.failure(NetFailure(.resolve, .system(errno: code), at: host))) }
    }

    /// The address that `host` itself is, brackets around IPv6 allowed; `nil` for a name.
    ///
    /// Never blocks.
    static func numeric(_ host: String, port: UInt16) -> SocketAddress? {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        // Not being an address is an answer here, so its error has nothing to tell.
        return try? Self.addresses(of: bare, port: port, flags: AI_NUMERICHOST).first
    }

    private static func addresses(of host: String, port: UInt16, flags: Int32) throws(NetFailure) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = flags | AI_NUMERICSERV
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else {
            let cause: NetFailure.Cause = code == EAI_SYSTEM ? .system(errno: errno) : .unresolved(code: code)
            throw NetFailure(.resolve, cause, at: host)
        }
        defer { unsafe freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let address = unsafe Self.address(of: entry.pointee) { found.append(address) }
            unsafe next = entry.pointee.ai_next
        }
        guard !found.isEmpty else { throw NetFailure(.resolve, .unresolved(code: EAI_NONAME), at: host) }
        return found
    }

    /// The IPv4 or IPv6 address of one result; `nil` for other families.
    private static func address(of entry: addrinfo) -> SocketAddress? {
        guard let raw = unsafe UnsafeRawPointer(entry.ai_addr) else { return nil }
        switch unsafe entry.ai_family {
        case AF_INET: return unsafe SocketAddress(raw.loadUnaligned(as: sockaddr_in.self))
        case AF_INET6: return unsafe SocketAddress(raw.loadUnaligned(as: sockaddr_in6.self))
        default: return nil
        }
    }
}
