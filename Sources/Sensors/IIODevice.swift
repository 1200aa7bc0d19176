private import Foundation

/// One device of the kernel's Industrial I/O, by its folder below `/sys/bus/iio/devices`.
struct IIODevice: Sendable {
    let name: String
    let folder: String
    let node: String

    /// Finds a device by its `name`, its `label`, or the name of its folder.
    static func find(_ wanted: String, devices: String, nodes: String) throws(SensorProblem) -> IIODevice {
        var known: [String] = []
        let entries: [String]
        do { entries = try FileManager.default.contentsOfDirectory(atPath: devices).sorted() } catch { entries = [] }
        for entry in entries where entry.hasPrefix("iio:device") {
            let folder = "\(devices)/\(entry)"
            let names = [Self.text("\(folder)/name"), Self.text("\(folder)/label"), entry].compactMap(\.self)
            if names.contains(wanted) { return IIODevice(name: wanted, folder: folder, node: "\(nodes)/\(entry)") }
            known.append(names.first ?? entry)
        }
        throw .missing(name: wanted, known: known)
    }

    /// The folder of the buffer's switches: `buffer0` since kernel 5.11, `buffer` and `scan_elements` before.
    private var scanFolder: String {
        FileManager.default.fileExists(atPath: "\(self.folder)/buffer0") ? "buffer0" : "scan_elements"
    }

    private var bufferFolder: String { self.scanFolder == "buffer0" ? "buffer0" : "buffer" }

    /// A channel as it will stand in each scan, with its scale.
    struct Channel: Sendable {
        let element: ScanElement
        /// What one step is, in the unit of the kernel: m/s² or rad/s.
        let scale: Double
        let offset: Double
    }

    /// The channels of `names`, switched on with the time stamp if there is one, and the buffer started.
    ///
    /// The order of the writes is that of the kernel's documentation: `enable` last.
    func start(_ names: [String], watermark: Int, rate wanted: Double?) throws(SensorProblem) -> Scans {
        // It may still run from an earlier run of ours.
        try self.write("\(self.bufferFolder)/enable", "0")
        try self.switchOffAll()
        var channels: [Channel] = []
        for name in names { channels.append(try self.channel(name)) }
        let stamp = self.hasStamp ? try self.element(Self.stampName) : nil
        for name in names + (stamp == nil ? [] : [Self.stampName]) {
            try self.write("\(self.scanFolder)/\(name)_en", "1")
        }
        // Without it the stamps are of the wall clock, which may jump.
        if stamp != nil { try self.write("current_timestamp_clock", "monotonic") }
        if let wanted { try self.setRate(wanted) }
        let rate = self.rate
        let readStamps = ReadStamps(rate: rate)
        guard stamp != nil || readStamps != nil else { throw .noTime(device: self.name) }
        try self.write("\(self.bufferFolder)/length", String(watermark * Self.depth))
        try self.write("\(self.bufferFolder)/watermark", String(watermark))
        try self.write("\(self.bufferFolder)/enable", "1")
        return Scans(channels: channels, stamp: stamp, readStamps: stamp == nil ? readStamps : nil, rate: rate)
    }

    private static let stampName = "in_timestamp"

    private var hasStamp: Bool {
        FileManager.default.fileExists(atPath: "\(self.folder)/\(self.scanFolder)/\(Self.stampName)_type")
    }

    func stop() {
        // It is gone, or it is not: nobody is there to hear of it.
        try? self.write("\(self.bufferFolder)/enable", "0")
    }

    /// How many times the watermark the kernel keeps: what a busy machine may fall behind.
    private static let depth = 16

    /// What the device says of its own rate; 0 where it says nothing.
    private var rate: Double {
        let places = ["sampling_frequency", "in_accel_sampling_frequency", "in_anglvel_sampling_frequency"]
        let found = places.lazy.compactMap { Self.text("\(self.folder)/\($0)").flatMap(Double.init) }.first
        // What is no number of samples says nothing either.
        return found.map { $0.isFinite ? $0 : 0 } ?? 0
    }

    private func setRate(_ rate: Double) throws(SensorProblem) {
        let places = ["sampling_frequency", "in_accel_sampling_frequency", "in_anglvel_sampling_frequency"]
        guard let place = places.first(where: { FileManager.default.fileExists(atPath: "\(self.folder)/\($0)") }) else {
            return
        }
        try self.write(place, rate == rate.rounded() ? String(Int(rate)) : String(rate))
    }

    private func switchOffAll() throws(SensorProblem) {
        let folder = "\(self.folder)/\(self.scanFolder)"
        let entries: [String]
        do { entries = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
            throw .refused(path: folder, reason: "it cannot be listed")
        }
        for entry in entries.sorted() where entry.hasSuffix("_en") {
            try self.write("\(self.scanFolder)/\(entry)", "0")
        }
    }

    private func channel(_ name: String) throws(SensorProblem) -> Channel {
        let element = try self.element(name)
        let kind = name.hasPrefix("in_accel") ? "in_accel" : "in_anglvel"
        let scales = ["\(name)_scale", "\(kind)_scale"].map { "\(self.folder)/\($0)" }
        guard let path = scales.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw .noChannel(device: self.name, channel: "\(kind)_scale")
        }
        let text = Self.text(path) ?? ""
        guard let scale = Double(text), scale.isFinite, scale > 0 else {
            throw .notUnderstood(path: path, found: text, expected: "a number above 0")
        }
        let offset = ["\(name)_offset", "\(kind)_offset"].lazy.compactMap {
            Self.text("\(self.folder)/\($0)").flatMap(Double.init)
        }.first
        return Channel(element: element, scale: scale, offset: offset ?? 0)
    }

    private func element(_ name: String) throws(SensorProblem) -> ScanElement {
        let base = "\(self.folder)/\(self.scanFolder)/\(name)"
        guard let type = Self.text("\(base)_type") else { throw .noChannel(device: self.name, channel: name) }
        guard let index = Self.text("\(base)_index").flatMap(Int.init),
            let element = ScanElement(index: index, type: type)
        else {
            throw .notUnderstood(path: "\(base)_type", found: type, expected: "such as le:s16/16>>0, with an index")
        }
        return element
    }

    private func write(_ name: String, _ value: String) throws(SensorProblem) {
        let path = "\(self.folder)/\(name)"
        guard let file = FileHandle(forWritingAtPath: path) else {
            throw .refused(path: path, reason: "it cannot be opened for writing")
        }
        do {
            try file.write(contentsOf: Data(value.utf8))
            try file.close()
        } catch {
            throw .refused(path: path, reason: "\"\(value)\" is not taken: \(error.localizedDescription)")
        }
    }

    /// The longest line that a property is read to.
    private static let maximumOctets = 256

    private static func text(_ path: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        // A driver may refuse a property that it lists.
        defer { try? file.close() }
        guard let data = try? file.read(upToCount: Self.maximumOctets) else { return nil }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
