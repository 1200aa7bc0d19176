package import Timeline

extension CallStateMachine {
    /// The center sent a provisional response that means ringing (180, 183).
    package mutating func attemptRang(_ attempt: Attempt) -> [CallAction] {
        switch self.current {
        case .connecting(let incident, let plan, .inviting(let leg, false, let answerBy)) where leg.attempt == attempt:
            self.current = .connecting(incident, plan, .inviting(leg, ringing: true, answerBy: answerBy))
            return self.unchanged(.attemptRinging, because: .ringing(attempt))
        case .connecting(_, _, .inviting(_, true, _)), .connecting(_, _, .cancelling):
            return []  // Ringing goes on.
        case .idle, .triggered, .voiceSession, .ended, .connecting(_, _, .inviting), .connecting(_, _, .waiting):
            return self.unchanged(.attemptRinging, because: .stale(attempt: attempt.number))
        }
    }

    /// The center answered with 200; a 200 that crossed our CANCEL connects the call all the same.
    package mutating func attemptAnswered(
        _ attempt: Attempt,
        _ acknowledgement: Acknowledgement,
        at now: Instant
    ) -> [CallAction] {
        switch self.current {
        case .connecting(let incident, let plan, .inviting(let leg, _, _)) where leg.attempt == attempt:
            return self.connect(
                incident,
                plan,
                leg,
                because: .answered(attempt, acknowledgement),
                .callConnected,
                at: now
            )
        case .connecting(let incident, let plan, .cancelling(let leg, .occupant, _)) where leg.attempt == attempt:
            return self.connect(incident, plan, leg, because: .answeredBeforeCancel(attempt), .cancelTooLate, at: now)
        case .connecting(let incident, let plan, .cancelling(let leg, .noAnswer, _)) where leg.attempt == attempt:
            return self.connect(
                incident,
                plan,
                leg,
                because: .answered(attempt, acknowledgement),
                .callConnected,
                at: now
            )
        case .idle, .triggered, .connecting, .voiceSession, .ended:
            // Never two calls at once: an answer to an attempt we have left is cleared down.
            return self.unchanged(.attemptAnswered, because: .stale(attempt: attempt.number)) + [.clearDown(attempt)]
        }
    }

    /// The attempt ended without a call.
    package mutating func attemptEnded(_ attempt: Attempt, _ end: AttemptEnd, at now: Instant) -> [CallAction] {
        switch self.current {
        case .connecting(let incident, let plan, .inviting(let leg, _, _)) where leg.attempt == attempt:
            return self.goOn(incident, plan, after: end, .attemptEnded, at: now)
        case .connecting(let incident, let plan, .cancelling(let leg, let cause, _)) where leg.attempt == attempt:
            return self.goOn(incident, plan, afterCancelBy: cause, end, at: now)
        case .idle, .triggered, .connecting, .voiceSession, .ended:
            return self.unchanged(.attemptEnded, because: .stale(attempt: attempt.number))
        }
    }

    /// The center asks for a fresh MSD in the dialog of `attempt`.
    package mutating func msdRequested(_ attempt: Attempt) -> [CallAction] {
        switch self.current {
        case .voiceSession(let incident, let plan, var leg, let fallback) where leg.attempt == attempt:
            guard leg.lastMessageIdentifier < UInt8.max else { return self.identifiersUsedUp() }
            leg.lastMessageIdentifier += 1
            self.current = .voiceSession(incident, plan, leg, clearDownFallbackAt: fallback)
            return self.send(leg, of: incident)
        case .connecting(let incident, let plan, .inviting(var leg, let ringing, let answerBy))
        where leg.attempt == attempt:
            // An INFO may overtake the 200 (RFC 8147 with RFC 6086).
            guard leg.lastMessageIdentifier < UInt8.max else { return self.identifiersUsedUp() }
            leg.lastMessageIdentifier += 1
            self.current = .connecting(incident, plan, .inviting(leg, ringing: ringing, answerBy: answerBy))
            return self.send(leg, of: incident)
        case .idle, .triggered, .connecting, .voiceSession, .ended:
            return self.unchanged(.msdRequested, because: .noDialog)
        }
    }

