package import Timeline

// The center rings back (T9): an automatic answer inside the window, for the center that had the call and for nobody else.
extension CallStateMachine {
    /// An INVITE came in.
    ///
    /// `center` is the center whose connection, opened by this end, it came over, `nil` for any other way; `isProven` says
    /// that the peer there is known to be that center.
    package mutating func callbackArrived(from center: Int?, isProven: Bool, at now: Instant) -> [CallAction] {
        switch self.current {
        case .triggered(let incident, _), .connecting(let incident, _, _), .voiceSession(let incident, _, _, _):
            // A test never costs an emergency anything.
            guard incident.trigger == .test, isProven, let window = self.callbackWindow, now < window.endsAt,
                center == window.center
            else { return self.refuseCallback(because: .callInProgress(incident.trigger)) }
            return self.endTest(for: .callbackArrived, at: now) + self.answerCallback(in: window, at: now)
        case .idle, .ended:
            guard let window = self.callbackWindow, now < window.endsAt else {
                return self.refuseCallback(because: .callbackNotExpected)
            }
            guard isProven, center == window.center else {
                return self.refuseCallback(because: .callbackNotOfTheCenter)
            }
            return self.answerCallback(in: window, at: now)
        }
    }

    /// The window of a call that an earlier run ended goes on; nothing changes while another call is going on.
    package mutating func callbackWindowKept(_ window: CallbackWindow, at now: Instant) -> [CallAction] {
        precondition((0..<self.centers).contains(window.center), "A center of the list is named.")
        guard !self.isGoingOn, self.callbackWindow == nil, now < window.endsAt else { return [] }
        self.callbackWindow = window
        // What is left of T10 is not on record; the shorter time is the private one.
        if self.limits.deregistration != nil {
            self.deregistration = Deregistration(incident: window.incident.id, center: window.center, at: window.endsAt)
        }
        let rest = now.duration(to: window.endsAt)
        return [
            .freezeMSD(window.incident), self.recordOfWindow(.callbackWindowKept, because: .callbackWindowGoesOn(rest)),
        ]
    }

    /// The center confirmed our answer: it is there.
    package mutating func callbackConfirmed(_ attempt: Attempt) {
        guard case .voiceSession(let incident, let plan, var leg, let fallback) = self.current,
            leg.attempt == attempt
        else { return }
        leg.unconfirmedAfter = nil
        self.current = .voiceSession(incident, plan, leg, clearDownFallbackAt: fallback)
    }

    /// A real trigger while nobody knows whether the center is there at all: the trigger is the call.
    mutating func replaceCallback(
        _ incident: Incident,
        _ leg: Leg,
        endedAs outcome: Outcome,
        by trigger: Trigger,
        _ newIncident: IncidentID,
        at now: Instant
    ) -> [CallAction] {
        let record = self.record(CallEvent(of: trigger), from: self.state, because: .callbackNotConfirmed)
        self.current = .ended(incident, outcome, until: now)
        return [record, .clearDown(leg.attempt), .closeIncident(incident, outcome)]
            + self.begin(Incident(id: newIncident, trigger: trigger, startedAt: now), at: now)
    }

    /// Opens the window behind a call that a center has had, or whose data it has; a test call opens none.
    ///
    /// The end of a callback leaves it as it is: the center cannot keep it open by ringing.
    mutating func openCallbackWindow(after incident: Incident, _ outcome: Outcome, at now: Instant) {
        guard incident.trigger != .test, let leg = self.leg else { return }
        let center: Int?
        switch outcome.holder {
        case .lastAttempt: center = leg.attempt.center
        case .lastConnected: center = incident.connectedTo
        case .nobody: center = nil
        }
        let endsAt =
            leg.attempt.isCallback ? self.callbackWindow?.endsAt : now.advanced(by: self.limits.callbackWindow)
        let deregistersAt =
            leg.attempt.isCallback
            ? self.deregistration?.at : self.limits.deregistration.map { now.advanced(by: $0) }
        self.forgetLastCall()
        guard let center else { return }
        // A T10 of less than T9 would shut the way that a callback takes.
        if let deregistersAt {
            let at = max(deregistersAt, endsAt ?? deregistersAt)
            self.deregistration = Deregistration(incident: incident.id, center: center, at: at)
        }
        guard let endsAt, now < endsAt else { return }
        self.callbackWindow = CallbackWindow(
            incident: incident,
            outcome: outcome,
            center: center,
            attempts: leg.attempt.number,
            lastMessageIdentifier: leg.lastMessageIdentifier,
            endsAt: endsAt
        )
    }

    /// Closes the window when it is over.
    mutating func closeCallbackWindow(at now: Instant) -> [CallAction] {
        guard let window = self.callbackWindow, window.endsAt <= now else { return [] }
        let record = self.recordOfWindow(.callbackWindowOver, because: .callbackWindowOver(self.limits.callbackWindow))
        self.callbackWindow = nil
        return [record]
    }

    /// Gives up the connection of the last call when T10 is over.
    mutating func deregister(at now: Instant) -> [CallAction] {
        guard let due = self.deregistration, due.at <= now else { return [] }
        self.deregistration = nil
        let reason = CallReason.deregistered(after: self.limits.deregistration ?? .zero)
        let (event, state) = (CallEvent.deregistrationDue, self.state)
        return [.record(CallRecord(event, incident: due.incident, from: state, to: state, because: reason))]
    }

    /// No center may ring back, and no connection is kept for one.
    package mutating func forgetLastCall() {
        self.callbackWindow = nil
        self.deregistration = nil
    }

    private func refuseCallback(because reason: CallReason) -> [CallAction] {
        self.unchanged(.callbackArrived, because: reason) + [.refuseCallback]
    }

    private mutating func answerCallback(in window: CallbackWindow, at now: Instant) -> [CallAction] {
        let from = self.state
        let attempt = Attempt(
            incident: window.incident.id,
            number: window.attempts + 1,
            center: window.center,
            form: .full,
            isCallback: true
        )
        var leg = Leg(attempt)
        leg.lastMessageIdentifier = window.lastMessageIdentifier
        leg.unconfirmedAfter = window.outcome
        var incident = window.incident
        incident.connectedTo = window.center
        let plan = RedialPlan(afterDropOf: attempt, centers: self.centers, at: now, limits: self.limits)
        let fallback = now.advanced(by: self.limits.clearDownFallback)
        self.current = .voiceSession(incident, plan, leg, clearDownFallbackAt: fallback)
        return [
            .reopenIncident(incident),
            self.record(.callbackArrived, from: from, because: .callbackAnswered(attempt)),
            .announce(.callback),
            .answerCallback(incident, attempt),
        ]
    }

    /// An entry about the incident whose window it is, whatever the state.
    private func recordOfWindow(_ event: CallEvent, because reason: CallReason) -> CallAction {
        let incident = self.callbackWindow?.incident.id
        return .record(CallRecord(event, incident: incident, from: self.state, to: self.state, because: reason))
    }
}
