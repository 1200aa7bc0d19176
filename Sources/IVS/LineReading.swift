internal import GPIO
internal import Timeline

/// Sees to it that no time is up for a line while an edge of it is still on its way to the loop.
///
/// A hold time is over only when the line was quiet all the while. On a busy machine the clock of the loop can be ahead
/// of the edges: a chatter that has not been read yet would look like a level that lasts.
struct LineReading: Sendable {
    /// How long the lines may take to be read; then the loop goes by its own clock, so that a bus that hangs holds back
    /// no call for longer: the kernel gives up a transfer over I2C after one second.
    static let maximumWait = Duration.seconds(2)

    /// How much later than due the loop may come back to a question: beyond it the loop itself stood still, and edges
    /// may wait that nobody has had a chance to read.
    static let lateness = Duration.milliseconds(250)

    /// How long after its last event a line still counts as moving.
    static let movement = Duration.milliseconds(500)

    private var askedAt: Instant?
    /// Whether the question is one that was asked again.
    private var isRepeated = false
    /// Lines that moved since then: when that was handled, and the stamp of the last edge.
    private var moves: [LineName: (handledAt: Instant, stamp: Instant)] = [:]

    /// When a deadline of the lines is to be looked at: `due` itself, or the end of the wait for their reading.
    func deadline(of due: Instant?) -> Instant? {
        guard let due, let askedAt = self.askedAt else { return due }
        return max(due, askedAt.advanced(by: Self.maximumWait))
    }

    /// What a deadline that has come asks for.
    enum Step: Hashable, Sendable {
        case ask
        case wait
        /// The lines were not read in time. Of those that keep moving nothing is known beyond their last edges, here
        /// with their stamps: further ones may wait.
        case goAhead(known: [LineName: Instant])
    }

    /// An event of a line came; `stamp` is when it happened.
    mutating func moved(_ line: LineName, at now: Instant, stamp: Instant) {
        if self.askedAt != nil { self.moves[line] = (now, stamp) }
    }

    /// A deadline of the lines has come.
    mutating func due(at now: Instant) -> Step {
        guard let askedAt = self.askedAt else {
            self.ask(at: now, again: false)
            return .ask
        }
        let until = askedAt.advanced(by: Self.maximumWait)
        guard until <= now else { return .wait }
        if until.advanced(by: Self.lateness) < now, !self.isRepeated {
            self.ask(at: now, again: true)
            return .ask
        }
        self.askedAt = nil
        let moving = self.moves.filter { now < $0.value.handledAt.advanced(by: Self.movement) }
        return .goAhead(known: moving.mapValues(\.stamp))
    }

    private mutating func ask(at now: Instant, again: Bool) {
        self.askedAt = now
        self.isRepeated = again
        self.moves = [:]
    }

    /// Every edge up to some instant has been handed over.
    mutating func answered() {
        self.askedAt = nil
    }
}
