import CallControl
import Store
import Supervision
import Testing
import Timeline

@testable import IVS

/// A wall clock that is set while the daemon runs.
@Suite struct ClockSetTests {
    /// Else the next run would take the difference for the time that has passed, and not go on with the call.
    @Test func aClockThatIsSetInACallIsPutOnRecordWithIt() throws {
        let bench = VehicleBench.started()
        bench.press()
        bench.advance(by: .seconds(5))
        bench.wallStep = 3_000_000
        bench.step(.heartbeat)
        let changes = bench.records.compactMap { if case .incidentChanged(_, let change) = $0 { change } else { nil } }
        let seen = try #require(changes.compactMap(\.seen).last)
        #expect(seen.wallMilliseconds == bench.moment.trustedMilliseconds)
        let count = changes.compactMap(\.seen).count
        bench.step(.heartbeat)
        let later = bench.records.compactMap {
            if case .incidentChanged(_, let change) = $0 { change.seen } else { nil }
        }
        #expect(later.count == count, "once for each time that it is set")
    }
}
