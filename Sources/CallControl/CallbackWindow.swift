package import Timeline

/// When a vehicle that connects for calls only gives up the connection to the center that had its call (T10).
package struct Deregistration: Hashable, Sendable {
    package let incident: IncidentID
    /// Its position in the configured list.
    package let center: Int
    package let at: Instant
}

/// The time behind a call in which its center may ring back (T9), and which center that is.
package struct CallbackWindow: Hashable, Codable, Sendable {
    package let incident: Incident
    /// How its call ended.
    package let outcome: Outcome
    /// The center that had the call last, or has its data: its position in the configured list.
    package let center: Int
    /// The attempts and callbacks of the incident so far.
    package let attempts: Int
    /// The last messageIdentifier that was used, 0 where the last attempt carried none; a callback counts on from there.
    package let lastMessageIdentifier: UInt8
    package let endsAt: Instant

    package init(
        incident: Incident,
        outcome: Outcome,
        center: Int,
        attempts: Int,
        lastMessageIdentifier: UInt8,
        endsAt: Instant
    ) {
        self.incident = incident
        self.outcome = outcome
        self.center = center
        self.attempts = attempts
        self.lastMessageIdentifier = lastMessageIdentifier
        self.endsAt = endsAt
    }
}

/// To whom the way behind a call belongs.
package enum CallHolder: Hashable, Sendable {
    /// The center of the last attempt: it ended the call, or has its data.
    case lastAttempt
    /// Whoever had the call before the attempts that failed.
    case lastConnected
    case nobody
}

extension Outcome {
    /// Who may ring back once a call has ended so.
    package var holder: CallHolder {
        switch self {
        case .cleared, .clearDownFallback, .deliveredDeclined: .lastAttempt
        case .failed: .lastConnected
        case .cancelled, .superseded, .selfChecked: .nobody
        }
    }
}
