package import CrashSensing

/// What a sensor has to say.
package enum SensorEvent: Hashable, Sendable {
    /// Samples in their order; a batch, because a sensor is read when enough are there.
    case samples([AccelerationSample])
    /// The sensor works, at so many samples a second.
    case working(rate: Double)
    /// It does not, and is tried again.
    case failed(SensorProblem)
    /// The gyro beside the accelerometer works.
    case rollWorking
    /// It does not, and is tried again; accelerations come all the same.
    case rollFailed(SensorProblem)
}

/// Why there are no accelerations.
package enum SensorProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// No device of that name, among those that there are.
    case missing(name: String, known: [String])
    /// The device cannot measure what is needed.
    case noChannel(device: String, channel: String)
    /// The device has no time stamps, and does not say its rate in place of them.
    case noTime(device: String)
    /// A file of the kernel says something that is not understood.
    case notUnderstood(path: String, found: String, expected: String)
    /// A file of the kernel cannot be read or written.
    case refused(path: String, reason: String)
    /// What was read is no whole number of scans.
    case brokenScan(octets: Int, scan: Int)
    /// The device is gone.
    case vanished(reason: String)
    /// No sample has come for so long.
    case silent(Duration)
    /// Samples come too seldom, or too often, to be judged.
    case badRate(Double)
    /// For so long no two samples have followed each other closely enough, by their times.
    case unusable(Duration)
    /// Every sample has been the same for so long, which no sensor that lives does.
    case frozen(Duration)
    /// A trace cannot be read.
    case badTrace(TraceMistake)

    package var description: String {
        switch self {
        case .missing(let name, let known):
            "there is no sensor \(name); there are \(known.isEmpty ? "none" : known.joined(separator: ", "))"
        case .noChannel(let device, let channel): "the sensor \(device) has no channel \(channel)"
        case .noTime(let device): "the sensor \(device) has no channel in_timestamp, and does not say its rate"
        case .notUnderstood(let path, let found, let expected): "\(path) says \"\(found)\", expected \(expected)"
        case .refused(let path, let reason): "\(path): \(reason)"
        case .brokenScan(let octets, let scan): "\(octets) octets were read, which are no scans of \(scan)"
        case .vanished(let reason): "the sensor is gone: \(reason)"
        case .silent(let time): "the sensor has given no sample for \(time)"
        case .frozen(let time): "the sensor has given the same sample for \(time)"
        case .badRate(let rate):
            "the sensor gives \(Self.whole(rate)) samples a second, expected \(Int(CrashLimits.rates.lowerBound)) to "
                + "\(Int(CrashLimits.rates.upperBound))"
        case .unusable(let time): "for \(time) the samples have lain too far apart, or have had one time"
        case .badTrace(let mistake): mistake.description
        }
    }

    /// A rate without its fraction, whatever a driver says.
    private static func whole(_ rate: Double) -> String {
        Int(exactly: rate.rounded()).map(String.init) ?? String(rate)
    }
}
