internal import CallControl
internal import Store
internal import Supervision
internal import Timeline

/// Whether a call that an earlier run left unfinished is gone on with.
enum Resumption: Hashable {
    /// It is, so long after it was last known to be going on.
    case after(Duration)
    /// That cannot be told yet: this machine does not know the time.
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
        switch Self.age(of: incident.seen, boot: boot, at: now) {
        case .known(let gap) where gap < Self.longestGap: self = .after(gap)
        case .known, .atLeast: self = .refused("that was more than \(CallReason.text(Self.longestGap)) ago")
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

    /// The time since a stamp, as far as it can be known.
    static func age(of stamp: Stamp, boot: String, at now: Moment) -> Stamp.Age {
        stamp.age(
            in: boot == BootID.unknownName ? nil : boot,
            at: now.instant,
            wallMilliseconds: now.trustedMilliseconds,
            patience: Self.longestGap
        )
    }
}
