import Foundation
import GRDB
import SIP
import SIPTrace
import Testing
import Timeline

@testable import Store

/// SIP traces on disk: as they came, bounded, and gone with their incident.
@Suite struct TraceStoreTests {
    private static let path = TraceMessage.Path(
        transport: .tls,
        local: FlowAddress(host: "192.0.2.10", port: 40_001),
        remote: FlowAddress(host: "2001:db8::1", port: 5_061)
    )

    private func message(
        _ number: Int,
        wall: Int64? = 1_790_000_000_123,
        octets: [UInt8] = [0x00, 0xFF]
    ) -> TraceMessage {
        TraceMessage(
            number: number,
            at: .boot.advanced(by: .seconds(number)),
            wallMilliseconds: wall,
            direction: number.isMultiple(of: 2) ? .received : .sent,
            path: Self.path,
            length: octets.count + 1,
            octets: octets
        )
    }

    private func traced(_ message: TraceMessage, of incident: String) -> VehicleRecord {
        .traced(TraceRecord(incident: incident, boot: "b0075eed", message: message))
    }

    private func open(_ id: String) -> VehicleRecord { .incidentOpened(Samples.opening(id)) }

    @Test func aTraceSurvivesARestartAsItWasWritten() throws {
        let folder = try Folder()
        let messages = [self.message(1), self.message(2, wall: nil), self.message(4)]
        let store = try VehicleStore(path: folder.path("s"))
        let records = messages.map { self.traced($0, of: "a") }
        #expect(store.writeNow([self.open("a"), .traceOmission(incident: "a", count: 0)] + records) == nil)
        #expect(store.writeNow([.traceOmission(incident: "a", count: 1)]) == nil)
        store.close()
        let again = try VehicleStore(path: folder.path("s"))
        let page = TracePage(incident: "a", messages: messages, omitted: 1, hasMore: false)
        #expect(try again.trace(incident: "a", after: 0) == page)
        #expect(try again.trace(incident: nil, after: 2)?.messages == [self.message(4)])
    }

    @Test func theLatestIncidentIsMeantWhenNoneIsNamed() throws {
        let store = try VehicleStore.inMemory()
        #expect(try store.trace(incident: nil, after: 0) == nil)
        #expect(store.writeNow([self.open("a"), self.open("b")]) == nil)
        let empty = TracePage(incident: "b", messages: [], omitted: 0, hasMore: false)
        #expect(try store.trace(incident: nil, after: 0) == empty)
        #expect(try store.trace(incident: "c", after: 0) == nil)
    }

    @Test func eachIncidentHasItsOwnTrace() throws {
        let store = try VehicleStore.inMemory()
        let records = [
            self.open("a"), self.open("b"), .traceOmission(incident: "a", count: 0),
            .traceOmission(incident: "b", count: 2), self.traced(self.message(1), of: "a"),
            self.traced(self.message(3), of: "b"),
        ]
        #expect(store.writeNow(records) == nil)
        #expect(try store.trace(incident: "a", after: 0)?.messages.map(\.number) == [1])
        #expect(try store.trace(incident: "b", after: 0)?.messages.map(\.number) == [3])
        #expect(try store.trace(incident: "b", after: 0)?.omitted == 2)
    }

    @Test func aPageIsBoundedAndTheNextGoesOnBehindIt() throws {
        let store = try VehicleStore.inMemory()
        let count = TraceLimits.maximumPageMessages + 1
        let small = (1...count).map { self.traced(self.message($0), of: "a") }
        #expect(store.writeNow([self.open("a"), .traceOmission(incident: "a", count: 0)] + small) == nil)
        let first = try #require(try store.trace(incident: "a", after: 0))
        #expect(first.messages.count == TraceLimits.maximumPageMessages && first.hasMore)
        let second = try #require(try store.trace(incident: "a", after: TraceLimits.maximumPageMessages))
        #expect(second.messages.map(\.number) == [count] && !second.hasMore)

        let octets = [UInt8](repeating: 7, count: TraceLimits.maximumMessageOctets)
        let large = (1...4).map { self.traced(self.message($0, octets: octets), of: "b") }
        #expect(store.writeNow([self.open("b"), .traceOmission(incident: "b", count: 0)] + large) == nil)
        let page = try #require(try store.trace(incident: "b", after: 0))
        #expect(page.messages.map(\.number) == [1, 2, 3] && page.hasMore)
    }

