internal import Timeline

/// Counts the events that were handed over and not handled yet, so that edges wait in the kernel while nobody handles them.
///
/// A daemon whose loop is stuck is ended and started again; what still waits in the kernel then is not lost.
struct Backlog: Hashable, Sendable {
    /// Events that may wait for the loop: what one turn of it handles.
    static let maximumEvents = 64
    /// How long the loop may handle nothing that waits before it is taken for stuck.
    static let patience = Duration.milliseconds(200)

    private(set) var count = 0
    /// When the loop last handled an event, or had none to handle.
    private var progressAt: Instant?

    mutating func handedOver(_ events: Int, at now: Instant) {
        if self.count == 0 { self.progressAt = now }
        self.count += events
    }

    mutating func handled(at now: Instant) {
        self.count = max(0, self.count - 1)
        self.progressAt = now
    }

    /// Whether edges are to be left where they are.
    func isFull(at now: Instant) -> Bool {
        guard self.count > 0, let progressAt = self.progressAt else { return false }
        return self.count >= Self.maximumEvents || progressAt.advanced(by: Self.patience) <= now
    }
}
