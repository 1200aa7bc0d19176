import GRDB

/// The vehicle's durable record: incidents, what was sent for them, events and the last levels.
///
/// Writes come back in order and, when several wait, in one commit. A completion runs on the store's own queue: it
/// must not block and must not read from the store.
package final class VehicleStore: Sendable {
    /// Events kept, about 20 MB; beyond it the oldest that belong to no incident go first.
    package static let maximumEvents = 50_000
    /// Incidents kept; beyond it the oldest that are over go, with all that belongs to them.
    package static let maximumIncidents = 1000
    /// Messages kept, and attempts; beyond it the oldest go.
    package static let maximumMessages = 10_000
    /// Crash events kept, with their samples about 20 MB; beyond it the oldest go.
    package static let maximumCrashEvents = 200

    /// What happened to a damaged predecessor of the file, `nil` in the ordinary case.
    package let recovery: StoreRecovery?
    let queue: WriteQueue<VehicleRecord>
    /// Where the file is; `nil` in memory.
    let path: String?

    /// Opens or makes the file at `path`; a damaged one is moved aside first, see `recovery`.
    package convenience init(path: String, faults: StoreFaults = .none) throws(StoreError) {
        try self.init(.file(path), faults: faults)
    }

    /// A store that is gone with the process, for tests and simulations.
    package static func inMemory(faults: StoreFaults = .none) throws(StoreError) -> VehicleStore {
        try VehicleStore(.memory, faults: faults)
    }

    /// A store on a file of SQLite's default VFS that the system knows nothing of, for simulations of a disk.
    ///
    /// Throws when the file is damaged: there it is a defect.
    package static func virtual(path: String) throws(StoreError) -> VehicleStore {
        try VehicleStore(.virtual(path), faults: .none)
    }

    private init(_ place: StoreFile.Place, faults: StoreFaults) throws(StoreError) {
        let (database, recovery) = try StoreFile.open(place, migrator: VehicleTables.migrator)
        self.recovery = recovery
        if case .file(let path) = place { self.path = path } else { self.path = nil }
        self.queue = WriteQueue(database, faults: faults, ledger: VehicleTables.ledger)
    }

    /// How often records were turned away because too many were waiting.
    package var overloads: Int { self.queue.overloads }

    /// Writes the records in one transaction; they are on disk when the completion succeeds.
    ///
    /// `overloaded` and `closed` are answered at once, on the caller's thread.
    package func write(
        _ records: [VehicleRecord],
        completion: @escaping @Sendable (Result<Void, StoreError>) -> Void
    ) {
        self.queue.write(records, completion: completion)
    }

    /// Writes what waits and closes the file; waits for the disk.
    package func close() {
        self.queue.close()
    }
}

/// Readings wait for the writes before them, so they are not for the loop.
extension VehicleStore {
    /// The incidents that have not ended, the oldest first, each with how much of its trace is on record.
    package func unfinishedIncidents() throws(StoreError) -> [StoredIncident] {
        try self.queue.read { db in
            let sql = "\(StoredIncident.selection) WHERE state = 'open' ORDER BY number LIMIT ?"
            return try Row.fetchAll(db, sql: sql, arguments: [StoreFile.maximumRows]).map { row in
                StoredIncident(row: row, trace: try TraceTables.extent(db, incident: row["id"]))
            }
        }
    }

    /// The latest emergency, if it has ended, with how much of its trace is on record; test calls are none.
    package func endedEmergency() throws(StoreError) -> StoredIncident? {
        try self.queue.read { db in
            // Enough to find the latest, should a failing disk have put it on record before others.
            let sql = "\(StoredIncident.selection) WHERE is_test = 0 ORDER BY number DESC LIMIT 8"
            let latest = try Row.fetchAll(db, sql: sql).map { row in
                StoredIncident(row: row, trace: try TraceTables.extent(db, incident: row["id"]))
            }.max { $0.began(before: $1) }
            return latest?.state == .open ? nil : latest
        }
    }

    /// When the last test call began whose data a center acknowledged.
    package func lastGoodTest() throws(StoreError) -> Stamp? {
        try self.queue.read { db in
            let sql = """
                SELECT started_boot, started_ns, started_wall_ms FROM incidents WHERE is_test = 1 AND acknowledged = 1
                ORDER BY number DESC LIMIT 1
                """
            return try Row.fetchOne(db, sql: sql).flatMap { Stamp($0, prefix: "started") }
        }
    }

    /// The latest incidents, the latest first.
    package func incidents(limit: Int) throws(StoreError) -> [StoredIncident] {
        let limit = try StoreFile.checked(limit)
        return try self.queue.read { db in
            try Row.fetchAll(db, sql: "\(StoredIncident.selection) ORDER BY number DESC LIMIT ?", arguments: [limit])
                .map { StoredIncident(row: $0) }
        }
    }

    package func incident(id: String) throws(StoreError) -> StoredIncident? {
        try self.queue.read { db in
            try Row.fetchOne(db, sql: "\(StoredIncident.selection) WHERE id = ?", arguments: [id])
                .map { StoredIncident(row: $0) }
        }
    }

    /// The latest events, of one incident or of all, in their order.
    package func events(incident: String?, limit: Int) throws(StoreError) -> [StoredEvent] {
        let limit = try StoreFile.checked(limit)
        return try self.queue.read { db in try StoredEvent.latest(db, subject: incident, limit: limit) }
    }

    /// The MSDs sent for an incident, in their order.
    package func messages(incident: String) throws(StoreError) -> [MessageRecord] {
        try self.queue.read { db in try MessageRecord.all(db, subject: incident) }
    }

    /// A part of the SIP trace of an incident, or of the latest one, behind the message `after`; `nil` when that incident
    /// is not on record.
    package func trace(incident: String?, after: Int) throws(StoreError) -> TracePage? {
        try self.queue.read { db in
            let sql =
                incident == nil
                ? "SELECT id FROM incidents ORDER BY number DESC LIMIT 1" : "SELECT id FROM incidents WHERE id = ?"
            let arguments: StatementArguments = incident.map { StatementArguments([$0]) } ?? []
            guard let id = try String.fetchOne(db, sql: sql, arguments: arguments) else { return nil }
            return try TraceTables.page(db, incident: id, after: after)
        }
    }

    /// The attempts of an incident, in their order.
    package func attempts(incident: String) throws(StoreError) -> [AttemptRecord] {
        try self.queue.read { db in
            let sql = "SELECT * FROM attempts WHERE incident = ? ORDER BY number LIMIT ?"
            return try Row.fetchAll(db, sql: sql, arguments: [incident, StoreFile.maximumRows])
                .map(AttemptRecord.init(row:))
        }
    }

    /// The last level of every line, by name.
    package func levels() throws(StoreError) -> [LevelRecord] {
        try self.queue.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM levels ORDER BY line LIMIT ?", arguments: [StoreFile.maximumRows])
                .map(LevelRecord.init(row:))
        }
    }
}
