import CSimulatedDisk
import Store
import Testing

/// The plug is pulled at every write of an incident's life, and what the store had answered is there.
@Suite struct PowerCutTests {
    /// An incident from its trigger to its end, a write a line.
    private static let life: [[VehicleRecord]] = [
        [.incidentOpened(Samples.opening("a")), .lateDataKept(incident: "a", octets: [1]), .event(Samples.event("a"))],
        [.attempt(Self.attempt(nil)), .messageSent(Samples.message("a", 1))],
        [.attempt(Self.attempt("answered")), .incidentChanged(id: "a", IncidentChange(connectedTo: "first"))],
        [.messageSent(Samples.message("a", 2)), .incidentChanged(id: "a", IncidentChange(isAcknowledged: true))],
        [.incidentClosed(id: "a", Samples.closing())],
    ]

    private static func attempt(_ outcome: String?) -> AttemptRecord {
        AttemptRecord(incident: "a", number: 1, center: "first", at: Samples.stamp(2), outcome: outcome)
    }

    /// How many of the lines are on disk, by what each alone leaves there; `nil` for a half of one.
    private static func lines(_ store: VehicleStore) throws -> Int? {
        guard let incident = try store.incident(id: "a") else { return 0 }
        let attempts = try store.attempts(incident: "a")
        let messages = try store.messages(incident: "a").count
        let events = try store.events(incident: "a", limit: 10).count
        let pairs = [
            (events == 1, true), (!attempts.isEmpty, messages >= 1),
            (attempts.first?.outcome != nil, incident.wasConnected), (messages == 2, incident.isAcknowledged),
            (incident.state == .delivered, incident.outcome != nil),
        ]
        let found = pairs.map(\.0)
        let count = found.prefix { $0 }.count
        let isWhole = pairs.allSatisfy { $0.0 == $0.1 } && !found.dropFirst(count).contains(true)
        return isWhole ? count : nil
    }

    /// The changes that the disk sees in the whole of it, counted on a disk that never fails.
    private static let changes: Int64 = {
        guard let disk = try? Disk() else { return 0 }  // Without memory every test of this file fails.
        let before = disk.changes
        for records in Self.life { _ = disk.store.writeNow(records) }  // The tests look at what comes of it.
        return disk.changes - before
    }()

    @Test func theLifeOfAnIncidentIsManyChanges() {
        #expect(Self.changes > 20)
    }

    @Test(arguments: 0..<80 as Range<Int64>)
    func aPlugPulledAtAnyWriteLeavesWhatWasAnsweredAndNoHalves(_ at: Int64) throws {
        for seed in 1...4 as ClosedRange<UInt64> {
            let disk = try Disk()
            disk.freeze(at: at)
            let answered = Self.life.prefix { disk.store.writeNow($0) == nil }.count
            try disk.cut(seed: seed)
            let found = try #require(try Self.lines(disk.store), "half of a write, seed \(seed)")
            #expect(found >= answered, "seed \(seed)")
            #expect(found <= answered + 1, "seed \(seed)")
            // And the store goes on.
            for records in Self.life.dropFirst(found) { #expect(disk.store.writeNow(records) == nil) }
            #expect(try Self.lines(disk.store) == Self.life.count)
        }
    }

    @Test(arguments: [778, 1_034, 13] as [Int32])
    func aDiskThatFailsAtAnyChangeLeavesWhatWasAnsweredAndTheStoreGoesOn(_ code: Int32) throws {
        for at in 0..<40 as Range<Int64> {
            let disk = try Disk()
            disk.fail(at: at, code: code)
            // What failed is written again, as its owner does.
            for records in Self.life where disk.store.writeNow(records) != nil {
                #expect(disk.store.writeNow(records) == nil, "change \(at)")
            }
            #expect(try Self.lines(disk.store) == Self.life.count, "change \(at)")
            try disk.cut(seed: 1)
            #expect(try Self.lines(disk.store) == Self.life.count, "change \(at)")
        }
    }

    @Test func aFullDiskRefusesAndTakesAgainWhenThereIsRoom() throws {
        let disk = try Disk()
        disk.limit(4_096)
        #expect(disk.store.writeNow(Self.life[0]) != nil)
        disk.limit(0)
        for records in Self.life { #expect(disk.store.writeNow(records) == nil) }
        #expect(try Self.lines(disk.store) == Self.life.count)
    }
}

/// A store on a simulated disk.
@safe private final class Disk {
    // Given back with the last reference to this object, and used by nobody else.
    private let disk: OpaquePointer
    private(set) var store: VehicleStore

    init() throws {
        guard let disk = unsafe simulated_disk_make() else { throw StoreError.failed(reason: "out of memory", code: 7) }
        unsafe self.disk = disk
        self.store = try unsafe Self.open(disk)
    }

    deinit {
        self.store.close()
        unsafe simulated_disk_free(self.disk)
    }

    private static func open(_ disk: OpaquePointer) throws(StoreError) -> VehicleStore {
        // The folder's name is the disk's own, which outlives the call.
        try VehicleStore.virtual(path: unsafe String(cString: simulated_disk_folder(disk)) + "vehicle.sqlite")
    }

    var changes: Int64 { unsafe simulated_disk_changes(self.disk) }

    func freeze(at change: Int64) { unsafe simulated_disk_freeze(self.disk, self.changes + change) }
    func fail(at change: Int64, code: Int32) { unsafe simulated_disk_fail(self.disk, self.changes + change, 1, code) }
    func limit(_ octets: Int64) { unsafe simulated_disk_limit(self.disk, octets) }

    func cut(seed: UInt64) throws(StoreError) {
        unsafe simulated_disk_cut(self.disk, seed)
        self.store.close()
        self.store = try unsafe Self.open(self.disk)
    }
}
