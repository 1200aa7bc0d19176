/// The pauses between attempts: each twice as long as the one before, until gpsd has reported something.
struct Reconnection: Hashable, Sendable {
    private let first: Duration
    private let longest: Duration
    private var next: Duration

    init(_ limits: GPSDLimits) {
        self.first = limits.firstPause
        self.longest = max(limits.firstPause, limits.longestPause)
        self.next = limits.firstPause
    }

    /// The pause after a connection or an attempt that ended.
    mutating func pause() -> Duration {
        defer { self.next = min(self.next * 2, self.longest) }
        return self.next
    }

    /// gpsd reported something: the next pause is the first one again.
    mutating func succeeded() {
        self.next = self.first
    }
}
