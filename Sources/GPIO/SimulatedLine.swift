import Timeline

/// One simulated line: the contact or load outside, and what the line shows of it.
struct SimulatedLine: Sendable {
    let specification: LineSpecification
    private(set) var health = LineHealth.good
    /// What the line shows.
    private(set) var level: Level
    /// Counts the commands that move the contact, so that what is left of an earlier one can tell it is outdated.
    private(set) var motion: UInt64 = 0
    /// Where the contact has been moved to; the line shows it unless it sticks or cannot be used.
    private var contact: Level
    private var isStuck = false
    private var sequence: UInt64 = 0
    private var edgesToDrop = 0
    private var check = SequenceCheck()

    init(_ specification: LineSpecification) {
        self.specification = specification
        self.level = specification.initial
        self.contact = specification.initial
    }

    private var name: LineName { self.specification.name }

    /// The report of the line as it stands, for the start and for a line that comes back.
    func reading(at now: Instant) -> LineEvent {
        guard self.health == .good else { return .health(line: self.name, health: self.health) }
        return switch self.specification.direction {
        case .input: .level(line: self.name, level: self.level, at: now)
        case .output: .output(line: self.name, level: self.level, at: now)
        }
    }

    /// Starts a movement of the contact and returns its number.
    mutating func beginMotion() -> UInt64 {
        self.motion += 1
        return self.motion
    }

    /// Moves the contact; the line follows unless it sticks or cannot be used.
    mutating func moveContact(to level: Level, at now: Instant) -> [LineEvent] {
        self.contact = level
        return self.follow(at: now)
    }

    /// The level that the next step of a chatter goes to.
    var oppositeContact: Level { self.contact.opposite }

    /// Moves the line to `level` and holds it there, wherever the contact goes.
    mutating func stick(at level: Level, at now: Instant) -> [LineEvent] {
        self.isStuck = true
        return self.show(level, at: now)
    }

    mutating func dropEdges(_ count: Int) {
        self.edgesToDrop += count
    }

    /// Takes the line out of use; a contact goes on moving unseen.
    mutating func lose(as health: LineHealth) -> [LineEvent] {
        guard self.health != health else { return [] }
        self.health = health
        return [.health(line: self.name, health: health)]
    }

    /// Undoes `stick`, `dropEdges` and `lose`; a line that was out of use is requested anew, an output at its
    /// initial level.
    mutating func restore(at now: Instant) -> [LineEvent] {
        self.isStuck = false
        self.edgesToDrop = 0
        guard self.health != .good else { return self.follow(at: now) }
        self.health = .good
        self.sequence = 0
        self.check = SequenceCheck()
        switch self.specification.direction {
        case .input: self.level = self.contact
        case .output: self.level = self.specification.initial
        }
        return [.health(line: self.name, health: .good), self.reading(at: now)]
    }

    /// Gives an output a level.
    mutating func drive(_ level: Level, at now: Instant) -> [LineEvent] {
        guard level != self.level else { return [] }
        self.level = level
        return [.output(line: self.name, level: level, at: now)]
    }

    private mutating func follow(at now: Instant) -> [LineEvent] {
        self.isStuck ? [] : self.show(self.contact, at: now)
    }

    private mutating func show(_ level: Level, at now: Instant) -> [LineEvent] {
        guard level != self.level else { return [] }
        self.level = level
        guard self.health == .good else { return [] }
        self.sequence += 1
        guard self.edgesToDrop == 0 else {
            self.edgesToDrop -= 1
            return []
        }
        let edge = LineEvent.edge(Edge(line: self.name, level: level, at: now, sequence: self.sequence))
        let missing = self.check.missing(before: self.sequence)
        guard missing > 0 else { return [edge] }
        return [.lost(line: self.name, count: missing), edge, self.reading(at: now)]
    }
}
