internal import Timeline

/// Stamps for the scans of a device that has none: from the times at which they are read, and its rate.
///
/// The last scan of the first batch has the time of the read, those before it their distance at the rate. Each further
/// batch goes on where the one before ended, and is drawn towards the time of its read by a tenth of a step at the most.
/// What waits in the kernel while the machine is busy was measured no later for that: it keeps its distances. Only when
/// it is read, and what comes then is still late, were samples lost; then they begin anew, behind a gap that is seen.
struct ReadStamps: Sendable {
    /// By how much steps may become wider or narrower: what is read late must not look like a longer push.
    private static let drawing = 0.1
    /// How far a batch may be behind its read before samples may be lost: as much as counts as a gap.
    private static let longestLag = Duration.milliseconds(50)
    /// Which part of a batch's time a read has to have waited for it, or else the batch was there before.
    private static let waitedPart = 0.5
    /// How long the true rate is measured, and how far from the stated one it is believed.
    private static let measuredOver = Duration.seconds(1)
    private static let believed = 0.5...2.0

    private let stated: Duration
    private var step: Duration
    private var last: Instant?
    private var readAt: Instant?
    /// Whether the batch before was late, and nothing has been read since of which that is known to be no loss.
    private var isLate = false
    /// Since when reads have waited without a break, and the scans since then.
    private var measured: (since: Instant, count: Int)?

    /// For a device of `rate` samples a second; `nil` for no rate that one can have.
    init?(rate: Double) {
        guard rate >= 1, rate <= 1_000_000 else { return nil }
        self.stated = .seconds(1 / rate)
        self.step = self.stated
    }

    /// The stamps of so many scans in their order, each later than any before.
    mutating func stamps(_ count: Int, readAt now: Instant) -> [Instant] {
        guard count > 0 else { return [] }
        let hasWaited = self.readAt.map { self.step * count * Self.waitedPart <= $0.duration(to: now) } ?? false
        self.readAt = now
        self.measure(count, hasWaited, at: now)
        let fresh = now.advanced(by: .zero - self.step * count)
        guard let last else { return self.go(from: fresh, by: self.step, count) }
        let wasLate = self.isLate
        self.isLate = last.duration(to: fresh) > Self.longestLag
        guard !self.isLate, hasWaited else {
            // What waited in the kernel is read by now, and this has come behind what was lost.
            let isLoss = self.isLate && wasLate && hasWaited
            if isLoss { self.isLate = false }
            return self.go(from: isLoss ? fresh : last, by: self.step, count)
        }
        let wanted = last.duration(to: now) / count
        let narrowest = self.step * (1 - Self.drawing)
        return self.go(from: last, by: max(narrowest, min(self.step * (1 + Self.drawing), wanted)), count)
    }

    private mutating func go(from begin: Instant, by step: Duration, _ count: Int) -> [Instant] {
        let stamps = (1...count).map { begin.advanced(by: step * $0) }
        self.last = stamps.last
        return stamps
    }

    /// Follows a device whose rate is not the one that it states, as long as nothing waits in the kernel.
    private mutating func measure(_ count: Int, _ hasWaited: Bool, at now: Instant) {
        guard hasWaited, let (since, before) = self.measured else {
            self.measured = (now, 0)
            return
        }
        let time = since.duration(to: now)
        guard time >= Self.measuredOver else {
            self.measured = (since, before + count)
            return
        }
        self.measured = (now, 0)
        let step = time / (before + count)
        if Self.believed.contains(step / self.stated) { self.step = step }
    }
}
