import Foundation
import Glibc
import Testing

@testable import Supervision

/// What a service manager hears, and what it hands over.
@Suite(.timeLimit(.minutes(10))) struct ServiceNotifierTests {
    /// A service manager's end of the socket.
    private final class Manager {
        let path = FileManager.default.temporaryDirectory.appending(path: "notify-\(UUID().uuidString)").path
        private let descriptor: Int32

        init() throws {
            self.descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let octets = Array(self.path.utf8)
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: octets) }
            let result = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe bind(self.descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            try #require(result == 0)
        }

        deinit {
            close(self.descriptor)
            _ = unsafe unlink(self.path)
        }

        /// The next message and the descriptor that came with it.
        func next() -> (text: String, descriptor: Int32?) {
            var octets = [UInt8](repeating: 0, count: 512)
            var control = [UInt8](repeating: 0, count: 64)
            return unsafe octets.withUnsafeMutableBytes { octets in
                unsafe control.withUnsafeMutableBytes { control in
                    var vector = unsafe iovec(iov_base: octets.baseAddress, iov_len: octets.count)
                    return unsafe withUnsafeMutablePointer(to: &vector) { vector in
                        var message = unsafe msghdr()
                        unsafe message.msg_iov = vector
                        unsafe message.msg_iovlen = 1
                        unsafe message.msg_control = control.baseAddress
                        unsafe message.msg_controllen = control.count
                        let count = unsafe recvmsg(self.descriptor, &message, 0)
                        let text = unsafe String(decoding: octets.prefix(max(0, count)), as: UTF8.self)
                        let header = MemoryLayout<cmsghdr>.size
                        guard unsafe message.msg_controllen > header else { return (text, nil) }
                        return (text, unsafe control.load(fromByteOffset: header, as: Int32.self))
                    }
                }
            }
        }
    }

    @Test func tellsTheManagerHowItIs() throws {
        let manager = try Manager()
        let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": manager.path], pid: 1)
        notifier.ready()
        notifier.status("call idle;\nno malfunction")
        notifier.alive(isServing: false)
        notifier.alive(isServing: true)
        notifier.stopping()
        let texts = (0..<5).map { _ in manager.next().text }
        #expect(
            texts == ["READY=1", "STATUS=call idle; no malfunction", "WATCHDOG=1", "READY=1\nWATCHDOG=1", "STOPPING=1"]
        )
    }

    @Test func leavesADescriptorWithTheManagerUnderItsName() throws {
        let manager = try Manager()
        let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": manager.path], pid: 1)
        var ends: [Int32] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        notifier.keep(ends[0], named: "line-crash-1f")
        let (text, descriptor) = manager.next()
        #expect(text == "FDSTORE=1\nFDPOLL=0\nFDNAME=line-crash-1f")
        let kept = try #require(descriptor)
        defer { close(kept) }
        #expect(unsafe write(ends[1], [7], 1) == 1)
        var octet: [UInt8] = [0]
        #expect(unsafe read(kept, &octet, 1) == 1 && octet == [7])
        notifier.forget("line-crash-1f")
        #expect(manager.next().text == "FDSTOREREMOVE=1\nFDNAME=line-crash-1f")
    }

    @Test func withoutAManagerNothingIsSaidAndNothingFails() {
        let notifier = ServiceNotifier(environment: [:], pid: 1)
        notifier.ready()
        notifier.alive(isServing: true)
        #expect(notifier.watchdogTimeout == nil && notifier.inherited.isEmpty)
    }

    @Test(arguments: [
        (["WATCHDOG_USEC": "3000000"], Duration.seconds(3)), (["WATCHDOG_USEC": "0"], nil),
        (["WATCHDOG_USEC": "soon"], nil), (["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "7"], .seconds(3)),
        (["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "8"], nil),
    ])
    func theWatchdogIsForTheProcessThatIsMeant(environment: [String: String], timeout: Duration?) {
        #expect(ServiceNotifier(environment: environment, pid: 7).watchdogTimeout == timeout)
    }

    @Test(arguments: [
        ["LISTEN_PID": "8", "LISTEN_FDS": "1"], ["LISTEN_PID": "7", "LISTEN_FDS": "0"],
        ["LISTEN_PID": "7", "LISTEN_FDS": "-1"], ["LISTEN_PID": "7", "LISTEN_FDS": "9999999"], ["LISTEN_FDS": "1"],
    ])
    func descriptorsOfAnotherProcessAreNotTouched(environment: [String: String]) {
        #expect(ServiceNotifier(environment: environment, pid: 7).inherited.isEmpty)
    }

    @Test func aTextIsKeptOverARunAndEndsWhereTheLastOneEnded() throws {
        let manager = try Manager()
        let first = ServiceNotifier(environment: ["NOTIFY_SOCKET": manager.path], pid: 1)
        let kept = try #require(KeptText(named: "inputs", by: first))
        #expect(kept.earlier.isEmpty)
        let (text, descriptor) = manager.next()
        #expect(text == "FDSTORE=1\nFDPOLL=0\nFDNAME=inputs")
        kept.write("sos-button pending 123456789\n")
        kept.write("crash rest\n")
        let stored = try #require(descriptor)
        // The number is what the manager would hand over as the first one.
        let next = KeptText(named: "inputs", by: ServiceNotifier(inherited: ["inputs": stored]))
        #expect(next?.earlier == "crash rest\n")
        next?.change { $0.uppercased() }
        next?.change { text in
            #expect(text == "CRASH REST\n")
            return text
        }
    }

    @Test func theHolderOfTheLampHearsTheRequestAndNothingElse() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "lamp-\(UUID().uuidString)").path
        LampHandover.ask(at: path)
        let holder = try LampHandover.Holder(at: path)
        defer { _ = unsafe unlink(path) }
        ServiceNotifier(environment: ["NOTIFY_SOCKET": path], pid: 1).ready()
        LampHandover.ask(at: path)
        #expect(holder.waitForRequest())
    }
}
