internal import Timeline

/// The record of an event that is still being filled.
struct UnfinishedRecord: Sendable {
    var record: CrashRecord
    /// The change of velocity up to time zero.
    let start: PlanarVector
    /// The event as it was judged, once it has ended.
    var ended: CrashRecord?
    private var previous: (after: Duration, change: PlanarVector) = (.zero, .zero)

    init(record: CrashRecord, start: PlanarVector) {
        self.record = record
        self.start = start
    }

    /// Takes a sample, and the sum of all changes up to it.
    mutating func take(_ sample: AccelerationSample, change sum: PlanarVector) {
        let after = self.record.timeZero.duration(to: sample.at)
        let change = sum - self.start
        if self.record.changes.isEmpty { self.record.changes = [.zero] }
        while self.record.changes.count < CrashRecord.count {
            let due = CrashRecord.interval * self.record.changes.count
            guard due <= after else { break }
            self.record.changes.append(self.change(at: due, after, change))
        }
        self.previous = (after, change)
        guard after <= CrashRecord.after, self.record.samples.last?.at != sample.at,
            self.record.samples.count < CrashRecord.maximumSamples
        else { return }
        self.record.samples.append(sample)
    }

    /// The change at an instant between the last sample and this one.
    private func change(at due: Duration, _ after: Duration, _ change: PlanarVector) -> PlanarVector {
        let span = (after - self.previous.after).inSeconds
        let part = span > 0 ? (due - self.previous.after).inSeconds / span : 1
        return PlanarVector(
            x: self.previous.change.x + (change.x - self.previous.change.x) * part,
            y: self.previous.change.y + (change.y - self.previous.change.y) * part
        )
    }

    /// The record with everything in it, once the event has ended and its time is up.
    func whole(at now: Instant, roll: RolloverDetector) -> CrashRecord? {
        guard let ended = self.ended, self.record.timeZero.advanced(by: CrashRecord.after) <= now else { return nil }
        var record = ended
        record.changes = self.record.changes
        record.samples = self.record.samples
        record.isIncomplete = record.isIncomplete || self.record.isIncomplete
        record.rollAngle = roll.angle == nil ? nil : roll.largestAngle
        record.hasRolledOver = roll.hasRolled
        return record
    }
}

/// The samples of the last moments.
struct SampleRing: Sendable {
    /// Twice what a sensor of 6.4 kHz gives in the longest ring: what is old is dropped in blocks.
    private static let maximumSamples = 2 * CrashRecord.maximumSamples

    private let length: Duration
    private(set) var samples: [AccelerationSample] = []

    init(length: Duration) {
        self.length = length
    }

    mutating func append(_ sample: AccelerationSample) {
        self.samples.append(sample)
        let begin = sample.at.advanced(by: .zero - self.length)
        // Dropped in blocks: a shift for each sample would cost more than the samples.
        guard let first = self.samples.first, first.at.advanced(by: self.length) < begin else {
            if self.samples.count > Self.maximumSamples { self.samples.removeFirst(self.samples.count / 2) }
            return
        }
        self.samples.removeAll { $0.at < begin }
    }
}

extension CrashRecord {
    /// Judges one more change of velocity since time zero.
    mutating func take(_ change: PlanarVector, after: Duration) {
        if change.magnitude > self.maximum.magnitude {
            self.maximum = change
            self.maximumAfter = after
        }
        if abs(change.x) > abs(self.maximumLongitudinal) {
            self.maximumLongitudinal = change.x
            self.longitudinalAfter = after
        }
        if abs(change.y) > abs(self.maximumLateral) {
            self.maximumLateral = change.y
            self.lateralAfter = after
        }
    }
}
