import GRDB

/// How many rows of a table are kept, and which go first.
struct Retention: Sendable {
    let table: String
    /// The column that numbers the rows: it grows, and only the oldest rows go, so that no number comes back.
    let key: String
    let maximumRows: Int
    /// Rows that go beyond those that have to, so that a table which stays full is not counted with every tidying.
    var slack = 0
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
        guard rows > self.maximumRows else { return Count(rows: rows, key: key) }
        var excess = rows - self.maximumRows + self.slack
        for deletion in self.deletions where excess > 0 {
            try db.cachedStatement(sql: deletion).execute(arguments: [excess])
            excess -= db.changesCount
        }
        return Count(rows: self.maximumRows - self.slack + excess, key: key)
    }
}
