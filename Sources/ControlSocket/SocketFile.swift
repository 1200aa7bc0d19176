import Glibc
import NIOCore

/// A listening socket and the file it made.
struct SocketFile {
    let path: String
    let descriptor: CInt
    private let device: dev_t
    private let inode: ino_t

    /// Binds and listens at `path`, whose file gets exactly the permissions `mode`.
    ///
    /// A socket file that nobody answers on is what a killed process left, and is replaced. Two processes that replace
    /// the same left-over file in the same instant are not told apart; a service manager does not start them so.
    init(listeningAt path: String, mode: UInt16, group: String? = nil) throws(ControlSocketError) {
        guard path.utf8.count <= ControlLimits.maximumPathOctets else {
            throw .pathTooLong(path: path, limit: ControlLimits.maximumPathOctets)
        }
        try Self.clear(path)
        let descriptor = try Self.open(path)
        do throws(ControlSocketError) {
            // Before `bind` the mode of the descriptor becomes the mode of the file, so it is never wider than asked.
            guard fchmod(descriptor, 0o600) == 0 else { throw Self.error("fchmod", path) }
            try Self.bind(descriptor, to: path)
            if let group { try Self.give(path, to: group) }
            guard unsafe chmod(path, mode_t(mode)) == 0 else { throw Self.error("chmod", path) }
            guard listen(descriptor, ControlLimits.acceptBacklog) == 0 else { throw Self.error("listen", path) }
            let file = try Self.status(path)
            self.path = path
            self.descriptor = descriptor
            self.device = file.st_dev
            self.inode = file.st_ino
        } catch {
            Self.close(descriptor)
            throw error
        }
    }

    /// Makes a group the file's, which takes membership in it.
    private static func give(_ path: String, to group: String) throws(ControlSocketError) {
        guard let entry = unsafe getgrnam(group) else { throw .groupMissing(path: path, group: group) }
        guard unsafe chown(path, uid_t.max, entry.pointee.gr_gid) == 0 else { throw Self.error("chown", path) }
    }

    /// Removes the file, if it is still the one this socket made.
    func remove() {
        // A file that is gone, or that another process made, is left to them.
        guard let file = try? Self.status(self.path), file.st_dev == self.device, file.st_ino == self.inode else {
            return
        }
        Self.remove(self.path)
    }

    /// Closes the descriptor, when nobody else has taken it over.
    func close() {
        Self.close(self.descriptor)
    }

    /// Makes way for a new socket file, or says why it cannot.
    private static func clear(_ path: String) throws(ControlSocketError) {
        var file = stat()
        guard unsafe lstat(path, &file) == 0 else {
            guard errno == ENOENT else { throw Self.error("lstat", path) }
            return try Self.checkFolder(of: path)
        }
        guard file.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        guard try !Self.isAnswered(path) else { throw .inUse(path: path) }
        Self.remove(path)
    }

    private static func checkFolder(of path: String) throws(ControlSocketError) {
        let folder = path.lastIndex(of: "/").map { path[..<$0].isEmpty ? "/" : String(path[..<$0]) } ?? "."
        var file = stat()
        guard unsafe stat(folder, &file) == 0, file.st_mode & S_IFMT == S_IFDIR else {
            throw .folderMissing(path: path)
        }
    }

    /// Whether a process listens there; a full queue of waiting clients is an answer too.
    private static func isAnswered(_ path: String) throws(ControlSocketError) -> Bool {
        let descriptor = try Self.open(path)
        defer { Self.close(descriptor) }
        let address = try Self.address(path)
        let status = unsafe address.withSockAddr { unsafe connect(descriptor, $0, socklen_t($1)) }
        guard status != 0 else { return true }
        switch errno {
        case ECONNREFUSED: return false
        case EAGAIN: return true
        default: throw Self.error("connect", path)
        }
    }

    private static func open(_ path: String) throws(ControlSocketError) -> CInt {
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { throw Self.error("socket", path) }
        return descriptor
    }

    private static func bind(_ descriptor: CInt, to path: String) throws(ControlSocketError) {
        let address = try Self.address(path)
        let status = unsafe address.withSockAddr { unsafe Glibc.bind(descriptor, $0, socklen_t($1)) }
        guard status != 0 else { return }
        // Another process was faster since `clear`.
        if errno == EADDRINUSE { throw .inUse(path: path) }
        throw Self.error("bind", path)
    }

    private static func address(_ path: String) throws(ControlSocketError) -> SocketAddress {
        do {
            return try SocketAddress(unixDomainSocketPath: path)
        } catch {
            throw .pathTooLong(path: path, limit: ControlLimits.maximumPathOctets)
        }
    }

    private static func status(_ path: String) throws(ControlSocketError) -> stat {
        var file = stat()
        guard unsafe lstat(path, &file) == 0 else { throw Self.error("lstat", path) }
        return file
    }

    /// Removes a file; when it stays, the `bind` that follows says so.
    private static func remove(_ path: String) {
        if unsafe unlink(path) != 0 { return }
    }

    /// Closes a descriptor; Linux gives it up even when `close` reports an error.
    private static func close(_ descriptor: CInt) {
        if Glibc.close(descriptor) != 0 { return }
    }

    private static func error(_ call: String, _ path: String) -> ControlSocketError {
        .system(path: path, IOError(errnoCode: errno, reason: call))
    }
}
