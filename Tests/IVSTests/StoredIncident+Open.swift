@testable import Store

extension StoredIncident {
    /// An incident that nobody closed.
    static func open(_ opening: IncidentOpening, isAcknowledged: Bool) -> StoredIncident {
        StoredIncident(
            number: 1,
            opening: opening,
            state: .open,
            profile: opening.profile,
            messageIdentifier: 1,
            isAcknowledged: isAcknowledged,
            attempts: 1,
            outcome: nil,
            ended: nil
        )
    }
}
