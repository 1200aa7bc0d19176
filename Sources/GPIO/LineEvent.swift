package import Timeline

/// A change of an input's level, stamped when it happened.
package struct Edge: Hashable, Sendable {
    package let line: LineName
    /// The level after the change.
    package let level: Level
    /// The kernel's time stamp of the edge, not the time of its reading.
    package let at: Instant
    /// The line's edges counted from 1 since it was requested; a gap means lost edges.
    package let sequence: UInt64

    package init(line: LineName, level: Level, at: Instant, sequence: UInt64) {
        self.line = line
        self.level = level
        self.at = at
        self.sequence = sequence
    }
}

/// What a bank of lines reports.
package enum LineEvent: Hashable, Sendable {
    case edge(Edge)
    /// So many edges of the line are missing; a level or an edge that shows where the line is comes with it.
    case lost(line: LineName, count: UInt64)
    /// The level of an input as it was read: at the start, after lost edges, and when a line comes back.
    case level(line: LineName, level: Level, at: Instant)
    /// An output now has this level.
    case output(line: LineName, level: Level, at: Instant)
    case health(line: LineName, health: LineHealth)
    /// How the line is served from now on; comes before its first level.
    case traits(line: LineName, traits: LineTraits)
    /// Whether the line makes more edges than any contact or signal; edges and levels in between are left out.
    case noise(line: LineName, isNoisy: Bool)
}

/// How a backend serves one line.
package struct LineTraits: Hashable, Sendable {
    /// How lost edges of an input are noticed.
    package enum LossDetection: String, Hashable, Sendable, CaseIterable {
        /// By a gap in the kernel's numbers of the line's edges.
        case sequence
        /// By two equal edges in a row, and by a level that contradicts the last edge.
        case levels
    }

    /// Whether the kernel debounces; the edges then need no other smoothing.
    package var isKernelDebounced: Bool
    package var lossDetection: LossDetection
    /// Whether the line was taken over from an earlier run of the daemon, so that no edge in between is missing.
    package var isResumed: Bool

    package init(isKernelDebounced: Bool = false, lossDetection: LossDetection, isResumed: Bool = false) {
        self.isKernelDebounced = isKernelDebounced
        self.lossDetection = lossDetection
        self.isResumed = isResumed
    }
}

/// Whether a line can be used, and if not, why.
package enum LineHealth: Hashable, Sendable, CustomStringConvertible {
    case good
    /// Another program holds the line; `detail` says where and what to do about it.
    case busy(holder: String, detail: String = "")
    /// The line was not found when it was asked for.
    case missing(reason: String)
    /// The line was there and is gone, as when its chip is unplugged.
    case vanished(reason: String)

    package var description: String {
        switch self {
        case .good: "good"
        case .busy(let holder, let detail): "in use by \(holder)" + (detail.isEmpty ? "" : ": \(detail)")
        case .missing(let reason): "missing: \(reason)"
        case .vanished(let reason): "vanished: \(reason)"
        }
    }
}
