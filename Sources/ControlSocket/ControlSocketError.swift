package import NIOCore

/// Why the control socket could not be opened.
package enum ControlSocketError: Error, CustomStringConvertible {
    case pathTooLong(path: String, limit: Int)
    case folderMissing(path: String)
    case notASocket(path: String)
    /// The group that the file is to have does not exist.
    case groupMissing(path: String, group: String)
    /// Another process answers on it.
    case inUse(path: String)
    /// A system call was refused; the error holds its name and number.
    case system(path: String, IOError)
    /// The event loop did not take the open socket.
    case notServed(path: String, any Error)

    package var description: String {
        switch self {
        case .pathTooLong(let path, let limit):
            "the socket path \(path) has \(path.utf8.count) octets; the kernel takes \(limit): choose a shorter one"
        case .folderMissing(let path):
            "the folder of the socket \(path) does not exist; create it, or let systemd do so with RuntimeDirectory="
        case .notASocket(let path):
            "\(path) exists and is no socket; it was left as it is: remove it or choose another path"
        case .groupMissing(let path, let group):
            "the socket \(path) cannot be the group \(group)'s: there is no such group; make install makes it"
        case .inUse(let path):
            "another process answers on the socket \(path); stop it, or choose another path"
        case .system(let path, let error):
            "the socket \(path) cannot be opened: \(error)"
        case .notServed(let path, let error):
            "the socket \(path) was opened and cannot be served: \(error)"
        }
    }
}
