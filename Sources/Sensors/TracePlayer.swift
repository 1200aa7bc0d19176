internal import CrashSensing
private import NIOConcurrencyHelpers
package import Timeline

/// Plays a recorded trace in the time in which it was recorded, in place of a sensor.
///
/// The trace begins behind a moment of rest that is told at once, so that the bias is known; then each batch comes when
/// its last sample is due.
package final class TracePlayer: Sendable {
    /// What is told of rest before the trace begins: more than the bias needs.
    static let leadInSeconds = 1.2
    /// How much of the trace makes a batch.
    static let batch = Duration.milliseconds(10)

    /// Runs the closure once after the duration, on any thread.
    package typealias Schedule = @Sendable (Duration, @escaping @Sendable () -> Void) -> Void

    private struct Progress {
        /// Counts the traces, so that what is left of an earlier one can tell it is outdated.
        var number = 0
        var next = 0
    }

    private let progress = NIOLockedValueBox(Progress())
    private let now: @Sendable () -> Instant
    private let schedule: Schedule
    private let deliver: @Sendable (SensorEvent) -> Void

    package init(
        now: @escaping @Sendable () -> Instant,
        schedule: @escaping Schedule,
        deliver: @escaping @Sendable (SensorEvent) -> Void
    ) {
        self.now = now
        self.schedule = schedule
        self.deliver = deliver
    }

    /// Plays a trace from its beginning; one that is being played ends.
    package func play(_ trace: CSVTrace) {
        let number = self.progress.withLockedValue { progress in
            progress.number += 1
            progress.next = 0
            return progress.number
        }
        let start = self.now()
        self.deliver(.working(rate: trace.rate))
        self.deliver(.samples(self.rest(before: start, of: trace)))
        self.goOn(trace, start, number)
    }

    package func stop() {
        self.progress.withLockedValue { $0.number += 1 }
    }

    private func rest(before start: Instant, of trace: CSVTrace) -> [AccelerationSample] {
        let count = max(1, Int(trace.rate * Self.leadInSeconds))
        let step = Duration.seconds(Self.leadInSeconds) / count
        return (0..<count).reversed().map { back in
            let hasRoll = trace.samples.first?.rollRate != nil
            return AccelerationSample(
                at: start.advanced(by: .zero - step * (back + 1)),
                x: 0,
                y: 0,
                z: 1,
                rollRate: hasRoll ? 0 : nil
            )
        }
    }

    private func goOn(_ trace: CSVTrace, _ start: Instant, _ number: Int) {
        let due = Instant.boot.advanced(by: start.duration(to: self.now()))
        let batch = self.progress.withLockedValue { progress -> [AccelerationSample]? in
            guard progress.number == number, progress.next < trace.samples.count else { return nil }
            let ready = trace.samples[progress.next...].prefix { $0.at <= due }
            progress.next += ready.count
            return ready.map { $0.moved(by: start, from: .boot) }
        }
        guard let batch else { return }
        if !batch.isEmpty { self.deliver(.samples(batch)) }
        self.schedule(Self.batch) { [weak self] in self?.goOn(trace, start, number) }
    }
}
