package import Timeline

/// What the sensors measured at one instant, in the axes of the vehicle.
///
/// `x` points forward, `y` to the right, `z` up; all in g, as an accelerometer measures: a vehicle at rest on its wheels
/// has 1 g along `z`.
package struct AccelerationSample: Hashable, Sendable {
    package let at: Instant
    package let x: Double
    package let y: Double
    package let z: Double
    /// Degrees per second about the forward axis, to the right positive; `nil` without a gyro.
    package let rollRate: Double?
    /// Whether an axis was at the end of its range.
    package let isSaturated: Bool

    package init(at: Instant, x: Double, y: Double, z: Double, rollRate: Double? = nil, isSaturated: Bool = false) {
        self.at = at
        self.x = x
        self.y = y
        self.z = z
        self.rollRate = rollRate
        self.isSaturated = isSaturated
    }

    /// No sensor for vehicles measures a tenth of it, and sums of it stay whole numbers that can be told.
    package static let largestAcceleration = 10_000.0
    /// The same for a roll rate, in degrees per second.
    package static let largestRollRate = 100_000.0

    /// Whether every value is a number that a sensor can have measured.
    package var isPlausible: Bool {
        [self.x, self.y, self.z].allSatisfy { abs($0) <= Self.largestAcceleration }
            && self.rollRate.map { abs($0) <= Self.largestRollRate } ?? true
    }

    /// The magnitude of what is measured along the three axes, 1 g at rest.
    var magnitude: Double { (self.x * self.x + self.y * self.y + self.z * self.z).squareRoot() }
}

/// Two values along the vehicle's own axes, `x` forward and `y` to the right.
package struct PlanarVector: Hashable, Sendable {
    package var x: Double
    package var y: Double

    package init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }

    package static let zero = PlanarVector(x: 0, y: 0)

    package var magnitude: Double { (self.x * self.x + self.y * self.y).squareRoot() }

    static func - (left: PlanarVector, right: PlanarVector) -> PlanarVector {
        PlanarVector(x: left.x - right.x, y: left.y - right.y)
    }
}

extension Duration {
    /// The same in seconds, to the precision of a double.
    var inSeconds: Double {
        let (seconds, attoseconds) = self.components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
