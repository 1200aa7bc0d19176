/// What the call machine asks for; the order of a list is a promise: on record first, then on air.
package enum CallAction: Hashable, Sendable {
    /// Begin the durable record of a new incident; nothing after it goes on air before it is written or 20 ms late.
    case openIncident(Incident)
    /// Freeze time stamp, position and crash data into the MSD of this incident.
    case freezeMSD(Incident)
    /// Keep this transition, or this event that changed nothing, with its reason.
    case record(CallRecord)
    /// Send an INVITE.
    case invite(Incident, Attempt)
    /// Send CANCEL for the running attempt.
    case cancel(Attempt)
    /// Send BYE: T2 is over, or a real trigger ends a test call.
    case clearDown(Attempt)
    /// Answer the center's `send-data` with a new MSD of this messageIdentifier and the incident's time stamp.
    case sendMSD(Incident, messageIdentifier: UInt8)
    /// Answer the center that rings back; behind the notice to the occupants, for it opens the microphone.
    case answerCallback(Incident, Attempt)
    /// Answer 486: who rings is not the center that had the call, or it may not ring now.
    case refuseCallback
    /// Go on with the durable record of an incident that was ended.
    case reopenIncident(Incident)
    /// Sound a notice to the occupants.
    case announce(Announcement)
    /// End the durable record.
    case closeIncident(Incident, Outcome)
}

/// A notice to the occupants, by chime now and by voice where fitted.
package enum Announcement: String, Hashable, Sendable, CaseIterable {
    /// A manual call starts.
    case callRequested
    /// The center answered.
    case callConnected
    /// The center has the data, nobody will talk.
    case dataDelivered
    /// The call was cancelled by the occupant.
    case callCancelled
    /// Cancelling came too late: the center answered first and the call goes on.
    case cancelTooLate
    /// All attempts failed.
    case callFailed
    /// The center ended the call.
    case callEnded
    /// The center rings back, and the microphone opens.
    case callback
    /// An impact that calls nobody by itself: whoever wants help presses the button.
    case impactFelt
    /// The center has something for the occupants to read.
    case centerMessage
    /// Something is wrong that would degrade a call.
    case malfunction
    /// A press was too short to count: a tick, so that a person holds on longer.
    case pressTooShort
}

/// One entry of the call's history: what happened, what it changed, and why.
package struct CallRecord: Hashable, Sendable {
    package let event: CallEvent
    package let incident: IncidentID?
    package let from: CallState
    package let to: CallState
    package let reason: CallReason

    package init(_ event: CallEvent, incident: IncidentID?, from: CallState, to: CallState, because reason: CallReason)
    {
        self.event = event
        self.incident = incident
        self.from = from
        self.to = to
        self.reason = reason
    }
}

/// What came in, as a stable word for logs, `watch` and tests.
package enum CallEvent: String, Hashable, Sendable, CaseIterable {
    case manualTrigger
    case automaticTrigger
    case testTrigger
    case callResumed
    case cancelWindowOver
    case cancelRequested
    case attemptStarted
    case attemptRinging
    case attemptAnswered
    case attemptEnded
    case redialDue
    case answerWaitOver
    case redialWindowOver
    case msdRequested
    case clearedDown
    case callLost
    case clearDownFallbackOver
    case endedHoldOver
    case callbackArrived
    case callbackWindowKept
    case callbackWindowOver
    case deregistrationDue
}
