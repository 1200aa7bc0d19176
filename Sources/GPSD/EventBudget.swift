internal import Timeline

/// How many events, lines or octets a connection may make within a second.
struct EventBudget: Hashable, Sendable {
    private static let window = Duration.seconds(1)

    private let limit: Int
    private var since: Instant?
    private var count = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts so many; whether they are within the limit.
    mutating func allows(_ count: Int = 1, at now: Instant) -> Bool {
        if self.since.map({ $0.duration(to: now) >= Self.window }) ?? true {
            self.since = now
            self.count = 0
        }
        self.count += count
        return self.count <= self.limit
    }
}
