private import CNotify
private import Glibc

/// What the daemon tells its service manager, and what the manager has told it; silent where there is none.
///
/// The protocol of sd_notify(3) and sd_listen_fds(3), which systemd keeps stable for programs that speak it themselves.
package struct ServiceNotifier: Sendable {
    /// The first descriptor that a manager hands over (sd_listen_fds(3)).
    private static let firstDescriptor: Int32 = 3
    /// As many as the unit's descriptor store may ever hold here; a larger number is a mistake of the environment.
    private static let maximumDescriptors: Int32 = 256

    private let socket: String?
    /// How often the manager wants to hear that the daemon lives; `nil` when it does not watch.
    package let watchdogTimeout: Duration?
    /// Descriptors that an earlier run has left with the manager, by their names.
    package let inherited: [String: Int32]

    /// Reads what the manager has put into the environment of the process `pid`.
    package init(environment: [String: String], pid: Int32) {
        self.socket = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        let isWatched = environment["WATCHDOG_PID"].map { Int32($0) == pid } ?? true
        self.watchdogTimeout =
            isWatched
            ? environment["WATCHDOG_USEC"].flatMap(Int64.init).flatMap { $0 > 0 ? .microseconds($0) : nil } : nil
        self.inherited = Self.inherited(environment, pid: pid)
    }

    /// A notifier without a manager that has inherited descriptors.
    init(inherited: [String: Int32]) {
        self.socket = nil
        self.watchdogTimeout = nil
        self.inherited = inherited
    }

    /// Reads the environment of this process.
    package static func ofThisProcess() -> ServiceNotifier {
        var variables: [String: String] = [:]
        for name in ["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] {
            if let value = unsafe getenv(name) { variables[name] = unsafe String(cString: value) }
        }
        return ServiceNotifier(environment: variables, pid: getpid())
    }

    private static func inherited(_ environment: [String: String], pid: Int32) -> [String: Int32] {
        guard environment["LISTEN_PID"].flatMap(Int32.init) == pid,
            let count = environment["LISTEN_FDS"].flatMap(Int32.init), (1...Self.maximumDescriptors).contains(count)
        else { return [:] }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        var descriptors: [String: Int32] = [:]
        for (index, descriptor) in (Self.firstDescriptor..<Self.firstDescriptor + count).enumerated() {
            // Not for the programs that this one starts.
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            let name = index < names.count ? String(names[index]) : "unknown"
            if descriptors[name] == nil { descriptors[name] = descriptor } else { close(descriptor) }
        }
        return descriptors
    }

    /// The daemon serves: its lines are read, and its socket answers.
    package func ready() { self.send("READY=1") }

    /// One line that `systemctl status` shows.
    package func status(_ text: String) {
        self.send("STATUS=" + text.map { $0.isNewline ? " " : String($0) }.joined())
    }

    package func stopping() { self.send("STOPPING=1") }

    /// The daemon lives and, once it does, serves; for its loop to say, and for nobody else.
    ///
    /// Readiness is said again: a message that got lost must not end a daemon that serves.
    package func alive(isServing: Bool) { self.send(isServing ? "READY=1\nWATCHDOG=1" : "WATCHDOG=1") }

    /// Gives back what an earlier run has left and this one has no use for.
    package func forgetInherited() {
        for (name, descriptor) in self.inherited {
            close(descriptor)
            self.forget(name)
        }
    }

    /// Leaves a descriptor with the manager, for the next run.
    package func keep(_ descriptor: Int32, named name: String) {
        self.send("FDSTORE=1\nFDPOLL=0\nFDNAME=\(name)", descriptor)
    }

    package func forget(_ name: String) { self.send("FDSTOREREMOVE=1\nFDNAME=\(name)") }

    private func send(_ text: String, _ descriptor: Int32 = -1) {
        guard let socket = self.socket else { return }
        // A manager that does not listen has nothing to be told; the watchdog is its own way to notice.
        _ = unsafe cnotify_send(socket, text, text.utf8.count, descriptor)
    }
}
