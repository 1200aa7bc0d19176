import Foundation
import GRDB

/// What came of data that was offered to a center late.
package enum LateResult: String, Hashable, Sendable, CaseIterable {
    /// A center has it.
    case delivered
    /// A center does not want it.
    case refused
    /// It is too old, or nobody knows how old it is.
    case expired
}

/// The MSD of an incident that no center has acknowledged, as it may be offered late.
package struct LateData: Hashable, Sendable {
    package let incident: String
    package let started: Stamp
    /// The last MSD that was sent, else the one that would have been.
    package let octets: [UInt8]

    package init(incident: String, started: Stamp, octets: [UInt8]) {
        self.incident = incident
        self.started = started
        self.octets = octets
    }
}

extension VehicleStore {
    /// The oldest data of the private service that is still to be offered late; `nil` when there is none.
    ///
    /// An incident that has gone to 112 has none, nor a test call; `isSimulated` is that of the lines of its trigger.
    package func lateData(isSimulated: Bool) throws(StoreError) -> LateData? {
        try self.queue.read { db in
            let sql = """
                SELECT incidents.*, coalesce((SELECT octets FROM messages WHERE subject = incidents.id
                    ORDER BY messages.number DESC LIMIT 1), late_data.octets) AS data
                FROM incidents JOIN late_data ON late_data.incident = incidents.id
                WHERE state = 'undelivered' AND acknowledged = 0 AND is_test = 0 AND simulated = ? AND late_data.result IS NULL
                    AND first_profile = 'private' AND profile = 'private'
                ORDER BY incidents.number LIMIT 1
                """
            return try Row.fetchOne(db, sql: sql, arguments: [isSimulated]).map { row in
                let octets: Data = row["data"]
                return LateData(
                    incident: row["id"],
                    started: Stamp(required: row, prefix: "started"),
                    octets: [UInt8](octets)
                )
            }
        }
    }
}

/// The table of what may be offered late.
enum LateTables {
    static func create(_ db: Database) throws {
        let results = LateResult.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        try db.execute(
            sql: """
                CREATE TABLE late_data (
                    incident TEXT PRIMARY KEY REFERENCES incidents(id) ON DELETE CASCADE,
                    octets BLOB NOT NULL CHECK (length(octets) <= \(SharedTables.maximumMessage)),
                    result TEXT CHECK (result IN (\(results)))
                ) STRICT;
                """
        )
    }

    /// The first data of an incident stays: it is what was frozen with the trigger.
    static func keep(_ octets: [UInt8], of incident: String, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT INTO late_data (incident, octets) VALUES (?, ?) ON CONFLICT (incident) DO NOTHING"
        )
        try statement.execute(arguments: [incident, Data(octets)])
    }

    static func end(_ incident: String, _ result: LateResult, _ db: Database) throws {
        let statement = try db.cachedStatement(sql: "UPDATE late_data SET result = ? WHERE incident = ?")
        // An incident that is kept no longer has no data any more, and nothing to be told of it.
        try statement.execute(arguments: [result.rawValue, incident])
    }
}
