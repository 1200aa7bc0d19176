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

    private(set) var value: PlanarVector?
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
        let isStep = self.value.map { (mean - $0).magnitude > Self.largestStep } ?? false
        if !isStep { self.value = mean }
        self.restart()
    }

    /// What was calm before is over.
    mutating func restart() {
        self.sum = .zero
        self.count = 0
    }
}
