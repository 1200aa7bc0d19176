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
    private let stamp: ScanElement
    private let offsets: [Int]
    private let stampOffset: Int
    /// The octets of a scan.
    let octets: Int
    /// What the device says of its rate; 0 where it says nothing.
    let rate: Double

    init(channels: [IIODevice.Channel], stamp: ScanElement, rate: Double) {
        self.channels = channels
        self.stamp = stamp
        self.rate = rate
        // The order in a scan is that of the indices, whatever the order in which the channels are wanted.
        let elements = channels.map(\.element) + [stamp]
        let order = elements.indices.sorted { elements[$0].index < elements[$1].index }
        let layout = ScanLayout(order.map { elements[$0] })
        var offsets = Array(repeating: 0, count: elements.count)
        for (place, element) in order.enumerated() { offsets[element] = layout.offsets[place] }
        self.offsets = offsets
        self.stampOffset = offsets[channels.count]
        self.octets = layout.octets
    }

    /// The scans in octets, which have to be whole.
    func read(_ octets: [UInt8]) throws(SensorProblem) -> [Scan] {
        guard octets.count.isMultiple(of: self.octets) else {
            throw .brokenScan(octets: octets.count, scan: self.octets)
        }
        return stride(from: 0, to: octets.count, by: self.octets).map { start in
            var values: [Double] = []
            var isSaturated = false
            for (index, channel) in self.channels.enumerated() {
                let raw = channel.element.value(in: octets, at: start + self.offsets[index])
                isSaturated = isSaturated || channel.element.isAtEnd(raw)
                values.append((Double(raw) + channel.offset) * channel.scale)
            }
            let stamp = self.stamp.value(in: octets, at: start + self.stampOffset)
            return Scan(at: Instant(nanosecondsSinceBoot: stamp), values: values, isSaturated: isSaturated)
        }
    }
}
