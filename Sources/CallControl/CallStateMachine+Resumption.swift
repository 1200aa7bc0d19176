package import Timeline

extension CallStateMachine {
    /// An earlier run left the incident unfinished: it is dialled again, as after a drop.
    ///
    /// That was `gap` ago; `attempts` attempts were made for it, the last of them to `center`. A test call that goes on is
    /// ended for it; traps while any other call is going on.
    package mutating func resumed(
        _ incident: Incident,
        attempts: Int,
        center: Int,
        after gap: Duration,
        at now: Instant
    ) -> [CallAction] {
        precondition((0..<self.centers).contains(center), "A center of the list is named.")
        let ended = self.endTest(for: .callResumed, at: now)
        switch self.current {
        case .idle, .ended:
            self.forgetLastCall()
            var plan = RedialPlan(
                resuming: incident.id,
                attempts: attempts,
                firstCenter: center,
                centers: self.centers,
                at: now,
                limits: self.limits
            )
            let attempt = plan.nextAttempt()
            return ended + [.freezeMSD(incident)]
                + self.dial(attempt, of: incident, by: plan, .callResumed, because: .resumedAfter(gap), at: now)
                + [.announce(.callRequested)]
        case .triggered, .connecting, .voiceSession:
            preconditionFailure("Who goes on with a call has asked whether another one is going on.")
        }
    }
}
