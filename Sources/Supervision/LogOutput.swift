private import Glibc
private import NIOConcurrencyHelpers

/// Where log lines go: a descriptor whose reader may be slow, or gone, without holding up whoever logs.
package final class LogOutput: Sendable {
    /// How long one line may wait for a slow reader, in milliseconds; far below what a call would notice.
    package static let maximumWaitMilliseconds: Int32 = 10

    /// The standard error stream, in the journal's form when it is connected to the journal.
    package static let standardError = LogOutput(
        descriptor: STDERR_FILENO,
        isJournal: LogOutput.isJournal(STDERR_FILENO)
    )

    private let descriptor: Int32
    private let now: @Sendable () -> WallTime
    let line: LogLine
    private let state = NIOLockedValueBox(State())

    private struct State: Sendable {
        /// Lines that found no room since the last one that did.
        var lost = 0
        /// The last line was taken in part; the next one starts on a line of its own.
        var isTorn = false
    }

    package init(
        descriptor: Int32,
        isJournal: Bool,
        now: @escaping @Sendable () -> WallTime = WallClock.now
    ) {
        self.descriptor = descriptor
        self.line = LogLine(form: isJournal ? .journal : .plain)
        self.now = now
    }

    /// Writes the line that `make` renders, or counts it as lost after at most `maximumWaitMilliseconds`.
    func write(_ make: (LogLine, WallTime) -> [UInt8]) {
        let time = self.now()
        let octets = make(self.line, time)
        self.state.withLockedValue { state in
            if state.lost > 0 {
                // A reader that stalled once gets no second wait until it reads again.
                guard self.hasRoom(within: 0) else {
                    state.lost += 1
                    return
                }
                self.put(self.line.octets(lost: state.lost, at: time), &state)
                state.lost = 0
            }
            guard self.hasRoom(within: Self.maximumWaitMilliseconds) else {
                state.lost += 1
                return
            }
            self.put(octets, &state)
        }
    }

    private func put(_ octets: [UInt8], _ state: inout State) {
        let octets = state.isTorn ? [0x0A] + octets : octets
        var count = -1
        repeat {
            count = unsafe octets.withUnsafeBytes { unsafe Glibc.write(self.descriptor, $0.baseAddress, $0.count) }
        } while count < 0 && errno == EINTR
        guard count >= 0 else {
            state.lost += 1
            return
        }
        state.isTorn = count < octets.count
    }

    /// Whether a line fits without waiting longer: a pipe or socket that reports room has it for a whole line.
    private func hasRoom(within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: self.descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&entry, 1, milliseconds) == 1 && entry.revents & Int16(POLLOUT) != 0
    }

    /// Whether a descriptor is the stream that `JOURNAL_STREAM` names by device and inode (systemd.exec(5)).
    private static func isJournal(_ descriptor: Int32) -> Bool {
        guard let name = unsafe getenv("JOURNAL_STREAM") else { return false }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return false }
        return unsafe String(cString: name) == "\(status.st_dev):\(status.st_ino)"
    }
}
