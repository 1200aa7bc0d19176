internal import CrashSensing
internal import Timeline

/// The scans of one buffer, turned into what they measure.
struct Scans: Sendable {
    /// The values of one scan, in the unit of the kernel, and whether one of them was at its end.
    struct Scan: Hashable, Sendable {
        let at: Instant
        let values: [Double]
        let isSaturated: Bool
    }

    private let channels: [IIODevice.Channel]
    private let stamp: ScanElement?
    private let offsets: [Int]
    /// What stands in for the stamp of a device that has none.
    private var readStamps: ReadStamps?
    /// The octets of a scan.
    let octets: Int
    /// What the device says of its rate; 0 where it says nothing.
    let rate: Double

    /// Those of a device with a `stamp` in each scan, or with `readStamps` in its place.
    init(channels: [IIODevice.Channel], stamp: ScanElement?, readStamps: ReadStamps?, rate: Double) {
        self.channels = channels
        self.stamp = stamp
        self.readStamps = readStamps
        self.rate = rate
        // The order in a scan is that of the indices, whatever the order in which the channels are wanted.
        let elements = channels.map(\.element) + (stamp.map { [$0] } ?? [])
        let order = elements.indices.sorted { elements[$0].index < elements[$1].index }
        let layout = ScanLayout(order.map { elements[$0] })
        var offsets = Array(repeating: 0, count: elements.count)
        for (place, element) in order.enumerated() { offsets[element] = layout.offsets[place] }
        self.offsets = offsets
        self.octets = layout.octets
    }

    /// The scans in octets that were read at `now`, which have to be whole.
    mutating func read(_ octets: [UInt8], at now: Instant) throws(SensorProblem) -> [Scan] {
        guard octets.count.isMultiple(of: self.octets) else {
            throw .brokenScan(octets: octets.count, scan: self.octets)
        }
        let readStamps = self.readStamps?.stamps(octets.count / self.octets, readAt: now)
        return stride(from: 0, to: octets.count, by: self.octets).enumerated().map { number, start in
            var values: [Double] = []
            var isSaturated = false
            for (index, channel) in self.channels.enumerated() {
                let raw = channel.element.value(in: octets, at: start + self.offsets[index])
                isSaturated = isSaturated || channel.element.isAtEnd(raw)
                values.append((Double(raw) + channel.offset) * channel.scale)
            }
            let stamp = self.stamp.map { element in
                let place = start + self.offsets[self.channels.count]
                return Instant(nanosecondsSinceBoot: element.value(in: octets, at: place))
            }
            return Scan(at: stamp ?? readStamps?[number] ?? now, values: values, isSaturated: isSaturated)
        }
    }
}
