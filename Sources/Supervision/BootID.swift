private import Glibc

/// The kernel's name for this boot: instants of two records compare only when their boots are the same.
package struct BootID: Hashable, Sendable, CustomStringConvertible {
    /// Thirty-six characters of a UUID in lower case.
    package let description: String

    /// Accepts what the kernel writes, a UUID in lower case, and nothing else.
    package init?(_ text: String) {
        let octets = Array(text.utf8)
        let hyphens = [8, 13, 18, 23]
        guard octets.count == 36 else { return nil }
        for (index, octet) in octets.enumerated() {
            let isHexadecimal = (0x30...0x39).contains(octet) || (0x61...0x66).contains(octet)
            guard hyphens.contains(index) ? octet == 0x2D : isHexadecimal else { return nil }
        }
        self.description = text
    }

    /// The running boot's, read anew each time.
    package static var current: BootID {
        get throws(BootIDError) { try BootID(reading: "/proc/sys/kernel/random/boot_id") }
    }

    init(reading path: String) throws(BootIDError) {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw BootIDError(path: path, problem: .open(errno: errno)) }
        defer { close(file) }
        // One octet more than a UUID and its line feed, so that a longer file shows.
        var octets = [UInt8](repeating: 0, count: 38)
        let count = unsafe octets.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw BootIDError(path: path, problem: .read(errno: errno)) }
        var text = String(decoding: octets.prefix(count), as: UTF8.self)
        if text.hasSuffix("\n") { text.removeLast() }
        guard let id = BootID(text) else { throw BootIDError(path: path, problem: .notUUID) }
        self = id
    }
}

/// Why the name of the boot is not known.
package struct BootIDError: Error, Hashable, CustomStringConvertible {
    package enum Problem: Hashable, Sendable {
        case open(errno: Int32)
        case read(errno: Int32)
        /// The file holds something else than a UUID in lower case.
        case notUUID
    }

    package let path: String
    package let problem: Problem

    package var description: String {
        switch self.problem {
        case .open(let errno): "open \(self.path): \(Self.text(of: errno)) (errno \(errno))"
        case .read(let errno): "read \(self.path): \(Self.text(of: errno)) (errno \(errno))"
        case .notUUID: "\(self.path) does not hold a UUID in lower case"
        }
    }

    private static func text(of errno: Int32) -> String {
        unsafe String(cString: strerror(errno))
    }
}

extension BootID {
    /// What stands for the name of a boot when the kernel does not tell it.
    package static let unknownName = "unknown"

    /// The name of this boot, or `unknownName`.
    ///
    /// Without a name no time of an earlier run can be compared, which is the safe side.
    package static var nameOrUnknown: String {
        // Why there is none changes nothing.
        (try? BootID.current.description) ?? Self.unknownName
    }
}
