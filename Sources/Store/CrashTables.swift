import GRDB

/// The table of crash events; those of an incident go with it.
enum CrashTables {
    static let creation = """
        CREATE TABLE crash_events (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            incident TEXT REFERENCES incidents(id) ON DELETE CASCADE,
            \(SharedTables.stamp("began")),
            summary TEXT NOT NULL CHECK (length(summary) <= \(CrashEventRecord.maximumText)),
            samples TEXT NOT NULL CHECK (length(samples) <= \(CrashEventRecord.maximumText)),
            UNIQUE (began_boot, began_ns)
        ) STRICT;
        CREATE INDEX crash_events_incident ON crash_events (incident);
        """

    /// What was felt and belongs to no incident, in one of the tables.
    struct Ownerless {
        let selection: String
        let deletion: String
        /// Of the columns that say when.
        let stamp: String
    }

    /// The records of it, and the events that tell of it.
    static let ownerless = [
        Ownerless(
            selection: "SELECT number, began_boot, began_ns, began_wall_ms FROM crash_events WHERE incident IS NULL",
            deletion: "DELETE FROM crash_events WHERE number = ?",
            stamp: "began"
        ),
        Ownerless(
            selection: """
                SELECT sequence AS number, at_boot, at_ns, at_wall_ms FROM events
                WHERE subject IS NULL AND kind IN ('impactDetected', 'impactSevere', 'impactRecorded')
                """,
            deletion: "DELETE FROM events WHERE sequence = ?",
            stamp: "at"
        ),
    ]

    /// What is known of an event last takes the place of what was known before; the incident that it belongs to stays.
    static func insert(_ event: CrashEventRecord, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO crash_events (incident, began_boot, began_ns, began_wall_ms, summary, samples)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (began_boot, began_ns) DO UPDATE SET
                    incident = coalesce(incident, excluded.incident), summary = excluded.summary, samples = excluded.samples
                """
        )
        try statement.execute(
            arguments: [
                event.incident, event.began.boot, event.began.nanoseconds, event.began.wallMilliseconds, event.summary,
                event.samples,
            ]
        )
    }
}

extension CrashEventRecord {
    init(row: Row) {
        self.init(
            incident: row["incident"],
            began: Stamp(required: row, prefix: "began"),
            summary: row["summary"],
            samples: row["samples"]
        )
    }
}

extension VehicleStore {
    /// The crash events of an incident, in the order in which they were recorded first.
    package func crashEvents(incident: String) throws(StoreError) -> [CrashEventRecord] {
        try self.queue.read { db in
            let sql = "SELECT * FROM crash_events WHERE incident = ? ORDER BY number LIMIT ?"
            return try Row.fetchAll(db, sql: sql, arguments: [incident, StoreFile.maximumRows])
                .map(CrashEventRecord.init(row:))
        }
    }
}
