import Foundation
import GRDB
import SIP
import SIPTrace
import Timeline

/// The tables of the incidents' SIP traces; both go with their incident.
enum TraceTables {
    static let retention = Retention(
        table: "traces",
        key: "number",
        maximumRows: TraceLimits.maximumTraces,
        deletions: ["DELETE FROM traces WHERE number IN (SELECT number FROM traces ORDER BY number LIMIT ?)"]
    )

    /// What the second migration makes: written out, for what it makes is on disks.
    static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE traces (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    incident TEXT NOT NULL UNIQUE REFERENCES incidents(id) ON DELETE CASCADE,
                    omitted INTEGER NOT NULL CHECK (omitted >= 0)
                ) STRICT;
                CREATE TABLE trace_messages (
                    trace INTEGER NOT NULL REFERENCES traces(number) ON DELETE CASCADE,
                    number INTEGER NOT NULL CHECK (number > 0),
                    \(SharedTables.stamp("at")),
                    direction TEXT NOT NULL CHECK (direction IN ('sent', 'received')),
                    transport TEXT NOT NULL CHECK (transport IN ('udp', 'tcp', 'tls')),
                    local_host TEXT NOT NULL CHECK (length(local_host) <= \(SharedTables.maximumText)),
                    local_port INTEGER NOT NULL CHECK (local_port BETWEEN 0 AND 65535),
                    remote_host TEXT NOT NULL CHECK (length(remote_host) <= \(SharedTables.maximumText)),
                    remote_port INTEGER NOT NULL CHECK (remote_port BETWEEN 0 AND 65535),
                    whole_octets INTEGER NOT NULL CHECK (whole_octets >= length(octets)),
                    octets BLOB NOT NULL CHECK (length(octets) <= 65535),
                    PRIMARY KEY (trace, number)
                ) STRICT;
                """
        )
    }

    static func set(omitted count: Int, of incident: String, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO traces (incident, omitted) VALUES (?, ?)
                ON CONFLICT (incident) DO UPDATE SET omitted = excluded.omitted
                """
        )
        try statement.execute(arguments: [incident, count])
    }

    static func insert(_ record: TraceRecord, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO trace_messages (trace, number, at_boot, at_ns, at_wall_ms, direction, transport,
                    local_host, local_port, remote_host, remote_port, whole_octets, octets)
                VALUES ((SELECT number FROM traces WHERE incident = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        let message = record.message
        try statement.execute(
            arguments: [
                record.incident, message.number, record.boot, message.at.nanosecondsSinceBoot,
                message.wallMilliseconds, message.direction.rawValue, message.path.transport.rawValue,
                message.path.local.host, message.path.local.port, message.path.remote.host,
                message.path.remote.port, message.length, Data(message.octets),
            ]
        )
    }

    /// How much of an incident's trace is kept.
    static func extent(_ db: Database, incident: String) throws -> StoredTrace {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT omitted, max(trace_messages.number) AS last, count(trace_messages.number) AS messages,
                    sum(length(octets)) AS octets
                FROM traces LEFT JOIN trace_messages ON trace = traces.number WHERE incident = ? GROUP BY traces.number
                """,
            arguments: [incident]
        )
        guard let row else { return StoredTrace() }
        return StoredTrace(
            lastNumber: row["last"] ?? 0,
            messages: row["messages"],
            octets: row["octets"] ?? 0,
            omitted: row["omitted"]
        )
    }

    /// What a trace has behind the message `after`: as much as the limits of a page allow, but one message at least.
    static func page(_ db: Database, incident: String, after: Int) throws -> TracePage {
        let sql = "SELECT omitted FROM traces WHERE incident = ?"
        let omitted = try Int.fetchOne(db, sql: sql, arguments: [incident]) ?? 0
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT * FROM trace_messages
                WHERE trace = (SELECT number FROM traces WHERE incident = ?) AND number > ? ORDER BY number
                """,
            arguments: [incident, after]
        )
        let clock = try TraceClock(db, incident: incident)
        var messages: [TraceMessage] = []
        var octets = 0
        while let row = try rows.next() {
            let isFull = octets >= TraceLimits.maximumPageOctets || messages.count == TraceLimits.maximumPageMessages
            guard !isFull else {
                return TracePage(incident: incident, messages: messages, omitted: omitted, hasMore: true)
            }
            let message = TraceMessage(row: row, clock)
            octets += message.octets.count
            messages.append(message)
        }
        return TracePage(incident: incident, messages: messages, omitted: omitted, hasMore: false)
    }
}

extension TraceMessage {
    fileprivate init(row: Row, _ clock: TraceClock?) {
        guard let direction = Direction(rawValue: row["direction"]),
            let transport = Transport(rawValue: row["transport"])
        else { preconditionFailure("The tables allow no other direction and no other transport.") }
        let octets: Data = row["octets"]
        self.init(
            number: row["number"],
            at: Instant(nanosecondsSinceBoot: clock?.nanoseconds(of: row) ?? row["at_ns"]),
            wallMilliseconds: row["at_wall_ms"],
            direction: direction,
            path: Path(
                transport: transport,
                local: FlowAddress(host: row["local_host"], port: row["local_port"]),
                remote: FlowAddress(host: row["remote_host"], port: row["remote_port"])
            ),
            length: row["whole_octets"],
            octets: [UInt8](octets)
        )
    }
}

/// The boot clock of a trace's first message, on which those of a later boot are told too: a call may be gone on with after
/// one, when the wall clock was right before and after.
private struct TraceClock {
    private let boot: String
    /// Nanoseconds from that clock to the wall clock.
    private let offset: Int64

    /// `nil` when no message of that boot knew the wall time.
    init?(_ db: Database, incident: String) throws {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT at_boot, at_ns, at_wall_ms FROM trace_messages
                WHERE trace = (SELECT number FROM traces WHERE incident = ?) AND at_wall_ms IS NOT NULL
                ORDER BY number LIMIT 1
                """,
            arguments: [incident]
        )
        guard let row, let wall: Int64 = row["at_wall_ms"], let wallNanoseconds = Self.nanoseconds(wall) else {
            return nil
        }
        self.boot = row["at_boot"]
        self.offset = wallNanoseconds &- row["at_ns"]
    }

    /// When the message of a row was on this clock; `nil` where nobody knows.
    func nanoseconds(of row: Row) -> Int64? {
        guard row["at_boot"] != self.boot, let wall: Int64 = row["at_wall_ms"] else { return nil }
        return Self.nanoseconds(wall).map { $0 &- self.offset }
    }

    private static func nanoseconds(_ milliseconds: Int64) -> Int64? {
        // Times beyond the year 2262 do not fit and count as unknown.
        let (nanoseconds, isTooLarge) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        return isTooLarge ? nil : nanoseconds
    }
}
