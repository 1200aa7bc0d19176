import CrashSensing
import Foundation
import Timeline

/// A vehicle whose accelerations are given as functions of time, sampled at 1 kHz, and what a detector makes of them.
struct Trace {
    static let rate = 1_000.0

    var detector: CrashDetector
    private(set) var signs: [CrashDetector.Sign] = []
    private(set) var index = 0
    var bias = PlanarVector(x: 0.03, y: -0.02)

    /// At rest for long enough that the bias is known, unless it is said otherwise.
    init(limits: CrashLimits = CrashLimits(), restSeconds: Double = 1.5) {
        self.detector = CrashDetector(rate: Self.rate, limits: limits)
        self.rest(restSeconds)
    }

    var now: Instant { Instant(nanosecondsSinceBoot: Int64(self.index) * 1_000_000) }

    mutating func rest(_ seconds: Double) { self.play(seconds) { _ in .zero } }

    /// Accelerations in g along x and y over so many seconds, by the second since their begin.
    mutating func play(
        _ seconds: Double,
        z: Double = 1,
        rollRate: Double? = nil,
        saturated: Bool = false,
        _ acceleration: (Double) -> PlanarVector
    ) {
        for step in 0..<Int((seconds * Self.rate).rounded()) {
            let value = acceleration(Double(step) / Self.rate)
            self.index += 1
            self.take(
                AccelerationSample(
                    at: self.now,
                    x: value.x + self.bias.x,
                    y: value.y + self.bias.y,
                    z: z,
                    rollRate: rollRate,
                    isSaturated: saturated
                )
            )
        }
    }

    mutating func take(_ sample: AccelerationSample) { self.signs += self.detector.take(sample) }

    /// Lets time pass without a sample.
    mutating func skip(_ samples: Int) { self.index += samples }

    /// A half sine of so many g along x or y.
    mutating func halfSine(x: Double = 0, y: Double = 0, seconds: Double) {
        self.play(seconds) { time in
            let shape = sin(Double.pi * time / seconds)
            return PlanarVector(x: x * shape, y: y * shape)
        }
    }

    var events: [CrashRecord] { self.signs.compactMap { if case .event(let record) = $0 { record } else { nil } } }
    var ended: [CrashRecord] { self.signs.compactMap { if case .ended(let record) = $0 { record } else { nil } } }
    var recorded: [CrashRecord] { self.signs.compactMap { if case .recorded(let record) = $0 { record } else { nil } } }
    var severe: [CrashDetector.Severity] {
        self.signs.compactMap { if case .severe(_, let because) = $0 { because } else { nil } }
    }
    var rollovers: [Instant] { self.signs.compactMap { if case .rollover(let at) = $0 { at } else { nil } } }
}
