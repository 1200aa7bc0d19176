import MSD
import NGECall
import SIP
import Store
import Testing

@testable import Center

/// What the center puts on record, against the tables it goes into.
@Suite struct StoredRecordsTests {
    @Test func theStoreTakesEveryRecordOfACall() async throws {
        let bench = CenterBench()
        let (call, _) = try bench.answeredCall()
        bench.command("send-data 1")
        bench.sendMSD(try CenterBench.msd(identifier: 2).encoded(), in: call)
        bench.command("clear 1")
        let hasLocation = bench.records.contains { record in
            guard case .callChanged(_, let change) = record else { return false }
            return change.location != nil
        }
        #expect(hasLocation)
        let store = try CenterStore.inMemory()
        let (records, id) = (bench.records, try #require(bench.callIDs.first))
        try await withCheckedThrowingContinuation { continuation in
            store.write(records) { continuation.resume(with: $0) }
        }
        let stored = try #require(try store.call(id: id))
        #expect(stored.acknowledgement == .positive)
        #expect(stored.messageIdentifier == 2)
        #expect(stored.ended != nil)
        #expect(try store.messages(call: id).count == 2)
    }

    @Test func theDataSetIsOnRecordAsItCameTheLatestInTheEnd() async throws {
        let bench = CenterBench()
        let parts = ["first", "second"].map { word in
            var set = VehicleEmergencyDataSet()
            set.incident.identifier = .value(word)
            return VEDSPart(dataSet: set, contentID: "veds-\(word)@vehicle.invalid")
        }
        let (call, _) = try bench.call(adjust: { $0.veds = parts[0] })
        bench.advance(by: .seconds(1))
        let content = EmergencyInfo.veds(parts[1], boundary: "b")
        bench.vehicles { $0.request(.info, in: call, headers: content.headers, body: content.body, at: $1).1 }
        let kept = bench.records.compactMap { record in
            if case .callChanged(_, let change) = record { change.dataSet } else { nil }
        }
        let texts = kept.map { String(decoding: $0, as: UTF8.self) }
        #expect(texts.count == 2 && texts[0].contains("first") && texts[1].contains("second"))
        let store = try CenterStore.inMemory()
        let (records, id) = (bench.records, try #require(bench.callIDs.first))
        try await withCheckedThrowingContinuation { continuation in
            store.write(records) { continuation.resume(with: $0) }
        }
        #expect(try store.call(id: id)?.dataSet == kept.last)
    }

    @Test func theNamesOfCallsOnRecordFollowTheirTime() throws {
        let bench = CenterBench()
        for _ in 0..<4 {
            try bench.call()
            // Past a power of sixteen nanoseconds, where a name without its zeros would grow.
            bench.advance(by: .nanoseconds(1 << 36))
        }
        let names = bench.callIDs
        #expect(names.count == 4 && Set(names).count == 4)
        #expect(names.allSatisfy { $0.count == 32 && $0.allSatisfy(\.isHexDigit) })
        #expect(names.sorted() == names)
    }
}

extension CenterBench {
    /// The names under which calls were put on record, in order.
    var callIDs: [String] {
        self.records.compactMap { record in
            guard case .callReceived(let opening) = record else { return nil }
            return opening.id
        }
    }
}