    @Test func aTraceIsRemovedWithItsIncident() throws {
        let folder = try Folder()
        let store = try VehicleStore(path: folder.path("s"))
        for start in stride(from: 0, to: 1_600, by: 400) {
            let records = (start..<start + 400).flatMap { number -> [VehicleRecord] in
                let id = "i\(number)"
                // The first one only has a trace, so that it is not the number of traces that removes it.
                let trace = [.traceOmission(incident: id, count: 0), self.traced(self.message(1), of: id)]
                return [self.open(id)] + (number == 0 ? trace : []) + [.incidentClosed(id: id, Samples.closing())]
            }
            #expect(store.writeNow(records) == nil)
        }
        #expect(try store.incident(id: "i0") == nil)
        #expect(try folder.count("traces", in: "s") == 0)
        #expect(try folder.count("trace_messages", in: "s") == 0)
    }

    @Test func theTracesOfABoundedNumberOfIncidentsAreKeptTheLatest() throws {
        let folder = try Folder()
        let store = try VehicleStore(path: folder.path("s"))
        for number in 0..<TraceLimits.maximumTraces + 10 {
            let id = "i\(number)"
            let messages = (1...15).map { self.traced(self.message($0), of: id) }
            #expect(store.writeNow([self.open(id), .traceOmission(incident: id, count: 0)] + messages) == nil)
        }
        // The store is tidied after 1,024 records.
        #expect(store.writeNow(Array(repeating: .event(Samples.event()), count: 10)) == nil)
        #expect(try store.trace(incident: "i0", after: 0)?.messages == [])
        #expect(try store.trace(incident: nil, after: 0)?.messages.count == 15)
        #expect(try folder.count("traces", in: "s") == TraceLimits.maximumTraces)
        #expect(try folder.count("trace_messages", in: "s") == 15 * TraceLimits.maximumTraces)
    }

    @Test func aMessageWithoutItsIncidentIsRefusedAndTakesNothingAlong() throws {
        let store = try VehicleStore.inMemory()
        let records = [.traceOmission(incident: "x", count: 0), self.traced(self.message(1), of: "x")]
        guard case .refused = store.writeNow(records) else {
            Issue.record("not refused")
            return
        }
        #expect(store.writeNow([self.open("a")]) == nil)
    }

    @Test func aFileOfTheFirstMigrationGetsItsTracesAndKeepsItsRecords() throws {
        let folder = try Folder()
        let old = try DatabaseQueue(path: folder.path("s"))
        try VehicleTables.migrator.migrate(old, upTo: "0001 incidents")
        try old.write { db in
            #expect(try !db.tableExists("traces"))
            try db.execute(
                sql: """
                    INSERT INTO incidents (id, first_profile, profile, trigger_kind, is_test, started_boot, started_ns,
                        msd_timestamp, state) VALUES ('a', 'private', 'private', 'manual', 0, 'b', 1, 0, 'open')
                    """
            )
        }
        try old.close()
        let store = try VehicleStore(path: folder.path("s"))
        #expect(store.recovery == nil)
        #expect(try store.unfinishedIncidents().map(\.opening.id) == ["a"])
        let records = [.traceOmission(incident: "a", count: 0), self.traced(self.message(1), of: "a")]
        #expect(store.writeNow(records) == nil)
        #expect(try store.trace(incident: "a", after: 0)?.messages == [self.message(1)])
    }

    @Test func aCallThatWentOnAfterABootIsToldOnTheClockOfTheFirst() throws {
        let store = try VehicleStore.inMemory()
        // Known at 2 s of the first boot; the second one is 50 s old when, by the wall clock, 90 s have passed.
        let wall: Int64 = 1_790_000_000_000
        let early = [self.message(1, wall: nil), self.message(2, wall: wall)]
        let late = TraceMessage(
            number: 3,
            at: .boot.advanced(by: .seconds(50)),
            wallMilliseconds: wall + 90_000,
            direction: .sent,
            path: Self.path,
            length: 2,
            octets: [1, 2]
        )
        let unknown = TraceMessage(
            number: 4,
            at: .boot.advanced(by: .seconds(51)),
            wallMilliseconds: nil,
            direction: .sent,
            path: Self.path,
            length: 2,
            octets: [1, 2]
        )
        let records =
            early.map { self.traced($0, of: "a") }
            + [late, unknown].map {
                VehicleRecord.traced(TraceRecord(incident: "a", boot: "a later boot", message: $0))
            }
        #expect(store.writeNow([self.open("a"), .traceOmission(incident: "a", count: 3)] + records) == nil)
        let page = try #require(try store.trace(incident: "a", after: 0))
        #expect(page.messages.map { Instant.boot.duration(to: $0.at) } == [1, 2, 92, 51].map(Duration.seconds))
        let rest = try #require(try store.trace(incident: "a", after: 2))
        #expect(rest.messages.first?.at == .boot.advanced(by: .seconds(92)), "a page that begins behind the first boot")
        let extent = try #require(try store.unfinishedIncidents().first?.trace)
        #expect(extent == StoredTrace(lastNumber: 4, messages: 4, octets: 8, omitted: 3))
    }
}
