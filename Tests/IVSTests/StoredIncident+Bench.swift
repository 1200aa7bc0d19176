import Timeline

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
        trace: StoredTrace = StoredTrace(),
        crash: String? = nil
    ) -> StoredIncident {
        StoredIncident(
            number: 1,
            opening: opening,
            state: .open,
            profile: opening.profile,
            messageIdentifier: 1,
            isAcknowledged: isAcknowledged,
            wasConnected: wasConnected,
            holder: wasConnected ? lastCenter : nil,
            crashFollowed: crashFollowed,
            resumptions: resumptions,
            seen: seen ?? opening.started,
            attempts: attempts,
            lastAttempt: attempts,
            lastCenter: lastCenter,
            lastIsCallback: false,
            trace: trace,
            outcome: nil,
            ended: nil,
            crash: crash
        )
    }

    /// An automatic call that ended at the beginning of `boot`, after two attempts and four MSDs.
    static func ended(
        outcome: String = "cleared",
        isCallback: Bool = false,
        holder: String? = "center-1",
        messageIdentifier: UInt8? = 4,
        boot: String = "boot-of-the-bench",
        wall: Int64? = nil,
        profile: String = "private",
        isSimulated: Bool = true
    ) -> StoredIncident {
        let stamp = Stamp(boot: boot, at: .boot, wallMilliseconds: wall)
        return StoredIncident(
            number: 1,
            opening: IncidentOpening(
                id: "0123456789abcdef0123456789abcdef",
                profile: profile,
                trigger: "automatic",
                isTest: false,
                started: stamp,
                msdTimestamp: 1_789_999_000,
                isSimulated: isSimulated
            ),
            state: .delivered,
            profile: profile,
            messageIdentifier: messageIdentifier,
            isAcknowledged: true,
            wasConnected: true,
            holder: holder,
            crashFollowed: false,
            resumptions: 0,
            seen: stamp,
            attempts: 2,
            lastAttempt: 2,
            lastCenter: "center-1",
            lastIsCallback: isCallback,
            trace: StoredTrace(),
            outcome: outcome,
            ended: stamp
        )
    }
}
