internal import Timeline

/// What was seen of a line whose edges nobody counts while it kept moving: enough to tell a flood although most of it
/// was lost.
///
/// Where the kernel keeps 16 edges and drops the rest, a flood is read in short pieces with blind times between them,
/// and the slower the reader, the fewer edges it reads. What betrays a flood is that whenever the line was in sight, it
/// made more edges than any signal, and that it was never seen at rest. A contact that bounces comes to rest.
struct VisibleRun: Hashable, Sendable {
    /// How long a line must be seen without an edge to be at rest: a contact has bounced out by then.
    static let rest = Duration.milliseconds(20)
    /// Edges that a judgement of how dense they are needs: two queues of the kernel.
    static let sample = 32
    /// Pieces, with blind times between them, that a flood is seen in: a contact that is pressed and left while nobody
    /// reads shows two.
    static let pieces = 3
    /// How long a line that has flooded must move without rest to flood still: no contact bounces for as long.
    static let renewal = Duration.milliseconds(50)

    private struct Run: Hashable {
        let begun: Instant
        var last: Instant
        /// Edges in sight; those of long ago count for a half, a quarter and so on.
        var edges = 1
        /// Stretches in sight, with blind times between them.
        var pieces = 1
        /// How long the line was in sight for these edges, counted in the same way.
        var seen = Duration.zero
    }

    private var run: Run?
    /// Up to when nothing that the line did after its last edge is known, because the kernel's queue was full.
    private var blindUntil: Instant?

    /// Edges that were read at `now`, in their order; the kernel may have dropped edges behind them when its queue
    /// `wasFull`.
    mutating func saw(_ edges: [KernelEdge], wasFull: Bool, at now: Instant) {
        for edge in edges {
            self.saw(edge.at)
            self.blindUntil = nil
        }
        if wasFull { self.blindUntil = now }
    }

    private mutating func saw(_ stamp: Instant) {
        guard var run = self.run else { return self.run = Run(begun: stamp, last: stamp) }
        // An edge that was stamped before the queue was read had its place there, so nothing was missed before it.
        let seenFrom = self.blindUntil.map { min(max(run.last, $0), max(run.last, stamp)) } ?? run.last
        let gap = seenFrom.duration(to: stamp)
        guard gap < Self.rest else { return self.run = Run(begun: stamp, last: stamp) }
        run.seen += max(gap, .zero)
        if self.blindUntil != nil { run.pieces += 1 }
        run.edges += 1
        run.last = stamp
        // A slow signal that never rests must not outweigh for minutes what comes after it.
        if run.seen > EdgeGate.window {
            run.seen /= 2
            run.edges /= 2
        }
        self.run = run
    }

    /// Whether the line makes more edges than any signal and has not rested for a window's time.
    ///
    /// One already known to flood has to be seen as dense, for `renewal` only.
    func isFlood(isKnown: Bool) -> Bool {
        guard let run = self.run, run.edges >= Self.sample else { return false }
        let isDense = EdgeGate.window * run.edges >= run.seen * EdgeGate.maximumEdges
        let lasted = run.begun.duration(to: run.last)
        let hasLasted = isKnown ? lasted >= Self.renewal : lasted >= EdgeGate.window && run.pieces >= Self.pieces
        return isDense && hasLasted
    }

    /// Begins anew: what came in between was not looked at.
    mutating func forget() {
        self = VisibleRun()
    }
}
