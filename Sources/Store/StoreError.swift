import GRDB

/// Why the store could not do as asked.
package enum StoreError: Error, Hashable, Sendable {
    /// The file cannot be opened or made; the reason is the system's own.
    case cannotOpen(path: String, reason: String)
    /// The file was written by a later build, whose tables this one does not know.
    case newerSchema(path: String)
    /// The records break a rule of the tables; other records are not concerned.
    case refused(reason: String)
    /// A change names an incident or call that is not on record.
    case unknown(id: String)
    /// The disk or the file failed; `code` is SQLite's extended result code.
    case failed(reason: String, code: Int32)
    /// So many records wait already that these were not taken.
    case overloaded(waiting: Int)
    /// More rows were asked for than one reading gives, or fewer than one.
    case limitOutOfRange(Int)
    case closed
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cannotOpen(let path, let reason): "The store \(path) cannot be opened: \(reason)."
        case .newerSchema(let path): "The store \(path) was written by a later version of this program."
        case .refused(let reason): "The store refused a record: \(reason)."
        case .unknown(let id): "The store has no record \(id) to change."
        case .failed(let reason, let code): "The store failed: \(reason) (SQLite \(code))."
        case .overloaded(let waiting): "The store has \(waiting) records waiting and takes no more."
        case .limitOutOfRange(let limit): "\(limit) rows were asked for, allowed are 1 to \(StoreFile.maximumRows)."
        case .closed: "The store is closed."
        }
    }
}

extension StoreError {
    init(_ error: any Error) {
        switch error {
        case let error as StoreError:
            self = error
        case let error as DatabaseError where Self.isOfRecord(error.resultCode):
            self = .refused(reason: error.message ?? "\(error.extendedResultCode)")
        case let error as DatabaseError:
            let reason = error.message ?? "\(error.extendedResultCode)"
            self = .failed(reason: reason, code: error.extendedResultCode.rawValue)
        default:
            self = .failed(reason: "\(error)", code: ResultCode.SQLITE_ERROR.rawValue)
        }
    }

    /// Whether only the records of one write are at fault, so that others can be written.
    package var isOfRecord: Bool {
        switch self {
        case .refused, .unknown: true
        case .cannotOpen, .newerSchema, .failed, .overloaded, .limitOutOfRange, .closed: false
        }
    }

    private static func isOfRecord(_ code: ResultCode) -> Bool {
        [.SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG].contains(code.primaryResultCode)
    }
}
