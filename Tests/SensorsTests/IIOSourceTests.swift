import CrashSensing
import Foundation
import NIOConcurrencyHelpers
import Testing
import Timeline

@testable import Sensors

/// The reader of the kernel's Industrial I/O against folders as the kernel has them.
@Suite struct IIOSourceTests {
    private static func settings(gyro: String? = nil, axes: AxisMap = .straight) -> IIOSource.Settings {
        IIOSource.Settings(device: "adxl", gyro: gyro, axes: axes, rate: 1_000, watermark: 4)
    }

    /// Its clock stands: what no sample comes for is the matter of another suite.
    private static func source(_ device: FakeDevice, _ settings: IIOSource.Settings = Self.settings()) -> IIOSource {
        IIOSource(settings, places: device.places) { .boot }
    }

    /// Events of a source as they come.
    private static func events(_ source: IIOSource) -> AsyncStream<SensorEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: SensorEvent.self)
        source.start { continuation.yield($0) }
        return stream
    }

    @Test(arguments: [true, false])
    func scansBecomeSamplesInG(isNew: Bool) async throws {
        let device = try FakeDevice(isNew: isNew)
        let source = Self.source(device)
        var events = Self.events(source).makeAsyncIterator()
        let octets = FakeDevice.scan(-10, -20, 10, at: 5_000_000) + FakeDevice.scan(-2_048, 0, 10, at: 6_000_000)
        // A scan that comes in two parts is read once, when it is whole.
        try device.write(Array(octets.prefix(20)))
        try device.write(Array(octets.suffix(from: 20)))
        #expect(await events.next() == .working(rate: 1_000), "with the first sample")
        var samples: [AccelerationSample] = []
        while samples.count < 2, let event = await events.next() {
            if case .samples(let batch) = event { samples += batch }
        }
        source.stop()
        #expect(samples.map(\.at.nanosecondsSinceBoot) == [5_000_000, 6_000_000])
        #expect(samples.map(\.isSaturated) == [false, true])
        #expect(abs(samples[0].x + 1) < 0.001 && abs(samples[0].y - 2) < 0.001 && abs(samples[0].z - 1) < 0.001)
        let folder = isNew ? "buffer0" : "buffer"
        #expect(try device.text("current_timestamp_clock") == "monotonic")
        #expect(try device.text("\(folder)/watermark") == "4")
        #expect(try device.text("\(isNew ? "buffer0" : "scan_elements")/in_accel_y_en") == "1")
    }

    /// What is wrong with the folder, and the words by which that is told.
    @Test(arguments: [
        (["name": "other"], "there is no sensor adxl; there are other"),
        (["in_accel_scale": "much"], "in_accel_scale says \"much\", expected a number above 0"),
        (["in_accel_scale": "-1"], "expected a number above 0"),
        (["buffer0/in_accel_z_type": "le:q12"], "in_accel_z_type says \"le:q12\", expected such as le:s16/16>>0"),
        (["buffer0/in_accel_z_type": ""], "the sensor adxl has no channel in_accel_z"),
        (
            ["buffer0/in_timestamp_type": "", "sampling_frequency": ""],
            "the sensor adxl has no channel in_timestamp, and does not say its rate"
        ),
        (["buffer0/enable": ""], "enable: it cannot be opened for writing"),
    ])
    func whatIsWrongWithTheDeviceIsToldOnceAndByItsPlace(extra: [String: String], expected: String) async throws {
        let device = try FakeDevice(extra: extra)
        let source = Self.source(device)
        var events = Self.events(source).makeAsyncIterator()
        guard case .failed(let problem)? = await events.next() else {
            return #expect(Bool(false), "a broken device is taken")
        }
        source.stop()
        #expect(problem.description.contains(expected), "\(problem)")
    }

    @Test func aDeviceWithoutStampsGetsThoseOfItsReads() async throws {
        let device = try FakeDevice(
            extra: [
                "buffer0/in_timestamp_type": "", "buffer0/in_timestamp_en": "", "buffer0/in_timestamp_index": "",
                "current_timestamp_clock": "",
            ]
        )
        let source = IIOSource(Self.settings(), places: device.places) { .boot.advanced(by: .seconds(7)) }
        var events = Self.events(source).makeAsyncIterator()
        // Without padding: 16 bits for each axis.
        try device.write([0, 0, 0, 0, 0xA0, 0, 0xF0, 0x7F, 0, 0, 0xA0, 0])
        #expect(await events.next() == .working(rate: 1_000))
        guard case .samples(let samples)? = await events.next() else { return #expect(Bool(false), "no sample") }
        source.stop()
        #expect(samples.map { Instant.boot.duration(to: $0.at) } == [.milliseconds(6_999), .seconds(7)])
        #expect(samples.map(\.isSaturated) == [false, true])
        #expect(samples.allSatisfy { abs($0.z - 1) < 0.001 })
    }

    @Test func aRateThatIsNoNumberIsNotSaid() async throws {
        let device = try FakeDevice(extra: ["sampling_frequency": "nan"])
        var settings = Self.settings()
        settings.rate = nil
        let source = Self.source(device, settings)
        var events = Self.events(source).makeAsyncIterator()
        try device.write(FakeDevice.scan(0, 0, 10, at: 1))
        #expect(await events.next() == .working(rate: 0))
        source.stop()
    }

    @Test(arguments: [Double.nan, .infinity, 1e300, -1])
    func aRateThatIsNoneCanBeTold(_ rate: Double) {
        #expect(SensorProblem.badRate(rate).description.hasSuffix("samples a second, expected 400 to 6400"))
    }

    @Test func aDeviceThatIsPulledOutIsGone() async throws {
        let device = try FakeDevice()
        let source = Self.source(device)
        var events = Self.events(source).makeAsyncIterator()
        try device.write(FakeDevice.scan(0, 0, 10, at: 1))
        #expect(await events.next() == .working(rate: 1_000))
        guard case .samples? = await events.next() else { return #expect(Bool(false), "no sample") }
        try device.close()
        guard case .failed(.vanished)? = await events.next() else { return #expect(Bool(false), "it is not missed") }
        source.stop()
    }

    @Test func aGyroThatIsMissingDoesNotTakeTheAccelerometerAlong() async throws {
        let device = try FakeDevice()
        let source = Self.source(device, Self.settings(gyro: "gyro"))
        var events = Self.events(source).makeAsyncIterator()
        try device.write(FakeDevice.scan(0, 0, 10, at: 1))
        var found: [String] = []
        while found.count < 3, let event = await events.next() {
            switch event {
            case .working: found.append("working")
            case .samples(let samples): found.append("samples, \(samples.count)")
            case .rollFailed(let problem): found.append("no gyro: \(problem)")
            case .failed, .rollWorking: found.append("\(event)")
            }
        }
        source.stop()
        #expect(found.sorted() == ["no gyro: there is no sensor gyro; there are adxl", "samples, 1", "working"])
    }

    @Test func aRollRateOfTheSameDeviceComesAlong() async throws {
        var extra = ["in_anglvel_scale": "0.001"]
        for (index, axis) in ["x", "y", "z"].enumerated() {
            extra["buffer0/in_anglvel_\(axis)_en"] = "0"
            extra["buffer0/in_anglvel_\(axis)_type"] = "le:s16/16>>0"
            extra["buffer0/in_anglvel_\(axis)_index"] = String(index + 3)
        }
        extra["buffer0/in_timestamp_index"] = "6"
        let device = try FakeDevice(type: "le:s16/16>>0", scale: "0.00980665", extra: extra)
        let source = Self.source(device, Self.settings(gyro: "adxl"))
        var events = Self.events(source).makeAsyncIterator()
        let words: [Int16] = [0, 0, 1_000, 1_745, 0, 0]
        let values = words.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        try device.write(values + [0, 0, 0, 0] + [9, 0, 0, 0, 0, 0, 0, 0])
        #expect(await events.next() == .working(rate: 1_000))
        guard case .samples(let samples)? = await events.next() else { return #expect(Bool(false), "no sample") }
        source.stop()
        #expect(abs((samples[0].rollRate ?? 0) - 99.98) < 0.01)
        #expect(abs(samples[0].z - 1) < 0.001)
    }
}

@Suite struct SampleWatchTests {
    private func sample(_ x: Double, at instant: Instant) -> AccelerationSample {
        AccelerationSample(at: instant, x: x, y: 0, z: 1)
    }

    private func at(_ seconds: Double) -> Instant { Instant(nanosecondsSinceBoot: Int64(seconds * 1e9)) }

    @Test func aSensorThatSaysNothingIsSilentOnce() {
        var watch = SampleWatch(at: self.at(0))
        let found1 = watch.problem(at: self.at(1.9))
        #expect(found1 == nil)
        let found2 = watch.problem(at: self.at(2))
        #expect(found2 == .silent(.seconds(2)))
        let found3 = watch.problem(at: self.at(9))
        #expect(found3 == nil)
        let found4 = watch.took([self.sample(0.1, at: self.at(10))], at: self.at(10))
        #expect(found4)
    }

    @Test func aSensorThatAlwaysSaysTheSameIsFrozen() {
        var watch = SampleWatch(at: self.at(0))
        for step in 0..<30 {
            _ = watch.took([self.sample(0.1, at: self.at(Double(step) / 10))], at: self.at(Double(step) / 10))
        }
        let found5 = watch.problem(at: self.at(2.9))
        #expect(found5 == .frozen(.milliseconds(2_900)))
        let found6 = watch.took([self.sample(0.1, at: self.at(3))], at: self.at(3))
        #expect(!found6)
        #expect(!watch.hasVaried)
        let found7 = watch.took([self.sample(0.2, at: self.at(3.1))], at: self.at(3.1))
        #expect(found7 && watch.hasVaried)
    }
}
