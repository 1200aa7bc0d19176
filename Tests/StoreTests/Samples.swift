import Foundation
import GRDB
import Store
import NIOConcurrencyHelpers
import Testing
import Timeline

/// Records as tests write them.
enum Samples {
    static func stamp(_ seconds: Int64, wall: Int64? = 1_790_000_000_000) -> Stamp {
        Stamp(
            boot: "b0075eed",
            at: .boot.advanced(by: .seconds(seconds)),
            wallMilliseconds: wall.map { $0 + seconds * 1000 }
        )
    }

    static func opening(_ id: String) -> IncidentOpening {
        IncidentOpening(
            id: id,
            profile: "private",
            trigger: "manual",
            isTest: false,
            started: Self.stamp(1),
            msdTimestamp: UInt32.max
        )
    }

    static func event(_ subject: String? = nil, _ kind: String = "edge", _ fields: String = "{}") -> EventRecord {
        EventRecord(subject: subject, at: Self.stamp(2), kind: kind, fields: fields)
    }

    static func message(_ subject: String, _ identifier: UInt8?) -> MessageRecord {
        MessageRecord(
            subject: subject,
            at: Self.stamp(3),
            messageIdentifier: identifier,
            octets: [0x00, 0x0D, 0x0A, 0xFF],
            carrier: .info
        )
    }

    static func closing(_ state: IncidentState = .delivered) -> IncidentClosing {
        IncidentClosing(state: state, outcome: "cleared by the center", ended: Self.stamp(9, wall: nil))
    }

    static func call(_ id: String) -> CallOpening {
        CallOpening(
            id: id,
            callID: "\(id)@192.0.2.1",
            received: Self.stamp(1),
            from: "sip:ivs@192.0.2.1",
            service: "urn:service:sos.ecall.manual",
            trigger: "manual",
            state: "ringing"
        )
    }
}

/// Results of writes in the order in which they came back.
final class Results: Sendable {
    private let results = NIOLockedValueBox<[(Int, StoreError?)]>([])
    private let semaphore = DispatchSemaphore(value: 0)

    func completion(_ number: Int) -> @Sendable (Result<Void, StoreError>) -> Void {
        { result in
            let error: StoreError? =
                switch result {
                case .success: nil
                case .failure(let error): error
                }
            self.results.withLockedValue { $0.append((number, error)) }
            self.semaphore.signal()
        }
    }

    /// Waits until so many results have come.
    func wait(for count: Int) {
        for _ in 0..<count {
            self.semaphore.wait()
        }
    }

    var numbers: [Int] { self.results.withLockedValue { $0.map(\.0) } }
    var errors: [StoreError?] { self.results.withLockedValue { $0.map(\.1) } }
}

extension VehicleStore {
    /// Writes and waits.
    func writeNow(_ records: [VehicleRecord]) -> StoreError? {
        let results = Results()
        self.write(records, completion: results.completion(0))
        results.wait(for: 1)
        return results.errors.first ?? nil
    }
}

extension CenterStore {
    /// Writes and waits.
    func writeNow(_ records: [CenterRecord]) -> StoreError? {
        let results = Results()
        self.write(records, completion: results.completion(0))
        results.wait(for: 1)
        return results.errors.first ?? nil
    }
}

/// A folder of the test's own, gone when the test is.
final class Folder {
    let url: URL

    init() throws {
        self.url = FileManager.default.temporaryDirectory.appending(path: "ecall-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.url, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: self.url)
        } catch {
            Issue.record(error)
        }
    }

    func path(_ name: String) -> String { self.url.appending(path: name).path }

    /// Reads a number from a store's file through a connection of the test's own.
    func number(_ sql: String, in name: String) throws -> Int? {
        try DatabaseQueue(path: self.path(name)).read { db in try Int.fetchOne(db, sql: sql) }
    }

    func count(_ table: String, in name: String) throws -> Int? {
        try self.number("SELECT COUNT(*) FROM \(table)", in: name)
    }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: self.url.path).sorted() }
    }
}
