/// A point on the boot clock: nanoseconds of `CLOCK_MONOTONIC`, the clock of the kernel's edge time stamps.
///
/// Pure targets never read a clock; an `Instant` comes in with every event and goes out as `nextDeadline`.
package struct Instant: InstantProtocol, Hashable, Codable, Sendable {
    /// The origin of the clock; on Linux the moment of boot.
    package static let boot = Instant(nanosecondsSinceBoot: 0)

    /// Nanoseconds since boot, the time asleep not counted.
    package let nanosecondsSinceBoot: Int64

    package init(nanosecondsSinceBoot: Int64) {
        self.nanosecondsSinceBoot = nanosecondsSinceBoot
    }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.nanosecondsSinceBoot < right.nanosecondsSinceBoot
    }

    /// The instant `duration` later; beyond 292 years it stays at the last representable instant.
    package func advanced(by duration: Duration) -> Instant {
        let (seconds, attoseconds) = duration.components
        let (product, tooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (step, alsoTooLong) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        let (sum, pastTheEnd) = self.nanosecondsSinceBoot.addingReportingOverflow(step)
        guard !tooLong, !alsoTooLong, !pastTheEnd else {
            return Instant(nanosecondsSinceBoot: seconds < 0 ? Int64.min : Int64.max)
        }
        return Instant(nanosecondsSinceBoot: sum)
    }

    /// The time from this instant to `other`; negative when `other` is earlier.
    package func duration(to other: Instant) -> Duration {
        .nanoseconds(other.nanosecondsSinceBoot) - .nanoseconds(self.nanosecondsSinceBoot)
    }
}

extension Instant {
    /// The earliest of the deadlines that exist, `nil` when none does.
    package static func earliest(_ deadlines: Instant?...) -> Instant? {
        // Asked after every event, so that it makes nothing but its answer.
        var earliest: Instant?
        for case let deadline? in deadlines where earliest.map({ deadline < $0 }) ?? true { earliest = deadline }
        return earliest
    }
}
