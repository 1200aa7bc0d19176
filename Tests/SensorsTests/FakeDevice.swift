import Foundation

@testable import Sensors

/// A folder as the kernel's Industrial I/O has it, with a pipe in place of the device.
final class FakeDevice {
    let root: URL
    let places: IIOSource.Places
    private let folder: URL
    private(set) var pipe: FileHandle?

    /// An accelerometer with three channels of `type` and a time stamp, in the layout of old kernels or new ones.
    init(
        type: String = "le:s12/16>>4",
        isNew: Bool = true,
        scale: String = "0.9807",
        extra: [String: String] = [:]
    ) throws {
        self.root = FileManager.default.temporaryDirectory.appending(path: "iio-\(UUID().uuidString)")
        self.folder = self.root.appending(path: "devices/iio:device3")
        let scan = isNew ? "buffer0" : "scan_elements"
        let buffer = isNew ? "buffer0" : "buffer"
        var files = [
            "name": "adxl", "in_accel_scale": scale, "sampling_frequency": "1000.0",
            "current_timestamp_clock": "realtime",
        ]
        for (index, axis) in ["x", "y", "z"].enumerated() {
            files["\(scan)/in_accel_\(axis)_en"] = "0"
            files["\(scan)/in_accel_\(axis)_type"] = type
            files["\(scan)/in_accel_\(axis)_index"] = String(index)
        }
        files["\(scan)/in_timestamp_en"] = "0"
        files["\(scan)/in_timestamp_type"] = "le:s64/64>>0"
        files["\(scan)/in_timestamp_index"] = "3"
        for name in ["enable", "length", "watermark"] { files["\(buffer)/\(name)"] = "0" }
        files.merge(extra) { _, new in new }
        var places = IIOSource.Places()
        places.devices = self.root.appending(path: "devices").path
        places.nodes = self.root.appending(path: "nodes").path
        self.places = places
        for (name, text) in files where !text.isEmpty { try self.put(name, text) }
        try FileManager.default.createDirectory(atPath: places.nodes, withIntermediateDirectories: true)
        guard unsafe mkfifo(places.nodes + "/iio:device3", 0o600) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    deinit { try? FileManager.default.removeItem(at: self.root) }

    func put(_ name: String, _ text: String) throws {
        let file = self.folder.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    /// What a file says now, behind what was written over its beginning.
    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: self.folder.appending(path: name)), as: UTF8.self)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(at: self.folder.appending(path: name)) }

    /// Waits until somebody reads, and writes.
    func write(_ octets: [UInt8]) throws {
        let pipe = try self.pipe ?? FileHandle(forWritingTo: URL(filePath: self.places.nodes + "/iio:device3"))
        self.pipe = pipe
        try pipe.write(contentsOf: Data(octets))
    }

    func close() throws {
        try self.pipe?.close()
        self.pipe = nil
    }

    /// Three 12-bit values in the upper bits of 16, two octets of padding, and the stamp.
    static func scan(_ x: Int16, _ y: Int16, _ z: Int16, at nanoseconds: Int64) -> [UInt8] {
        [x, y, z].flatMap { value -> [UInt8] in
            let word = UInt16(bitPattern: value << 4)
            return [UInt8(word & 0xFF), UInt8(word >> 8)]
        } + [0, 0] + (0..<8).map { UInt8(truncatingIfNeeded: nanoseconds >> (8 * Int64($0))) }
    }
}
