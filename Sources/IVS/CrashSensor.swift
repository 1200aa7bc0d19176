internal import CrashSensing
internal import NIOConcurrencyHelpers
internal import Sensors
internal import Timeline

/// The accelerometer of one rig, and the detector that takes its samples where they come: the loop hears what they mean.
final class CrashSensor: Sendable {
    private let settings: CrashSettings
    private let source: IIOSource?
    private let player: NIOLockedValueBox<TracePlayer?> = NIOLockedValueBox(nil)
    private let detector: NIOLockedValueBox<CrashDetector?>
    private let now: @Sendable () -> Instant
    private let schedule: TracePlayer.Schedule
    private let post: @Sendable (SensorNews) -> Void

    init(
        _ settings: CrashSettings,
        now: @escaping @Sendable () -> Instant,
        schedule: @escaping TracePlayer.Schedule,
        post: @escaping @Sendable (SensorNews) -> Void
    ) {
        self.settings = settings
        if case .iio(let device) = settings.source {
            self.source = IIOSource(device, now: now)
        } else {
            self.source = nil
        }
        self.detector = NIOLockedValueBox(nil)
        self.now = now
        self.schedule = schedule
        self.post = post
    }

    /// Begins to read; a recording that is configured begins to play.
    func start() {
        self.source?.start { [weak self] in self?.take($0) }
        if case .trace(let file?) = self.settings.source {
            do throws(TraceMistake) { try self.play(path: file) } catch {
                self.post(.failed(SensorProblem.badTrace(error).description))
            }
        }
    }

    func stop() {
        self.source?.stop()
        self.player.withLockedValue { $0 }?.stop()
    }

    /// Plays a recording in place of a sensor; waits for the disk.
    func play(path: String?) throws(TraceMistake) {
        guard case .trace(let configured) = self.settings.source else {
            throw TraceMistake(
                file: path ?? "the recording",
                line: 0,
                found: "a sensor",
                expected: "accelerometer.source: trace"
            )
        }
        guard let path = path ?? configured else {
            throw TraceMistake(
                file: "the recording",
                line: 0,
                found: "no file",
                expected: "one that is named or configured"
            )
        }
        let trace = try CSVTrace(path: path)
        let player = TracePlayer(now: self.now, schedule: self.schedule) { [weak self] in self?.take($0) }
        let earlier = self.player.withLockedValue { current in
            defer { current = player }
            return current
        }
        earlier?.stop()
        player.play(trace)
    }

    private func take(_ event: SensorEvent) {
        switch event {
        case .working(let rate):
            // A device that says nothing of its rate is taken for one of 1 kHz: the filter is all that depends on it.
            let detector = CrashDetector(rate: rate > 0 ? rate : 1_000, limits: self.settings.limits)
            self.detector.withLockedValue { $0 = detector }
            self.post(.working(rate: rate))
        case .failed(let problem): self.post(.failed(problem.description))
        case .samples(let samples):
            let signs = self.detector.withLockedValue { detector in
                samples.flatMap { detector?.take($0) ?? [] }
            }
            for sign in signs { self.post(.sign(sign)) }
        }
    }
}
