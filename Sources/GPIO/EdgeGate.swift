internal import Timeline

/// Lets through as many edges of one line as a working line can make, so that a flood takes nothing from other lines.
struct EdgeGate: Hashable, Sendable {
    /// Edges in one window: contacts bounce a few dozen times, and the fastest crash signal makes 100 edges a second.
    static let maximumEdges = 150
    /// How long a window is, and how long a line that has used it up waits at most.
    static let window = Duration.milliseconds(250)
    /// How long a line must keep within its windows before it is called quiet again.
    static let quietAfter = Duration.seconds(2)

    private var begun: Instant?
    private var count = 0
    private var lastFull: Instant?

    /// Until when no edge of the line may be read; `nil` while it may.
    private(set) var closedUntil: Instant?

    /// Whether the line has used up a window lately.
    var isNoisy: Bool { self.lastFull != nil }

    /// Counts edges that were read; the line waits for the rest of the window when it has used it up.
    mutating func passed(_ edges: Int, at now: Instant) {
        if let begun = self.begun, now < begun.advanced(by: Self.window) {
            self.count += edges
        } else {
            self.begun = now
            self.count = edges
        }
        guard self.count >= Self.maximumEdges else { return }
        self.closedUntil = (self.begun ?? now).advanced(by: Self.window)
        self.lastFull = now
    }

    /// The line was seen to flood, however few of its edges were read; it waits for a window.
    mutating func flooded(at now: Instant) {
        self.closedUntil = now.advanced(by: Self.window)
        self.lastFull = now
    }

    /// Opens the gate when its time has come; whether it opened now.
    mutating func opened(at now: Instant) -> Bool {
        guard let closedUntil = self.closedUntil, closedUntil <= now else { return false }
        self.closedUntil = nil
        return true
    }

    /// Forgets the flood when the line has been quiet for long enough; whether it did now.
    mutating func quieted(at now: Instant) -> Bool {
        guard self.closedUntil == nil, let lastFull = self.lastFull, lastFull.advanced(by: Self.quietAfter) <= now
        else { return false }
        self.lastFull = nil
        return true
    }
}
