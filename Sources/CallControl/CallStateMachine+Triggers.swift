package import Timeline

extension CallStateMachine {
    /// The SOS button was held long enough: a manual trigger, or the wish to cancel a manual call not yet connected.
    ///
    /// `newIncident` names the incident that this trigger starts, if it starts one; `began` is when the press began, `nil`
    /// for now. One that began before the call that it would cancel was meant for help, and cancels nothing.
    package mutating func buttonHeld(
        newIncident: IncidentID,
        began: Instant? = nil,
        at now: Instant
    ) -> [CallAction] {
        if let began, self.isGoingOn, let incident = self.incident, incident.trigger == .manual,
            began < incident.startedAt
        {
            return self.unchanged(.manualTrigger, because: .callInProgress(.manual))
        }
        switch self.current {
        case .idle, .ended:
            return self.begin(Incident(id: newIncident, trigger: .manual, startedAt: began ?? now), at: now)
        case .triggered(let incident, _):
            return self.heldAgain(during: incident, newIncident: newIncident, at: now)
        case .connecting(let incident, _, _):
            return self.heldAgain(during: incident, newIncident: newIncident, at: now)
        case .voiceSession(let incident, _, let leg, _):
            guard incident.trigger != .test else { return self.supersede(by: .manual, newIncident, at: now) }
            if let outcome = leg.unconfirmedAfter {
                return self.replaceCallback(incident, leg, endedAs: outcome, by: .manual, newIncident, at: now)
            }
            return self.unchanged(.cancelRequested, because: .connectedBelongsToTheCenter)
        }
    }

    /// A crash line fired.
    package mutating func crashDetected(newIncident: IncidentID, at now: Instant) -> [CallAction] {
        switch self.current {
        case .idle, .ended:
            return self.begin(Incident(id: newIncident, trigger: .automatic, startedAt: now), at: now)
        case .triggered(let incident, _):
            return self.crash(during: incident, newIncident: newIncident, at: now)
        case .connecting(let incident, _, _):
            return self.crash(during: incident, newIncident: newIncident, at: now)
        case .voiceSession(let incident, _, let leg, _):
            guard incident.trigger != .test else {
                return self.supersede(by: .automatic, newIncident, at: now)
            }
            if let outcome = leg.unconfirmedAfter {
                return self.replaceCallback(incident, leg, endedAs: outcome, by: .automatic, newIncident, at: now)
            }
            return self.crashInSession(incident)
        }
    }

    /// A person at the rig, or the vehicle's own schedule, asked for a test call; it needs a system at rest.
    package mutating func testRequested(
        newIncident: IncidentID,
        isSelfCheck: Bool = false,
        at now: Instant
    ) -> [CallAction] {
        switch self.current {
        case .idle, .ended:
            self.begin(
                Incident(id: newIncident, trigger: .test, startedAt: now, isSelfCheck: isSelfCheck),
                at: now
            )
        case .triggered, .connecting, .voiceSession:
            self.unchanged(.testTrigger, because: .testNeedsIdle)
        }
    }

    /// Starts an incident: on record first, then the MSD is frozen, then the cancel window or the first attempt.
    mutating func begin(_ incident: Incident, at now: Instant) -> [CallAction] {
        let from = self.state
        let event = CallEvent(of: incident.trigger)
        // A new emergency has its own center to wait for; a test call takes nothing from the last one.
        if incident.trigger != .test { self.forgetLastCall() }
        let window = incident.trigger == .manual ? self.limits.cancelWindow : .zero
        self.current = .triggered(incident, windowEnds: now.advanced(by: window))
        var actions: [CallAction] = [.openIncident(incident)]
        if window > .zero {
            actions += [self.record(event, from: from, because: .cancelWindowOpen(window)), .freezeMSD(incident)]
            actions.append(.announce(.callRequested))
            return actions
        }
        actions += [self.record(event, from: from, because: .accepted), .freezeMSD(incident)]
        actions += self.dialFirst(incident, .cancelWindowOver, because: .accepted, at: now)
        actions.append(.announce(.callRequested))
        return actions
    }

    /// The first attempt of an incident; when no window was open, no record says that one closed.
    mutating func dialFirst(
        _ incident: Incident,
        _ event: CallEvent,
        because reason: CallReason,
        at now: Instant
    ) -> [CallAction] {
        var plan = RedialPlan(incident: incident.id, centers: self.centers, at: now, limits: self.limits)
        let attempt = plan.nextAttempt()
        let actions = self.dial(attempt, of: incident, by: plan, event, because: reason, at: now)
        return reason == .accepted ? Array(actions.dropFirst()) : actions
    }

