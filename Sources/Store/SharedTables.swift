import Foundation
import GRDB

/// The tables that both stores have; `subjects` is the table of incidents or of calls.
enum SharedTables {
    /// Octets of an identifier, a name or a short text.
    static let maximumText = 1024
    /// Octets of an event's fields or of a decoded MSD.
    static let maximumJSON = 65_536
    /// Octets of a message: far above an MSD's 140, so that a wrong one is kept as it came.
    static let maximumMessage = 65_536

    static func create(_ db: Database, subjects: String) throws {
        try db.execute(
            sql: """
                CREATE TABLE events (
                    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                    subject TEXT REFERENCES \(subjects)(id) ON DELETE CASCADE,
                    \(Self.stamp("at")),
                    kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND \(Self.maximumText)),
                    fields TEXT NOT NULL CHECK (length(fields) <= \(Self.maximumJSON))
                        CHECK (json_valid(fields) AND json_type(fields) = 'object')
                ) STRICT;
                CREATE INDEX events_by_subject ON events (subject, sequence);
                CREATE TABLE messages (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    subject TEXT NOT NULL REFERENCES \(subjects)(id) ON DELETE CASCADE,
                    \(Self.stamp("at")),
                    message_identifier INTEGER CHECK (message_identifier BETWEEN 0 AND 255),
                    octets BLOB NOT NULL CHECK (length(octets) <= \(Self.maximumMessage)),
                    carrier TEXT NOT NULL CHECK (carrier IN ('invite', 'info'))
                ) STRICT;
                CREATE INDEX messages_by_subject ON messages (subject, number);
                """
        )
    }

    /// Lets an MSD have come in a MESSAGE; the table is made anew, since no check of one can be changed.
    static func allowMessageAsCarrier(_ db: Database, subjects: String) throws {
        try db.execute(
            sql: """
                CREATE TABLE messages_new (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    subject TEXT NOT NULL REFERENCES \(subjects)(id) ON DELETE CASCADE,
                    \(Self.stamp("at")),
                    message_identifier INTEGER CHECK (message_identifier BETWEEN 0 AND 255),
                    octets BLOB NOT NULL CHECK (length(octets) <= \(Self.maximumMessage)),
                    carrier TEXT NOT NULL CHECK (carrier IN ('invite', 'info', 'message'))
                ) STRICT;
                INSERT INTO messages_new (number, subject, at_boot, at_ns, at_wall_ms, message_identifier, octets, carrier)
                    SELECT number, subject, at_boot, at_ns, at_wall_ms, message_identifier, octets, carrier FROM messages;
                DROP TABLE messages;
                ALTER TABLE messages_new RENAME TO messages;
                CREATE INDEX messages_by_subject ON messages (subject, number);
                """
        )
    }

    /// The columns of a stamp.
    static func stamp(_ prefix: String, isRequired: Bool = true) -> String {
        let need = isRequired ? "NOT NULL" : ""
        return "\(prefix)_boot TEXT \(need), \(prefix)_ns INTEGER \(need), \(prefix)_wall_ms INTEGER"
    }

    static func insert(_ event: EventRecord, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO events (subject, at_boot, at_ns, at_wall_ms, kind, fields) VALUES (?, ?, ?, ?, ?, ?)
                """
        )
        try statement.execute(
            arguments: [
                event.subject, event.at.boot, event.at.nanoseconds, event.at.wallMilliseconds,
                event.kind, event.fields,
            ]
        )
    }

    static func insert(_ message: MessageRecord, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO messages (subject, at_boot, at_ns, at_wall_ms, message_identifier, octets, carrier)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        )
        try statement.execute(
            arguments: [
                message.subject, message.at.boot, message.at.nanoseconds, message.at.wallMilliseconds,
                message.messageIdentifier, Data(message.octets), message.carrier.rawValue,
            ]
        )
    }

    static func eventRetention(_ maximum: Int, slack: Int = 0) -> Retention {
        Retention(
            table: "events",
            key: "sequence",
            maximumRows: maximum,
            slack: slack,
            deletions: [
                """
                DELETE FROM events WHERE sequence IN
                    (SELECT sequence FROM events WHERE subject IS NULL ORDER BY sequence LIMIT ?)
                """,
                "DELETE FROM events WHERE sequence IN (SELECT sequence FROM events ORDER BY sequence LIMIT ?)",
            ]
        )
    }

    /// Keeps the latest rows of a table, `key` being the column that counts them.
    static func latestRetention(_ table: String, by key: String, _ maximum: Int, slack: Int = 0) -> Retention {
        let oldest = "SELECT \(key) FROM \(table) ORDER BY \(key) LIMIT ?"
        return Retention(
            table: table,
            key: key,
            maximumRows: maximum,
            slack: slack,
            deletions: ["DELETE FROM \(table) WHERE \(key) IN (\(oldest))"]
        )
    }
}
