import Foundation
import GRDB
package import Timeline

/// Which incidents are kept no longer at one moment (EU 2017/79 Annex VIII for those of the emergency service).
///
/// What was felt without a call is kept no longer than an emergency is.
package struct PurgeRule: Hashable, Sendable {
    /// The name of this boot; `nil` where it is not known.
    package let boot: String?
    package let now: Instant
    /// Milliseconds since 1970, `nil` while the wall clock is not trusted.
    package let wallMilliseconds: Int64?
    /// How long after its start an incident of the emergency service is kept.
    package let emergency: Duration
    /// The same for the private service; `nil` for as long as there is room.
    package let privateService: Duration?
    /// How long after a boot the wall clock is waited for.
    package let patience: Duration

    package init(
        boot: String?,
        now: Instant,
        wallMilliseconds: Int64?,
        emergency: Duration,
        privateService: Duration?,
        patience: Duration
    ) {
        self.boot = boot
        self.now = now
        self.wallMilliseconds = wallMilliseconds
        self.emergency = emergency
        self.privateService = privateService
        self.patience = patience
    }

    /// Whether an incident that is over is to go.
    ///
    /// An emergency of which nobody knows how long ago it was goes at once; one of the private service stays.
    package func removes(startedAt started: Stamp, isEmergency: Bool) -> Bool {
        let age = started.age(
            in: self.boot,
            at: self.now,
            wallMilliseconds: self.wallMilliseconds,
            patience: self.patience
        )
        switch age {
        case .known(let age): return age >= (isEmergency ? self.emergency : self.privateService ?? .seconds(Int64.max))
        // The clock has been waited for: of an emergency nobody knows any better.
        case .atLeast(let age): return isEmergency || self.privateService.map { age >= $0 } ?? false
        case .notYet: return false
        case .unknown: return isEmergency
        }
    }
}

/// What a purge has done.
package struct PurgeReport: Hashable, Sendable {
    package let emergencies: Int
    package let privateIncidents: Int
    /// Records and events of what was felt without a call.
    package let impacts: Int
    /// Incidents that a later purge will delete.
    package let remaining: Int
    /// Whether the log beside the file is empty, so that nothing of them is left there.
    package let isLogEmpty: Bool

    package init(emergencies: Int, privateIncidents: Int, impacts: Int = 0, remaining: Int, isLogEmpty: Bool) {
        self.emergencies = emergencies
        self.privateIncidents = privateIncidents
        self.impacts = impacts
        self.remaining = remaining
        self.isLogEmpty = isLogEmpty
    }
}

extension VehicleStore {
    /// Deletes the incidents that a rule names, with all that belongs to them, and empties the log beside the file.
    ///
    /// Deleted rows are overwritten. Damaged predecessors go an hour after their last write. The completion runs on the store's queue.
    package func purge(
        _ rule: PurgeRule,
        completion: @escaping @Sendable (Result<PurgeReport, StoreError>) -> Void
    ) {
        let path = self.path
        self.queue.perform(completion: completion) { db in
            let damaged = path.map { StoreFile.removeDamaged(besides: $0, by: rule) } ?? 0
            return try Self.purge(db, by: rule, damaged: damaged)
        }
    }

    private static func purge(_ db: Database, by rule: PurgeRule, damaged: Int) throws -> PurgeReport {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT number, state, first_profile = '112' OR profile = '112' AS is_emergency, started_boot, started_ns,
                    started_wall_ms
                FROM incidents
                """
        )
        var goes: (emergencies: [Int64], others: [Int64]) = ([], [])
        var remaining = 0
        for row in rows {
            let isEmergency: Bool = row["is_emergency"]
            let isOver = row["state"] != IncidentState.open.rawValue
            guard isOver, rule.removes(startedAt: Stamp(required: row, prefix: "started"), isEmergency: isEmergency)
            else {
                remaining += isEmergency || rule.privateService != nil ? 1 : 0
                continue
            }
            if isEmergency { goes.emergencies.append(row["number"]) } else { goes.others.append(row["number"]) }
        }
        let impacts = try CrashTables.ownerless.map { try Self.old($0, db, by: rule) }
        remaining += impacts.map(\.remaining).reduce(0, +)
        if !goes.emergencies.isEmpty || !goes.others.isEmpty || !impacts.allSatisfy(\.goes.isEmpty) {
            try db.inTransaction(.immediate) {
                for number in goes.emergencies + goes.others {
                    try db.execute(sql: "DELETE FROM incidents WHERE number = ?", arguments: [number])
                }
                for (kind, old) in zip(CrashTables.ownerless, impacts) {
                    for number in old.goes { try db.execute(sql: kind.deletion, arguments: [number]) }
                }
                return .commit
            }
        }
        // Whoever reads the file at this moment keeps its log; the next purge empties it.
        let isBusy = try Bool.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)") ?? false
        return PurgeReport(
            emergencies: goes.emergencies.count,
            privateIncidents: goes.others.count,
            impacts: impacts.map(\.goes.count).reduce(0, +),
            remaining: remaining + damaged + (isBusy ? 1 : 0),
            isLogEmpty: !isBusy
        )
    }

    /// What of a kind that belongs to no incident is old, by its numbers, and how many are not yet.
    private static func old(
        _ kind: CrashTables.Ownerless,
        _ db: Database,
        by rule: PurgeRule
    ) throws -> (goes: [Int64], remaining: Int) {
        let rows = try Row.fetchAll(db, sql: kind.selection)
        let goes = rows.filter { row in
            rule.removes(startedAt: Stamp(required: row, prefix: kind.stamp), isEmergency: true)
        }
        return (goes.map { $0["number"] }, rows.count - goes.count)
    }
}

extension StoreFile {
    /// How long a damaged file may be looked at after its last write: what is in it is older by as much as it was kept.
    private static let damagedFileAge = Duration.seconds(3_600)

    /// Removes damaged files that are old, and says how many are left.
    ///
    /// One from the future is of a wrong clock and counts as old; without a clock the age of the boot decides.
    static func removeDamaged(besides path: String, by rule: PurgeRule) -> Int {
        let files = FileManager.default
        let limit = Double(Self.damagedFileAge.components.seconds)
        let isOldBoot = Instant.boot.duration(to: rule.now) >= Self.damagedFileAge
        for name in Self.damagedNames(of: path) {
            for file in Self.suffixes.map({ name + $0 }) where files.fileExists(atPath: file) {
                // Without a date the age of the boot decides too.
                let changed = try? files.attributesOfItem(atPath: file)[.modificationDate] as? Date
                let seconds = rule.wallMilliseconds.flatMap { now in
                    changed.map { Double(now) / 1_000 - $0.timeIntervalSince1970 }
                }
                guard seconds.map({ $0 >= limit || $0 < -limit }) ?? isOldBoot else { continue }
                try? files.removeItem(atPath: file)  // Tried again with the next purge.
            }
        }
        return Self.damagedNames(of: path).count { files.fileExists(atPath: $0) }
    }
}
