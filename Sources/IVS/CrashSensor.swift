internal import CrashSensing
internal import NIOConcurrencyHelpers
internal import Sensors
internal import Timeline

/// The accelerometer of one rig, and the detector that takes its samples where they come: the loop hears what they mean.
final class CrashSensor: Sendable {
    private let settings: CrashSettings
    private let source: IIOSource?
    private let player: NIOLockedValueBox<TracePlayer?> = NIOLockedValueBox(nil)
    private let judging: NIOLockedValueBox<Judging?>
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
        self.judging = NIOLockedValueBox(nil)
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

    /// What the sensor has to say, on any thread.
    func take(_ event: SensorEvent) {
        switch event {
        case .working(let rate): self.begin(rate)
        case .failed(let problem): self.post(.failed(problem.description))
        case .rollWorking: self.post(.rollWorking)
        case .rollFailed(let problem): self.post(.rollFailed(problem.description))
        case .samples(let samples): self.judge(samples)
        }
    }

    private func begin(_ rate: Double) {
        guard rate == 0 || CrashLimits.rates.contains(rate) else {
            self.judging.withLockedValue { $0 = nil }
            return self.post(.failed(SensorProblem.badRate(rate).description))
        }
        // A device that says nothing of its rate is taken for one of 1 kHz: the filter is all that depends on it.
        let now = self.now()
        self.judging.withLockedValue { judging in
            let detector = CrashDetector(
                rate: rate > 0 ? rate : 1_000,
                limits: self.settings.limits,
                behind: judging?.detector
            )
            judging = Judging(detector: detector, rate: rate, usableAt: now)
        }
        self.post(.working(rate: rate))
    }

    private func judge(_ samples: [AccelerationSample]) {
        let now = self.now()
        let news = self.judging.withLockedValue { $0?.take(samples, at: now) ?? [] }
        for item in news { self.post(item) }
    }

    /// The detector, and whether what it gets is of any use.
    private struct Judging {
        var detector: CrashDetector
        let rate: Double
        var usableAt: Instant
        var isUnusable = false
        /// What has been measured of the rate: since when, and how many samples.
        var measured: (since: Instant, count: Int)?

        /// What a batch means; what is wrong with its samples is told once for all of them.
        mutating func take(_ samples: [AccelerationSample], at now: Instant) -> [SensorNews] {
            let before = self.detector.lastWholeAt
            var bad: CrashDetector.Sign?
            var news: [SensorNews] = []
            for sign in samples.flatMap({ self.detector.take($0) }) {
                if case .badSample = sign { bad = sign } else { news.append(.sign(sign)) }
            }
            if let bad { news.append(.sign(bad)) }
            if let problem = self.problem(samples, isWhole: self.detector.lastWholeAt != before, at: now) {
                self.isUnusable = true
                news.append(.failed(problem.description))
            } else if self.isUnusable, self.usableAt == now {
                self.isUnusable = false
                news.insert(.working(rate: self.rate), at: 0)
            }
            return news
        }

        /// What is wrong with the samples, once; `usableAt` is `now` when nothing is.
        ///
        /// A device may say another rate than it has, or none: what its samples' own times tell counts.
        private mutating func problem(_ samples: [AccelerationSample], isWhole: Bool, at now: Instant) -> SensorProblem?
        {
            guard isWhole, let first = samples.first, let last = samples.last else {
                let silence = self.usableAt.duration(to: now)
                return !self.isUnusable && silence >= SampleWatch.patience ? .unusable(silence) : nil
            }
            let (since, count) = self.measured ?? (first.at, -1)
            self.measured = (since, count + samples.count)
            let span = since.duration(to: last.at)
            guard span >= Self.measuredOver else {
                if !self.isUnusable { self.usableAt = now }
                return nil
            }
            self.measured = nil
            let seconds = Double(span.components.seconds) + Double(span.components.attoseconds) / 1e18
            let rate = Double(count + samples.count) / seconds
            guard rate < CrashLimits.rates.lowerBound * Self.leastOfRate else {
                self.usableAt = now
                return nil
            }
            return self.isUnusable ? nil : .badRate(rate)
        }

        /// How long the rate is measured: a single stall weighs little in it.
        private static let measuredOver = Duration.seconds(2)
        /// Which part of the least rate is enough: clocks differ, and a stall takes some samples.
        private static let leastOfRate = 0.8
    }
}
