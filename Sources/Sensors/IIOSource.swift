internal import CrashSensing
private import Foundation
private import Glibc
private import NIOConcurrencyHelpers
package import Timeline

/// Accelerations, and with a gyro the roll rate, from the kernel's Industrial I/O.
///
/// Each device is read on a queue of its own, which waits in the kernel; a device that fails is tried again for ever.
package final class IIOSource: Sendable {
    package struct Settings: Hashable, Sendable {
        /// The accelerometer by name, label or `iio:deviceN`.
        package var device: String
        /// The gyro; `nil` for none, the same name where one device has both.
        package var gyro: String?
        package var axes: AxisMap
        /// Samples a second to ask for; `nil` leaves it to the device.
        package var rate: Double?
        /// How many samples make a batch.
        package var watermark: Int

        package init(device: String, gyro: String?, axes: AxisMap, rate: Double?, watermark: Int) {
            self.device = device
            self.gyro = gyro
            self.axes = axes
            self.rate = rate
            self.watermark = watermark
        }
    }

    /// Where the kernel has its devices.
    package struct Places: Hashable, Sendable {
        package var devices = "/sys/bus/iio/devices"
        package var nodes = "/dev"

        package init() {}
    }

    /// How long a failed device is left alone.
    private static let pauseSeconds = 5.0
    /// How old a roll rate may be that is put beside an acceleration.
    static let longestRollAge = Duration.milliseconds(50)
    /// How often a queue that waits in the kernel looks whether it is still wanted.
    private static let pollMilliseconds: Int32 = 200

    private static let axes = ["x", "y", "z"]
    private static let gravity = 9.80665

    private let settings: Settings
    private let places: Places
    private let now: @Sendable () -> Instant
    private let isStopped = NIOLockedValueBox(false)
    private let stopped = DispatchSemaphore(value: 0)
    private let roll = NIOLockedValueBox((at: Instant.boot, rate: Double?.none))

    package init(_ settings: Settings, places: Places = Places(), now: @escaping @Sendable () -> Instant) {
        self.settings = settings
        self.places = places
        self.now = now
    }

    /// Reads until `stop`; events come on queues of the source.
    package func start(_ deliver: @escaping @Sendable (SensorEvent) -> Void) {
        DispatchQueue(label: "accelerometer").async { self.serveAccelerations(deliver) }
        guard let gyro = self.settings.gyro, gyro != self.settings.device else { return }
        DispatchQueue(label: "gyro").async { self.serveRoll(gyro, deliver) }
    }

    package func stop() {
        self.isStopped.withLockedValue { $0 = true }
        for _ in 0..<Self.queues { self.stopped.signal() }
    }

    /// One for each device.
    private static let queues = 2

    private var isWanted: Bool { !self.isStopped.withLockedValue { $0 } }

    private func serveAccelerations(_ deliver: @escaping @Sendable (SensorEvent) -> Void) {
        let hasRoll = self.settings.gyro == self.settings.device
        let names = Self.axes.map { "in_accel_\($0)" } + (hasRoll ? Self.axes.map { "in_anglvel_\($0)" } : [])
        var wasFrozen = false
        while self.isWanted {
            var watch = SampleWatch(at: self.now())
            // Told with the first samples: a device that opens and says nothing does not work.
            var untold: Double?
            do throws(SensorProblem) {
                try self.read(self.settings.device, names) { rate in
                    untold = rate
                } take: { scans throws(SensorProblem) in
                    let samples = scans.map { self.sample($0, hasRoll: hasRoll) }
                    // Whether it is well again: it was not told to be ill in between.
                    _ = watch.took(samples, at: self.now())
                    // One that was frozen works again when it says something else, and not when it is opened.
                    if !samples.isEmpty, !wasFrozen || watch.hasVaried {
                        if let rate = untold { deliver(.working(rate: rate)) }
                        untold = nil
                        deliver(.samples(samples))
                    }
                    if let problem = watch.problem(at: self.now()) { throw problem }
                }
            } catch {
                if case .frozen = error { wasFrozen = true } else { wasFrozen = false }
                deliver(.failed(error))
                self.rest()
            }
        }
    }

    private func serveRoll(_ gyro: String, _ deliver: @escaping @Sendable (SensorEvent) -> Void) {
        while self.isWanted {
            do throws(SensorProblem) {
                var isTold = false
                try self.read(gyro, Self.axes.map { "in_anglvel_\($0)" }) { _ in
                } take: { scans throws(SensorProblem) in
                    guard let last = scans.last else { return }
                    if !isTold { deliver(.rollWorking) }
                    isTold = true
                    let rate = self.settings.axes.vehicle(last.values)[0] * 180 / Double.pi
                    self.roll.withLockedValue { $0 = (last.at, rate) }
                }
            } catch {
                self.roll.withLockedValue { $0.rate = nil }
                deliver(.rollFailed(error))
                self.rest()
            }
        }
    }

    private func sample(_ scan: Scans.Scan, hasRoll: Bool) -> AccelerationSample {
        let values = self.settings.axes.vehicle(Array(scan.values.prefix(3))).map { $0 / Self.gravity }
        var rollRate: Double?
        if hasRoll {
            rollRate = self.settings.axes.vehicle(Array(scan.values.suffix(3)))[0] * 180 / Double.pi
        } else {
            let roll = self.roll.withLockedValue { $0 }
            if roll.at.duration(to: scan.at) <= Self.longestRollAge { rollRate = roll.rate }
        }
        return AccelerationSample(
            at: scan.at,
            x: values[0],
            y: values[1],
            z: values[2],
            rollRate: rollRate,
            isSaturated: scan.isSaturated
        )
    }

    /// Reads a device until it is not wanted any more, or fails.
    private func read(
        _ name: String,
        _ channels: [String],
        started: (Double) -> Void,
        take: ([Scans.Scan]) throws(SensorProblem) -> Void
    ) throws(SensorProblem) {
        let device = try IIODevice.find(name, devices: self.places.devices, nodes: self.places.nodes)
        var scans = try device.start(channels, watermark: self.settings.watermark, rate: self.settings.rate)
        defer { device.stop() }
        let descriptor = unsafe open(device.node, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw .refused(path: device.node, reason: Self.reason(errno)) }
        defer { close(descriptor) }
        started(scans.rate)
        var buffer = [UInt8](repeating: 0, count: scans.octets * self.settings.watermark)
        var rest: [UInt8] = []
        while self.isWanted {
            try self.wait(for: descriptor)
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno != EAGAIN, errno != EINTR { throw .vanished(reason: Self.reason(errno)) }
            // A pipe in place of a device may give part of a scan.
            rest += buffer.prefix(max(0, count))
            let whole = rest.count / scans.octets * scans.octets
            try take(try scans.read(Array(rest.prefix(whole)), at: self.now()))
            rest.removeFirst(whole)
        }
    }

    private func wait(for descriptor: Int32) throws(SensorProblem) {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let found = unsafe poll(&request, 1, Self.pollMilliseconds)
        guard found > 0, request.revents & Int16(POLLIN) == 0 else { return }
        throw .vanished(reason: "its buffer has been closed")
    }

    /// Leaves a device alone for a while, or until nobody wants it any more.
    private func rest() {
        _ = self.stopped.wait(timeout: .now() + Self.pauseSeconds)  // Either way there is a look at what is wanted.
    }

    private static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
