import GRDB

/// One run of the program, as the next ones find it.
package struct RunRecord: Hashable, Sendable {
    package let started: Stamp
    /// Whether it was asked to stop, and said that it does.
    package let isOrderly: Bool

    package init(started: Stamp, isOrderly: Bool) {
        self.started = started
        self.isOrderly = isOrderly
    }
}

/// The table of the runs, by which a program that crashes again and again is told from one that is stopped.
enum RunTables {
    /// Runs kept; a crash loop is seen by a few.
    static let maximumRuns = 100

    static let creation = """
        CREATE TABLE runs (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            \(SharedTables.stamp("started")),
            orderly INTEGER NOT NULL DEFAULT 0 CHECK (orderly IN (0, 1))
        ) STRICT;
        """

    static var retention: Retention { SharedTables.latestRetention("runs", by: "number", Self.maximumRuns) }

    static func begin(_ started: Stamp, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO runs (started_boot, started_ns, started_wall_ms) VALUES (?, ?, ?)",
            arguments: [started.boot, started.nanoseconds, started.wallMilliseconds]
        )
    }

    /// The run that has started then ends in order.
    static func end(_ started: Stamp, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE runs SET orderly = 1 WHERE started_boot = ? AND started_ns = ?",
            arguments: [started.boot, started.nanoseconds]
        )
    }
}

extension VehicleStore {
    /// The runs before this one, the latest first.
    package func runs() throws(StoreError) -> [RunRecord] {
        try self.queue.read { db in
            let sql = "SELECT * FROM runs ORDER BY number DESC LIMIT ?"
            return try Row.fetchAll(db, sql: sql, arguments: [RunTables.maximumRuns]).map { row in
                RunRecord(started: Stamp(required: row, prefix: "started"), isOrderly: row["orderly"])
            }
        }
    }
}
