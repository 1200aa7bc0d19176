package import Timeline

/// When the vehicle places a test call by itself: at random times, never right behind a start (RFC 6881 section 12).
///
/// A share is a random number of 0 up to 1, drawn by whoever holds the random source.
package struct SelfCheckSchedule: Hashable, Sendable {
    /// How long after a start no check is placed, at least and at most.
    package static let startWait = Duration.seconds(1_800) ... .seconds(3_600)
    /// The same behind another address of this end.
    package static let addressWait = Duration.seconds(900) ... .seconds(2_700)
    /// How often another address makes a check due before its time.
    package static let addressInterval = Duration.seconds(86_400)
    /// The pause behind a check that failed, at least and at most.
    package static let failurePause = Duration.seconds(1_800) ... .seconds(5_400)
    /// Failures in a row that are a fault: a center may be restarted, or busy.
    package static let failuresOfAFault = 3

    private enum State: Hashable {
        /// No interval is configured, or the record is not open yet.
        case off
        case waiting(until: Instant)
        case calling(IncidentID)
    }

    private let interval: Duration?
    private var state = State.off
    private var failures = 0
    /// Before this nothing is placed: the start is too near.
    private var earliest = Instant.boot
    private var lastAddressCheck: Instant?

    /// A schedule that is off until the record is open; without `interval` it stays so.
    package init(interval: Duration?) {
        self.interval = interval
    }

    /// When the next check is due; `nil` while none is.
    package var dueAt: Instant? {
        if case .waiting(let until) = self.state { until } else { nil }
    }

    /// The check that is going on.
    package var calling: IncidentID? {
        if case .calling(let incident) = self.state { incident } else { nil }
    }

    /// The record is open; `ago` is the time since the last test call that a center acknowledged, `nil` if unknown.
    package mutating func opened(lastAgo ago: Duration?, shares: (start: Double, interval: Double), at now: Instant) {
        guard let interval = self.interval, case .off = self.state else { return }
        let rest = ago.map { Self.spread(interval, shares.interval) - $0 } ?? .zero
        self.earliest = now.advanced(by: Self.within(Self.startWait, shares.start))
        self.state = .waiting(until: max(self.earliest, now.advanced(by: rest)))
    }

    /// Only now is it known how long ago a center acknowledged the last one; whether that puts the check off.
    package mutating func learned(lastAgo ago: Duration, share: Double, at now: Instant) -> Bool {
        guard let interval = self.interval, case .waiting = self.state else { return false }
        let rest = Self.spread(interval, share) - ago
        guard rest > .zero else { return false }
        self.state = .waiting(until: now.advanced(by: rest))
        return true
    }

    /// This end has another address than before: what is between it and the center may be another network.
    package mutating func addressChanged(share: Double, at now: Instant) {
        guard case .waiting(let until) = self.state else { return }
        let last = self.lastAddressCheck
        if let last, last.duration(to: now) < Self.addressInterval { return }
        self.lastAddressCheck = now
        let due = max(self.earliest, now.advanced(by: Self.within(Self.addressWait, share)))
        self.state = .waiting(until: min(until, due))
    }

    /// A check begins.
    package mutating func began(_ incident: IncidentID) {
        self.state = .calling(incident)
    }

    /// It cannot be placed now, since a call goes on or no center is connected; it is tried again soon.
    package mutating func postponed(share: Double, at now: Instant) {
        self.state = .waiting(until: now.advanced(by: Self.within(Self.addressWait, share)))
    }

    /// The check has ended; whether that is one failure too many.
    package mutating func ended(isGood: Bool, share: Double, at now: Instant) -> Bool {
        guard let interval = self.interval else { return false }
        self.failures = isGood ? 0 : self.failures + 1
        let pause = isGood ? Self.spread(interval, share) : min(interval, Self.within(Self.failurePause, share))
        self.state = .waiting(until: now.advanced(by: pause))
        return self.failures >= Self.failuresOfAFault
    }

    /// Half the interval to one and a half.
    private static func spread(_ interval: Duration, _ share: Double) -> Duration {
        interval * (0.5 + share)
    }

    private static func within(_ range: ClosedRange<Duration>, _ share: Double) -> Duration {
        range.lowerBound + (range.upperBound - range.lowerBound) * share
    }
}
