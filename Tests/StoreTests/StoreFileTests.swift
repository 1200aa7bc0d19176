import Foundation
import GRDB
import Testing

@testable import Store

@Suite struct StoreFileTests {
    @Test func whatACompletionConfirmedSurvivesWithoutAnOrderlyEnd() throws {
        let folder = try Folder()
        let store = try VehicleStore(path: folder.path("s"))
        for id in ["a", "b", "c"] {
            #expect(store.writeNow([.incidentOpened(Samples.opening(id))]) == nil)
            let files = FileManager.default
            try files.copyItem(atPath: folder.path("s"), toPath: folder.path("cut-\(id)"))
            try files.copyItem(atPath: folder.path("s-wal"), toPath: folder.path("cut-\(id)-wal"))
            let after = try VehicleStore(path: folder.path("cut-\(id)"))
            #expect(after.recovery == nil)
            #expect(try after.unfinishedIncidents().last?.opening.id == id)
        }
    }

    @Test func everyCommitIsSyncedAndDeletedContentOverwritten() throws {
        let folder = try Folder()
        let (database, _) = try StoreFile.open(.file(folder.path("s")), migrator: VehicleTables.migrator)
        let full = 2
        for (pragma, value) in [("synchronous", full), ("secure_delete", 1), ("foreign_keys", 1)] {
            let found = try database.read { db in try Int.fetchOne(db, sql: "PRAGMA \(pragma)") }
            #expect(found == value, "\(pragma)")
        }
        #expect(try folder.names == ["s", "s-shm", "s-wal"])
    }

    @Test func theFileIsItsOwnersOnly() throws {
        let folder = try Folder()
        let store = try VehicleStore(path: folder.path("s"))
        for name in try folder.names {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(name))
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
        store.close()
    }

    @Test func aFileWithAnyDamagedPageIsMovedAsideAndANewOneBegun() throws {
        let folder = try Folder()
        let path = folder.path("s")
        let store = try VehicleStore(path: path)
        #expect(store.recovery == nil)
        #expect(store.writeNow([.incidentOpened(Samples.opening("a"))]) == nil)
        store.close()
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let pageOctets = 4096
        #expect(whole.count > 8 * pageOctets)
        for start in stride(from: 0, to: whole.count, by: pageOctets) {
            var octets = whole
            octets.replaceSubrange(start..<start + 200, with: Data(repeating: 0xA5, count: 200))
            try octets.write(to: URL(fileURLWithPath: path))

            let fresh = try VehicleStore(path: path)
            #expect(fresh.recovery?.movedTo == path + ".damaged-1")
            #expect(try fresh.incidents(limit: 10) == [])
            #expect(fresh.writeNow([.incidentOpened(Samples.opening("b"))]) == nil)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path + ".damaged-1")) == octets)
            fresh.close()
            #expect(try VehicleStore(path: path).recovery == nil)
            try FileManager.default.removeItem(atPath: path + ".damaged-1")
        }
    }

    @Test func atMostThreeDamagedFilesAreKept() throws {
        let folder = try Folder()
        let path = folder.path("s")
        for number in 1...5 {
            try Data("no database, number \(number)".utf8).write(to: URL(fileURLWithPath: path))
            let store = try VehicleStore(path: path)
            #expect(store.recovery?.movedTo == path + ".damaged-\(min(number, 3))")
            #expect(store.recovery?.reason == "file is not a database")
            store.close()
        }
        #expect(try folder.names == ["s", "s.damaged-1", "s.damaged-2", "s.damaged-3"])
    }

    @Test func refusesAFileOfALaterVersionAndLeavesItAlone() throws {
        let folder = try Folder()
        let path = folder.path("s")
        try VehicleStore(path: path).close()
        try DatabaseQueue(path: path).write { db in
            try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('9999 of a later version')")
        }
        #expect(throws: StoreError.newerSchema(path: path)) { try VehicleStore(path: path) }
        #expect(try folder.names == ["s"])
    }

    @Test func refusesTheCentersFileAsTheVehicles() throws {
        let folder = try Folder()
        let path = folder.path("s")
        try CenterStore(path: path).close()
        #expect(throws: StoreError.newerSchema(path: path)) { try VehicleStore(path: path) }
    }

    @Test func namesAFolderThatDoesNotExist() throws {
        let folder = try Folder()
        let path = folder.path("none/s")
        #expect(throws: StoreError.cannotOpen(path: path, reason: "there is no folder \(folder.path("none"))")) {
            try VehicleStore(path: path)
        }
        #expect(throws: StoreError.cannotOpen(path: folder.path(""), reason: "it is a folder")) {
            try VehicleStore(path: folder.path(""))
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
    func namesAFolderThatIsNotWritable() throws {
        let folder = try Folder()
        let locked = folder.path("locked")
        let mode: [FileAttributeKey: Any] = [.posixPermissions: 0o500]
        try FileManager.default.createDirectory(atPath: locked, withIntermediateDirectories: false, attributes: mode)
        let reason = "the folder \(locked) is not writable"
        #expect(throws: StoreError.cannotOpen(path: locked + "/s", reason: reason)) {
            try VehicleStore(path: locked + "/s")
        }
    }

    @Test func aFolderInWhichNoFileCanBeMadeIsNamed() {
        let error = #expect(throws: StoreError.self) { try VehicleStore(path: "/proc/s") }
        guard case .cannotOpen(path: "/proc/s", let reason) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(["the folder /proc is not writable", "the file cannot be made"].contains(reason))
    }
}
