internal import Glibc
internal import Timeline

/// The roll angle of the vehicle, and whether it has rolled over.
package struct RolloverDetector: Hashable, Sendable {
    /// How the vehicle lies.
    package enum Orientation: String, Hashable, Sendable, CaseIterable {
        case wheels
        case rightSide
        case leftSide
        case roof
    }

    /// How close to 1 g the vehicle must be for gravity to say where up is.
    static let calm = 0.1
    /// How slowly gravity corrects what the gyro has added up.
    static let correctionSeconds = 2.0
    /// Below it a vehicle stands, in degrees: no road slopes as much.
    static let uprightAngle = 45.0
    /// How much of the calm has to show it upright: one sample of a jolt does not.
    static let uprightFor = Duration.milliseconds(100)
    /// How long the vehicle must lie still before its orientation is told.
    static let stillFor = Duration.seconds(1)

    private let limits: CrashLimits
    /// Degrees to the right, over all turns; `nil` before gravity has said anything.
    package private(set) var angle: Double?
    /// The largest so far, with its sign.
    package private(set) var largestAngle = 0.0
    /// How it lies, once it has lain still.
    package private(set) var orientation: Orientation?
    private var last: Instant?
    private var overSince: Instant?
    private var safedAt: Instant?
    private var stillSince: Instant?
    package private(set) var hasRolled = false
    /// Whether it has been seen upright: one that lies on its roof when the sensor comes does not roll over by that.
    private var hasStood: Bool { self.stoodFor >= Self.uprightFor }
    /// How much of the calm has shown it upright, with none between that has shown it otherwise.
    private var stoodFor = Duration.zero
    /// How much calm this sensor has seen since it came: before that one sample of a jolt would be the angle.
    private var calmFor = Duration.zero

    private var isSettled: Bool { self.calmFor >= Self.uprightFor }

    /// Goes on from what an `earlier` one of the same vehicle has seen: that it stood, and that it has rolled over.
    package init(limits: CrashLimits = CrashLimits(), behind earlier: RolloverDetector? = nil) {
        self.limits = limits
        self.stoodFor = earlier?.stoodFor ?? .zero
        self.hasRolled = earlier?.hasRolled ?? false
    }

    /// How many quarters the vehicle has turned at the most.
    package var quarterTurns: Int { Int((abs(self.largestAngle) + 45) / 90) }

    /// Takes a sample; `true` when the vehicle rolls over with it.
    package mutating func take(_ sample: AccelerationSample) -> Bool {
        let step = self.last.map { $0.duration(to: sample.at) } ?? .zero
        self.last = sample.at
        self.turn(sample, step)
        self.rest(sample)
        if abs(sample.y) > self.limits.rolloverSafing || sample.z < self.limits.rolloverSafing {
            self.safedAt = sample.at
        }
        guard let angle = self.angle else { return false }
        if abs(angle) > abs(self.largestAngle) { self.largestAngle = angle }
        guard self.isSettled, self.hasStood, !self.hasRolled, self.isRollingOver(angle, sample) else { return false }
        self.hasRolled = true
        return true
    }

    private mutating func isRollingOver(_ angle: Double, _ sample: AccelerationSample) -> Bool {
        if abs(angle) > self.limits.rolloverAngle {
            let since = self.overSince ?? sample.at
            self.overSince = since
            if since.advanced(by: self.limits.rolloverHold) <= sample.at { return true }
        } else {
            self.overSince = nil
        }
        guard let rate = sample.rollRate, abs(rate) > self.limits.rolloverRate, (rate > 0) == (angle > 0),
            abs(angle) > self.limits.rolloverRateAngle, let safedAt = self.safedAt
        else { return false }
        return safedAt.duration(to: sample.at) <= self.limits.safingWithin
    }

    /// Adds up the gyro, and lets gravity correct it while nothing else is felt.
    private mutating func turn(_ sample: AccelerationSample, _ step: Duration) {
        // A gap is no turn: the gyro says nothing of it.
        let isWhole = step <= VelocityWindow.longestGap
        // Where it begins only gravity says: a gyro alone would take a vehicle on its roof for an upright one.
        if let angle = self.angle, let rate = sample.rollRate, isWhole { self.angle = angle + rate * step.inSeconds }
        guard abs(sample.magnitude - 1) < Self.calm else { return }
        let gravity = atan2(-sample.y, sample.z) * 180 / Double.pi
        if !self.hasStood, isWhole { self.stoodFor = abs(gravity) < Self.uprightAngle ? self.stoodFor + step : .zero }
        if isWhole { self.calmFor += step }
        guard let angle = self.angle, sample.rollRate != nil, self.isSettled else {
            self.angle = gravity
            return
        }
        let off = (gravity - angle).remainder(dividingBy: 360)
        self.angle = angle + off * min(1, step.inSeconds / Self.correctionSeconds)
    }

    private mutating func rest(_ sample: AccelerationSample) {
        let isStill = abs(sample.magnitude - 1) < Self.calm && abs(sample.rollRate ?? 0) < 5
        guard isStill else {
            self.stillSince = nil
            return
        }
        let since = self.stillSince ?? sample.at
        self.stillSince = since
        guard since.advanced(by: Self.stillFor) <= sample.at else { return }
        let limit = 0.7
        self.orientation =
            sample.z > limit ? .wheels : sample.z < -limit ? .roof : sample.y < 0 ? .rightSide : .leftSide
        guard self.orientation == .wheels else { return }
        // It stands again, after whatever turns: what comes next is another roll.
        self.angle = self.angle.map { $0.remainder(dividingBy: 360) }
        self.largestAngle = self.angle ?? 0
        self.hasRolled = false
        self.overSince = nil
    }
}
