/// The number of a fault as a workshop reads it: five characters and, behind a hyphen, the type of the failure.
///
/// Three octets (ISO 15031-6, SAE J2012): the letter in two bits, a digit 0...3 in two, three hexadecimal digits, and the
/// failure type.
package struct TroubleCode: Hashable, Sendable, Comparable {
    /// Where the fault is: power train, chassis, body, or the network between units.
    package enum Area: Character, CaseIterable, Sendable {
        case powertrain = "P"
        case chassis = "C"
        case body = "B"
        case network = "U"
    }

    /// What a failure type says of a circuit, as far as this project uses it.
    package enum FailureType: UInt8, CaseIterable, Sendable {
        case none = 0x00
        case shortToGround = 0x11
        case shortToBattery = 0x12
        case open = 0x13
        case shortToGroundOrOpen = 0x14
        case voltageLow = 0x16
        case stuckLow = 0x23
        case stuckHigh = 0x24
        case signalInvalid = 0x29
        case noSignal = 0x31
        case frequencyWrong = 0x38
        case memory = 0x46
        case internalFailure = 0x49
        case notConfigured = 0x55
        case compareFailure = 0x62
        case implausible = 0x64
        case messageMissing = 0x87
        case busOff = 0x88
        case componentInternal = 0x96
    }

    /// The three octets, the first the most significant; the fourth is zero.
    package let number: UInt32

    package init(octets: (UInt8, UInt8, UInt8)) {
        self.number = UInt32(octets.0) << 16 | UInt32(octets.1) << 8 | UInt32(octets.2)
    }

    /// Reads `B1A01-24`; `nil` for what is none.
    package init?(_ text: String) {
        let characters = Array(text)
        guard characters.count == 8, characters[5] == "-", let area = Area(rawValue: characters[0]),
            let areaNumber = Area.allCases.firstIndex(of: area),
            let first = characters[1].hexDigitValue, first < 4
        else { return nil }
        var number = UInt32(areaNumber) << 2 | UInt32(first)
        for character in characters[2...4] + characters[6...7] {
            guard let digit = character.hexDigitValue, !character.isLowercase else { return nil }
            number = number << 4 | UInt32(digit)
        }
        self.number = number
    }

    package var octets: [UInt8] { [16, 8, 0].map { UInt8(truncatingIfNeeded: self.number >> $0) } }

    package var failureType: UInt8 { UInt8(truncatingIfNeeded: self.number) }

    package static func < (left: TroubleCode, right: TroubleCode) -> Bool { left.number < right.number }
}

extension TroubleCode: CustomStringConvertible {
    package var description: String {
        let area = Area.allCases[Int(self.number >> 22 & 3)].rawValue
        let digits = [20, 16, 12, 8, 4, 0].map { shift -> String in
            let digit = self.number >> shift & (shift == 20 ? 3 : 15)
            return String(digit, radix: 16, uppercase: true)
        }
        return "\(area)\(digits[0...3].joined())-\(digits[4...5].joined())"
    }
}
