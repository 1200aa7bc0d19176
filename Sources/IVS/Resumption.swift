internal import CallControl
internal import Store
internal import Supervision
internal import Timeline

/// Whether a call that an earlier run left unfinished is gone on with.
enum Resumption: Hashable {
    /// It is, so long after it was last known to be going on.
    case after(Duration)
    /// It is closed and not dialled, for this reason.
    case refused(String)

    /// How long ago a call may have been going on.
    ///
    /// Later whoever needed help has been found, or a battery was connected again, in a garage or a scrapyard.
    static let longestGap = Duration.seconds(600)

    /// How many runs go on with one call: one that ends the daemon each time must not keep it from serving the next.
    static let maximum = 3

    init(of incident: StoredIncident, boot: String, isBusy: Bool, at now: Moment) {
        guard !incident.opening.isTest else {
            self = .refused("it was a test call")
            return
        }
        guard !isBusy else {
            self = .refused("another call is going on")
            return
        }
        guard incident.resumptions < Self.maximum else {
            self = .refused("\(Self.maximum) runs have gone on with it already")
            return
        }
        guard let gap = Self.gap(since: incident.seen, boot: boot, at: now) else {
            self = .refused("nobody knows how long ago that was")
            return
        }
        guard gap < Self.longestGap else {
            self = .refused("that was more than \(CallReason.text(Self.longestGap)) ago")
            return
        }
        self = .after(gap)
    }

    /// The time since a stamp: by the boot clock within a boot, else by a wall clock that was right both times.
    ///
    /// `nil` when neither is there, or when the time would be negative.
    private static func gap(since stamp: Stamp, boot: String, at now: Moment) -> Duration? {
        let gap: Duration
        if stamp.boot == boot {
            gap = stamp.at.duration(to: now.instant)
        } else if let then = stamp.wallMilliseconds, let wall = now.trustedMilliseconds {
            gap = .milliseconds(wall - then)
        } else {
            return nil
        }
        return gap >= .zero ? gap : nil
    }
}