    /// The center sent BYE; before its answer arrived, this ends the attempt and is no clear-down.
    ///
    /// `isProven` says that the peer is known for the center, or has acknowledged the MSD of this attempt. Of any other
    /// a BYE counts only after a session that has lasted: who forges an answer must not end an emergency.
    package mutating func clearedDown(_ attempt: Attempt, isProven: Bool, at now: Instant) -> [CallAction] {
        switch self.current {
        case .voiceSession(let incident, _, let leg, let fallback) where leg.attempt == attempt:
            guard isProven || incident.trigger == .test || self.hasLasted(until: fallback, at: now) else {
                return self.callLost(attempt, "a BYE of a peer that nobody verified", at: now)
            }
            return self.end(incident, .cleared, .clearedDown, because: .clearedByCenter, at: now)
        case .connecting(let incident, let plan, .inviting(let leg, _, _)) where leg.attempt == attempt:
            return self.goOn(
                incident,
                plan,
                after: .failed("the center ended it before its answer came"),
                .clearedDown,
                at: now
            )
        case .connecting(let incident, let plan, .cancelling(let leg, let cause, _)) where leg.attempt == attempt:
            return self.goOn(incident, plan, afterCancelBy: cause, .failed("the center ended it"), at: now)
        case .idle, .triggered, .connecting, .voiceSession, .ended:
            return self.unchanged(.clearedDown, because: .stale(attempt: attempt.number))
        }
    }

    /// Whether a session whose fallback ends at `fallback` has lasted as long as a call that was really answered does.
    private func hasLasted(until fallback: Instant, at now: Instant) -> Bool {
        self.limits.clearDownFallback - now.duration(to: fallback) >= self.limits.stableSession
    }

    /// The dialog died without a BYE; the sentence names the cause.
    ///
    /// A callback that its center had not confirmed ends as its incident had ended before.
    package mutating func callLost(_ attempt: Attempt, _ cause: String, at now: Instant) -> [CallAction] {
        switch self.current {
        case .voiceSession(let incident, let plan, let leg, let fallback) where leg.attempt == attempt:
            // What came so late was of a center that had given up; it is no drop, and nobody is dialled for it.
            if let outcome = leg.unconfirmedAfter {
                return self.end(incident, outcome, .callLost, because: .callbackNotConfirmed, at: now)
            }
            let isStable = self.hasLasted(until: fallback, at: now)
            // The first drop of a callback is the first drop of a call: its center comes first, and at once.
            let isFirst = attempt.isCallback || isStable || !plan.isInsideDropWindow(at: now)
            guard incident.trigger != .test, isFirst else {
                // A center that keeps answering and dropping is redialled by the rounds of the running window.
                return self.goOn(incident, plan, after: .failed(cause), .callLost, at: now)
            }
            var fresh = RedialPlan(afterDropOf: attempt, centers: self.centers, at: now, limits: self.limits)
            let next = fresh.nextAttempt()
            return self.dial(next, of: incident, by: fresh, .callLost, because: .redialAfterDrop(cause), at: now)
        case .idle, .triggered, .connecting, .voiceSession, .ended:
            return self.unchanged(.callLost, because: .stale(attempt: attempt.number))
        }
    }

    /// Time has come to `nextDeadline`; early and late calls are harmless.
    package mutating func deadlineReached(at now: Instant) -> [CallAction] {
        let expired = self.closeCallbackWindow(at: now) + self.deregister(at: now)
        return expired + self.stateDeadlineReached(at: now)
    }

    private mutating func stateDeadlineReached(at now: Instant) -> [CallAction] {
        switch self.current {
        case .idle:
            return []
        case .triggered(let incident, let windowEnds):
            guard windowEnds <= now else { return [] }
            return self.dialFirst(incident, .cancelWindowOver, because: .cancelWindowClosed, at: now)
        case .connecting(let incident, let plan, let phase):
            return self.connectingDeadline(incident, plan, phase, at: now)
        case .voiceSession(let incident, _, let leg, let fallback):
            guard fallback <= now else { return [] }
            let length = self.limits.longest(incident)
            let reason: CallReason = incident.isSelfCheck ? .selfChecked(length) : .centerNeverCleared(after: length)
            let outcome: Outcome = incident.isSelfCheck ? .selfChecked : .clearDownFallback
            return [.clearDown(leg.attempt)]
                + self.end(incident, outcome, .clearDownFallbackOver, because: reason, at: now)
        case .ended(let incident, _, let until):
            guard until <= now else { return [] }
            self.current = .idle
            let reason = CallReason.endShown(self.limits.endedHold)
            return [
                .record(CallRecord(.endedHoldOver, incident: incident.id, from: .ended, to: .idle, because: reason))
            ]
        }
    }

