private import CNotify
private import Glibc

/// How the malfunction lamp changes hands: the program that holds it while `ecalld` is dead gives it back when asked.
package enum LampHandover {
    /// The socket of the holder, in a folder that only the service's own user can reach.
    package static let path = "/run/ecall-lamp/holder.sock"
    private static let request = "give back"

    /// Asks whoever holds the lamp to give it back; nobody has to be there.
    package static func ask(at path: String = Self.path) {
        // Without a holder there is nothing to be given back.
        _ = unsafe cnotify_send(path, Self.request, Self.request.utf8.count, -1)
    }

    /// The holder's end of the socket; throws what the system said.
    package final class Holder: Sendable {
        private let descriptor: Int32

        package init(at path: String = LampHandover.path) throws(HandoverError) {
            // One that an earlier holder left behind; that there is none is as good.
            _ = unsafe unlink(path)
            let descriptor = unsafe cnotify_listen(path)
            guard descriptor >= 0 else { throw HandoverError(path: path, errno: errno) }
            self.descriptor = descriptor
        }

        deinit {
            close(self.descriptor)
        }

        /// Waits for the request, for as long as it takes; false when the socket fails and nobody can ask any more.
        package func waitForRequest() -> Bool {
            var octets = [UInt8](repeating: 0, count: LampHandover.request.utf8.count)
            while true {
                let count = unsafe octets.withUnsafeMutableBytes {
                    unsafe read(self.descriptor, $0.baseAddress, $0.count)
                }
                if count == octets.count, octets.elementsEqual(LampHandover.request.utf8) { return true }
                // Anything else is not for us.
                if count < 0, errno != EINTR { return false }
            }
        }
    }
}

/// Why the holder of the lamp cannot be asked.
package struct HandoverError: Error, Hashable, CustomStringConvertible {
    package let path: String
    package let errno: Int32

    package var description: String {
        unsafe "listening on \(self.path): \(String(cString: strerror(self.errno))) (errno \(self.errno))"
    }
}
