package import Timeline

/// Decides what an emergency call does next, by the high-level application protocol as NG eCall uses it.
///
/// Implements the states of EN 17184 that a packet-switched call needs (`docs/standards.md` lists the clauses and what
/// was not available to read): cancel window T1, redial, acknowledgement in the final response, fresh MSD on request,
/// clear-down by the center, clear-down fallback T2, callback window T9, de-registration T10.
/// Holds no clock, socket or file: time comes in as `now`, work goes out as actions in the order in which they must happen.
package struct CallStateMachine: Hashable, Sendable {
    enum State: Hashable, Sendable {
        /// May become triggered or connecting.
        case idle
        /// A manual call waits for a cancel; may become connecting or ended.
        case triggered(Incident, windowEnds: Instant)
        /// Attempts are made; may become voiceSession or ended.
        case connecting(Incident, RedialPlan, Phase)
        /// The center answered; may become ended, or connecting again after a drop.
        case voiceSession(Incident, RedialPlan, Leg, clearDownFallbackAt: Instant)
        /// The end is shown; becomes idle, or triggered or connecting by a new trigger.
        case ended(Incident, Outcome, until: Instant)
    }

    /// What a connecting call is doing.
    enum Phase: Hashable, Sendable {
        case inviting(Leg, ringing: Bool, answerBy: Instant)
        /// CANCEL is out; a final response is owed by `until`.
        case cancelling(Leg, CancelCause, until: Instant)
        /// Between two rounds of attempts.
        case waiting(until: Instant)
    }

    /// Who wants the running attempt to end.
    enum CancelCause: Hashable, Sendable {
        case occupant
        case noAnswer
    }

    /// One attempt with the messageIdentifiers it has used.
    struct Leg: Hashable, Sendable {
        let attempt: Attempt
        /// 0 while no MSD was sent in this dialog.
        var lastMessageIdentifier: UInt8
        /// How the incident had ended before a callback that its center has not confirmed yet; `nil` otherwise.
        var unconfirmedAfter: Outcome?

        init(_ attempt: Attempt) {
            self.attempt = attempt
            self.lastMessageIdentifier = attempt.form == .voiceOnly ? 0 : 1
        }
    }

    /// How long a cancelled attempt may take to end: 64 times SIP's T1 (RFC 3261 9.1), and a second for the way.
    static let cancelWait = Duration.seconds(33)

    package let limits: CallLimits
    let centers: Int
    var current = State.idle
    /// In which a center may ring back; kept while it does.
    package internal(set) var callbackWindow: CallbackWindow?
    /// Until which the connection to the center of the last call is kept, where none is without a call.
    package internal(set) var deregistration: Deregistration?

    /// A machine at rest for a list of `centers` centers, at least one.
    package init(centers: Int, limits: CallLimits = CallLimits()) {
        precondition(centers > 0, "A call needs at least one center; the configuration refuses an empty list.")
        self.centers = centers
        self.limits = limits
    }

    /// The state in the field's five words.
    package var state: CallState {
        switch self.current {
        case .idle: .idle
        case .triggered: .triggered
        case .connecting: .connecting
        case .voiceSession: .voiceSession
        case .ended: .ended
        }
    }

    /// The incident that is going on or whose end is being shown.
    package var incident: Incident? {
        switch self.current {
        case .idle: nil
        case .triggered(let incident, _), .connecting(let incident, _, _), .voiceSession(let incident, _, _, _),
            .ended(let incident, _, _):
            incident
        }
    }

    /// Whether a call is going on, its end not shown yet.
    package var isGoingOn: Bool {
        switch self.current {
        case .triggered, .connecting, .voiceSession: true
        case .idle, .ended: false
        }
    }

    /// The attempt whose INVITE or dialog is open.
    package var attempt: Attempt? { self.leg?.attempt }

    /// The attempt that is open, with the messageIdentifiers it has used.
    var leg: Leg? {
        switch self.current {
        case .idle, .triggered, .ended, .connecting(_, _, .waiting): nil
        case .connecting(_, _, .inviting(let leg, _, _)), .connecting(_, _, .cancelling(let leg, _, _)): leg
        case .voiceSession(_, _, let leg, _): leg
        }
    }

    /// Whether the INVITE of `attempt` is wanted: it is out, and nobody has asked for its end.
    package func isInviting(_ attempt: Attempt) -> Bool {
        switch self.current {
        case .connecting(_, _, .inviting(let leg, _, _)): leg.attempt == attempt
        case .idle, .triggered, .connecting(_, _, .cancelling), .connecting(_, _, .waiting), .voiceSession, .ended:
            false
        }
    }

    /// What the occupants are shown.
    package var indication: Indication {
        switch self.current {
        case .idle: .ready
        case .triggered: .requested
        case .connecting: .connecting
        case .voiceSession: .connected
        case .ended(_, .failed, _): .failed
        case .ended(_, .cancelled, _): .cancelled
        case .ended(_, .cleared, _), .ended(_, .deliveredDeclined, _), .ended(_, .clearDownFallback, _),
            .ended(_, .superseded, _), .ended(_, .selfChecked, _):
            .ended
        }
    }

    /// When `deadlineReached` is next owed; `nil` while nothing is pending.
    package var nextDeadline: Instant? {
        Instant.earliest(self.stateDeadline, self.callbackWindow?.endsAt, self.deregistration?.at)
    }

    /// The center whose connection is kept although no call is going on.
    package var keptCenter: Int? { self.callbackWindow?.center ?? self.deregistration?.center }

    /// When the state by itself wants to be called; the callback window apart.
    package var stateDeadline: Instant? {
        switch self.current {
        case .idle: nil
        case .triggered(_, let windowEnds): windowEnds
        case .connecting(_, _, .inviting(_, _, let answerBy)): answerBy
        case .connecting(_, _, .cancelling(_, _, let until)): until
        case .connecting(_, _, .waiting(let until)): until
        case .voiceSession(_, _, _, let fallback): fallback
        case .ended(_, _, let until): until
        }
    }

    /// One entry about the state the machine is in now.
    func record(_ event: CallEvent, from: CallState, because reason: CallReason) -> CallAction {
        .record(CallRecord(event, incident: self.incident?.id, from: from, to: self.state, because: reason))
    }

    /// An event that changes nothing, kept with its reason.
    func unchanged(_ event: CallEvent, because reason: CallReason) -> [CallAction] {
        [self.record(event, from: self.state, because: reason)]
    }

    /// Ends the incident: on record with its outcome, told to the occupants, shown for a while.
    mutating func end(
        _ incident: Incident,
        _ outcome: Outcome,
        _ event: CallEvent,
        because reason: CallReason,
        at now: Instant
    ) -> [CallAction] {
        let from = self.state
        self.openCallbackWindow(after: incident, outcome, at: now)
        self.current = .ended(incident, outcome, until: now.advanced(by: self.limits.endedHold))
        var actions = [self.record(event, from: from, because: reason), .closeIncident(incident, outcome)]
        if let announcement = outcome.announcement { actions.append(.announce(announcement)) }
        return actions
    }

    /// The only place that dials, so that nothing is dialled before it is on record.
    mutating func dial(
        _ attempt: Attempt,
        of incident: Incident,
        by plan: RedialPlan,
        _ event: CallEvent,
        because reason: CallReason,
        at now: Instant
    ) -> [CallAction] {
        let from = self.state
        let answerBy = now.advanced(by: self.limits.answerWait)
        self.current = .connecting(incident, plan, .inviting(Leg(attempt), ringing: false, answerBy: answerBy))
        return [
            self.record(event, from: from, because: reason),
            self.record(.attemptStarted, from: .connecting, because: .inviting(attempt)),
            .invite(incident, attempt),
        ]
    }
}

extension Outcome {
    /// The notice that goes with the end, if any.
    fileprivate var announcement: Announcement? {
        switch self {
        case .cleared, .clearDownFallback: .callEnded
        case .deliveredDeclined: .dataDelivered
        case .cancelled: .callCancelled
        case .failed: .callFailed
        case .superseded, .selfChecked: nil
        }
    }
}
