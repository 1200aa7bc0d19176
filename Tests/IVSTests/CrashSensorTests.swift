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

    @Test func samplesOfOneTimeAreAFailureUntilTheyAreNot() {
        self.sensor.take(.working(rate: 1_000))
        _ = self.told()  // That it works.
        for _ in 0..<200 { self.batch(of: 16, apart: .zero, lasting: .milliseconds(16)) }
        var told = self.told()
        let failures = told.filter { if case .failed = $0 { true } else { false } }
        #expect(failures == [.failed("for 2.0 seconds the samples have lain too far apart, or have had one time")])
        told.removeAll { if case .failed = $0 { true } else { false } }
        #expect(told.count == 200, "one sign for each batch")
        self.batch(of: 16, apart: .milliseconds(1), lasting: .milliseconds(16))
        #expect(self.told().first == .working(rate: 1_000))
    }
}
