import CallControl
import Store
import Testing

@testable import IVS

/// What the vehicle puts on record, against the tables it goes into.
@Suite struct StoredRecordsTests {
    @Test func theStoreTakesEveryRecordOfATestCallThatACrashEnds() async throws {
        let bench = VehicleBench.started()
        bench.call(.testCall)
        try bench.answer()
        bench.crash()
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(10))
        let store = try VehicleStore.inMemory()
        let records = bench.records
        try await withCheckedThrowingContinuation { continuation in
            store.write(records) { continuation.resume(with: $0) }
        }
        let incidents = try store.incidents(limit: 10)
        #expect(incidents.map(\.opening.trigger) == ["automatic", "test"])
        #expect(incidents.map(\.state) == [.delivered, .delivered])
        #expect(try store.unfinishedIncidents() == [])
    }
}
