/// One channel of the scans of an IIO buffer, as its `type` file describes it.
///
/// Documentation/ABI/testing/sysfs-bus-iio: `[be|le]:[s|u]bits/storagebits[Xrepeat][>>shift]`.
package struct ScanElement: Hashable, Sendable {
    package let index: Int
    package let isBigEndian: Bool
    package let isSigned: Bool
    package let bits: Int
    package let storageOctets: Int
    package let repetitions: Int
    package let shift: Int

    /// `nil` for a text that is no such description.
    package init?(index: Int, type: String) {
        let order = type.prefix(3)
        guard order == "le:" || order == "be:", let slash = type.firstIndex(of: "/") else { return nil }
        let sign = type.dropFirst(3).prefix(1)
        guard sign == "s" || sign == "u", let bits = Int(type[type.index(type.startIndex, offsetBy: 4)..<slash]) else {
            return nil
        }
        var rest = type[type.index(after: slash)...]
        var shift = 0
        if let mark = rest.firstIndex(of: ">") {
            guard rest[mark...].hasPrefix(">>"), let found = Int(rest[mark...].dropFirst(2)) else { return nil }
            shift = found
            rest = rest[..<mark]
        }
        var repetitions = 1
        if let mark = rest.firstIndex(of: "X") {
            guard let found = Int(rest[rest.index(after: mark)...]) else { return nil }
            repetitions = found
            rest = rest[..<mark]
        }
        guard let storage = Int(rest), Self.storages.contains(storage), (1...storage).contains(bits),
            (0...(storage - bits)).contains(shift), (1...Self.maximumRepetitions).contains(repetitions), index >= 0
        else { return nil }
        self.index = index
        self.isBigEndian = order == "be:"
        self.isSigned = sign == "s"
        self.bits = bits
        self.storageOctets = storage / 8
        self.repetitions = repetitions
        self.shift = shift
    }

    private static let storages = [8, 16, 32, 64]
    /// A quaternion has four values; no channel has more than a few.
    private static let maximumRepetitions = 16

    package var octets: Int { self.storageOctets * self.repetitions }

    /// The first value of the element that begins at an offset, which has to be in the octets.
    package func value(in octets: [UInt8], at offset: Int) -> Int64 {
        var word: UInt64 = 0
        for position in 0..<self.storageOctets {
            let place = self.isBigEndian ? position : self.storageOctets - 1 - position
            word = word << 8 | UInt64(octets[offset + place])
        }
        word >>= UInt64(self.shift)
        guard self.bits < 64 else { return Int64(bitPattern: word) }
        word &= (1 << UInt64(self.bits)) - 1
        let isNegative = self.isSigned && word >> UInt64(self.bits - 1) == 1
        return isNegative ? Int64(bitPattern: word | ~((1 << UInt64(self.bits)) - 1)) : Int64(bitPattern: word)
    }

    /// Whether a value is at an end of what its bits can hold.
    package func isAtEnd(_ value: Int64) -> Bool {
        guard self.isSigned, self.bits < 64 else { return value == 0 || value == (1 << Int64(min(self.bits, 62))) - 1 }
        let greatest = (Int64(1) << Int64(self.bits - 1)) - 1
        return value >= greatest || value <= -greatest - 1
    }
}

/// Where each channel is in a scan: in the order of the indices, each aligned to its own size.
package struct ScanLayout: Hashable, Sendable {
    package let offsets: [Int]
    /// The octets of a whole scan, padding with it.
    package let octets: Int

    /// The elements have to come in the order of their indices.
    package init(_ elements: [ScanElement]) {
        var offsets: [Int] = []
        var place = 0
        var widest = 1
        for element in elements {
            let alignment = element.octets
            place = (place + alignment - 1) / alignment * alignment
            offsets.append(place)
            place += element.octets
            widest = max(widest, alignment)
        }
        self.offsets = offsets
        self.octets = (place + widest - 1) / widest * widest
    }
}
