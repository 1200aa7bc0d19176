/// What the sensor shows along the planar axes while nothing happens: offset, mounting and slope.
///
/// Learned from blocks of calm samples, and frozen by whoever does not feed it.
struct BiasEstimate: Hashable, Sendable {
    /// How many seconds of calm make one estimate.
    static let blockSeconds = 1.0
    /// How far a sample of a calm block may be from 1 g.
    static let calm = 0.1
    /// How far the estimate may move at once: braking and cornering are no bias.
    static let largestStep = 0.15

    /// How many blocks in a row have to agree on what is further away: the first one may have been of a car that braked.
    static let agreeingBlocks = 5
    /// How close to each other they have to be.
    static let agreement = 0.05

    private(set) var value: PlanarVector?
    private var candidate = PlanarVector.zero
    private var agreeing = 0
    private var sum = PlanarVector.zero
    private var count = 0
    private let blockCount: Int

    init(rate: Double) {
        self.blockCount = max(1, Int(rate * Self.blockSeconds))
    }

    mutating func take(_ sample: AccelerationSample) {
        guard abs(sample.magnitude - 1) <= Self.calm else { return self.restart() }
        self.sum.x += sample.x
        self.sum.y += sample.y
        self.count += 1
        guard self.count >= self.blockCount else { return }
        let mean = PlanarVector(x: self.sum.x / Double(self.count), y: self.sum.y / Double(self.count))
        self.judge(mean)
        self.restart()
    }

    private mutating func judge(_ mean: PlanarVector) {
        if let value = self.value, (mean - value).magnitude > Self.largestStep {
            let agrees = self.agreeing > 0 && (mean - self.candidate).magnitude <= Self.agreement
            self.agreeing = agrees ? self.agreeing + 1 : 1
            self.candidate = mean
            guard self.agreeing >= Self.agreeingBlocks else { return }
        }
        self.value = mean
        self.agreeing = 0
    }

    /// What was calm before is over.
    mutating func restart() {
        self.sum = .zero
        self.count = 0
    }
}
