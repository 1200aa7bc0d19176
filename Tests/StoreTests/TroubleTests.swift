import Testing
import Timeline

@testable import Store

/// The fault memory on record.
@Suite struct TroubleTests {
    private func trouble(
        _ fault: String,
        _ unit: String,
        status: Int = 0xAF,
        sentence: String = "gone"
    ) -> TroubleRecord {
        TroubleRecord(
            fault: fault,
            unit: unit,
            status: status,
            failedCycles: 1,
            cleanCycles: 2,
            occurrences: 3,
            first: Samples.stamp(1, wall: 1_790_000_000_000),
            last: Samples.stamp(2, wall: nil),
            sentence: sentence,
            frame: #"{"state":"idle"}"#
        )
    }

    @Test func anEntryIsReadBackAsItWasWrittenLast() throws {
        let store = try VehicleStore.inMemory()
        #expect(try store.troubles().isEmpty)
        let later = self.trouble("a", "x", status: 0x28)
        let written = [self.trouble("a", "x"), self.trouble("a", "y"), later].map(VehicleRecord.troubleChanged)
        #expect(store.writeNow(written) == nil)
        #expect(try store.troubles() == [self.trouble("a", "y"), later])
    }

    @Test func clearingForgetsOneUnitOneFaultOrEverything() throws {
        let store = try VehicleStore.inMemory()
        let all = [("a", "x"), ("a", "y"), ("b", "x")].map { VehicleRecord.troubleChanged(self.trouble($0.0, $0.1)) }
        #expect(store.writeNow(all) == nil)
        #expect(store.writeNow([.troublesCleared(fault: "a", unit: "x")]) == nil)
        #expect(try store.troubles().map { "\($0.fault) \($0.unit)" } == ["a y", "b x"])
        #expect(store.writeNow([.troublesCleared(fault: "a", unit: nil)]) == nil)
        #expect(try store.troubles().map(\.fault) == ["b"])
        #expect(store.writeNow(all + [.troublesCleared(fault: nil, unit: nil)]) == nil)
        #expect(try store.troubles().isEmpty)
    }

    @Test func aSentenceThatIsTooLongIsCutAndNoReasonToLoseTheRest() throws {
        let store = try VehicleStore.inMemory()
        let long = self.trouble(
            "a",
            String(repeating: "u", count: 2_000),
            sentence: String(repeating: "s", count: 9_999)
        )
        #expect(store.writeNow([.troubleChanged(long), .troubleChanged(self.trouble("b", ""))]) == nil)
        #expect(try store.troubles().map(\.sentence.count) == [1_024, 4])
    }
}
