import GRDB
import NIOConcurrencyHelpers
import Synchronization

/// Writes records in the order they were given, off the caller's thread; those that wait share one commit.
///
/// The lock in `state` guards the waiting writes. It is never held while the database works or a completion runs.
final class WriteQueue<Record: Sendable>: Sendable {
    typealias Completion = @Sendable (Result<Void, StoreError>) -> Void

    /// Waiting records beyond which events are not taken: some seconds of the busiest rig on a stalled disk.
    private static var maximumWaiting: Int { 4096 }
    /// Further places for records that are more than events, so that a flood of events cannot shut out a trigger.
    private static var reservedPlaces: Int { 256 }
    /// Records of one transaction, so that a completion never waits for an endless one.
    private static var maximumRecordsPerCommit: Int { 1024 }
    /// Records after which an idle store is tidied: so rarely that less than one write in a hundred meets it.
    private static var tidyingInterval: Int { 1024 }
    /// Records after which a busy store is tidied, which bounds the log to about 100 MB.
    private static var maximumUntidied: Int { 4096 }

    private struct Job {
        let records: [Record]
        let completion: Completion
    }

    private struct State {
        var jobs: [Job] = []
        var waiting = 0
        var isDraining = false
        /// `nil` once closed; whoever took it before may still finish with it.
        var database: DatabaseQueue?
        var overloads = 0
    }

    /// What a store makes of its records.
    struct Ledger: Sendable {
        /// Writes one record inside a transaction.
        let apply: @Sendable (Record, Database) throws -> Void
        /// Whether the record may be turned away early when too many wait.
        let isExpendable: @Sendable (Record) -> Bool
        /// What is kept of each table, applied when the store is tidied.
        let retentions: [Retention]
    }

    private let ledger: Ledger
    private let faults: StoreFaults
    private let state: NIOLockedValueBox<State>
    /// Transactions begun; changes on the database's queue only.
    private let transactions = Atomic(0)
    private let recordsSinceTidying = Atomic(0)
    /// What is known of the tables' sizes, by their names; changes on the database's queue only.
    private let counts = NIOLockedValueBox<[String: Retention.Count]>([:])

    init(_ database: DatabaseQueue, faults: StoreFaults, ledger: Ledger) {
        self.state = NIOLockedValueBox(State(database: database))
        self.ledger = ledger
        self.faults = faults
    }

    /// How often records were turned away because too many were waiting.
    var overloads: Int { self.state.withLockedValue(\.overloads) }

    /// Takes records for one transaction; refusals come at once on the caller's thread, results on the store's queue.
    func write(_ records: [Record], completion: @escaping Completion) {
        let isExpendable = records.allSatisfy(self.ledger.isExpendable)
        let verdict = self.state.withLockedValue { state -> Verdict in
            guard let database = state.database else { return .refused(.closed) }
            let places = Self.maximumWaiting + (isExpendable ? 0 : Self.reservedPlaces)
            guard state.waiting + records.count <= places else {
                state.overloads += 1
                return .refused(.overloaded(waiting: state.waiting))
            }
            state.jobs.append(Job(records: records, completion: completion))
            state.waiting += records.count
            defer { state.isDraining = true }
            return state.isDraining ? .queued : .first(database)
        }
        switch verdict {
        case .queued:
            return
        case .first(let database):
            database.asyncWriteWithoutTransaction { db in self.drain(db) }
        case .refused(let error):
            completion(.failure(error))
        }
    }

    /// Writes what waits and closes the database; later writes are refused.
    func close() {
        let database = self.state.withLockedValue { state in
            defer { state.database = nil }
            return state.database
        }
        // Runs after the writes that are queued. The file is closed when its last user lets go of it: GRDB does not
        // survive a reading that comes after an explicit close.
        database?.writeWithoutTransaction { _ in }
    }

    /// Reads on the store's queue.
    func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) throws(StoreError) -> Value {
        guard let database = self.state.withLockedValue(\.database) else { throw .closed }
        do {
            return try database.read(body)
        } catch {
            throw StoreError(error)
        }
    }

    /// Works on the store's queue, outside of the commits of records, and completes there.
    func perform<Value: Sendable>(
        completion: @escaping @Sendable (Result<Value, StoreError>) -> Void,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) {
        guard let database = self.state.withLockedValue(\.database) else { return completion(.failure(.closed)) }
        database.asyncWriteWithoutTransaction { db in
            do {
                completion(.success(try body(db)))
            } catch {
                completion(.failure(StoreError(error)))
            }
        }
    }

    private enum Verdict {
        case queued
        case first(DatabaseQueue)
        case refused(StoreError)
    }

    private func drain(_ db: Database) {
        while true {
            let jobs = self.state.withLockedValue { state in
                let jobs = Self.nextBatch(&state.jobs)
                state.waiting -= jobs.reduce(0) { $0 + $1.records.count }
                state.isDraining = !jobs.isEmpty
                return jobs
            }
            if jobs.isEmpty { return }
            self.commit(jobs, db)
            let written = jobs.reduce(0) { $0 + $1.records.count }
            let untidied = self.recordsSinceTidying.add(written, ordering: .relaxed).newValue
            let isIdle = self.state.withLockedValue { $0.jobs.isEmpty }
            if untidied >= (isIdle ? Self.tidyingInterval : Self.maximumUntidied) {
                self.tidy(db)
            }
        }
    }

    /// The writes that fit into one commit, at least one when any waits.
    private static func nextBatch(_ jobs: inout [Job]) -> [Job] {
        var records = 0
        let end = jobs.firstIndex { job in
            records += job.records.count
            return records > self.maximumRecordsPerCommit
        }
        let count = end.map { max(1, $0) } ?? jobs.count
        defer { jobs.removeFirst(count) }
        return Array(jobs.prefix(count))
    }

    private func commit(_ jobs: [Job], _ db: Database) {
        let result = self.transaction(jobs, db)
        if case .failure(let error) = result, error.isOfRecord, jobs.count > 1 {
            for job in jobs {
                job.completion(self.transaction([job], db))
            }
            return
        }
        for job in jobs {
            job.completion(result)
        }
    }

    private func transaction(_ jobs: [Job], _ db: Database) -> Result<Void, StoreError> {
        let number = self.transactions.add(1, ordering: .relaxed).newValue
        do {
            try db.inTransaction(.immediate) {
                for job in jobs {
                    for record in job.records {
                        try self.ledger.apply(record, db)
                    }
                }
                if let error = self.faults.strike(number) { throw error }
                return .commit
            }
            return .success(())
        } catch {
            return .failure(StoreError(error))
        }
    }

    /// Deletes what is kept no longer and copies the log into the file.
    ///
    /// Done when nothing waits, so that no trigger's commit pays for it; after very many records it is done anyway.
    private func tidy(_ db: Database) {
        self.recordsSinceTidying.store(0, ordering: .relaxed)
        do {
            var counts = self.counts.withLockedValue(\.self)
            try db.inTransaction(.immediate) {
                for retention in self.ledger.retentions {
                    counts[retention.table] = try retention.trim(db, counted: counts[retention.table])
                }
                return .commit
            }
            let known = counts
            self.counts.withLockedValue { $0 = known }
            try db.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)")
        } catch {
            return  // Tried again after the next records, whose own writing reports the disk.
        }
    }
}
