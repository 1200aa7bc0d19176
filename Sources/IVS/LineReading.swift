internal import GPIO
internal import Timeline

/// Sees to it that no time is up for a line while an edge of it is still on its way to the loop.
///
/// A hold time is over only when the line was quiet all the while. On a busy machine the clock of the loop can be ahead
/// of the edges: a chatter that has not been read yet would look like a level that lasts.
struct LineReading: Hashable, Sendable {
    /// How long the lines may take to be read; then the loop goes by its own clock, so that a bus that hangs holds back
    /// no call for longer: the kernel gives up a transfer over I2C after one second.
    static let maximumWait = Duration.seconds(2)

    private var askedAt: Instant?
    /// Lines that moved since then.
    private var moved: Set<LineName> = []

    /// When a deadline of the lines is to be looked at: `due` itself, or the end of the wait for their reading.
    func deadline(of due: Instant?) -> Instant? {
        guard let due, let askedAt = self.askedAt else { return due }
        return max(due, askedAt.advanced(by: Self.maximumWait))
    }

    /// What a deadline that has come asks for.
    enum Step: Hashable, Sendable {
        case ask
        case wait
        /// The lines were not read in time; the clock says nothing of those that keep moving, of which further edges
        /// may wait.
        case goAhead(without: Set<LineName>)
    }

    /// An edge of a line came, or was lost.
    mutating func moved(_ line: LineName) {
        if self.askedAt != nil { self.moved.insert(line) }
    }

    /// A deadline of the lines has come.
    mutating func due(at now: Instant) -> Step {
        guard let askedAt = self.askedAt else {
            self.askedAt = now
            self.moved = []
            return .ask
        }
        guard askedAt.advanced(by: Self.maximumWait) <= now else { return .wait }
        self.askedAt = nil
        return .goAhead(without: self.moved)
    }

    /// Every edge up to some instant has been handed over.
    mutating func answered() {
        self.askedAt = nil
    }
}
