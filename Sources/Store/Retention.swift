import GRDB

/// How many rows of a table are kept, and which go first.
struct Retention: Sendable {
    let table: String
    let maximumRows: Int
    /// Statements that each delete at most `?` rows, those to go first first.
    let deletions: [String]

    /// Deletes what exceeds the number of rows; runs inside a transaction.
    func trim(_ db: Database) throws {
        let count = try db.cachedStatement(sql: "SELECT COUNT(*) FROM \(self.table)")
        var excess = (try Int.fetchOne(count) ?? 0) - self.maximumRows
        for deletion in self.deletions where excess > 0 {
            try db.cachedStatement(sql: deletion).execute(arguments: [excess])
            excess -= db.changesCount
        }
    }
}
