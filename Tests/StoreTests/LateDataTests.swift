import Foundation
import GRDB
import Store
import Testing
import Timeline

/// What a store has for a center that can be reached again.
@Suite struct LateDataTests {
    private static func opening(_ id: String, isTest: Bool = false, isSimulated: Bool = true) -> IncidentOpening {
        IncidentOpening(
            id: id,
            profile: "private",
            trigger: "automatic",
            isTest: isTest,
            started: Samples.stamp(1),
            msdTimestamp: 0,
            isSimulated: isSimulated
        )
    }

    /// An incident with data, that ended so.
    private static func incident(
        _ id: String,
        _ state: IncidentState = .undelivered,
        isTest: Bool = false,
        isSimulated: Bool = true
    ) -> [VehicleRecord] {
        [
            .incidentOpened(Self.opening(id, isTest: isTest, isSimulated: isSimulated)),
            .lateDataKept(incident: id, octets: [1, 2, 3]),
            .incidentClosed(id: id, Samples.closing(state)),
        ]
    }

    @Test func theOldestUndeliveredIncidentIsFound() throws {
        let store = try VehicleStore.inMemory()
        #expect(try store.lateData(isSimulated: true) == nil)
        #expect(store.writeNow(Self.incident("a") + Self.incident("b")) == nil)
        let data = try #require(try store.lateData(isSimulated: true))
        #expect(data == LateData(incident: "a", started: Samples.stamp(1), octets: [1, 2, 3]))
        #expect(try store.lateData(isSimulated: false) == nil)
    }

    @Test func whatWasSentLastIsWhatIsOffered() throws {
        let store = try VehicleStore.inMemory()
        let sent = [VehicleRecord.messageSent(Samples.message("a", 1))]
        #expect(store.writeNow([Self.incident("a")[0], Self.incident("a")[1]] + sent) == nil)
        #expect(store.writeNow([.incidentClosed(id: "a", Samples.closing(.undelivered))]) == nil)
        #expect(try store.lateData(isSimulated: true)?.octets == Samples.message("a", 1).octets)
    }

    @Test(arguments: LateResult.allCases)
    func whatIsDoneWithIsNotFoundAgainAndIsToldWithTheIncident(_ result: LateResult) throws {
        let store = try VehicleStore.inMemory()
        #expect(store.writeNow(Self.incident("a") + [.lateDataEnded(incident: "a", result)]) == nil)
        #expect(try store.lateData(isSimulated: true) == nil)
        #expect(try store.incident(id: "a")?.late == result)
    }

    @Test func nothingIsOfferedOfACallThatWasCancelledOrDeliveredOrWentTo112OrOfATest() throws {
        let store = try VehicleStore.inMemory()
        let toHop = VehicleRecord.incidentChanged(id: "d", IncidentChange(profile: "112"))
        let records =
            Self.incident("a", .cancelled) + Self.incident("b", .delivered) + Self.incident("c", isTest: true)
            + Self.incident("d") + [toHop]
        #expect(store.writeNow(records) == nil)
        #expect(try store.lateData(isSimulated: true) == nil)
    }

    @Test func whatIsFrozenFirstStays() throws {
        let store = try VehicleStore.inMemory()
        #expect(store.writeNow(Self.incident("a") + [.lateDataKept(incident: "a", octets: [9])]) == nil)
        #expect(try store.lateData(isSimulated: true)?.octets == [1, 2, 3])
    }

    @Test func dataOfNoIncidentIsRefused() throws {
        let store = try VehicleStore.inMemory()
        #expect(store.writeNow([.lateDataEnded(incident: "a", .delivered)]) == nil, "it may have been purged")
        #expect(store.writeNow([.lateDataKept(incident: "a", octets: [1])]) != nil)
    }

    @Test func aFileOfBeforeKeepsItsMessagesAndTakesThoseOfAMessage() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // The system empties its folder too.
        let path = folder.appending(path: "center.sqlite").path
        do {
            let store = try CenterStore(path: path)
            #expect(
                store.writeNow([.callReceived(Samples.call("a")), .messageReceived(Samples.message("a", 7))]) == nil
            )
            store.close()
        }
        try DatabaseQueue(path: path).write { db in
            try db.execute(
                sql: """
                    DELETE FROM grdb_migrations WHERE identifier = '0002 late data';
                    CREATE TABLE old (
                        number INTEGER PRIMARY KEY AUTOINCREMENT,
                        subject TEXT NOT NULL REFERENCES calls(id) ON DELETE CASCADE,
                        at_boot TEXT NOT NULL, at_ns INTEGER NOT NULL, at_wall_ms INTEGER,
                        message_identifier INTEGER, octets BLOB NOT NULL,
                        carrier TEXT NOT NULL CHECK (carrier IN ('invite', 'info'))
                    ) STRICT;
                    INSERT INTO old SELECT * FROM messages;
                    DROP TABLE messages;
                    ALTER TABLE old RENAME TO messages;
                    """
            )
        }
        let store = try CenterStore(path: path)
        let late = MessageRecord(
            subject: "a",
            at: Samples.stamp(4),
            messageIdentifier: 1,
            octets: [4],
            carrier: .message
        )
        #expect(store.writeNow([.messageReceived(late)]) == nil)
        #expect(try store.messages(call: "a") == [Samples.message("a", 7), late])
    }
}
