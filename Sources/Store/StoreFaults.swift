/// Failures that a test or a simulation gives a store: the n-th transaction fails, once or from then on.
package struct StoreFaults: Sendable {
    /// Never fails.
    package static let none = StoreFaults { _ in nil }

    /// The error of the transaction of that number, `nil` to let it pass; transactions count from 1.
    ///
    /// Called on the store's queue just before the commit; blocking in it is a stalled disk.
    let strike: @Sendable (Int) -> StoreError?

    package init(_ strike: @escaping @Sendable (Int) -> StoreError?) {
        self.strike = strike
    }

    /// Fails the transaction of that number and no other.
    package static func once(at number: Int, _ error: StoreError = .diskFailed) -> StoreFaults {
        StoreFaults { $0 == number ? error : nil }
    }

    /// Fails the transaction of that number and all that follow.
    package static func persistently(from number: Int, _ error: StoreError = .diskFailed) -> StoreFaults {
        StoreFaults { $0 >= number ? error : nil }
    }
}

extension StoreError {
    /// What SQLite says when a disk cannot be written (`SQLITE_IOERR_WRITE`).
    package static let diskFailed = StoreError.failed(reason: "disk I/O error", code: 778)
}
