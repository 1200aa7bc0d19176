import GRDB
package import Timeline

/// When something was, by the boot clock and, when it is known, by the wall clock.
package struct Stamp: Hashable, Sendable {
    /// The kernel's identifier of the boot that `at` counts from; instants of different boots do not compare.
    package let boot: String
    package let at: Instant
    /// Milliseconds since 1970 in UTC, `nil` while the wall clock is not trusted.
    package let wallMilliseconds: Int64?

    package init(boot: String, at: Instant, wallMilliseconds: Int64?) {
        self.boot = boot
        self.at = at
        self.wallMilliseconds = wallMilliseconds
    }
}

extension Stamp {
    /// The column `<prefix>_ns`.
    var nanoseconds: Int64 { self.at.nanosecondsSinceBoot }

    /// The stamp in the columns `<prefix>_boot`, `<prefix>_ns` and `<prefix>_wall_ms`, `nil` when they are empty.
    init?(_ row: Row, prefix: String) {
        guard let boot: String = row["\(prefix)_boot"], let nanoseconds: Int64 = row["\(prefix)_ns"] else {
            return nil
        }
        self.init(
            boot: boot,
            at: Instant(nanosecondsSinceBoot: nanoseconds),
            wallMilliseconds: row["\(prefix)_wall_ms"]
        )
    }

    /// The stamp of a row that always has one.
    init(required row: Row, prefix: String) {
        guard let stamp = Stamp(row, prefix: prefix) else {
            preconditionFailure("The tables make every \(prefix) stamp complete.")
        }
        self = stamp
    }
}
