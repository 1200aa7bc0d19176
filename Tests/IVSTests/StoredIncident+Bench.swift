@testable import Store

extension StoredIncident {
    /// An incident that nobody closed, of which the last sign of life is `seen`, or its beginning.
    static func open(
        _ opening: IncidentOpening,
        isAcknowledged: Bool = false,
        wasConnected: Bool = false,
        crashFollowed: Bool = false,
        resumptions: Int = 0,
        seen: Stamp? = nil,
        attempts: Int = 1,
        lastCenter: String? = "center-1",
        trace: StoredTrace = StoredTrace()
    ) -> StoredIncident {
        StoredIncident(
            number: 1,
            opening: opening,
            state: .open,
            profile: opening.profile,
            messageIdentifier: 1,
            isAcknowledged: isAcknowledged,
            wasConnected: wasConnected,
            crashFollowed: crashFollowed,
            resumptions: resumptions,
            seen: seen ?? opening.started,
            attempts: attempts,
            lastAttempt: attempts,
            lastCenter: lastCenter,
            trace: trace,
            outcome: nil,
            ended: nil
        )
    }
}
