import Foundation
import GRDB

extension StoreFile {
    /// The limit of a reading, when it is one.
    static func checked(_ limit: Int) throws(StoreError) -> Int {
        guard (1...Self.maximumRows).contains(limit) else { throw .limitOutOfRange(limit) }
        return limit
    }
}

extension StoredEvent {
    static func latest(_ db: Database, subject: String?, limit: Int) throws -> [StoredEvent] {
        let rows =
            if let subject {
                try Row.fetchAll(
                    db,
                    sql: "SELECT * FROM events WHERE subject = ? ORDER BY sequence DESC LIMIT ?",
                    arguments: [subject, limit]
                )
            } else {
                try Row.fetchAll(db, sql: "SELECT * FROM events ORDER BY sequence DESC LIMIT ?", arguments: [limit])
            }
        return rows.reversed().map(StoredEvent.init(row:))
    }

    private init(row: Row) {
        self.init(
            sequence: row["sequence"],
            event: EventRecord(
                subject: row["subject"],
                at: Stamp(required: row, prefix: "at"),
                kind: row["kind"],
                fields: row["fields"]
            )
        )
    }
}

extension MessageRecord {
    static func all(_ db: Database, subject: String) throws -> [MessageRecord] {
        let sql = "SELECT * FROM messages WHERE subject = ? ORDER BY number LIMIT ?"
        return try Row.fetchAll(db, sql: sql, arguments: [subject, StoreFile.maximumRows])
            .map(MessageRecord.init(row:))
    }

    private init(row: Row) {
        let octets: Data = row["octets"]
        guard let carrier = Carrier(rawValue: row["carrier"]) else {
            preconditionFailure("The tables allow no other carrier.")
        }
        self.init(
            subject: row["subject"],
            at: Stamp(required: row, prefix: "at"),
            messageIdentifier: row["message_identifier"],
            octets: [UInt8](octets),
            carrier: carrier
        )
    }
}
