import Store
import Testing
import Timeline

@testable import IVS

/// Old incidents are looked for at the start, and every ten minutes while there are any that will be old.
@Suite struct PurgeTests {
    private static func left(_ remaining: Int, emergencies: Int = 0) -> Result<PurgeReport, StoreError> {
        .success(
            PurgeReport(emergencies: emergencies, privateIncidents: 0, remaining: remaining, isLogEmpty: true)
        )
    }

    @Test func theStoreIsAskedAtTheStartAndThenWhileSomethingIsLeft() {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.privateRetention = .seconds(86_400) })
        bench.purgeResult = Self.left(1)
        bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil))
        bench.advance(by: .milliseconds(1))
        #expect(bench.purges.count == 1)
        #expect(bench.purges.first?.emergency == .seconds(45_900))
        #expect(bench.purges.first?.privateService == .seconds(86_400))
        bench.advance(by: .seconds(1_200))
        #expect(bench.purges.count == 3)
        bench.purgeResult = Self.left(0, emergencies: 2)
        bench.advance(by: .seconds(3_600))
        #expect(bench.purges.count == 4)
        let told = bench.events.filter { $0.kind == .purged }
        #expect(told.map { $0.fields["emergency"] } == ["2"])
    }

    @Test func anIncidentIsLookedForAgainWithin13HoursOfItsStart() throws {
        let bench = try VehicleBench.connected()
        bench.purgeResult = Self.left(1)
        try bench.clearDown()
        bench.advance(by: .seconds(46_800 - 2))
        let begun = try #require(bench.writes.first { !$0.records.isEmpty }?.at)
        let last = try #require(bench.purges.last?.now)
        #expect(begun.duration(to: last) >= VehicleConfiguration.longestRetention)
        #expect(VehicleConfiguration.longestRetention + IVS.purgeInterval < .seconds(46_800))
    }

    @Test func aStoreThatCannotDeleteIsToldAndAskedAgain() {
        let bench = VehicleBench.started()
        bench.purgeResult = .failure(.failed(reason: "disk I/O error", code: 10))
        bench.step(.storeOpened(unfinished: [], ended: nil, recovery: nil))
        bench.advance(by: .seconds(601))
        #expect(bench.purges.count == 2)
        #expect(bench.reasons(of: .recordFailed).first?.hasPrefix("old incidents cannot be deleted") == true)
    }
}
