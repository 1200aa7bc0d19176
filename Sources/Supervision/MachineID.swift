private import Glibc

/// The name that the system gave this machine when it was installed, from `/etc/machine-id`.
///
/// It is random and stays the same. machine-id(5) asks that it be told to nobody: only a hash of it may leave.
package struct MachineID: Hashable, Sendable {
    /// Thirty-two hexadecimal digits in lower case.
    package let digits: String

    /// Accepts what systemd writes, 32 hexadecimal digits in lower case, and nothing else.
    package init?(_ text: String) {
        let isHexadecimal = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard text.utf8.count == 32, isHexadecimal, text != String(repeating: "0", count: 32) else { return nil }
        self.digits = text
    }

    /// The name of this machine; `nil` where there is none.
    package static var current: MachineID? { MachineID(reading: "/etc/machine-id") }

    init?(reading path: String) {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        // One octet more than the digits and their line feed, so that a longer file shows.
        var octets = [UInt8](repeating: 0, count: 34)
        let count = unsafe octets.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
        guard count >= 0 else { return nil }
        var text = String(decoding: octets.prefix(count), as: UTF8.self)
        if text.hasSuffix("\n") { text.removeLast() }
        self.init(text)
    }
}
