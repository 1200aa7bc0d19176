import CrashSensing
import NIOConcurrencyHelpers
import Sensors
import Testing
import Timeline

@testable import IVS

/// What becomes of the samples of a sensor on their way to the loop.
@Suite struct CrashSensorTests {
    private struct World {
        var now = Instant.boot.advanced(by: .seconds(100))
        var news: [SensorNews] = []
    }

    private let world = NIOLockedValueBox(World())
    private let sensor: CrashSensor

    init() {
        var settings = CrashSettings()
        settings.source = .trace(file: nil)
        let world = self.world
        self.sensor = CrashSensor(settings, now: { world.withLockedValue(\.now) }) { _, _ in
        } post: { news in
            world.withLockedValue { $0.news.append(news) }
        }
    }

    /// What was told since this was asked last.
    private func told() -> [SensorNews] {
        self.world.withLockedValue { world in
            defer { world.news = [] }
            return world.news
        }
    }

    /// A batch, and the time in which it is measured.
    private func batch(of count: Int, apart step: Duration, lasting duration: Duration) {
        let now = self.world.withLockedValue { world in
            world.now = world.now.advanced(by: duration)
            return world.now
        }
        let samples = (0..<count).reversed().map { back in
            AccelerationSample(at: now.advanced(by: .zero - step * back), x: 0, y: 0, z: 1)
        }
        self.sensor.take(.samples(samples))
    }

    @Test(arguments: [12.5, 208, 10_000])
    func aRateThatCannotBeJudgedIsAFailureAndNothingIsMadeOfItsSamples(rate: Double) {
        self.sensor.take(.working(rate: rate))
        self.batch(of: 100, apart: .milliseconds(5), lasting: .milliseconds(500))
        let told = self.told()
        #expect(told.count == 1)
        guard case .failed(let reason)? = told.first else {
            Issue.record("it is taken: \(told)")
            return
        }
        #expect(reason.hasSuffix("samples a second, expected 400 to 6400"))
    }

    /// The rate that is said, and the milliseconds between two samples; of the last, batches of one time.
    @Test(arguments: [(0.0, 10.0), (1_000, 5), (0, 3.5)])
    func aDeviceThatIsSlowerThanItSaysIsAFailure(rate: Double, milliseconds: Double) {
        self.sensor.take(.working(rate: rate))
        _ = self.told()  // That it works.
        let step = Duration.microseconds(Int(milliseconds * 1_000))
        for _ in 0..<Int(6_000 / milliseconds) { self.batch(of: 1, apart: .zero, lasting: step) }
        let failures = self.told().filter { if case .failed = $0 { true } else { false } }
        let found = Int((1_000 / milliseconds).rounded())
        #expect(failures == [.failed("the sensor gives \(found) samples a second, expected 400 to 6400")])
    }

    @Test func aRolloverIsKnownBeyondAnInterruption() {
        func play(_ seconds: Double, y: Double, z: Double) {
            for step in 0..<Int(seconds * 1_000) {
                let now = self.world.withLockedValue { world in
                    world.now = world.now.advanced(by: .milliseconds(1))
                    return world.now
                }
                // A living sensor never says quite the same.
                let sample = AccelerationSample(at: now, x: Double(step % 2) / 1_000, y: y, z: z)
                self.sensor.take(.samples([sample]))
            }
        }
        func rollovers() -> Int {
            self.told().count { if case .sign(.rollover) = $0 { true } else { false } }
        }
        self.sensor.take(.working(rate: 1_000))
        play(2, y: 0, z: 1)
        self.sensor.take(.working(rate: 1_000))
        play(2, y: 0, z: -1)
        #expect(rollovers() == 1, "it stood before its sensor was gone")
        for _ in 0..<3 {
            self.sensor.take(.working(rate: 1_000))
            play(2, y: 0, z: -1)
        }
        #expect(rollovers() == 0, "it has lain there since")
    }

    @Test func samplesOfOneTimeAreAFailureUntilTheyAreNot() {
        self.sensor.take(.working(rate: 1_000))
        _ = self.told()  // That it works.
        for _ in 0..<200 { self.batch(of: 16, apart: .zero, lasting: .milliseconds(16)) }
        var told = self.told()
        let failures = told.filter { if case .failed = $0 { true } else { false } }
        #expect(failures == [.failed("for 2.0 seconds the samples have lain too far apart, or have had one time")])
        told.removeAll { if case .failed = $0 { true } else { false } }
        #expect(told.count == 200, "one sign for each batch")
        for _ in 0..<130 { self.batch(of: 16, apart: .milliseconds(1), lasting: .milliseconds(16)) }
        #expect(self.told() == [.working(rate: 1_000)], "when its rate has been measured")
    }
}
