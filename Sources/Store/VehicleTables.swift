import GRDB

/// The vehicle's tables, and how its records get into them.
enum VehicleTables {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001 incidents") { db in
            try db.execute(sql: Self.first)
            try SharedTables.create(db, subjects: "incidents")
        }
        migrator.registerMigration("0002 SIP traces") { db in try TraceTables.create(db) }
        migrator.registerMigration("0003 resumption") { db in try db.execute(sql: Self.resumption) }
        migrator.registerMigration("0004 callbacks") { db in try db.execute(sql: Self.callbacks) }
        migrator.registerMigration("0005 late data") { db in
            try LateTables.create(db)
            try SharedTables.allowMessageAsCarrier(db, subjects: "incidents")
        }
        migrator.registerMigration("0006 holders") { db in try db.execute(sql: Self.holders) }
        migrator.registerMigration("0007 crash events") { db in try db.execute(sql: CrashTables.creation) }
        migrator.registerMigration("0008 crash accounts") { db in try db.execute(sql: Self.crashAccounts) }
        migrator.registerMigration("0009 fault memory") { db in try db.execute(sql: TroubleTables.creation) }
        migrator.registerMigration("0010 runs") { db in try db.execute(sql: RunTables.creation) }
        return migrator
    }

    static let ledger = WriteQueue<VehicleRecord>.Ledger(
        apply: Self.apply,
        isExpendable: Self.isExpendable,
        retentions: [
            Retention(
                table: "incidents",
                key: "number",
                maximumRows: VehicleStore.maximumIncidents,
                deletions: [
                    """
                    DELETE FROM incidents WHERE number IN
                        (SELECT number FROM incidents WHERE state <> 'open' ORDER BY number LIMIT ?)
                    """
                ]
            ),
            SharedTables.eventRetention(VehicleStore.maximumEvents),
            SharedTables.latestRetention("messages", by: "number", VehicleStore.maximumMessages),
            SharedTables.latestRetention("attempts", by: "rowid", VehicleStore.maximumMessages),
            TraceTables.retention,
            SharedTables.latestRetention("crash_events", by: "number", VehicleStore.maximumCrashEvents),
            RunTables.retention,
        ]
    )

    private static let first = """
        CREATE TABLE incidents (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 64),
            first_profile TEXT NOT NULL CHECK (length(first_profile) <= \(SharedTables.maximumText)),
            profile TEXT NOT NULL CHECK (length(profile) <= \(SharedTables.maximumText)),
            trigger_kind TEXT NOT NULL CHECK (length(trigger_kind) <= \(SharedTables.maximumText)),
            is_test INTEGER NOT NULL CHECK (is_test IN (0, 1)),
            \(SharedTables.stamp("started")),
            msd_timestamp INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('open', 'delivered', 'undelivered', 'cancelled')),
            message_identifier INTEGER CHECK (message_identifier BETWEEN 0 AND 255),
            acknowledged INTEGER NOT NULL DEFAULT 0 CHECK (acknowledged IN (0, 1)),
            outcome TEXT CHECK (length(outcome) <= \(SharedTables.maximumText)),
            \(SharedTables.stamp("ended", isRequired: false)),
            CHECK ((state = 'open') = (ended_boot IS NULL)),
            CHECK ((ended_boot IS NULL) = (ended_ns IS NULL))
        ) STRICT;
        CREATE INDEX incidents_open ON incidents (number) WHERE state = 'open';
        CREATE TABLE attempts (
            incident TEXT NOT NULL REFERENCES incidents(id) ON DELETE CASCADE,
            number INTEGER NOT NULL CHECK (number > 0),
            center TEXT NOT NULL CHECK (length(center) <= \(SharedTables.maximumText)),
            \(SharedTables.stamp("at")),
            outcome TEXT CHECK (length(outcome) <= \(SharedTables.maximumText)),
            PRIMARY KEY (incident, number)
        ) STRICT;
        CREATE TABLE levels (
            line TEXT PRIMARY KEY CHECK (length(line) <= \(SharedTables.maximumText)),
            active INTEGER NOT NULL CHECK (active IN (0, 1)),
            \(SharedTables.stamp("at"))
        ) STRICT;
        """

    /// What a next run has to know to go on with a call.
    private static let resumption = """
        ALTER TABLE incidents ADD COLUMN seen_boot TEXT CHECK (length(seen_boot) <= \(SharedTables.maximumText));
        ALTER TABLE incidents ADD COLUMN seen_ns INTEGER;
        ALTER TABLE incidents ADD COLUMN seen_wall_ms INTEGER;
        ALTER TABLE incidents ADD COLUMN connected INTEGER NOT NULL DEFAULT 0 CHECK (connected IN (0, 1));
        ALTER TABLE incidents ADD COLUMN crash_followed INTEGER NOT NULL DEFAULT 0 CHECK (crash_followed IN (0, 1));
        ALTER TABLE incidents ADD COLUMN resumptions INTEGER NOT NULL DEFAULT 0 CHECK (resumptions >= 0);
        ALTER TABLE incidents ADD COLUMN simulated INTEGER CHECK (simulated IN (0, 1));
        """

    private static let callbacks = """
        ALTER TABLE attempts ADD COLUMN is_callback INTEGER NOT NULL DEFAULT 0 CHECK (is_callback IN (0, 1));
        """

    /// By the attempts alone nobody knows who had a call: a failing disk may have lost the last of them.
    private static let holders = """
        ALTER TABLE incidents ADD COLUMN holder TEXT CHECK (length(holder) <= \(SharedTables.maximumText));
        """

    /// What an IVS knew of the crash that a call is about; its format is the IVS's own.
    private static let crashAccounts = """
        ALTER TABLE incidents ADD COLUMN crash TEXT CHECK (length(crash) <= \(Self.maximumCrashText));
        """

    /// More than twice what eight events and every line take.
    private static let maximumCrashText = 4_096

    private static func isExpendable(_ record: VehicleRecord) -> Bool {
        switch record {
        case .event, .level, .traceOmission, .traced: true
        case .incidentOpened, .attempt, .messageSent, .incidentChanged, .incidentClosed, .crashRecorded, .lateDataKept,
            .lateDataEnded, .troubleChanged, .troublesCleared, .runBegan, .runEnded:
            false
        }
    }

    private static func apply(_ record: VehicleRecord, _ db: Database) throws {
        switch record {
        case .incidentOpened(let opening): try Self.insert(opening, db)
        case .event(let event): try SharedTables.insert(event, db)
        case .attempt(let attempt): try Self.insert(attempt, db)
        case .messageSent(let message): try SharedTables.insert(message, db)
        case .incidentChanged(let id, let change): try Self.update(id, change, db)
        case .incidentClosed(let id, let closing): try Self.update(id, closing, db)
        case .level(let level): try Self.insert(level, db)
        case .traceOmission(let incident, let count): try TraceTables.set(omitted: count, of: incident, db)
        case .traced(let record): try TraceTables.insert(record, db)
        case .lateDataKept(let incident, let octets): try LateTables.keep(octets, of: incident, db)
        case .crashRecorded(let event): try CrashTables.insert(event, db)
        case .troubleChanged(let trouble): try TroubleTables.put(trouble, db)
        case .troublesCleared(let fault, let unit): try TroubleTables.clear(fault: fault, unit: unit, db)
        case .runBegan(let started): try RunTables.begin(started, db)
        case .runEnded(let started): try RunTables.end(started, db)
        case .lateDataEnded(let incident, let result): try LateTables.end(incident, result, db)
        }
    }

    private static func insert(_ opening: IncidentOpening, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO incidents (id, first_profile, profile, trigger_kind, is_test, started_boot, started_ns,
                    started_wall_ms, msd_timestamp, simulated, state)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open')
                """
        )
        try statement.execute(
            arguments: [
                opening.id, opening.profile, opening.profile, opening.trigger, opening.isTest, opening.started.boot,
                opening.started.nanoseconds, opening.started.wallMilliseconds, opening.msdTimestamp,
                opening.isSimulated,
            ]
        )
    }

    private static func insert(_ attempt: AttemptRecord, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO attempts (incident, number, center, at_boot, at_ns, at_wall_ms, outcome, is_callback)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (incident, number) DO UPDATE SET center = excluded.center, outcome = excluded.outcome
                """
        )
        try statement.execute(
            arguments: [
                attempt.incident, attempt.number, attempt.center, attempt.at.boot,
                attempt.at.nanoseconds, attempt.at.wallMilliseconds, attempt.outcome,
                attempt.isCallback,
            ]
        )
    }

    private static func insert(_ level: LevelRecord, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO levels (line, active, at_boot, at_ns, at_wall_ms) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (line) DO UPDATE SET active = excluded.active, at_boot = excluded.at_boot,
                    at_ns = excluded.at_ns, at_wall_ms = excluded.at_wall_ms
                """
        )
        try statement.execute(
            arguments: [
                level.line, level.isActive, level.at.boot, level.at.nanoseconds,
                level.at.wallMilliseconds,
            ]
        )
    }

    private static func update(_ id: String, _ change: IncidentChange, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE incidents SET profile = coalesce(?, profile),
                    message_identifier = coalesce(?, message_identifier), acknowledged = coalesce(?, acknowledged),
                    connected = iif(? IS NULL, connected, 1), holder = coalesce(?, holder), crash_followed = coalesce(?, crash_followed),
                    resumptions = coalesce(?, resumptions), seen_boot = coalesce(?, seen_boot),
                    seen_ns = coalesce(?, seen_ns), seen_wall_ms = iif(? IS NULL, seen_wall_ms, ?),
                    crash = coalesce(?, crash)
                WHERE id = ?
                """
        )
        let seen = change.seen
        try statement.execute(
            arguments: [
                change.profile, change.messageIdentifier, change.isAcknowledged, change.connectedTo, change.connectedTo,
                change.crashFollowed, change.resumptions, seen?.boot, seen?.nanoseconds, seen?.boot,
                seen?.wallMilliseconds, change.crash, id,
            ]
        )
        guard db.changesCount == 1 else { throw StoreError.unknown(id: id) }
        if change.isReopened { try Self.reopen(id, db) }
    }

    private static func reopen(_ id: String, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE incidents SET state = 'open', outcome = NULL, ended_boot = NULL, ended_ns = NULL,
                    ended_wall_ms = NULL
                WHERE id = ?
                """
        )
        try statement.execute(arguments: [id])
    }

    private static func update(_ id: String, _ closing: IncidentClosing, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE incidents SET state = ?, outcome = ?, ended_boot = ?, ended_ns = ?, ended_wall_ms = ?,
                    holder = coalesce(?, holder)
                WHERE id = ?
                """
        )
        try statement.execute(
            arguments: [
                closing.state.rawValue, closing.outcome, closing.ended.boot,
                closing.ended.nanoseconds, closing.ended.wallMilliseconds, closing.holder, id,
            ]
        )
        guard db.changesCount == 1 else { throw StoreError.unknown(id: id) }
    }
}
