import GRDB

/// One fault as the memory keeps it, in the words of whoever found it.
package struct TroubleRecord: Hashable, Sendable {
    package let fault: String
    /// The line or the center, empty for the system as a whole.
    package let unit: String
    /// The status byte of ISO 14229.
    package let status: Int
    package let failedCycles: Int
    package let cleanCycles: Int
    package let occurrences: Int
    /// When it has failed for the first time, and when it began to fail last.
    package let first: Stamp
    package let last: Stamp
    package let sentence: String
    /// A JSON object: what was so when it began to fail last.
    package let frame: String

    package init(
        fault: String,
        unit: String,
        status: Int,
        failedCycles: Int,
        cleanCycles: Int,
        occurrences: Int,
        first: Stamp,
        last: Stamp,
        sentence: String,
        frame: String
    ) {
        self.fault = fault
        self.unit = unit
        self.status = status
        self.failedCycles = failedCycles
        self.cleanCycles = cleanCycles
        self.occurrences = occurrences
        self.first = first
        self.last = last
        self.sentence = sentence
        self.frame = frame
    }
}

/// The table of the fault memory; it goes with no incident, and says nothing of where anybody was.
enum TroubleTables {
    static let creation = """
        CREATE TABLE troubles (
            fault TEXT NOT NULL CHECK (length(fault) BETWEEN 1 AND 64),
            unit TEXT NOT NULL CHECK (length(unit) <= \(SharedTables.maximumText)),
            status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 255),
            failed_cycles INTEGER NOT NULL CHECK (failed_cycles >= 0),
            clean_cycles INTEGER NOT NULL CHECK (clean_cycles >= 0),
            occurrences INTEGER NOT NULL CHECK (occurrences >= 0),
            \(SharedTables.stamp("first")),
            \(SharedTables.stamp("last")),
            sentence TEXT NOT NULL CHECK (length(sentence) <= \(SharedTables.maximumText)),
            frame TEXT NOT NULL CHECK (length(frame) <= \(SharedTables.maximumText)),
            PRIMARY KEY (fault, unit)
        ) STRICT;
        """

    static func put(_ trouble: TroubleRecord, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO troubles (fault, unit, status, failed_cycles, clean_cycles, occurrences,
                    first_boot, first_ns, first_wall_ms, last_boot, last_ns, last_wall_ms, sentence, frame)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        let cut = { (text: String) in String(text.prefix(SharedTables.maximumText)) }
        try statement.execute(
            arguments: [
                trouble.fault, cut(trouble.unit), trouble.status, trouble.failedCycles, trouble.cleanCycles,
                trouble.occurrences, trouble.first.boot, trouble.first.nanoseconds, trouble.first.wallMilliseconds,
                trouble.last.boot, trouble.last.nanoseconds, trouble.last.wallMilliseconds, cut(trouble.sentence),
                trouble.frame,
            ]
        )
    }

    /// Deletes one fault of one unit, one of all units, or everything.
    static func clear(fault: String?, unit: String?, _ db: Database) throws {
        try db.execute(
            sql: "DELETE FROM troubles WHERE (? IS NULL OR fault = ?) AND (? IS NULL OR unit = ?)",
            arguments: [fault, fault, unit, unit]
        )
    }
}

extension VehicleStore {
    /// The fault memory, in the order in which faults began to fail last.
    package func troubles() throws(StoreError) -> [TroubleRecord] {
        try self.queue.read { db in
            let sql = "SELECT * FROM troubles ORDER BY rowid LIMIT ?"
            return try Row.fetchAll(db, sql: sql, arguments: [StoreFile.maximumRows]).map { row in
                TroubleRecord(
                    fault: row["fault"],
                    unit: row["unit"],
                    status: row["status"],
                    failedCycles: row["failed_cycles"],
                    cleanCycles: row["clean_cycles"],
                    occurrences: row["occurrences"],
                    first: Stamp(required: row, prefix: "first"),
                    last: Stamp(required: row, prefix: "last"),
                    sentence: row["sentence"],
                    frame: row["frame"]
                )
            }
        }
    }
}
