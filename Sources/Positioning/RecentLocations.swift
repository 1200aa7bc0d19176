package import MSD
internal import Timeline

/// The present position and the two before it that the MSD carries, and nothing more (EU 2015/758: three at most).
///
/// Earlier positions are trusted ones and lie apart by a way that differs each time, so that neither the time between
/// them nor a speed can be worked out. The first two of a drive are kept as soon as they are worth it: else an accident
/// soon after the start would show no approach.
package struct RecentLocations: Hashable, Sendable {
    /// The least time between two kept positions, and between the first of them and the one that is told as present.
    package static let minimumSpacing = Duration.seconds(5)

    /// The least way between two kept positions, beyond what a receiver's noise makes of standing still.
    package static let minimumStepMeters = 10.0

    /// The least way once there are two: what the fastest car drives in `minimumSpacing`, so that the way decides and
    /// never the time.
    static let minimumVariedStepMeters = 300.0

    /// How much longer the way may be: both deltas stay well within their 1.58 km.
    static let stepVariationMeters = 200.0

    /// A place on the way, and when it was there for as long as that has to be known.
    private struct Passed: Hashable {
        let position: Position
        /// `nil` when it is long enough ago, or was surveyed.
        var at: Instant?
    }

    package private(set) var current: Fix?
    /// The newest first, two at most.
    private var earlier: [Passed] = []
    /// How far the next position to keep lies from the last one.
    private var step = Self.minimumStepMeters
    private var isFrozen = false

    package init() {}

    /// Takes a new fix; the one it replaces is kept when it is trusted and far enough from those before.
    ///
    /// Once frozen, it is the present position, and nothing more is kept.
    package mutating func update(_ fix: Fix) {
        if let current = self.current, !self.isFrozen, self.isWorthKeeping(current) {
            self.earlier = [Passed(position: current.position, at: current.takenAt)] + self.earlier.prefix(1)
            self.step = self.earlier.count < 2 ? Self.minimumStepMeters : Self.variedStep(after: current)
        }
        self.current = fix
        self.forgetTimes()
    }

    /// Forgets when the car was at a kept position, as soon as that is long enough ago for every rule.
    private mutating func forgetTimes() {
        guard let now = self.current?.takenAt else { return }
        for index in self.earlier.indices {
            let isLongAgo = self.earlier[index].at.map { $0.duration(to: now) >= Self.minimumSpacing } ?? true
            if index > 0 || isLongAgo { self.earlier[index].at = nil }
        }
    }

    /// Keeps the approach as it is from here on, at the time of an accident; when the car was there is forgotten.
    package mutating func freeze() {
        guard !self.isFrozen else { return }
        self.earlier = self.approach.map { Passed(position: $0.position, at: nil) }
        self.isFrozen = true
    }

    /// Keeps positions again, after the incident.
    package mutating func thaw() {
        self.isFrozen = false
    }

    /// N1 relative to the present position and N2 relative to N1; zero where there is no earlier position.
    package var deltas: (n1: LocationDelta, n2: LocationDelta) {
        let approach = self.approach
        guard let current = self.current, let first = approach.first else { return (.zero, .zero) }
        let n1 = LocationDelta(from: current.position, to: first.position)
        guard approach.count > 1 else { return (n1, .zero) }
        return (n1, LocationDelta(from: first.position, to: approach[1].position))
    }

    /// The earlier positions from the first that is old enough: with three at most, one just kept has to wait for that.
    private var approach: ArraySlice<Passed> {
        self.earlier.drop { passed in
            guard let at = passed.at, let now = self.current?.takenAt else { return false }
            return at.duration(to: now) < Self.minimumSpacing
        }
    }

    private func isWorthKeeping(_ fix: Fix) -> Bool {
        guard let radius = fix.radius95Meters, radius <= Fix.maximumTrustedRadiusMeters else { return false }
        guard let last = self.earlier.first else { return true }
        guard Ground.meters(from: last.position, to: fix.position) >= self.step else { return false }
        guard let taken = fix.takenAt, let before = last.at else { return true }
        return before.duration(to: taken) >= Self.minimumSpacing
    }

    /// The way to the next position, from the moment at which a fix arrived: nobody who sees the positions knows it.
    private static func variedStep(after fix: Fix) -> Double {
        let nanoseconds = UInt64(bitPattern: fix.takenAt?.nanosecondsSinceBoot ?? 0)
        // Multiplying by the golden ratio in 64 bits spreads neighbors (Knuth, volume 3, 6.4); the top ten bits count.
        let part = (nanoseconds &* 0x9E37_79B9_7F4A_7C15) >> 54
        return Self.minimumVariedStepMeters + Self.stepVariationMeters * Double(part) / 1_023
    }
}