    /// The button during a call that is not connected.
    private mutating func heldAgain(
        during incident: Incident,
        newIncident: IncidentID,
        at now: Instant
    ) -> [CallAction] {
        switch incident.trigger {
        case .test: return self.supersede(by: .manual, newIncident, at: now)
        case .automatic: return self.unchanged(.cancelRequested, because: .automaticCannotBeCancelled)
        case .manual where incident.crashFollowed: return self.unchanged(.cancelRequested, because: .crashFollowed)
        case .manual where incident.wasConnected:
            return self.unchanged(.cancelRequested, because: .connectedBelongsToTheCenter)
        case .manual: return self.cancelByOccupant(incident, at: now)
        }
    }

    /// Cancels a manual call that is not connected, whatever it is doing.
    private mutating func cancelByOccupant(_ incident: Incident, at now: Instant) -> [CallAction] {
        switch self.current {
        case .triggered, .connecting(_, _, .waiting):
            return self.end(incident, .cancelled, .cancelRequested, because: .cancelledByOccupant, at: now)
        case .connecting(_, let plan, .inviting(let leg, _, _)):
            let until = now.advanced(by: Self.cancelWait)
            self.current = .connecting(incident, plan, .cancelling(leg, .occupant, until: until))
            return self.unchanged(.cancelRequested, because: .cancelledByOccupant) + [.cancel(leg.attempt)]
        case .connecting(_, let plan, .cancelling(let leg, .noAnswer, let until)):
            self.current = .connecting(incident, plan, .cancelling(leg, .occupant, until: until))
            return self.unchanged(.cancelRequested, because: .cancelledByOccupant)
        case .connecting(_, _, .cancelling(_, .occupant, _)):
            return self.unchanged(.cancelRequested, because: .alreadyCancelling)
        case .idle, .voiceSession, .ended:
            preconditionFailure("Only a call that is not connected reaches this point.")
        }
    }

    /// A crash during a call that is not connected: the second cause of a manual call, never a second call.
    private mutating func crash(during incident: Incident, newIncident: IncidentID, at now: Instant) -> [CallAction] {
        switch incident.trigger {
        case .test: return self.supersede(by: .automatic, newIncident, at: now)
        case .automatic: return self.unchanged(.automaticTrigger, because: .callInProgress(.automatic))
        case .manual where incident.crashFollowed:
            return self.unchanged(.automaticTrigger, because: .callInProgress(.manual))
        case .manual: return self.crashFollows(incident, at: now)
        }
    }

    /// A crash during the voice session: on record, and no redial after a drop can be cancelled any more.
    private mutating func crashInSession(_ incident: Incident) -> [CallAction] {
        if incident.trigger == .manual, case .voiceSession(_, let plan, let leg, let fallback) = self.current {
            var crashed = incident
            crashed.crashFollowed = true
            self.current = .voiceSession(crashed, plan, leg, clearDownFallbackAt: fallback)
        }
        return self.unchanged(.automaticTrigger, because: .callInProgress(incident.trigger))
    }

    private mutating func crashFollows(_ incident: Incident, at now: Instant) -> [CallAction] {
        var crashed = incident
        crashed.crashFollowed = true
        switch self.current {
        case .triggered(_, let windowEnds):
            self.current = .triggered(crashed, windowEnds: windowEnds)
            return self.unchanged(.automaticTrigger, because: .crashEndsTheRightToCancel)
                + self.dialFirst(crashed, .cancelWindowOver, because: .crashEndsTheRightToCancel, at: now)
        case .connecting(_, let plan, let phase):
            self.current = .connecting(crashed, plan, phase)
            return self.unchanged(.automaticTrigger, because: .crashEndsTheRightToCancel)
        case .idle, .voiceSession, .ended:
            preconditionFailure("Only a call that is not connected reaches this point.")
        }
    }

    /// Ends a test call for a real trigger and starts the incident.
    private mutating func supersede(
        by trigger: Trigger,
        _ newIncident: IncidentID,
        at now: Instant
    ) -> [CallAction] {
        self.endTest(for: CallEvent(of: trigger), at: now)
            + self.begin(Incident(id: newIncident, trigger: trigger, startedAt: now), at: now)
    }

    /// Ends a test call that is going on; it is wound up and closed before anything names another incident.
    mutating func endTest(for event: CallEvent, at now: Instant) -> [CallAction] {
        guard self.isGoingOn, let test = self.incident, test.trigger == .test else { return [] }
        let from = self.state
        var actions: [CallAction] = []
        switch self.current {
        case .connecting(_, _, .inviting(let leg, _, _)): actions.append(.cancel(leg.attempt))
        case .voiceSession(_, _, let leg, _): actions.append(.clearDown(leg.attempt))
        case .idle, .triggered, .ended, .connecting(_, _, .cancelling), .connecting(_, _, .waiting): break
        }
        self.current = .ended(test, .superseded, until: now)
        return [self.record(event, from: from, because: .realTriggerEndsTestCall)] + actions
            + [.closeIncident(test, .superseded)]
    }
}

extension CallEvent {
    /// The word for a trigger as an event.
    package init(of trigger: Trigger) {
        switch trigger {
        case .manual: self = .manualTrigger
        case .automatic: self = .automaticTrigger
        case .test: self = .testTrigger
        }
    }
}
