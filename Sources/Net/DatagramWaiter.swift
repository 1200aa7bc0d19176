private import CEpoll
private import Glibc
internal import NIOCore

/// Waits on a thread of its own for datagrams, and tells the event loop which sockets have some.
///
/// A socket is told once and then rests until `watchAgain`, so that a flood never piles up work for the loop. SwiftNIO's
/// own datagram channel is not used: an ICMP error other than "port unreachable" on a connected socket ends the process
/// there, and a single peer that cannot be sent to closes the socket of all.
@safe final class DatagramWaiter: Sendable {
    /// The key of the wake-up; sockets have others.
    private static let wakeKey: UInt64 = 0

    /// Sockets told by one system call; more wait for the next.
    private static let eventsPerTurn = 64

    private let epoll: Int32
    private let wake: Int32

    /// Starts the thread; `ready` runs on it with the keys of sockets that have something to read, an error included.
    ///
    /// `ended` is its last act. Throws when the process has no descriptor or no thread left.
    init(
        ready: @escaping @Sendable ([UInt64]) -> Void,
        ended: @escaping @Sendable () -> Void
    ) throws(NetFailure) {
        let epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw NetFailure(.read, .system(errno: errno), at: "datagram sockets") }
        let wake = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard wake >= 0 else {
            let failure = NetFailure(.read, .system(errno: errno), at: "datagram sockets")
            close(epoll)
            throw failure
        }
        self.epoll = epoll
        self.wake = wake
        var code = Self.control(epoll, EPOLL_CTL_ADD, wake, EPOLLIN.rawValue, Self.wakeKey)
        if code == 0 {
            code = OwnThread.start {
                Self.wait(on: epoll, ready: ready)
                close(epoll)
                close(wake)
                ended()
            }
        }
        guard code == 0 else {
            close(epoll)
            close(wake)
            throw NetFailure(.read, .system(errno: code), at: "datagram sockets")
        }
    }

    /// Begins to watch a socket; closing the socket ends it.
    ///
    /// Throws when the kernel has no room for one more.
    func watch(_ descriptor: Int32, key: UInt64) throws(NetFailure) {
        precondition(key != Self.wakeKey, "This key is the wake-up's.")
        let events = EPOLLIN.rawValue | EPOLLONESHOT.rawValue
        let code = Self.control(self.epoll, EPOLL_CTL_ADD, descriptor, events, key)
        guard code == 0 else { throw NetFailure(.read, .system(errno: code), at: "datagram sockets") }
    }

    /// Watches on; what has come meanwhile is told at once.
    func watchAgain(_ descriptor: Int32, key: UInt64) {
        let events = EPOLLIN.rawValue | EPOLLONESHOT.rawValue
        let code = Self.control(self.epoll, EPOLL_CTL_MOD, descriptor, events, key)
        precondition(code == 0, "A socket is watched again while it is open and watched (errno \(code)).")
    }

    /// Ends the thread, once; nothing may be watched any more.
    func stop() {
        // A counter that is full is a wake-up that waits already.
        _ = eventfd_write(self.wake, 1)
    }

    /// The error number, 0 for none.
    private static func control(
        _ epoll: Int32,
        _ operation: Int32,
        _ socket: Int32,
        _ events: UInt32,
        _ key: UInt64
    ) -> Int32 {
        var event = unsafe epoll_event()
        unsafe event.events = events
        unsafe event.data.u64 = key
        return unsafe epoll_ctl(epoll, operation, socket, &event) == 0 ? 0 : errno
    }

    private static func wait(on epoll: Int32, ready: @Sendable ([UInt64]) -> Void) {
        var events = unsafe [epoll_event](repeating: epoll_event(), count: Self.eventsPerTurn)
        while true {
            let count = unsafe epoll_wait(epoll, &events, Int32(Self.eventsPerTurn), -1)
            // Only a signal interrupts the wait.
            let keys = unsafe events.prefix(max(0, Int(count))).map { unsafe $0.data.u64 }
            let sockets = keys.filter { $0 != Self.wakeKey }
            if !sockets.isEmpty { ready(sockets) }
            if sockets.count < keys.count { return }
        }
    }
}
