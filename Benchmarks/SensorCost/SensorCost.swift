import ArgumentParser
import CrashSensing
import Foundation
import Glibc
import NIOConcurrencyHelpers
import Sensors
import Supervision
import Timeline

/// What an accelerometer of 1 kHz costs: the detector alone, and all of it from the kernel's buffer on.
@main
struct SensorCost: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "SensorCost",
        abstract: "Prints a figure, its value and its unit on a line, with tabs between."
    )

    @Option(help: "How long samples come, in seconds.") var seconds = 20
    @Option(help: "Samples a second.") var rate = 1_000

    func validate() throws {
        guard (1...600).contains(self.seconds), (100...6_400).contains(self.rate) else {
            throw ValidationError("1 to 600 seconds, and 100 to 6400 samples a second")
        }
    }

    func run() throws {
        self.timeDetector()
        try self.timeSource()
    }

    /// A quiet road: gravity and some thousandths of g, which is what comes for years.
    private static func sample(_ number: Int, at instant: Instant) -> AccelerationSample {
        let unrest = Double(number * 7_919 % 41 - 20) / 1_000
        return AccelerationSample(at: instant, x: unrest, y: -unrest, z: 1 + unrest)
    }

    private func timeDetector() {
        var detector = CrashDetector(rate: Double(self.rate))
        let count = 200_000
        var signs = 0
        let begun = MonotonicClock.now()
        for number in 0..<count {
            let at = Instant(nanosecondsSinceBoot: Int64(number) * 1_000_000_000 / Int64(self.rate))
            signs += detector.take(Self.sample(number, at: at)).count
        }
        let time = begun.duration(to: MonotonicClock.now())
        print("detector, a sample\t\((time / .nanoseconds(1) / Double(count)).rounded())\tns")
        print("detector, signs of a quiet road\t\(signs)\tsigns")
    }

    /// The processor that reading, unpacking and judging take while samples come at their rate through a pipe in the place
    /// of a device; what the writer takes is not in it.
    private func timeSource() throws {
        let device = try PipedDevice(rate: self.rate)
        defer { device.remove() }
        let detector = NIOLockedValueBox(CrashDetector(rate: Double(self.rate)))
        let taken = NIOLockedValueBox(0)
        guard let axes = AxisMap(x: "x", y: "-y", z: "z") else { throw ValidationError("the axes can be mounted") }
        let settings = IIOSource.Settings(
            device: PipedDevice.name,
            gyro: nil,
            axes: axes,
            rate: nil,
            watermark: 16
        )
        let source = IIOSource(settings, places: device.places, now: { MonotonicClock.now() })
        source.start { event in
            guard case .samples(let samples) = event else { return }
            let signs = detector.withLockedValue { detector in samples.flatMap { detector.take($0) } }
            taken.withLockedValue { $0 += samples.count }
            precondition(signs.isEmpty, "A quiet road is no crash: \(signs).")
        }
        let before = Self.used(CLOCK_PROCESS_CPUTIME_ID)
        let writerBefore = Self.used(CLOCK_THREAD_CPUTIME_ID)
        let begun = MonotonicClock.now()
        try device.write(seconds: self.seconds, watermark: settings.watermark)
        let elapsed = begun.duration(to: MonotonicClock.now())
        let writer = Self.used(CLOCK_THREAD_CPUTIME_ID) - writerBefore
        let used = Self.used(CLOCK_PROCESS_CPUTIME_ID) - before - writer
        source.stop()
        let count = taken.withLockedValue { $0 }
        print("accelerometer at \(self.rate) Hz, samples\t\(count)\tsamples")
        print("accelerometer at \(self.rate) Hz, of one core\t\((used / elapsed * 10_000).rounded() / 100)\t%")
    }

    private static func used(_ clock: clockid_t) -> Duration {
        var time = timespec()
        precondition(unsafe clock_gettime(clock, &time) == 0, "The kernel tells what this process has used.")
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
