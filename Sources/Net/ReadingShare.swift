internal import NIOCore

/// How much of one peer has been read in the running tenth of a second.
///
/// A tenth, so that what a peer may send at once keeps nobody waiting for longer than its reading takes.
struct ReadingShare {
    private static let periodsPerSecond: Int64 = 10
    private static let period = TimeAmount.nanoseconds(1_000_000_000 / Self.periodsPerSecond)

    private var begun = NIODeadline.uptimeNanoseconds(0)
    private var octets = 0

    /// Counts octets that were read at `now`.
    mutating func took(_ octets: Int, at now: NIODeadline) {
        if now - self.begun >= Self.period {
            self.begun = now
            self.octets = 0
        }
        self.octets += octets
    }

    /// How long the peer has to wait until it is read again, `nil` when not at all.
    ///
    /// `maximum` is in octets a second; `nil` sets no bound.
    func pause(beyond maximum: Int?, at now: NIODeadline) -> TimeAmount? {
        guard let maximum, self.octets >= maximum / Int(Self.periodsPerSecond) else { return nil }
        let rest = self.begun + Self.period - now
        return rest > .nanoseconds(0) ? rest : nil
    }
}
