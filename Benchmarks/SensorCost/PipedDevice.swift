import Foundation
import Glibc
import Sensors
import Supervision
import Timeline

/// A folder as the kernel's Industrial I/O has it, with a pipe in the place of an accelerometer of 1 mg a step.
struct PipedDevice {
    static let name = "piped"

    let places: IIOSource.Places
    private let root: URL
    private let rate: Int

    init(rate: Int) throws {
        self.rate = rate
        self.root = FileManager.default.temporaryDirectory.appending(path: "sensor-cost-\(UUID().uuidString)")
        var places = IIOSource.Places()
        places.devices = self.root.appending(path: "devices").path
        places.nodes = self.root.appending(path: "nodes").path
        self.places = places
        var files = [
            "name": Self.name, "in_accel_scale": "0.00980665", "sampling_frequency": String(rate),
            "current_timestamp_clock": "realtime", "buffer0/in_timestamp_en": "0",
            "buffer0/in_timestamp_type": "le:s64/64>>0", "buffer0/in_timestamp_index": "3",
        ]
        for (index, axis) in ["x", "y", "z"].enumerated() {
            files["buffer0/in_accel_\(axis)_en"] = "0"
            files["buffer0/in_accel_\(axis)_type"] = "le:s16/16>>0"
            files["buffer0/in_accel_\(axis)_index"] = String(index)
        }
        for name in ["enable", "length", "watermark"] { files["buffer0/\(name)"] = "0" }
        for (name, text) in files {
            let file = self.root.appending(path: "devices/iio:device0/\(name)")
            let folder = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        try FileManager.default.createDirectory(atPath: places.nodes, withIntermediateDirectories: true)
        guard unsafe mkfifo(places.nodes + "/iio:device0", 0o600) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    func remove() {
        do { try FileManager.default.removeItem(at: self.root) } catch { print("left behind: \(error)") }
    }

    /// Writes samples at their rate, a batch at a time as a kernel gives them; waits until somebody reads.
    func write(seconds: Int, watermark: Int) throws {
        let pipe = try FileHandle(forWritingTo: URL(filePath: self.places.nodes + "/iio:device0"))
        let start = MonotonicClock.now()
        let step = 1_000_000_000 / Int64(self.rate)
        for first in stride(from: 0, to: self.rate * seconds, by: watermark) {
            let due = start.advanced(by: .nanoseconds(step * Int64(first + watermark)))
            let octets = (first..<first + watermark).flatMap { number in
                Self.scan(number, at: start.nanosecondsSinceBoot + step * Int64(number))
            }
            Thread.sleep(forTimeInterval: max(0, MonotonicClock.now().duration(to: due) / .seconds(1)))
            try pipe.write(contentsOf: Data(octets))
        }
        try pipe.close()
    }

    /// Gravity and some thousandths of g, two octets of padding, and the stamp.
    private static func scan(_ number: Int, at nanoseconds: Int64) -> [UInt8] {
        let unrest = Int16(number * 7_919 % 41 - 20)
        let values = [unrest, -unrest, 1_000 + unrest].flatMap { value -> [UInt8] in
            let word = UInt16(bitPattern: value)
            return [UInt8(word & 0xFF), UInt8(word >> 8)]
        }
        return values + [0, 0] + (0..<8).map { UInt8(truncatingIfNeeded: nanoseconds >> (8 * Int64($0))) }
    }
}
