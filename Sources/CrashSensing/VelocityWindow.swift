internal import Timeline

/// The change of velocity up to each of the last samples, so that the change over any window up to now is a difference.
struct VelocityWindow: Sendable {
    private struct Entry {
        let at: Instant
        let sum: PlanarVector
    }

    /// km/h for one g over one second.
    static let kilometersPerHourPerGSecond = 9.80665 * 3.6
    /// A gap of more is no gap between two samples but a loss: nothing is integrated over it.
    static let longestGap = Duration.milliseconds(10)

    private let length: Duration
    private var entries: [Entry] = []
    /// The first entry that still counts; those before are dropped from time to time.
    private var first = 0
    private var last: (at: Instant, acceleration: PlanarVector)?

    /// Keeps what is needed for windows of up to `length`.
    init(length: Duration) {
        self.length = length
    }

    /// The change since the first sample that was ever taken.
    var sum: PlanarVector { self.entries.last?.sum ?? .zero }

    /// Takes accelerations in g; `false` when samples are missing before this one.
    mutating func take(_ acceleration: PlanarVector, at now: Instant) -> Bool {
        var sum = self.sum
        var isWhole = true
        if let last = self.last {
            let step = last.at.duration(to: now)
            isWhole = step <= Self.longestGap
            if isWhole {
                let factor = step.inSeconds / 2 * Self.kilometersPerHourPerGSecond
                sum.x += (last.acceleration.x + acceleration.x) * factor
                sum.y += (last.acceleration.y + acceleration.y) * factor
            }
        }
        self.last = (now, acceleration)
        self.entries.append(Entry(at: now, sum: sum))
        self.forget(before: now.advanced(by: .zero - self.length))
        return isWhole
    }

    /// The change of velocity over the last `window` in km/h.
    func change(over window: Duration) -> PlanarVector {
        guard let last = self.entries.last else { return .zero }
        return last.sum - self.sum(at: last.at.advanced(by: .zero - window))
    }

    /// The sum at an instant of the window, between two samples on the line through both.
    func sum(at instant: Instant) -> PlanarVector {
        var low = self.first
        var high = self.entries.count - 1
        guard low <= high, self.entries[low].at < instant else { return low <= high ? self.entries[low].sum : .zero }
        guard instant < self.entries[high].at else { return self.entries[high].sum }
        while high - low > 1 {
            let middle = (low + high) / 2
            if self.entries[middle].at <= instant { low = middle } else { high = middle }
        }
        let (before, after) = (self.entries[low], self.entries[high])
        let part = before.at.duration(to: instant).inSeconds / before.at.duration(to: after.at).inSeconds
        return PlanarVector(
            x: before.sum.x + (after.sum.x - before.sum.x) * part,
            y: before.sum.y + (after.sum.y - before.sum.y) * part
        )
    }

    private mutating func forget(before instant: Instant) {
        // One older entry stays, for the line through the edge of the window.
        while self.first + 1 < self.entries.count, self.entries[self.first + 1].at <= instant { self.first += 1 }
        guard self.first > self.entries.count / 2 else { return }
        self.entries.removeFirst(self.first)
        self.first = 0
    }
}
