internal import CallControl
internal import Store
internal import Supervision
internal import Timeline

/// Whether a call that an earlier run left unfinished is gone on with.
enum Resumption: Hashable {
    /// It is, so long after it was last known to be going on.
    case after(Duration)
    /// That cannot be told yet: this machine does not know the time, or a test call goes on.
    case undecided
    /// It is closed and not dialled, for this reason.
    case refused(String)

    /// How long ago a call may have been going on.
    ///
    /// Later whoever needed help has been found, or a battery was connected again, in a garage or a scrapyard.
    static let longestGap = Duration.seconds(600)

    /// How many runs go on with one call: one that ends the daemon each time must not keep it from serving the next.
    static let maximum = 3

    /// How often an undecided one is looked at again.
    static let askInterval = Duration.seconds(1)

    init(
        of incident: StoredIncident,
        _ configuration: VehicleConfiguration,
        _ call: CallStateMachine,
        boot: String,
        at now: Moment
    ) {
        if let refusal = Self.refusal(of: incident, configuration, call) {
            self = .refused(refusal)
            return
        }
        switch Self.gap(since: incident.seen, boot: boot, at: now) {
        case .known(let gap) where gap < Self.longestGap:
            let isTesting = call.isGoingOn && call.incident?.trigger == .test
            self = isTesting ? .undecided : .after(gap)
        case .known: self = .refused("that was more than \(CallReason.text(Self.longestGap)) ago")
        case .notYet: self = .undecided
        case .unknown: self = .refused("nobody knows how long ago that was")
        }
    }

    /// What speaks against it whatever the time.
    private static func refusal(
        of incident: StoredIncident,
        _ configuration: VehicleConfiguration,
        _ call: CallStateMachine
    ) -> String? {
        // The rig was changed in between: what it calls now is nothing that anybody has triggered.
        guard incident.opening.profile == configuration.profile.rawValue else {
            return "it was one of the profile \(incident.opening.profile)"
        }
        guard incident.opening.isSimulated == configuration.isSimulated else {
            return "its lines were not those of this configuration"
        }
        if call.isGoingOn, call.incident?.trigger != .test { return "another call is going on" }
        return incident.resumptions < Self.maximum ? nil : "\(Self.maximum) runs have gone on with it already"
    }

    enum Gap {
        case known(Duration)
        /// The wall clock was right then, and is not known to be now.
        case notYet
        case unknown
    }

    /// The time since a stamp: by the boot clock within a boot, by a wall clock that was right both times.
    ///
    /// Where both tell, the longer one: the boot clock does not count the time asleep.
    static func gap(since stamp: Stamp, boot: String, at now: Moment) -> Gap {
        let awake = stamp.boot == boot && boot != BootID.unknownName ? stamp.at.duration(to: now.instant) : nil
        let wall = stamp.wallMilliseconds.flatMap { then in
            now.trustedMilliseconds.map { Duration.milliseconds($0 - then) }
        }
        switch (awake, wall) {
        case (let awake?, let wall?): return awake < .zero ? .unknown : .known(max(awake, wall))
        case (let awake?, nil): return awake < .zero ? .unknown : .known(awake)
        case (nil, let wall?): return wall < .zero ? .unknown : .known(wall)
        case (nil, nil):
            // This boot is younger than the gap: once it is too old itself, the call is too.
            guard stamp.wallMilliseconds != nil else { return .unknown }
            let uptime = Instant.boot.duration(to: now.instant)
            return uptime < Self.longestGap ? .notYet : .known(uptime)
        }
    }
}
