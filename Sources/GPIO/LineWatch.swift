internal import Timeline

/// An edge as the kernel tells it.
struct KernelEdge: Hashable, Sendable {
    let level: Level
    let at: Instant
    /// The line's edges counted from 1, or 0 where they are not counted.
    let sequence: UInt64
}

/// One line of the kernel, as far as it has been seen: makes events of what is new.
///
/// A line that is away is asked for again and again; only a change of why is an event.
struct LineWatch: Sendable {
    let specification: LineSpecification

    private enum State {
        /// Not asked for yet. May become `away` or `held`.
        case unasked
        /// Cannot be used. May become `held`.
        case away(LineHealth)
        /// In our hands. May become `away`.
        case held(Held)
    }

    private struct Held {
        var level: Level
        var check: SequenceCheck
        var counted: UInt64 = 0
        var gate = EdgeGate()
        var run = VisibleRun()
        /// Since when the level read contradicts the last edge, with no edge waiting.
        var doubtedSince: Instant?
    }

    /// How long a level must contradict the last edge: the kernel queues an edge a little after the pin has changed.
    static let doubt = Duration.milliseconds(20)

    private var state = State.unasked

    init(_ specification: LineSpecification) {
        self.specification = specification
    }

    private var name: LineName { self.specification.name }

    var health: LineHealth? {
        switch self.state {
        case .unasked: nil
        case .away(let health): health
        case .held: .good
        }
    }

    var isHeld: Bool { self.held != nil }

    /// The level last seen of an input, or given to an output.
    var level: Level? { self.held?.level }

    /// Until when the line may not be read, because it floods.
    var closedUntil: Instant? { self.held?.gate.closedUntil }

    /// When the level is to be read again, because it contradicts the last edge.
    var recheckAt: Instant? {
        guard let held = self.held, held.gate.closedUntil == nil else { return nil }
        return held.doubtedSince?.advanced(by: Self.doubt)
    }

    private var held: Held? {
        switch self.state {
        case .unasked, .away: nil
        case .held(let held): held
        }
    }

    /// Begins to hold the line; `level` is the one before the first edge that waits.
    mutating func taken(level: Level, traits: LineTraits, at now: Instant) -> [LineEvent] {
        let wasAway = self.health != nil
        let check = traits.isResumed ? SequenceCheck(after: nil) : SequenceCheck()
        self.state = .held(Held(level: level, check: check))
        let news: [LineEvent] = wasAway ? [.health(line: self.name, health: .good)] : []
        return news + [.traits(line: self.name, traits: traits), self.reading(level, at: now)]
    }

    /// The line could not be had, or was lost; one that has vanished stays so until it is back.
    mutating func refused(_ health: LineHealth) -> [LineEvent] {
        switch (self.state, health) {
        case (.away(.vanished), .missing): return []
        case (.away(let before), _) where before == health: return []
        case (.unasked, _), (.away, _), (.held, _): break
        }
        self.state = .away(health)
        return [.health(line: self.name, health: health)]
    }

    /// Edges of an input, in the order in which they were read.
    mutating func edges(_ edges: [KernelEdge], at now: Instant) -> [LineEvent] {
        var events: [LineEvent] = []
        self.pass(edges, at: now, into: &events)
        return events
    }

    /// The same, without an array of its own on the way of every edge.
    mutating func pass(_ edges: [KernelEdge], at now: Instant, into events: inout [LineEvent]) {
        guard var held = self.held else { return }
        let countedBefore = held.counted
        for edge in edges {
            let missing = edge.sequence == 0 ? 0 : held.check.missing(before: edge.sequence)
            if missing > 0 { events.append(.lost(line: self.name, count: missing)) }
            held.counted += 1 + missing
            held.level = edge.level
            events.append(
                .edge(Edge(line: self.name, level: edge.level, at: edge.at, sequence: held.counted))
            )
        }
        if !edges.isEmpty { held.doubtedSince = nil }
        if Self.mayHaveOverrun(edges) {
            held.counted += Self.overrun
            events.append(.lost(line: self.name, count: Self.overrun))
            // How the line is now only its next edge tells; what it was doing has to begin anew here.
            events.append(self.reading(held.level, at: now))
        }
        let wasNoisy = held.gate.isNoisy
        // Those that were lost count too: a flood that overruns the kernel's queue is one all the more.
        held.gate.passed(Int(clamping: held.counted - countedBefore), at: now)
        if edges.last?.sequence == 0 { Self.lookForFlood(edges, &held, at: now) }
        if held.gate.isNoisy, !wasNoisy { events.append(.noise(line: self.name, isNoisy: true)) }
        self.state = .held(held)
    }

    /// Closes the gate when what was seen between the losses can only be a flood.
    private static func lookForFlood(_ edges: [KernelEdge], _ held: inout Held, at now: Instant) {
        held.run.saw(edges, wasFull: Self.mayHaveOverrun(edges), at: now)
        if held.run.isFlood(isKnown: held.gate.isNoisy), held.gate.closedUntil == nil { held.gate.flooded(at: now) }
    }

    /// The fewest edges that can be missing without the levels showing it.
    static let overrun: UInt64 = 2

    /// Whether the kernel may have thrown edges away behind these: where it counts none, a full queue is the only sign.
    private static func mayHaveOverrun(_ edges: [KernelEdge]) -> Bool {
        edges.count >= KernelLine.edgesPerReading && edges.last?.sequence == 0
    }

    /// The level of an input as it was read when no edge was waiting; one that goes on to contradict the last edge is
    /// a lost edge.
    mutating func settled(_ level: Level, at now: Instant) -> [LineEvent] {
        guard var held = self.held else { return [] }
        var events: [LineEvent] = []
        if level == held.level {
            held.doubtedSince = nil
        } else if let since = held.doubtedSince, since.advanced(by: Self.doubt) <= now {
            held.level = level
            held.doubtedSince = nil
            events = [.lost(line: self.name, count: 1), self.reading(level, at: now)]
        } else if held.doubtedSince == nil {
            held.doubtedSince = now
        }
        if held.gate.quieted(at: now) {
            events += [.noise(line: self.name, isNoisy: false), self.reading(level, at: now)]
        }
        self.state = .held(held)
        return events
    }

    /// Whether a line that flooded may be read again from now on.
    mutating func opened(at now: Instant) -> Bool {
        guard var held = self.held, held.gate.opened(at: now) else { return false }
        self.state = .held(held)
        return true
    }

    /// A line that flooded is open again, and what had queued up is thrown away: the noise was told, not each edge.
    mutating func resumed(_ level: Level, at now: Instant) -> [LineEvent] {
        guard var held = self.held else { return [] }
        held.level = level
        held.doubtedSince = nil
        held.check = SequenceCheck(after: nil)
        held.run.forget()
        self.state = .held(held)
        return [self.reading(level, at: now)]
    }

    /// An output has been given a level.
    mutating func driven(_ level: Level, at now: Instant) -> [LineEvent] {
        guard var held = self.held, held.level != level else { return [] }
        held.level = level
        self.state = .held(held)
        return [.output(line: self.name, level: level, at: now)]
    }

    /// The line as it stands, for one who has missed what was told.
    func report(at now: Instant) -> [LineEvent] {
        switch self.state {
        case .unasked: []
        case .away(let health): [.health(line: self.name, health: health)]
        case .held(let held): [self.reading(held.level, at: now)]
        }
    }

    private func reading(_ level: Level, at now: Instant) -> LineEvent {
        switch self.specification.direction {
        case .input: .level(line: self.name, level: level, at: now)
        case .output: .output(line: self.name, level: level, at: now)
        }
    }
}
