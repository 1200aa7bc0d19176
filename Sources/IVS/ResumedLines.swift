internal import GPIO
internal import Timeline

/// Holds back what lines say that were taken over from an earlier run, until it is known how that run last saw them.
///
/// A button that was down when the daemon died and still is has been held all the while; without the record it would look
/// like one that was down from the start, which counts for nothing.
struct ResumedLines: Sendable {
    /// How long the record is waited for, twice what a busy disk takes to open it; then such a line starts like any other.
    static let maximumWait = Duration.seconds(2)

    private var lines: Set<LineName> = []
    private var events: [LineEvent] = []
    private var isRecordRead = false
    /// Since when each line had been active by the record.
    private var activeSince: [LineName: Instant] = [:]
    private(set) var deadline: Instant?

    /// A line has been taken over.
    mutating func began(_ line: LineName, at now: Instant) {
        self.lines.insert(line)
        guard !self.isRecordRead, self.deadline == nil else { return }
        self.deadline = now.advanced(by: Self.maximumWait)
    }

    /// Whether the event waits for the record; a line that begins at rest has nothing to learn from it.
    mutating func holds(_ event: LineEvent) -> Bool {
        guard self.deadline != nil else { return false }
        switch event {
        case .level(let line, .inactive, _) where self.lines.contains(line) && !self.isHolding(line):
            self.lines.remove(line)
            return false
        case .edge(let edge) where self.lines.contains(edge.line): break
        case .level(let line, _, _) where self.lines.contains(line): break
        case .edge, .level, .lost, .output, .health, .traits, .noise: return false
        }
        self.events.append(event)
        return true
    }

    private func isHolding(_ line: LineName) -> Bool {
        self.events.contains { event in
            if case .level(line, _, _) = event { true } else { false }
        }
    }

    /// The record says since when lines had been active, or cannot be read; returns what has waited.
    mutating func recordRead(_ activeSince: [LineName: Instant]) -> [LineEvent] {
        self.isRecordRead = true
        self.activeSince = activeSince
        return self.release()
    }

    /// The record was waited for long enough; returns what has waited.
    mutating func deadlineReached(at now: Instant) -> [LineEvent] {
        guard let deadline = self.deadline, deadline <= now else { return [] }
        return self.release()
    }

    /// Since when the first level of a line has been what it is, when an earlier run had seen it so.
    mutating func takeActiveSince(_ line: LineName) -> Instant? {
        guard self.lines.remove(line) != nil else { return nil }
        return self.activeSince.removeValue(forKey: line)
    }

    private mutating func release() -> [LineEvent] {
        defer { (self.deadline, self.events) = (nil, []) }
        return self.events
    }
}