    private mutating func connectingDeadline(
        _ incident: Incident,
        _ plan: RedialPlan,
        _ phase: Phase,
        at now: Instant
    ) -> [CallAction] {
        switch phase {
        case .inviting(let leg, _, let answerBy):
            guard answerBy <= now else { return [] }
            let until = now.advanced(by: Self.cancelWait)
            self.current = .connecting(incident, plan, .cancelling(leg, .noAnswer, until: until))
            return self.unchanged(.answerWaitOver, because: .noAnswer(wait: self.limits.answerWait))
                + [.cancel(leg.attempt)]
        case .cancelling(_, let cause, let until):
            guard until <= now else { return [] }
            return self.goOn(incident, plan, afterCancelBy: cause, .failed("no final response after CANCEL"), at: now)
        case .waiting(let until):
            guard until <= now else { return [] }
            var plan = plan
            let attempt = plan.attemptAfterPause(at: now, limits: self.limits)
            let from = self.state
            let answerBy = now.advanced(by: self.limits.answerWait)
            self.current = .connecting(incident, plan, .inviting(Leg(attempt), ringing: false, answerBy: answerBy))
            return [self.record(.redialDue, from: from, because: .inviting(attempt)), .invite(incident, attempt)]
        }
    }

    private mutating func connect(
        _ incident: Incident,
        _ plan: RedialPlan,
        _ leg: Leg,
        because reason: CallReason,
        _ announcement: Announcement,
        at now: Instant
    ) -> [CallAction] {
        let from = self.state
        var connected = incident
        connected.connectedTo = leg.attempt.center
        let fallback = now.advanced(by: self.limits.longest(incident))
        self.current = .voiceSession(connected, plan, leg, clearDownFallbackAt: fallback)
        return [self.record(.attemptAnswered, from: from, because: reason), .announce(announcement)]
    }

    /// After an attempt that somebody wanted to end: the occupant's wish ends the incident unless a crash followed.
    private mutating func goOn(
        _ incident: Incident,
        _ plan: RedialPlan,
        afterCancelBy cause: CancelCause,
        _ end: AttemptEnd,
        at now: Instant
    ) -> [CallAction] {
        switch cause {
        case .occupant where incident.isCancellable:
            self.end(incident, .cancelled, .attemptEnded, because: .cancelledBeforeAnswer, at: now)
        case .occupant where end == .cancelled:
            // We ended the attempt ourselves and then a crash came: the same center, at once.
            self.dialAgain(incident, plan, at: now)
        case .occupant, .noAnswer:
            self.goOn(incident, plan, after: end, .attemptEnded, at: now)
        }
    }

    private mutating func dialAgain(_ incident: Incident, _ plan: RedialPlan, at now: Instant) -> [CallAction] {
        var plan = plan
        let attempt = plan.nextAttempt()
        return self.dial(
            attempt,
            of: incident,
            by: plan,
            .attemptEnded,
            because: .crashEndsTheRightToCancel,
            at: now
        )
    }

    /// Delivered, the next attempt, a pause, or the end of all attempts.
    private mutating func goOn(
        _ incident: Incident,
        _ plan: RedialPlan,
        after end: AttemptEnd,
        _ event: CallEvent,
        at now: Instant
    ) -> [CallAction] {
        if case .declinedWithAcknowledgement(let status) = end {
            return self.end(
                incident,
                .deliveredDeclined,
                event,
                because: .deliveredWithDecline(status: status),
                at: now
            )
        }
        if incident.trigger == .test {
            return self.end(incident, .failed, event, because: .testIsNotRedialled(end), at: now)
        }
        var plan = plan
        switch plan.decide(after: end, at: now, limits: self.limits) {
        case .dial(let attempt, let reason):
            return self.dial(attempt, of: incident, by: plan, event, because: reason, at: now)
        case .wait(let until, let reason):
            let from = self.state
            self.current = .connecting(incident, plan, .waiting(until: until))
            return [self.record(event, from: from, because: reason)]
        case .giveUp(let reason):
            return self.end(incident, .failed, event, because: reason, at: now)
        }
    }

    private func send(_ leg: Leg, of incident: Incident) -> [CallAction] {
        let identifier = leg.lastMessageIdentifier
        return self.unchanged(.msdRequested, because: .freshMSD(messageIdentifier: identifier))
            + [.sendMSD(incident, messageIdentifier: identifier)]
    }

    private func identifiersUsedUp() -> [CallAction] {
        self.unchanged(.msdRequested, because: .messageIdentifiersUsedUp)
    }
}
