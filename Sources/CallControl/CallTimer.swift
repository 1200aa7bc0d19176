package import Timeline

/// A timer of the eCall standards that a person asks for by its name (EN 16062).
package enum CallTimer: String, Hashable, Sendable, CaseIterable {
    /// The cancel window of a manual call.
    case t1 = "T1"
    /// The clear-down fallback.
    case t2 = "T2"
    /// The callback window.
    case t9 = "T9"
    /// The de-registration.
    case t10 = "T10"

    /// What happens when it is over, as a clause.
    package var meaning: String {
        switch self {
        case .t1: "a manual call is dialled"
        case .t2: "a call that the center never cleared is ended"
        case .t9: "the center may no longer ring back"
        case .t10: "the connection to the center is given up"
        }
    }
}

/// A timer that runs.
package struct RunningTimer: Hashable, Sendable {
    package let timer: CallTimer
    /// The incident that it belongs to.
    package let incident: IncidentID
    package let endsAt: Instant
}

extension CallStateMachine {
    /// The timers that run, in the order of their numbers.
    package var timers: [RunningTimer] {
        var timers: [RunningTimer] = []
        switch self.current {
        case .triggered(let incident, let windowEnds):
            timers.append(RunningTimer(timer: .t1, incident: incident.id, endsAt: windowEnds))
        case .voiceSession(let incident, _, _, let fallback) where !incident.isSelfCheck:
            timers.append(RunningTimer(timer: .t2, incident: incident.id, endsAt: fallback))
        case .idle, .connecting, .voiceSession, .ended: break
        }
        if let window = self.callbackWindow {
            timers.append(RunningTimer(timer: .t9, incident: window.incident.id, endsAt: window.endsAt))
        }
        if let deregistration = self.deregistration {
            timers.append(RunningTimer(timer: .t10, incident: deregistration.incident, endsAt: deregistration.at))
        }
        return timers
    }

    /// How long a timer runs from its start; `nil` for one that this vehicle does not have.
    package func length(of timer: CallTimer) -> Duration? {
        switch timer {
        case .t1: self.limits.cancelWindow
        case .t2: self.limits.clearDownFallback
        case .t9: self.limits.callbackWindow
        case .t10: self.limits.deregistration
        }
    }
}
