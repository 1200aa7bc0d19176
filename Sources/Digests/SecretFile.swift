internal import Glibc

/// A file with a secret, which nobody but its owner and its group may read.
package enum SecretFile {
    /// Why a file is not taken; nothing of its content is in it.
    package struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
        package let path: String
        package let cause: String

        package var description: String { "\(self.path) \(self.cause)" }
    }

    /// Octets of a file that holds one password.
    package static let maximumPassword = 1_024
    /// Octets of a file of users: ten thousand lines with a key of SHA-256 each.
    package static let maximumUsers = 2_097_152

    /// The text of a regular file that others can neither read nor write.
    package static func text(of path: String, upTo maximum: Int) throws(Mistake) -> String {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw Mistake(path: path, cause: "cannot be opened: \(Self.sentence(errno))") }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Mistake(path: path, cause: "is no regular file")
        }
        guard status.st_mode & (S_IWGRP | S_IRWXO) == 0 else {
            throw Mistake(path: path, cause: "is open to others: expected mode 0600 or 0640")
        }
        var octets: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while octets.count <= maximum {
            let count = unsafe piece.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw Mistake(path: path, cause: "cannot be read: \(Self.sentence(errno))") }
            guard count > 0 else { break }
            octets += piece[..<count]
        }
        guard octets.count <= maximum else { throw Mistake(path: path, cause: "has more than \(maximum) octets") }
        guard let text = String(validating: octets, as: UTF8.self) else {
            throw Mistake(path: path, cause: "is no UTF-8 text")
        }
        return text
    }

    /// The password in a file: its first line, which must be the only one.
    package static func password(of path: String) throws(Mistake) -> String {
        var text = try Self.text(of: path, upTo: Self.maximumPassword)
        if text.hasSuffix("\n") { text.removeLast() }
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw Mistake(path: path, cause: "has no password: expected one line")
        }
        return text
    }

    private static func sentence(_ code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
