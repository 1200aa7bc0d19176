import Foundation
import GRDB

/// Opens the database files of both stores the same way.
enum StoreFile {
    /// Where a store keeps its tables.
    enum Place {
        case file(String)
        /// A file of SQLite's default VFS that the system knows nothing of, for simulations; nothing is moved aside.
        case virtual(String)
        /// For tests and simulations; nothing outlives the store.
        case memory
    }

    /// As many rows as one reading returns, so that readings never hold up a trigger's record for long.
    static let maximumRows = 10_000
    /// How long another program, such as the engineer's `sqlite3`, may hold the file before a write fails.
    private static let busySeconds = 1.0
    /// Damaged files that are kept; a further one replaces the last.
    private static let maximumDamagedFiles = 3
    /// A larger file is not read through at start, so that the daemon is ready in time.
    private static let maximumCheckedOctets = 32 * 1_048_576
    /// The database and what SQLite puts beside it.
    static let suffixes = ["", "-wal", "-shm"]

    /// The names that a damaged file at a path may be moved to.
    static func damagedNames(of path: String) -> [String] {
        (1...Self.maximumDamagedFiles).map { "\(path).damaged-\($0)" }
    }

    /// An open database with its tables up to date, and what happened to a damaged predecessor.
    static func open(
        _ place: Place,
        migrator: DatabaseMigrator
    ) throws(StoreError) -> (database: DatabaseQueue, recovery: StoreRecovery?) {
        switch place {
        case .memory:
            do {
                let database = try DatabaseQueue(configuration: Self.configuration)
                try migrator.migrate(database)
                return (database, nil)
            } catch {
                throw StoreError(error)
            }
        case .virtual(let path):
            do {
                return (try Self.attempt(path: path, migrator: migrator), nil)
            } catch {
                throw StoreError.cannotOpen(path: path, reason: "\(error)")
            }
        case .file(let path):
            return try Self.open(path: path, migrator: migrator)
        }
    }

    private static func open(
        path: String,
        migrator: DatabaseMigrator
    ) throws(StoreError) -> (database: DatabaseQueue, recovery: StoreRecovery?) {
        try Self.prepareFile(path)
        do {
            return (try Self.attempt(path: path, migrator: migrator), nil)
        } catch let damage as Damage {
            let moved = try Self.moveAside(path)
            try Self.prepareFile(path)
            do {
                let database = try Self.attempt(path: path, migrator: migrator)
                return (database, StoreRecovery(movedTo: moved, reason: damage.reason))
            } catch {
                throw StoreError.cannotOpen(path: path, reason: "\(error)")
            }
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError.cannotOpen(path: path, reason: "\(error)")
        }
    }

    /// The file is no database or a broken one.
    private struct Damage: Error {
        let reason: String
    }

    private static func attempt(path: String, migrator: DatabaseMigrator) throws -> DatabaseQueue {
        do {
            let database = try DatabaseQueue(path: path, configuration: Self.configuration)
            try database.writeWithoutTransaction { db in
                try Self.check(db, path: path)
                guard try !migrator.hasBeenSuperseded(db) else { throw StoreError.newerSchema(path: path) }
            }
            try migrator.migrate(database)
            return database
        } catch let error as DatabaseError
            where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode.primaryResultCode)
        {
            throw Damage(reason: error.message ?? "\(error.extendedResultCode)")
        }
    }

    private static func check(_ db: Database, path: String) throws {
        let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        let pageOctets = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0
        guard pages * pageOctets <= Self.maximumCheckedOctets else { return }
        let verdict = try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "no verdict"
        guard verdict == "ok" else { throw Damage(reason: verdict) }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(Self.busySeconds)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            // FULL: in WAL mode NORMAL loses the last commits in a power cut. The log is copied by the write queue,
            // at a better time than inside a commit.
            try db.execute(
                sql: """
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA wal_autocheckpoint = 0;
                    PRAGMA secure_delete = ON;
                    """
            )
        }
        return configuration
    }

    /// Sees to it that the file exists, for its owner only, since it holds messages with the VIN.
    private static func prepareFile(_ path: String) throws(StoreError) {
        let files = FileManager.default
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard Self.kind(of: folder) == .folder else {
            throw .cannotOpen(path: path, reason: "there is no folder \(folder)")
        }
        guard files.isWritableFile(atPath: folder) else {
            throw .cannotOpen(path: path, reason: "the folder \(folder) is not writable")
        }
        switch Self.kind(of: path) {
        case .folder:
            throw .cannotOpen(path: path, reason: "it is a folder")
        case .file:
            guard files.isWritableFile(atPath: path) else {
                throw .cannotOpen(path: path, reason: "the file is not writable")
            }
        case .nothing:
            let ownerOnly: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
            guard files.createFile(atPath: path, contents: nil, attributes: ownerOnly) else {
                throw .cannotOpen(path: path, reason: "the file cannot be made")
            }
        }
    }

    private enum Kind {
        case nothing, file, folder
    }

    private static func kind(of path: String) -> Kind {
        var isFolder: ObjCBool = false
        // The pointer to the answer does not outlive the call.
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return .nothing }
        return isFolder.boolValue ? .folder : .file
    }

    private static func moveAside(_ path: String) throws(StoreError) -> String {
        let files = FileManager.default
        let names = Self.damagedNames(of: path)
        let isFree = { (name: String) in !files.fileExists(atPath: name) }
        guard let target = names.first(where: isFree) ?? names.last else {
            preconditionFailure("At least one damaged file is kept.")
        }
        do {
            for suffix in Self.suffixes {
                if files.fileExists(atPath: target + suffix) {
                    try files.removeItem(atPath: target + suffix)
                }
                if files.fileExists(atPath: path + suffix) {
                    try files.moveItem(atPath: path + suffix, toPath: target + suffix)
                }
            }
        } catch {
            throw .cannotOpen(path: path, reason: "it is damaged and cannot be moved aside: \(error)")
        }
        return target
    }
}

/// A damaged store was moved aside and a new one begun: a fault to report.
package struct StoreRecovery: Hashable, Sendable, CustomStringConvertible {
    /// Where the damaged file is now.
    package let movedTo: String
    /// What is wrong with it, in SQLite's words.
    package let reason: String

    package var description: String {
        "The store was damaged (\(self.reason)); it was moved to \(self.movedTo) and a new one begun."
    }
}
