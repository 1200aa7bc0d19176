private import Glibc

/// A file of slots of one size, each of which a text fits in; written slot by slot, so that it never grows.
///
/// A slot that was torn, or overwritten with blanks, reads as whatever is there; its reader decides what that means.
package final class SlotFile: Sendable {
    package static let slotOctets = 4_096

    private let descriptor: Int32
    package let slots: Int

    /// Opens or makes the file, for its owner only; throws what the system said.
    package init(path: String, slots: Int) throws(SlotFileError) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SlotFileError(path: path, errno: errno) }
        self.descriptor = descriptor
        self.slots = slots
    }

    deinit {
        close(self.descriptor)
    }

    /// Puts a text into a slot, the rest of it blank; false when it does not fit, or the disk does not take it.
    package func write(_ text: String, to slot: Int) -> Bool {
        var octets = Array(text.utf8)
        guard octets.count < Self.slotOctets, (0..<self.slots).contains(slot) else { return false }
        octets += [UInt8](repeating: 0x20, count: Self.slotOctets - octets.count - 1)
        octets.append(0x0A)
        let written = unsafe octets.withUnsafeBytes { octets in
            unsafe pwrite(self.descriptor, octets.baseAddress, octets.count, off_t(slot * Self.slotOctets))
        }
        return written == Self.slotOctets
    }

    /// The text of a slot without the blanks behind it; empty where nothing was ever written.
    package func read(_ slot: Int) -> String {
        var octets = [UInt8](repeating: 0, count: Self.slotOctets)
        let count = unsafe octets.withUnsafeMutableBytes { octets in
            unsafe pread(self.descriptor, octets.baseAddress, octets.count, off_t(slot * Self.slotOctets))
        }
        guard count > 0 else { return "" }
        let end = octets.prefix(count).lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? 0
        return String(decoding: octets.prefix(end), as: UTF8.self)
    }
}

/// Why a file of slots cannot be used.
package struct SlotFileError: Error, Hashable, Sendable, CustomStringConvertible {
    package let path: String
    package let errno: Int32

    package var description: String {
        unsafe "\(self.path): \(String(cString: strerror(self.errno))) (errno \(self.errno))"
    }
}
