import GRDB
import Testing

@testable import Store

@Suite struct RetentionTests {
    private let retention = Retention(
        table: "rows",
        key: "number",
        maximumRows: 10,
        slack: 3,
        deletions: ["DELETE FROM rows WHERE number IN (SELECT number FROM rows ORDER BY number LIMIT ?)"]
    )

    private func table() throws -> DatabaseQueue {
        let queue = try DatabaseQueue()
        try queue.write { try $0.execute(sql: "CREATE TABLE rows (number INTEGER PRIMARY KEY AUTOINCREMENT)") }
        return queue
    }

    private func add(_ count: Int, _ queue: DatabaseQueue) throws {
        try queue.write { db in
            for _ in 0..<count { try db.execute(sql: "INSERT INTO rows DEFAULT VALUES") }
        }
    }

    private func numbers(_ queue: DatabaseQueue) throws -> [Int] {
        try queue.read { try Int.fetchAll($0, sql: "SELECT number FROM rows ORDER BY number") }
    }

    @Test func aTableBeyondItsMaximumLosesItsOldestRowsAndALittleMore() throws {
        let queue = try self.table()
        try self.add(10, queue)
        let full = try queue.write { try self.retention.trim($0, counted: nil) }
        #expect(full.rows == 10 && full.key == 10)
        try self.add(1, queue)
        let trimmed = try queue.write { try self.retention.trim($0, counted: full) }
        #expect(trimmed.rows == 7 && trimmed.key == 11)
        #expect(try self.numbers(queue) == Array(5...11))
    }

    @Test func rowsAreNotCountedWhileThoseThatCameCannotBeTooMany() throws {
        let queue = try self.table()
        try self.add(7, queue)
        let first = try queue.write { try self.retention.trim($0, counted: nil) }
        try self.add(3, queue)
        // Gone without its knowledge: who counted would find them missing.
        try queue.write { try $0.execute(sql: "DELETE FROM rows WHERE number <= 2") }
        let second = try queue.write { try self.retention.trim($0, counted: first) }
        #expect(second.rows == 7 && second.key == 7)
        try self.add(1, queue)
        let third = try queue.write { try self.retention.trim($0, counted: second) }
        #expect(third.rows == 9 && third.key == 11)
        #expect(try self.numbers(queue) == Array(3...11), "nothing goes before its time")
    }
}
