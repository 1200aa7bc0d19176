internal import Glibc

/// A low-pass filter of the channel frequency classes of SAE J211, one pass forward.
///
/// One pass of the two-pole filter that the class passes twice: causal, with a delay of some milliseconds.
struct ChannelFilter: Sendable {
    private let a0: Double
    private let b1: Double
    private let b2: Double
    private var inputs = (0.0, 0.0)
    private var outputs = (0.0, 0.0)

    /// Below three times its corner a filter is none any more; half of its half turn is far beyond that.
    private static let steepest = Double.pi / 4

    /// For samples at `rate` hertz, at least `CrashLimits.rates`; `frequencyClass` is 60 for decisions and 180 for records.
    init(frequencyClass: Double, rate: Double) {
        // The constant makes the attenuation of both passes that of the class (SAE J211-1, annex C).
        let angular = 2 * Double.pi * frequencyClass * 2.0775
        // Beyond a quarter turn it would swing up by itself.
        let warped = tan(max(0, min(Self.steepest, angular / rate / 2)))
        let divisor = 1 + 2.0.squareRoot() * warped + warped * warped
        self.a0 = warped * warped / divisor
        self.b1 = -2 * (warped * warped - 1) / divisor
        self.b2 = (-1 + 2.0.squareRoot() * warped - warped * warped) / divisor
    }

    mutating func filter(_ input: Double) -> Double {
        let fresh = self.a0 * (input + 2 * self.inputs.0 + self.inputs.1)
        let output = fresh + self.b1 * self.outputs.0 + self.b2 * self.outputs.1
        self.inputs = (input, self.inputs.0)
        self.outputs = (output, self.outputs.0)
        return output
    }
}
