package import CrashSensing
package import Timeline

/// Notices a sensor that gives nothing any more, or always the same.
package struct SampleWatch: Sendable {
    /// How long no sample, or the same one, may come: far more than any rate and any rest.
    package static let patience = Duration.seconds(2)

    private var lastSampleAt: Instant
    private var value: [Double] = []
    private var changedAt: Instant
    private var isFaulty = false
    /// Whether two samples have differed.
    package private(set) var hasVaried = false

    package init(at start: Instant) {
        self.lastSampleAt = start
        self.changedAt = start
    }

    /// Samples have come at `now`; `true` when the sensor is well again by them.
    package mutating func took(_ samples: [AccelerationSample], at now: Instant) -> Bool {
        guard !samples.isEmpty else { return false }
        self.lastSampleAt = now
        for sample in samples {
            let value = [sample.x, sample.y, sample.z]
            if value != self.value {
                self.hasVaried = self.hasVaried || !self.value.isEmpty
                self.value = value
                self.changedAt = now
            }
        }
        guard self.isFaulty, self.changedAt == now else { return false }
        self.isFaulty = false
        return true
    }

    /// What is wrong at `now`, once.
    package mutating func problem(at now: Instant) -> SensorProblem? {
        guard !self.isFaulty else { return nil }
        let silence = self.lastSampleAt.duration(to: now)
        let sameness = self.changedAt.duration(to: now)
        let problem: SensorProblem? =
            silence >= Self.patience ? .silent(silence) : sameness >= Self.patience ? .frozen(sameness) : nil
        self.isFaulty = problem != nil
        return problem
    }
}
