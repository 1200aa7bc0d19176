package import Timeline

/// A rhythm of an output: steps of on and off, played in a loop or a number of times.
package struct Pattern: Hashable, Sendable {
    /// One stretch of a rhythm.
    package struct Step: Hashable, Sendable {
        package let on: Bool
        package let duration: Duration

        package init(on: Bool, for duration: Duration) {
            self.on = on
            self.duration = duration
        }
    }

    /// The shortest step, so that a table cannot keep the loop busy: 20 ms is beyond what an eye can follow.
    package static let minimumStep = Duration.milliseconds(20)

    let steps: [Step]
    let total: Duration?

    /// A rhythm that goes on until another takes its place, or for `total`, after which the output is off.
    package init(_ steps: [Step], for total: Duration? = nil) {
        precondition(!steps.isEmpty, "A pattern has at least one step; the configuration refuses an empty one.")
        self.steps = steps
        self.total = total
    }

    package static let off = Pattern([Step(on: false, for: .seconds(1))])
    package static let on = Pattern([Step(on: true, for: .seconds(1))])

    /// On and off for `half` each.
    package static func flash(_ half: Duration, for total: Duration? = nil) -> Pattern {
        Pattern([Step(on: true, for: half), Step(on: false, for: half)], for: total)
    }

    /// `count` beeps of `length` with equal pauses.
    package static func beeps(_ count: Int, _ length: Duration) -> Pattern {
        Pattern([Step(on: true, for: length), Step(on: false, for: length)], for: length * (2 * count - 1))
    }

    /// Whether the level never changes.
    private var isSteady: Bool {
        self.steps.allSatisfy { $0.on == self.steps[0].on }
    }

    /// The level `elapsed` after the start, and how long until it may change; `nil` for never.
    func level(after elapsed: Duration) -> (on: Bool, next: Duration?) {
        if let total = self.total, elapsed >= total { return (false, nil) }
        let left = self.total.map { $0 - elapsed }
        if self.isSteady { return (self.steps[0].on, left) }
        let cycle = self.steps.reduce(Duration.zero) { $0 + $1.duration }
        var position = elapsed - cycle * Int(elapsed / cycle)
        for step in self.steps {
            if position < step.duration {
                let remaining = step.duration - position
                return (step.on, left.map { min($0, remaining) } ?? remaining)
            }
            position -= step.duration
        }
        return (self.steps[0].on, self.steps[0].duration)
    }
}

/// Plays one pattern at a time on one output.
package struct PatternPlayer: Hashable, Sendable {
    private var pattern = Pattern.off
    private var startedAt = Instant.boot

    package init() {}

    /// Starts `pattern`; the pattern that is already playing goes on undisturbed.
    package mutating func play(_ pattern: Pattern, at now: Instant) {
        guard pattern != self.pattern else { return }
        self.pattern = pattern
        self.startedAt = now
    }

    /// Starts `pattern` from its beginning, even if it is playing.
    package mutating func restart(_ pattern: Pattern, at now: Instant) {
        self.pattern = pattern
        self.startedAt = now
    }

    /// Whether the output is on.
    package func isOn(at now: Instant) -> Bool {
        self.pattern.level(after: self.elapsed(at: now)).on
    }

    /// When the output may change; `nil` for a steady one.
    package func nextDeadline(after now: Instant) -> Instant? {
        self.pattern.level(after: self.elapsed(at: now)).next.map { now.advanced(by: $0) }
    }

    private func elapsed(at now: Instant) -> Duration {
        max(.zero, self.startedAt.duration(to: now))
    }
}
