internal import Timeline

/// Levels in time that a simulated contact goes through: some of them once, then others again and again, or for ever.
package struct LineSignal: Hashable, Sendable {
    /// A level and how long it lasts.
    package struct Part: Hashable, Sendable {
        package let level: Level
        package let length: Duration

        package init(_ level: Level, _ length: Duration) {
            self.level = level
            self.length = length
        }
    }

    package let once: [Part]
    /// What is repeated behind it; empty where the contact then stays.
    package let again: [Part]
    /// The level at which it stays where nothing is repeated.
    package let rest: Level

    package init(once: [Part], again: [Part], rest: Level) {
        self.once = once
        self.again = again
        self.rest = rest
    }

    /// Shorter parts would be more than a machine can play.
    package static let minimumPart = Duration.microseconds(500)
    /// More parts than the longest burst of the fastest signal has.
    package static let maximumParts = 40_000

    /// The part of a number, counted over all repetitions; `nil` behind the last.
    func part(_ number: Int) -> Part? {
        if number < self.once.count { return self.once[number] }
        guard !self.again.isEmpty else { return nil }
        return self.again[(number - self.once.count) % self.again.count]
    }
}

/// A signal that is being played, and how far it has come.
struct PlayedSignal: Sendable {
    private let signal: LineSignal
    private var number = 0
    /// When the next part begins; `nil` when the last one has.
    private(set) var nextAt: Instant?

    init(_ signal: LineSignal, at start: Instant) {
        self.signal = signal
        self.nextAt = start
    }

    /// The level that begins at `nextAt`, and goes on to the next part.
    mutating func takeNext() -> Level {
        guard let begun = self.nextAt, let part = self.signal.part(self.number) else {
            self.nextAt = nil
            return self.signal.rest
        }
        self.number += 1
        self.nextAt = begun.advanced(by: part.length)
        return part.level
    }

    /// Leaves out the time up to `now`, in which nobody was there to play.
    mutating func skip(to now: Instant) {
        if self.nextAt != nil { self.nextAt = now }
    }
}
