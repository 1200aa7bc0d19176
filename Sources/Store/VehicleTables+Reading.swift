import GRDB

extension StoredIncident {
    /// The head of every statement that reads incidents.
    static let selection = """
        SELECT incidents.*, (SELECT count(*) FROM attempts WHERE attempts.incident = incidents.id) AS attempts, \
        (SELECT max(number) FROM attempts WHERE attempts.incident = incidents.id) AS last_attempt, \
        (SELECT center FROM attempts WHERE attempts.incident = incidents.id ORDER BY number DESC LIMIT 1) \
        AS last_center, \
        (SELECT is_callback FROM attempts WHERE attempts.incident = incidents.id ORDER BY number DESC LIMIT 1) \
        AS last_is_callback, \
        (SELECT result FROM late_data WHERE late_data.incident = incidents.id) AS late FROM incidents
        """

    init(row: Row, trace: StoredTrace = StoredTrace()) {
        guard let state = IncidentState(rawValue: row["state"]) else {
            preconditionFailure("The tables allow no other state.")
        }
        let started = Stamp(required: row, prefix: "started")
        let late: String? = row["late"]
        self.init(
            number: row["number"],
            opening: IncidentOpening(
                id: row["id"],
                profile: row["first_profile"],
                trigger: row["trigger_kind"],
                isTest: row["is_test"],
                started: started,
                msdTimestamp: row["msd_timestamp"],
                isSimulated: row["simulated"]
            ),
            state: state,
            profile: row["profile"],
            messageIdentifier: row["message_identifier"],
            isAcknowledged: row["acknowledged"],
            wasConnected: row["connected"],
            holder: row["holder"],
            crashFollowed: row["crash_followed"],
            resumptions: row["resumptions"],
            seen: Stamp(row, prefix: "seen") ?? started,
            attempts: row["attempts"],
            lastAttempt: row["last_attempt"] ?? 0,
            lastCenter: row["last_center"],
            lastIsCallback: row["last_is_callback"] ?? false,
            trace: trace,
            outcome: row["outcome"],
            ended: Stamp(row, prefix: "ended"),
            late: late.flatMap(LateResult.init(rawValue:)),
            crash: row["crash"]
        )
    }
}

extension AttemptRecord {
    init(row: Row) {
        self.init(
            incident: row["incident"],
            number: row["number"],
            center: row["center"],
            at: Stamp(required: row, prefix: "at"),
            outcome: row["outcome"],
            isCallback: row["is_callback"]
        )
    }
}

extension LevelRecord {
    init(row: Row) {
        self.init(line: row["line"], isActive: row["active"], at: Stamp(required: row, prefix: "at"))
    }
}
