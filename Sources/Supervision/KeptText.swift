private import CNotify
private import Glibc

/// A short text in memory that the service manager keeps for the next run of the daemon, and drops at a stop or a boot.
///
/// Writing it takes microseconds and never waits.
@safe package final class KeptText: Sendable {
    /// Far above what a few lines take; a longer text is none.
    private static let maximumOctets = 4_096

    private let descriptor: Int32
    /// What an earlier run has left; empty when there was none.
    package let earlier: String

    /// Takes over what the manager has under a name, or makes it; `nil` when the system gives no memory.
    package init?(named name: String, by notifier: ServiceNotifier) {
        if let inherited = notifier.inherited[name] {
            self.descriptor = inherited
            self.earlier = Self.read(inherited)
        } else {
            let made = unsafe cnotify_memory(name)
            guard made >= 0 else { return nil }
            self.descriptor = made
            self.earlier = ""
            notifier.keep(made, named: name)
        }
    }

    deinit {
        close(self.descriptor)
    }

    /// Replaces the text.
    package func write(_ text: String) {
        var octets = Array(text.utf8.prefix(Self.maximumOctets))
        // A shorter text than the one before ends here: readers stop at the first zero octet.
        octets.append(0)
        // Memory that cannot be written any more means a daemon that cannot be resumed; its calls go on.
        _ = unsafe octets.withUnsafeBytes { unsafe pwrite(self.descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// Replaces the text by what `change` makes of it; for the end, when nobody else writes.
    package func change(_ change: (String) -> String) {
        self.write(change(Self.read(self.descriptor)))
    }

    private static func read(_ descriptor: Int32) -> String {
        var octets = [UInt8](repeating: 0, count: Self.maximumOctets)
        let count = unsafe octets.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        return String(decoding: octets.prefix(max(0, count)).prefix { $0 != 0 }, as: UTF8.self)
    }
}
