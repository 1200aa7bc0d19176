internal import Timeline

/// Stamps for the scans of a device that has none: from the times at which they are read, and its rate.
///
/// The last scan of the first batch has the time of the read, those before it their distance at the rate. Each further
/// batch goes on where the one before ended, and is drawn towards the time of its read: one that is read late, because
/// the machine is busy, was measured no later for that, and a rate that is a little off adds up to nothing.
struct ReadStamps: Sendable {
    /// How much wider the steps may become: what is read late must not look like a longer push.
    private static let widest = 1.1
    /// How much narrower: a device that is faster than it says catches up in any case.
    private static let narrowest = 0.5

    private let step: Duration
    private let longestLag: Duration
    private var last: Instant?

    /// For a device of `rate` samples a second whose kernel keeps `kept` of them; `nil` for no rate that one can have.
    init?(rate: Double, kept: Int) {
        guard rate >= 1, rate <= 1_000_000 else { return nil }
        self.step = .seconds(1 / rate)
        self.longestLag = self.step * kept
    }

    /// The stamps of so many scans in their order, each later than any before.
    mutating func stamps(_ count: Int, readAt now: Instant) -> [Instant] {
        guard count > 0 else { return [] }
        var begin = now.advanced(by: .zero - self.step * count)
        var step = self.step
        // What lags by more than the kernel keeps has lost samples: it begins anew, behind a gap that is seen.
        if let last = self.last, last.duration(to: begin) <= self.longestLag {
            let wanted = last.duration(to: now) / count
            step = max(self.step * Self.narrowest, min(self.step * Self.widest, wanted))
            begin = last
        }
        let stamps = (1...count).map { begin.advanced(by: step * $0) }
        self.last = stamps.last
        return stamps
    }
}
