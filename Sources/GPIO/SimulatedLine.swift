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
    /// What a harness plays on the contact.
    private var played: PlayedSignal?

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
        self.played = nil
        return self.motion
    }

    /// Moves the contact; the line follows unless it sticks or cannot be used.
    mutating func moveContact(to level: Level, at now: Instant) -> [LineEvent] {
        self.contact = level
        return self.follow(at: now)
    }

    /// How long a player may be late; what it could not play in time before that is left out.
    static let maximumLateness = Duration.seconds(1)

    /// When the signal that is played goes on; `nil` when there is none, or it has come to its end.
    var playsAt: Instant? { self.played?.nextAt }

    /// Begins to play a signal on the contact.
    mutating func play(_ signal: LineSignal, at now: Instant) -> [LineEvent] {
        self.played = PlayedSignal(signal, at: now)
        return self.playOn(to: now)
    }

    /// Plays what is due, each edge with the time at which it was due: like that of a kernel, its stamp does not depend on
    /// how busy the machine is.
    mutating func playOn(to now: Instant) -> [LineEvent] {
        guard var played = self.played else { return [] }
        if let next = played.nextAt, next.duration(to: now) > Self.maximumLateness { played.skip(to: now) }
        var events: [LineEvent] = []
        while let due = played.nextAt, due <= now { events += self.moveContact(to: played.takeNext(), at: due) }
        self.played = played.nextAt == nil ? nil : played
        return events
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
