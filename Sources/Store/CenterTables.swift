import Foundation
import GRDB

/// The center's tables, and how its records get into them.
enum CenterTables {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001 calls") { db in
            try db.execute(sql: Self.first)
            try SharedTables.create(db, subjects: "calls")
        }
        migrator.registerMigration("0002 late data") { db in
            try SharedTables.allowMessageAsCarrier(db, subjects: "calls")
        }
        migrator.registerMigration("0003 data sets") { db in try db.execute(sql: Self.dataSets) }
        return migrator
    }

    /// The vehicle's data set, as it came.
    private static let dataSets = """
        ALTER TABLE calls ADD COLUMN data_set BLOB CHECK (length(data_set) <= \(SharedTables.maximumJSON));
        """

    static let ledger = WriteQueue<CenterRecord>.Ledger(
        apply: Self.apply,
        isExpendable: Self.isExpendable,
        retentions: [
            Retention(
                table: "calls",
                key: "number",
                maximumRows: CenterStore.maximumCalls,
                slack: CenterStore.maximumCalls / Self.slackPart,
                deletions: [
                    """
                    DELETE FROM calls WHERE number IN
                        (SELECT number FROM calls WHERE ended_boot IS NOT NULL ORDER BY number LIMIT ?)
                    """
                ]
            ),
            SharedTables.eventRetention(
                CenterStore.maximumEvents,
                slack: CenterStore.maximumEvents / Self.slackPart
            ),
            SharedTables.latestRetention(
                "messages",
                by: "number",
                CenterStore.maximumMessages,
                slack: CenterStore.maximumMessages / Self.slackPart
            ),
        ]
    )

    /// The part of a full table that goes at once: a hundredth is a second of the busiest center.
    private static let slackPart = 100

    private static let first = """
        CREATE TABLE calls (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 64),
            call_id TEXT NOT NULL CHECK (length(call_id) <= \(SharedTables.maximumText)),
            \(SharedTables.stamp("received")),
            from_uri TEXT NOT NULL CHECK (length(from_uri) <= \(SharedTables.maximumText)),
            service TEXT NOT NULL CHECK (length(service) <= \(SharedTables.maximumText)),
            trigger_kind TEXT NOT NULL CHECK (length(trigger_kind) <= \(SharedTables.maximumText)),
            first_state TEXT NOT NULL CHECK (length(first_state) <= \(SharedTables.maximumText)),
            state TEXT NOT NULL CHECK (length(state) <= \(SharedTables.maximumText)),
            msd BLOB CHECK (length(msd) <= \(SharedTables.maximumMessage)),
            message_identifier INTEGER CHECK (message_identifier BETWEEN 0 AND 255),
            acknowledgement TEXT CHECK (acknowledgement IN ('positive', 'negative', 'none')),
            decoded TEXT CHECK (length(decoded) <= \(SharedTables.maximumJSON))
                CHECK (decoded IS NULL OR json_valid(decoded)),
            location TEXT CHECK (length(location) <= \(SharedTables.maximumJSON))
                CHECK (location IS NULL OR json_valid(location)),
            outcome TEXT CHECK (length(outcome) <= \(SharedTables.maximumText)),
            \(SharedTables.stamp("ended", isRequired: false)),
            CHECK ((ended_boot IS NULL) = (ended_ns IS NULL))
        ) STRICT;
        CREATE INDEX calls_open ON calls (number) WHERE ended_boot IS NULL;
        """

    private static func isExpendable(_ record: CenterRecord) -> Bool {
        switch record {
        case .event: true
        case .callReceived, .messageReceived, .callChanged, .callEnded: false
        }
    }

    private static func apply(_ record: CenterRecord, _ db: Database) throws {
        switch record {
        case .callReceived(let opening): try Self.insert(opening, db)
        case .messageReceived(let message): try SharedTables.insert(message, db)
        case .callChanged(let id, let change): try Self.update(id, change, db)
        case .callEnded(let id, let ending): try Self.update(id, ending, db)
        case .event(let event): try SharedTables.insert(event, db)
        }
    }

    private static func insert(_ opening: CallOpening, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO calls (id, call_id, received_boot, received_ns, received_wall_ms, from_uri, service,
                    trigger_kind, first_state, state)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        try statement.execute(
            arguments: [
                opening.id, opening.callID, opening.received.boot, opening.received.nanoseconds,
                opening.received.wallMilliseconds, opening.from, opening.service, opening.trigger, opening.state,
                opening.state,
            ]
        )
    }

    private static func update(_ id: String, _ change: CallChange, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE calls SET state = coalesce(?, state), msd = coalesce(?, msd),
                    message_identifier = coalesce(?, message_identifier),
                    acknowledgement = coalesce(?, acknowledgement), decoded = coalesce(?, decoded),
                    location = coalesce(?, location), data_set = coalesce(?, data_set)
                WHERE id = ?
                """
        )
        try statement.execute(
            arguments: [
                change.state, change.msd.map { Data($0) }, change.messageIdentifier,
                change.acknowledgement?.rawValue, change.decoded, change.location,
                change.dataSet.map { Data($0) }, id,
            ]
        )
        guard db.changesCount == 1 else { throw StoreError.unknown(id: id) }
    }

    private static func update(_ id: String, _ ending: CallEnding, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE calls SET state = ?, outcome = ?, ended_boot = ?, ended_ns = ?, ended_wall_ms = ? WHERE id = ?
                """
        )
        try statement.execute(
            arguments: [
                ending.state, ending.outcome, ending.ended.boot, ending.ended.nanoseconds,
                ending.ended.wallMilliseconds, id,
            ]
        )
        guard db.changesCount == 1 else { throw StoreError.unknown(id: id) }
    }
}

extension StoredCall {
    init(row: Row) {
        let msd: Data? = row["msd"]
        let acknowledgement: String? = row["acknowledgement"]
        let dataSet: Data? = row["data_set"]
        self.init(
            number: row["number"],
            opening: CallOpening(
                id: row["id"],
                callID: row["call_id"],
                received: Stamp(required: row, prefix: "received"),
                from: row["from_uri"],
                service: row["service"],
                trigger: row["trigger_kind"],
                state: row["first_state"]
            ),
            state: row["state"],
            msd: msd.map { [UInt8]($0) },
            messageIdentifier: row["message_identifier"],
            acknowledgement: acknowledgement.flatMap(CallChange.Acknowledgement.init(rawValue:)),
            decoded: row["decoded"],
            location: row["location"],
            dataSet: dataSet.map { [UInt8]($0) },
            outcome: row["outcome"],
            ended: Stamp(row, prefix: "ended")
        )
    }
}
