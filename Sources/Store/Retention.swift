import GRDB

/// How many rows of a table are kept, and which go first.
struct Retention: Sendable {
    let table: String
    /// The column that counts the rows, which never comes back to a number.
    let key: String
    let maximumRows: Int
    /// Statements that each delete at most `?` rows, those to go first first.
    let deletions: [String]

    /// How many rows there were when they were counted last, and the greatest key then.
    struct Count: Sendable {
        let rows: Int
        let key: Int
    }

    /// Deletes what exceeds the number of rows; runs inside a transaction.
    ///
    /// Rows are counted only when those that came since the last count can be too many: counting reads the whole table.
    func trim(_ db: Database, counted: Count?) throws -> Count {
        let greatest = try db.cachedStatement(sql: "SELECT max(\(self.key)) FROM \(self.table)")
        let key = try Int.fetchOne(greatest) ?? 0
        if let counted, counted.rows + (key - counted.key) <= self.maximumRows { return counted }
        let count = try db.cachedStatement(sql: "SELECT COUNT(*) FROM \(self.table)")
        let rows = try Int.fetchOne(count) ?? 0
        var excess = rows - self.maximumRows
        for deletion in self.deletions where excess > 0 {
            try db.cachedStatement(sql: deletion).execute(arguments: [excess])
            excess -= db.changesCount
        }
        return Count(rows: min(rows, self.maximumRows + max(0, excess)), key: key)
    }
}
