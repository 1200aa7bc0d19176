import Dispatch
import Foundation
import NIOConcurrencyHelpers
import SIP
import SIPTrace
import Testing
import Timeline

@testable import Store

/// Calls of the emergency service are gone within 13 hours, to the last octet on disk.
@Suite struct PurgeTests {
    private static let boot = "b0075eed"

    private static func at(_ seconds: Int64, boot: String = Self.boot, wall: Int64? = nil) -> Stamp {
        Stamp(boot: boot, at: .boot.advanced(by: .seconds(seconds)), wallMilliseconds: wall)
    }

    /// An incident that is over, with a message, an event, an attempt and a traced message of recognizable octets.
    private static func records(_ id: String, profile: String, _ started: Stamp, isOver: Bool = true) -> [VehicleRecord]
    {
        let opening = IncidentOpening(
            id: id,
            profile: profile,
            trigger: "automatic",
            isTest: false,
            started: started,
            msdTimestamp: 0
        )
        let octets = Self.octets(of: id)
        let path = TraceMessage.Path(
            transport: .tcp,
            local: FlowAddress(host: "192.0.2.10", port: 1),
            remote: FlowAddress(host: "192.0.2.1", port: 2)
        )
        let traced = TraceMessage(
            number: 1,
            at: .boot,
            wallMilliseconds: nil,
            direction: .sent,
            path: path,
            length: octets.count,
            octets: octets
        )
        let event = EventRecord(subject: id, at: started, kind: "msd", fields: #"{"secret":"secret-\#(id)"}"#)
        let message = MessageRecord(
            subject: id,
            at: started,
            messageIdentifier: 1,
            octets: octets,
            carrier: .invite
        )
        let attempt = AttemptRecord(incident: id, number: 1, center: "secret-\(id)", at: started, outcome: nil)
        let closing = IncidentClosing(state: .delivered, outcome: "cleared", ended: started)
        return [
            .incidentOpened(opening), .event(event), .messageSent(message), .attempt(attempt),
            .traceOmission(incident: id, count: 0),
            .traced(TraceRecord(incident: id, boot: Self.boot, message: traced)),
        ] + (isOver ? [.incidentClosed(id: id, closing)] : [])
    }

    private static func octets(of id: String) -> [UInt8] { Array("secret-\(id)".utf8) }

    private static func rule(
        at seconds: Int64,
        wall: Int64? = nil,
        privateService: Duration? = nil
    ) -> PurgeRule {
        PurgeRule(
            boot: Self.boot,
            now: .boot.advanced(by: .seconds(seconds)),
            wallMilliseconds: wall,
            emergency: .seconds(45_900),
            privateService: privateService,
            patience: .seconds(600)
        )
    }

    /// Purges and waits.
    private static func purge(_ store: VehicleStore, _ rule: PurgeRule) throws -> PurgeReport {
        let answer = NIOLockedValueBox<Result<PurgeReport, StoreError>>(.failure(.closed))
        let isDone = DispatchSemaphore(value: 0)
        store.purge(rule) { result in
            answer.withLockedValue { $0 = result }
            isDone.signal()
        }
        isDone.wait()
        return try answer.withLockedValue(\.self).get()
    }

    @Test func nothingOfAnOldEmergencyIsLeftInAnyFile() throws {
        let folder = try Folder()
        let store = try VehicleStore(path: folder.path("s"))
        #expect(store.writeNow(Self.records("old", profile: "112", Self.at(0))) == nil)
        #expect(store.writeNow(Self.records("young", profile: "112", Self.at(100))) == nil)
        #expect(try Self.holds("secret-old", folder) && Self.holds("secret-young", folder))
        let report = try Self.purge(store, Self.rule(at: 45_900))
        #expect(report == PurgeReport(emergencies: 1, privateIncidents: 0, remaining: 1, isLogEmpty: true))
        #expect(try !Self.holds("secret-old", folder), "while the store is open")
        #expect(try Self.holds("secret-young", folder))
        #expect(try store.incident(id: "old") == nil)
        store.close()
        #expect(try !Self.holds("secret-old", folder), "and when it is closed")
    }

    /// Whether any file of the folder holds the text.
    private static func holds(_ text: String, _ folder: Folder) throws -> Bool {
        try folder.names.contains { name in
            try Data(contentsOf: URL(fileURLWithPath: folder.path(name))).range(of: Data(text.utf8)) != nil
        }
    }

    @Test func whatWasFeltWithoutACallGoesAsEarly() throws {
        let folder = try Folder()
        let store = try VehicleStore(path: folder.path("s"))
        let crash = { (seconds: Int64, incident: String?) in
            VehicleRecord.crashRecorded(
                CrashEventRecord(
                    incident: incident,
                    began: Self.at(seconds),
                    summary: #"{"secret":"secret-\#(seconds)"}"#,
                    samples: "[]"
                )
            )
        }
        let impact = { (seconds: Int64, kind: String) in
            VehicleRecord.event(
                EventRecord(subject: nil, at: Self.at(seconds), kind: kind, fields: #"{"deltaV":"secret-\#(seconds)"}"#)
            )
        }
        #expect(store.writeNow(Self.records("a", profile: "private", Self.at(0))) == nil)
        let felt = [crash(1, nil), impact(2, "impactDetected"), impact(3, "started"), crash(4, "a"), crash(100, nil)]
        #expect(store.writeNow(felt) == nil)
        #expect(store.writeNow([crash(4, nil)]) == nil, "told again, it stays with its incident")
        let report = try Self.purge(store, Self.rule(at: 45_910))
        #expect(report.impacts == 2 && report.remaining == 1)
        #expect(try !Self.holds("secret-1\"", folder) && !Self.holds("secret-2", folder))
        #expect(
            try Self.holds("secret-3", folder) && Self.holds("secret-4", folder) && Self.holds("secret-100", folder)
        )
        #expect(try store.crashEvents(incident: "a").count == 1)
    }

    @Test func anEmergencyThatGoesOnIsKept() throws {
        let store = try VehicleStore.inMemory()
        #expect(store.writeNow(Self.records("a", profile: "112", Self.at(0), isOver: false)) == nil)
        #expect(try Self.purge(store, Self.rule(at: 90_000)).remaining == 1)
        #expect(try store.incident(id: "a") != nil)
    }

    @Test func aCallThatFellBackIsOneOfTheEmergencyService() throws {
        let store = try VehicleStore.inMemory()
        let change = VehicleRecord.incidentChanged(id: "a", IncidentChange(profile: "112"))
        #expect(store.writeNow(Self.records("a", profile: "private", Self.at(0)) + [change]) == nil)
        #expect(try Self.purge(store, Self.rule(at: 45_900)).emergencies == 1)
    }

    @Test func privateIncidentsGoByTheirOwnRuleOrStay() throws {
        let store = try VehicleStore.inMemory()
        #expect(store.writeNow(Self.records("a", profile: "private", Self.at(0))) == nil)
        #expect(try Self.purge(store, Self.rule(at: 1_000_000)).remaining == 0)
        #expect(try store.incident(id: "a") != nil)
        let report = try Self.purge(store, Self.rule(at: 3_600, privateService: .seconds(3_600)))
        #expect(report.privateIncidents == 1)
    }

    @Test func ofAnotherBootTheWallClockDecides() throws {
        let wall: Int64 = 1_790_000_000_000
        let store = try VehicleStore.inMemory()
        let started = Self.at(0, boot: "another", wall: wall)
        #expect(store.writeNow(Self.records("a", profile: "112", started)) == nil)
        #expect(try Self.purge(store, Self.rule(at: 10, wall: wall + 45_899_000)).emergencies == 0)
        #expect(try Self.purge(store, Self.rule(at: 10, wall: wall + 45_900_000)).emergencies == 1)
    }

    @Test func anEmergencyOfUnknownAgeGoesAndAPrivateIncidentStays() throws {
        let store = try VehicleStore.inMemory()
        let unknown = Self.at(0, boot: "another")
        #expect(store.writeNow(Self.records("a", profile: "112", unknown)) == nil)
        #expect(store.writeNow(Self.records("b", profile: "private", unknown)) == nil)
        let report = try Self.purge(store, Self.rule(at: 10, privateService: .seconds(600)))
        #expect(report.emergencies == 1 && report.privateIncidents == 0 && report.remaining == 1)
    }

    @Test func aClockThatIsNotSetYetIsWaitedForAWhile() throws {
        let store = try VehicleStore.inMemory()
        let started = Self.at(0, boot: "another", wall: 1_790_000_000_000)
        #expect(store.writeNow(Self.records("a", profile: "112", started)) == nil)
        #expect(try Self.purge(store, Self.rule(at: 599)).emergencies == 0)
        #expect(try Self.purge(store, Self.rule(at: 600)).emergencies == 1, "nobody knows any better by then")
    }

    @Test func damagedFilesThatAreAsOldGoToo() throws {
        let folder = try Folder()
        let store = try VehicleStore(path: folder.path("s"))
        for name in ["s.damaged-1", "s.damaged-1-wal", "s.damaged-2"] {
            try Data("secret".utf8).write(to: URL(fileURLWithPath: folder.path(name)))
        }
        let long = Date(timeIntervalSince1970: 1_000)
        for name in ["s.damaged-1", "s.damaged-1-wal"] {
            try FileManager.default.setAttributes([.modificationDate: long], ofItemAtPath: folder.path(name))
        }
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        #expect(try Self.purge(store, Self.rule(at: 10, wall: now)).remaining == 1, "it is looked at again")
        #expect(try folder.names.filter { $0.contains("damaged") } == ["s.damaged-2"])
        #expect(try Self.purge(store, Self.rule(at: 3_600)).remaining == 0)
        #expect(try folder.names.filter { $0.contains("damaged") } == [], "without a clock the boot's age counts")
    }
}
