internal import Timeline

/// What has come in of a crash line's signal: the level, the part cycle, and how many cycles in a row have fitted.
struct WaveformReception: Hashable, Sendable {
    /// What an edge completed.
    enum Fit: Hashable, Sendable {
        /// Nothing yet: a cycle ends with the edge that begins the next.
        case partOfCycle
        case idle
        case crash
        /// It has left the crash level of a profile that has one.
        case leftCrashLevel
        case neither
    }

    private(set) var high: Bool
    /// Since when the line is at its level, as far as that is known.
    private(set) var levelSince: Instant
    /// The last edge; `nil` where it is not known when the level began.
    private(set) var lastEdge: Instant?
    /// Since which edge the line is at crash level.
    private(set) var heldSince: Instant?
    /// When something last was as the profile says.
    private(set) var fittedLast: Instant
    /// The high part of the cycle that is coming in.
    private var highPart: Duration?
    private var idleCount = 0
    private var crashCount = 0
    private var cycleBegan: [Instant] = []

    init(high: Bool, at start: Instant) {
        self.high = high
        self.levelSince = start
        self.fittedLast = start
    }

    /// The level was not what was thought; nothing is known of how it came to be.
    mutating func restart(high: Bool, at stamp: Instant) {
        self.high = high
        self.levelSince = stamp
        self.lastEdge = nil
        self.heldSince = nil
        self.clearCounts()
    }

    /// Edges are missing before `stamp`.
    mutating func interrupted(at stamp: Instant) {
        self.lastEdge = nil
        if self.heldSince != nil { self.heldSince = stamp }
        self.clearCounts()
    }

    mutating func clearCrashCount() {
        self.crashCount = 0
        self.cycleBegan = []
    }

    func hasEnoughIdle(_ profile: CrashLineProfile) -> Bool {
        guard case .cycles(let cycle) = profile.idle else { return false }
        return self.idleCount >= cycle.count
    }

    /// When the crash signal began, once enough of it is there.
    func crashBegan(_ profile: CrashLineProfile) -> Instant? {
        guard case .cycles(let cycle) = profile.crash, self.crashCount >= cycle.count else { return nil }
        return self.cycleBegan.first
    }

    /// Takes an edge to the other level.
    mutating func edge(high: Bool, at stamp: Instant, _ profile: CrashLineProfile) -> Fit {
        let length = self.lastEdge.map { $0.duration(to: stamp) }
        let began = self.levelSince
        self.high = high
        self.lastEdge = stamp
        self.levelSince = stamp
        let level = self.levelFit(high, began, at: stamp, profile)
        let cycle = self.cycleFit(high, length, at: stamp, profile)
        let fit = cycle == .partOfCycle || cycle == .neither ? level ?? cycle : cycle
        if fit == .idle || fit == .crash { self.fittedLast = stamp }
        return fit
    }

    /// What the new level alone says.
    private mutating func levelFit(
        _ high: Bool,
        _ began: Instant,
        at stamp: Instant,
        _ profile: CrashLineProfile
    ) -> Fit? {
        if case .level(let crashHigh, _) = profile.crash {
            let hasLeft = self.heldSince != nil && high != crashHigh
            self.heldSince = high == crashHigh ? stamp : nil
            if hasLeft { return .leftCrashLevel }
        }
        guard case .level(let idleHigh) = profile.idle else { return nil }
        // A rest that was long enough is where the search for what does not fit begins anew.
        if high != idleHigh, began.duration(to: stamp) >= profile.faultAfter { self.fittedLast = stamp }
        return nil
    }

    /// What the cycle says that ends with a rising edge.
    private mutating func cycleFit(
        _ high: Bool,
        _ length: Duration?,
        at stamp: Instant,
        _ profile: CrashLineProfile
    ) -> Fit {
        guard high else {
            self.highPart = length
            return .partOfCycle
        }
        defer { self.highPart = nil }
        guard let highPart = self.highPart, let low = length else { return .partOfCycle }
        if case .cycles(let cycle) = profile.crash, cycle.matches(high: highPart, low: low) {
            self.crashCount += 1
            self.idleCount = 0
            self.cycleBegan.append(stamp.advanced(by: .zero - highPart - low))
            self.cycleBegan = Array(self.cycleBegan.suffix(cycle.count))
            return .crash
        }
        self.clearCrashCount()
        if case .cycles(let cycle) = profile.idle, cycle.matches(high: highPart, low: low) {
            self.idleCount = min(self.idleCount + 1, cycle.count)
            return .idle
        }
        self.idleCount = 0
        return .neither
    }

    private mutating func clearCounts() {
        self.highPart = nil
        self.idleCount = 0
        self.clearCrashCount()
    }
}
