internal import NIOConcurrencyHelpers
internal import NIOPosix
internal import Store

/// The vehicle's store, opened and read off the loop: a slow, full or hung disk keeps nothing else from starting.
final class LateStore: Sendable {
    typealias Completion = @Sendable (Result<Void, StoreError>) -> Void

    /// Writes that wait for the file to be opened; a trigger and what belongs to it are a few.
    static let maximumWaiting = 256

    private enum State {
        /// Becomes open or failed, never while a write is handed over.
        case opening([(records: [VehicleRecord], completion: Completion)])
        case open(VehicleStore)
        case failed(StoreError)
    }

    private let state = NIOLockedValueBox(State.opening([]))

    /// What an earlier run has left.
    struct Opened: Sendable {
        let unfinished: [StoredIncident]
        /// The latest emergency, if it has ended.
        let ended: StoredIncident?
        let recovery: StoreRecovery?
        /// When the last test call began that a center acknowledged.
        let lastTest: Stamp?
        /// The fault memory.
        let troubles: [TroubleRecord]
        /// The runs before this one, the latest first.
        let runs: [RunRecord]
    }

    /// Opens the file on another thread; `opened` gets what an earlier run has left.
    ///
    /// What waits is written after they were read, so that this run's incidents are not among them.
    func open(
        path: String,
        opened:
            @escaping @Sendable (Result<Opened, StoreError>) -> Void
    ) {
        NIOThreadPool.singleton.submit { _ in
            let result = Result { () throws(StoreError) in
                let store = try VehicleStore(path: path)
                let left = Opened(
                    unfinished: try store.unfinishedIncidents(),
                    ended: try store.endedEmergency(),
                    recovery: store.recovery,
                    lastTest: try store.lastGoodTest(),
                    troubles: try store.troubles(),
                    runs: try store.runs()
                )
                return (store, left)
            }
            switch result {
            case .success(let (store, left)):
                for write in self.take(.open(store)) { store.write(write.records, completion: write.completion) }
                // Told last: whoever hears of it finds the store open.
                opened(.success(left))
            case .failure(let error):
                opened(.failure(error))
                for write in self.take(.failed(error)) { write.completion(.failure(error)) }
            }
        }
    }

    /// Writes the records when the file is open; answers at once when it cannot be.
    func write(_ records: [VehicleRecord], completion: @escaping Completion) {
        let refusal = self.state.withLockedValue { state -> StoreError? in
            switch state {
            case .opening(var waiting):
                guard waiting.count < Self.maximumWaiting else { return .overloaded(waiting: waiting.count) }
                waiting.append((records, completion))
                state = .opening(waiting)
            case .open(let store):
                store.write(records, completion: completion)
            case .failed(let error):
                return error
            }
            return nil
        }
        if let refusal { completion(.failure(refusal)) }
    }

    /// Deletes what a rule names.
    func purge(_ rule: PurgeRule, completion: @escaping @Sendable (Result<PurgeReport, StoreError>) -> Void) {
        switch self.state.withLockedValue({ $0 }) {
        case .opening: completion(.failure(.closed))
        case .failed(let error): completion(.failure(error))
        case .open(let store): store.purge(rule, completion: completion)
        }
    }

    /// Reads the newest incidents on another thread; a reading waits for the writes before it.
    func incidents(limit: Int, completion: @escaping @Sendable (Result<[StoredIncident], StoreError>) -> Void) {
        self.read(completion) { store throws(StoreError) in try store.incidents(limit: limit) }
    }

    /// Reads the oldest data that is to be offered late in the same way.
    func lateData(
        isSimulated: Bool,
        completion: @escaping @Sendable (Result<LateData?, StoreError>) -> Void
    ) {
        self.read(completion) { store throws(StoreError) in try store.lateData(isSimulated: isSimulated) }
    }

    /// Reads a page of a trace in the same way; `nil` when the incident is not on record.
    func trace(
        incident: String?,
        after: Int,
        completion: @escaping @Sendable (Result<TracePage?, StoreError>) -> Void
    ) {
        self.read(completion) { store throws(StoreError) in try store.trace(incident: incident, after: after) }
    }

    /// Reads an incident with its crash events in the same way; `nil` when it is not on record.
    func incident(
        _ id: String,
        completion: @escaping @Sendable (Result<(StoredIncident, [CrashEventRecord])?, StoreError>) -> Void
    ) {
        self.read(completion) { store throws(StoreError) in
            guard let incident = try store.incident(id: id) else { return nil }
            return (incident, try store.crashEvents(incident: id))
        }
    }

    private func read<Value: Sendable>(
        _ completion: @escaping @Sendable (Result<Value, StoreError>) -> Void,
        _ body: @escaping @Sendable (VehicleStore) throws(StoreError) -> Value
    ) {
        NIOThreadPool.singleton.submit { _ in
            switch self.state.withLockedValue({ $0 }) {
            case .opening: completion(.failure(.closed))
            case .failed(let error): completion(.failure(error))
            case .open(let store): completion(Result { () throws(StoreError) in try body(store) })
            }
        }
    }

    /// Writes what waits and closes the file; waits for the disk.
    func close() {
        if case .open(let store) = self.state.withLockedValue({ $0 }) { store.close() }
        _ = self.take(.failed(.closed))
    }

    private func take(_ next: State) -> [(records: [VehicleRecord], completion: Completion)] {
        self.state.withLockedValue { state in
            defer { state = next }
            guard case .opening(let waiting) = state else { return [] }
            return waiting
        }
    }
}
