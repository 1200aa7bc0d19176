private import CTimex
private import Glibc

/// A reading of the wall clock, with the kernel's opinion of it.
package struct WallTime: Hashable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z.
    package let seconds: Int64
    /// The part of a second on top, 0...999_999_999.
    package let nanoseconds: Int32
    /// Whether the kernel says that something keeps its clock synchronized.
    package let isSynchronized: Bool

    package init(seconds: Int64, nanoseconds: Int32 = 0, isSynchronized: Bool) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
        self.isSynchronized = isSynchronized
    }

    /// A time that was written down while it was trusted, in milliseconds since 1970.
    package init(milliseconds: Int64) {
        let (seconds, rest) = (milliseconds / 1_000, milliseconds % 1_000)
        self.init(seconds: seconds, nanoseconds: Int32(rest) * 1_000_000, isSynchronized: true)
    }
}

/// The clock of dates, which may be set, jump, or never have been right.
package enum WallClock {
    /// The present wall time; not synchronized when the kernel does not tell.
    package static func now() -> WallTime {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_REALTIME, &time) == 0 else {
            preconditionFailure("Linux always has CLOCK_REALTIME (clock_gettime(2)).")
        }
        return WallTime(
            seconds: Int64(time.tv_sec),
            nanoseconds: Int32(time.tv_nsec),
            isSynchronized: Self.isSynchronized
        )
    }

    /// Reads the kernel's state without changing it; adjtimex(2) answers TIME_ERROR while nothing synchronizes.
    private static var isSynchronized: Bool {
        var state = timex()
        let answer = unsafe adjtimex(&state)
        return answer >= 0 && answer != TIME_ERROR && state.status & STA_UNSYNC == 0
    }
}

extension WallTime: CustomStringConvertible {
    /// The time in UTC with milliseconds, as in 2026-11-22T17:40:00.123Z (RFC 3339).
    package var description: String {
        var seconds = time_t(self.seconds)
        var parts = unsafe tm()
        guard unsafe gmtime_r(&seconds, &parts) != nil else { return "@\(self.seconds)" }
        let date = unsafe [
            String(Int(parts.tm_year) + 1900), Self.padded(parts.tm_mon + 1, to: 2), Self.padded(parts.tm_mday, to: 2),
        ]
        let clock = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map { Self.padded($0, to: 2) }
        let milliseconds = Self.padded(self.nanoseconds / 1_000_000, to: 3)
        return "\(date.joined(separator: "-"))T\(clock.joined(separator: ":")).\(milliseconds)Z"
    }

    private static func padded(_ number: Int32, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
