private import Glibc
package import Timeline

/// The clock of everything that is measured or awaited: `CLOCK_MONOTONIC`, in which the kernel stamps edges too.
package enum MonotonicClock {
    /// The present instant.
    package static func now() -> Instant {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_MONOTONIC, &time) == 0 else {
            preconditionFailure("Linux always has CLOCK_MONOTONIC (clock_gettime(2)).")
        }
        return Instant(nanosecondsSinceBoot: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
