/// Lets one of many like events through per interval, and counts what it holds back.
package struct Throttle: Hashable, Sendable {
    private let interval: Duration
    private var openFrom: Instant?
    private var held = 0

    package init(every interval: Duration) {
        self.interval = interval
    }

    /// Whether an event at `now` passes: `nil` when it is held back, else how many were since the last one that passed.
    package mutating func pass(at now: Instant) -> Int? {
        if let openFrom = self.openFrom, now < openFrom {
            self.held += 1
            return nil
        }
        defer { self.held = 0 }
        self.openFrom = now.advanced(by: self.interval)
        return self.held
    }
}
