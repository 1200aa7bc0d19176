internal import Timeline

/// How many events a connection may make within a second.
struct EventBudget: Hashable, Sendable {
    private static let window = Duration.seconds(1)

    private let limit: Int
    private var since: Instant?
    private var count = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts one event; whether it is within the limit.
    mutating func allows(at now: Instant) -> Bool {
        if self.since.map({ $0.duration(to: now) >= Self.window }) ?? true {
            self.since = now
            self.count = 0
        }
        self.count += 1
        return self.count <= self.limit
    }
}
