internal import Glibc
internal import Supervision

/// The file by which an engineer opens the 112 gate until the next boot.
///
/// It counts only when it is root's, nobody else may write it, and what it says is the kernel's name of this boot, as
/// in `cp /proc/sys/kernel/random/boot_id /run/ecall/unlock-112`. No clock is asked: a board without one would start in
/// the past.
struct UnlockFile: Sendable {
    let path: String
    let boot: String
    /// Root; a test that is not root's names another.
    var owner: UInt32 = 0

    /// The longest content that is read: a boot's name has 36 characters and a line feed.
    private static let maximumOctets = 64

    /// Reads the file now: unlocking and locking again take effect at the next request.
    @Sendable func isUnlocked() -> Bool {
        let file = unsafe open(self.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return false }
        defer { close(file) }
        var status = stat()
        // A file of somebody's making has a size; the kernel's own name of this boot has none, and unlocks nothing.
        guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == self.owner,
            status.st_mode & (S_IWGRP | S_IWOTH) == 0, status.st_size > 0
        else { return false }
        var octets = [UInt8](repeating: 0, count: Self.maximumOctets)
        let count = unsafe octets.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
        guard count > 0 else { return false }
        var text = String(decoding: octets.prefix(count), as: UTF8.self)
        if text.hasSuffix("\n") { text.removeLast() }
        // A boot without a name cannot be told from the next one.
        return BootID(self.boot) != nil && text == self.boot
    }
}
