import UPER

/// What `OptionalBooleans` is keyed by: the names of BOOLEAN fields in the order of their schema.
package protocol OptionalBooleanName: CaseIterable, Hashable, Sendable, RawRepresentable<String> {}

/// The BOOLEAN fields of a SEQUENCE in which every one may be left out.
///
/// What was left out (`nil`) and what was sent as FALSE stay apart, so that the same octets come out again.
package struct OptionalBooleans<Name: OptionalBooleanName>: Hashable, Sendable {
    /// The field at place i, from 0, is bit 31 - i; likewise in `values`.
    private(set) var presence: UInt32 = 0
    private(set) var values: UInt32 = 0

    package init() {}

    /// The given fields sent as TRUE, all others left out.
    package init(_ names: Name...) {
        for name in names { self[name] = true }
    }

    package subscript(name: Name) -> Bool? {
        get { self.presence & Self.bit(name) == 0 ? nil : self.values & Self.bit(name) != 0 }
        set {
            let bit = Self.bit(name)
            self.presence = newValue == nil ? self.presence & ~bit : self.presence | bit
            self.values = newValue == true ? self.values | bit : self.values & ~bit
        }
    }

    /// The fields that were sent as TRUE, in the order of the schema.
    package var trueNames: [Name] { Name.allCases.filter { self[$0] == true } }

    /// The same with every FALSE left out, which means the same where FALSE is the default.
    package var withoutFalse: OptionalBooleans {
        var result = self
        result.presence = self.values
        return result
    }

    private static func bit(_ name: Name) -> UInt32 {
        var bit: UInt32 = 1 << 31
        for candidate in Name.allCases {
            if candidate == name { break }
            bit >>= 1
        }
        return bit
    }

    /// Takes `count` presence bits, then a bit for each field present (X.691 19.2 and 12).
    init(reading reader: inout BitReader, count: Int) throws(UPERError) {
        self.presence = UInt32(truncatingIfNeeded: try reader.bits(count)) << UInt32(32 - count)
        let sent = self.presence.nonzeroBitCount
        var bits = UInt32(truncatingIfNeeded: try reader.bits(sent))
        var left = self.presence
        while left != 0 {
            let lowest = left & (~left &+ 1)
            if bits & 1 != 0 { self.values |= lowest }
            bits >>= 1
            left &= ~lowest
        }
    }

    /// Appends what `init(reading:count:)` takes.
    func write(to writer: inout BitWriter, count: Int) {
        writer.append(UInt64(self.presence >> UInt32(32 - count)), bits: count)
        var sent: UInt64 = 0
        var left = self.presence
        while left != 0 {
            let highest: UInt32 = 1 << UInt32(31 - left.leadingZeroBitCount)
            sent = sent << 1 | (self.values & highest != 0 ? 1 : 0)
            left &= ~highest
        }
        writer.append(sent, bits: self.presence.nonzeroBitCount)
    }
}

/// What energy the vehicle carries; with no field TRUE it is unknown.
package typealias PropulsionStorage = OptionalBooleans<PropulsionStorageName>

/// The fields of `vehiclePropulsionStorageType`, BOOLEAN DEFAULT FALSE each.
package enum PropulsionStorageName: String, OptionalBooleanName {
    case gasolineTankPresent, dieselTankPresent, compressedNaturalGas, liquidPropaneGas, electricEnergyStorage
    case hydrogenStorage
    /// Not in v1.
    case otherStorage
}

extension OptionalBooleans where Name == PropulsionStorageName {
    /// How many of the fields the schema of a version has.
    static func count(in version: MSD.Version) -> Int {
        switch version {
        case .v1: 6
        case .v2, .v3: 7
        }
    }

    /// The fields that the schema of a version has.
    static func names(in version: MSD.Version) -> [PropulsionStorageName] {
        Array(PropulsionStorageName.allCases.prefix(Self.count(in: version)))
    }
}
