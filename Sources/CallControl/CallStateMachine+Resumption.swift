package import Timeline

extension CallStateMachine {
    /// An earlier run left the incident unfinished `gap` ago, after `attempts` attempts: it is dialled again, as after a drop.
    ///
    /// `center` is the one that had it last. A call that goes on here already comes first, and nothing is done.
    package mutating func resumed(
        _ incident: Incident,
        attempts: Int,
        center: Int,
        after gap: Duration,
        at now: Instant
    ) -> [CallAction] {
        precondition((0..<self.centers).contains(center), "A center of the list is named.")
        switch self.current {
        case .idle, .ended:
            var plan = RedialPlan(
                resuming: incident.id,
                attempts: attempts,
                firstCenter: center,
                centers: self.centers,
                at: now,
                limits: self.limits
            )
            let attempt = plan.nextAttempt()
            return [.freezeMSD(incident)]
                + self.dial(attempt, of: incident, by: plan, .callResumed, because: .resumedAfter(gap), at: now)
                + [.announce(.callRequested)]
        case .triggered(let other, _), .connecting(let other, _, _), .voiceSession(let other, _, _, _):
            return self.unchanged(.callResumed, because: .callInProgress(other.trigger))
        }
    }
}
