/// What a crash line does while all is well, and what it does in a crash.
///
/// `high` is the line's active level, whatever the voltage.
package struct CrashLineProfile: Hashable, Sendable {
    /// A pulse train: a time high, then a time low, again and again.
    package struct Cycle: Hashable, Sendable {
        package var high: Duration
        package var low: Duration
        /// How far either part may be off; the larger of the two allowances counts.
        package var tolerance: Duration
        package var tolerancePercent: Int
        /// How many in a row are taken for the signal.
        package var count: Int

        package init(
            high: Duration,
            low: Duration,
            tolerance: Duration = .milliseconds(1),
            tolerancePercent: Int = 0,
            count: Int
        ) {
            self.high = high
            self.low = low
            self.tolerance = tolerance
            self.tolerancePercent = tolerancePercent
            self.count = count
        }

        package var period: Duration { self.high + self.low }

        var parts: [Part] { [Part(high: true, length: self.high), Part(high: false, length: self.low)] }

        /// Whether a whole cycle of these parts is one of this train.
        package func matches(high: Duration, low: Duration) -> Bool {
            self.isWithin(high, self.high) && self.isWithin(low, self.low)
        }

        /// Whether some cycle would be one of both trains.
        package func canBeTaken(for other: Cycle) -> Bool {
            self.overlaps(self.high, other, other.high) && self.overlaps(self.low, other, other.low)
        }

        /// How long a part of that level may last.
        func longest(high: Bool) -> Duration {
            let part = high ? self.high : self.low
            return part + self.allowance(part)
        }

        /// How short either part may be.
        var shortest: Duration {
            min(self.high - self.allowance(self.high), self.low - self.allowance(self.low))
        }

        private func allowance(_ part: Duration) -> Duration {
            max(self.tolerance, part * self.tolerancePercent / 100)
        }

        private func isWithin(_ found: Duration, _ part: Duration) -> Bool {
            let allowance = self.allowance(part)
            return part - allowance <= found && found <= part + allowance
        }

        private func overlaps(_ part: Duration, _ other: Cycle, _ otherPart: Duration) -> Bool {
            let distance = part < otherPart ? otherPart - part : part - otherPart
            return distance <= self.allowance(part) + other.allowance(otherPart)
        }
    }

    /// What a healthy unit sends while nothing has happened.
    package enum Idle: Hashable, Sendable {
        /// The line rests, and nothing tells whether the unit lives.
        case level(high: Bool)
        /// The unit shows that it lives.
        case cycles(Cycle)
    }

    /// What the unit sends in a crash.
    package enum Crash: Hashable, Sendable {
        /// A level that lasts.
        case level(high: Bool, hold: Duration)
        case cycles(Cycle)
    }

    package var idle: Idle
    package var crash: Crash
    /// An interval shorter than this is none: both its edges are taken back.
    package var glitch = Duration.milliseconds(1)
    /// How long after the start, or the ignition, what is missing is no fault yet.
    package var startupBlank = Duration.seconds(1)
    /// How long the line may say nothing that fits, or nothing at all, before that is a fault.
    package var faultAfter = Duration.seconds(12)
    /// How long further bursts are part of the same crash.
    package var lockout = Duration.seconds(5)
    /// How long a crash signal lasts, for a harness that plays one.
    package var burst = Duration.milliseconds(200)

    package init(idle: Idle, crash: Crash) {
        self.idle = idle
        self.crash = crash
    }

    /// How long after the ignition came on nothing counts: a unit that starts may send anything.
    ///
    /// What lasts longer counts then.
    package static let ignitionBlank = Duration.seconds(1)

    /// How long after the ignition went off a crash still counts: the crash itself may have cut the power.
    package static let acceptedAfterIgnition = Duration.seconds(5)

    /// How long a faulty line that has nothing but a level must rest before it is good again.
    package static let clearedAfter = Duration.seconds(2)

    /// After how many idle periods without an edge the unit is not heard any more.
    package static let silentPeriods = 5

    /// The plain level that most harnesses have: low at rest, high for 100 ms in a crash.
    package static let level = CrashLineProfile(
        idle: .level(high: false),
        crash: .level(high: true, hold: .milliseconds(100))
    )

    /// How long a crash level must last; zero where the crash is no level.
    package var hold: Duration {
        switch self.crash {
        case .level(_, let hold): hold
        case .cycles: .zero
        }
    }

    /// Whether rest and crash are two levels, with nothing that shows life.
    package var isPlainLevel: Bool {
        switch (self.idle, self.crash) {
        case (.level(let rest), .level(let crash, _)): rest != crash
        case (.level, .cycles), (.cycles, .level), (.cycles, .cycles): false
        }
    }

    /// A level and how long it lasts.
    package struct Part: Hashable, Sendable {
        package let high: Bool
        package let length: Duration

        package init(high: Bool, length: Duration) {
            self.high = high
            self.length = length
        }
    }

    /// One crash as its unit sends it, for a harness: a burst of at least as many cycles as count.
    package var crashParts: [Part] {
        switch self.crash {
        case .level(let high, let hold): [Part(high: high, length: max(self.burst, hold))]
        case .cycles(let cycle):
            Array(repeating: cycle.parts, count: max(cycle.count + 1, Int(self.burst / cycle.period))).flatMap(\.self)
        }
    }

    /// What is sent all the time while nothing has happened; empty for a line that rests.
    package var idleParts: [Part] {
        switch self.idle {
        case .level: []
        case .cycles(let cycle): cycle.parts
        }
    }

    /// The level of a line that rests, low for one that never does.
    package var rest: Bool {
        switch self.idle {
        case .level(let high): high
        case .cycles: false
        }
    }

    /// Whether a part of what has to be heard may be as short as a glitch.
    private var isAsShortAsGlitch: Bool {
        var parts: [Duration] = []
        if case .cycles(let cycle) = self.idle { parts.append(cycle.shortest) }
        switch self.crash {
        // A level has no part to be lost, but may count no sooner than it is none.
        case .level(_, let hold): if hold < self.glitch { return true }
        case .cycles(let cycle): parts.append(cycle.shortest)
        }
        return parts.contains { $0 <= self.glitch }
    }

    /// Whether crash and idle can be told apart, a resting line is no crash and no signal a glitch; else why not.
    package var contradiction: String? {
        switch (self.idle, self.crash) {
        case (.level(let rest), .level(let crash, _)) where rest == crash:
            "the crash level is the one at rest"
        case (.cycles(let idle), .cycles(let crash)) where idle.canBeTaken(for: crash):
            "some cycle would be one of idle and one of crash"
        case (.cycles(let idle), .level(let high, let hold)) where idle.longest(high: high) >= hold:
            "the idle signal may have the crash level for as long as a crash"
        case _ where self.isAsShortAsGlitch:
            "a part of the signal may be as short as a glitch"
        case (.level, .level), (.level, .cycles), (.cycles, .cycles), (.cycles, .level): nil
        }
    }
}
