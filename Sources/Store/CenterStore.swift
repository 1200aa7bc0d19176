import GRDB

/// The response center's durable record: calls, every MSD as it came, and events.
///
/// Writes come back in order and, when several wait, in one commit. A completion runs on the store's own queue: it
/// must not block and must not read from the store.
package final class CenterStore: Sendable {
    /// Calls kept; beyond it the oldest that are over go, with all that belongs to them.
    package static let maximumCalls = 100_000
    /// Events kept; beyond it the oldest that belong to no call go first.
    package static let maximumEvents = 1_000_000
    /// Messages kept; beyond it the oldest go.
    package static let maximumMessages = 500_000

    /// What happened to a damaged predecessor of the file, `nil` in the ordinary case.
    package let recovery: StoreRecovery?
    private let queue: WriteQueue<CenterRecord>

    /// Opens or makes the file at `path`; a damaged one is moved aside first, see `recovery`.
    package convenience init(path: String, faults: StoreFaults = .none) throws(StoreError) {
        try self.init(.file(path), faults: faults)
    }

    /// A store that is gone with the process, for tests and simulations.
    package static func inMemory(faults: StoreFaults = .none) throws(StoreError) -> CenterStore {
        try CenterStore(.memory, faults: faults)
    }

    private init(_ place: StoreFile.Place, faults: StoreFaults) throws(StoreError) {
        let (database, recovery) = try StoreFile.open(place, migrator: CenterTables.migrator)
        self.recovery = recovery
        self.queue = WriteQueue(database, faults: faults, ledger: CenterTables.ledger)
    }

    /// How often records were turned away because too many were waiting.
    package var overloads: Int { self.queue.overloads }

    /// Writes the records in one transaction; they are on disk when the completion succeeds.
    ///
    /// `overloaded` and `closed` are answered at once, on the caller's thread.
    package func write(
        _ records: [CenterRecord],
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
extension CenterStore {
    /// The latest calls, the latest first.
    package func calls(limit: Int) throws(StoreError) -> [StoredCall] {
        let limit = try StoreFile.checked(limit)
        return try self.queue.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM calls ORDER BY number DESC LIMIT ?", arguments: [limit])
                .map(StoredCall.init(row:))
        }
    }

    /// The calls that have not ended, the oldest first.
    package func unfinishedCalls() throws(StoreError) -> [StoredCall] {
        try self.queue.read { db in
            let sql = "SELECT * FROM calls WHERE ended_boot IS NULL ORDER BY number LIMIT ?"
            return try Row.fetchAll(db, sql: sql, arguments: [StoreFile.maximumRows]).map(StoredCall.init(row:))
        }
    }

    package func call(id: String) throws(StoreError) -> StoredCall? {
        try self.queue.read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM calls WHERE id = ?", arguments: [id]).map(StoredCall.init(row:))
        }
    }

    /// Every MSD of a call, in their order.
    package func messages(call: String) throws(StoreError) -> [MessageRecord] {
        try self.queue.read { db in try MessageRecord.all(db, subject: call) }
    }

    /// The latest events, of one call or of all, in their order.
    package func events(call: String?, limit: Int) throws(StoreError) -> [StoredEvent] {
        let limit = try StoreFile.checked(limit)
        return try self.queue.read { db in try StoredEvent.latest(db, subject: call, limit: limit) }
    }
}
