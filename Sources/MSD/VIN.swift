/// A vehicle identification number of ISO 3779, 17 digits and capital letters other than I, O and Q.
///
/// Held as the 6-bit numbers of its characters, the form it has in the MSD.
package struct VIN: Hashable, Sendable, CustomStringConvertible {
    /// The characters of every VIN.
    package static let length = 17
    /// The characters a VIN is made of, in the order of their numbers.
    static let alphabet = Array("0123456789ABCDEFGHJKLMNPRSTUVWXYZ".utf8)
    /// The characters in `head`, as many as fit 64 bits.
    static let headLength = 10

    /// The numbers of the first ten characters, the first in the highest of 60 bits.
    let head: UInt64
    /// The numbers of the last seven characters, in 42 bits.
    let tail: UInt64

    /// Why a text is no VIN.
    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        case wrongLength(found: Int)
        /// Position counts from 1.
        case wrongCharacter(found: Character, position: Int)

        package var description: String {
            switch self {
            case .wrongLength(let found):
                "found \(found) characters, expected \(VIN.length)"
            case .wrongCharacter(let found, let position):
                "found '\(found)' as character \(position), expected 0-9 or A-Z without I, O and Q"
            }
        }
    }

    package init(_ text: some StringProtocol) throws(Failure) {
        guard text.count == Self.length else { throw .wrongLength(found: text.count) }
        var head: UInt64 = 0
        var tail: UInt64 = 0
        for (position, character) in text.enumerated() {
            guard let octet = character.asciiValue, let number = Self.alphabet.firstIndex(of: octet) else {
                throw .wrongCharacter(found: character, position: position + 1)
            }
            if position < Self.headLength {
                head = head << 6 | UInt64(number)
            } else {
                tail = tail << 6 | UInt64(number)
            }
        }
        self.head = head
        self.tail = tail
    }

    /// A VIN from its numbers, which the caller has checked.
    init(head: UInt64, tail: UInt64) {
        self.head = head
        self.tail = tail
    }

    /// The first of `count` numbers of six bits that stands for no character, and its place from 0.
    static func firstInvalid(in numbers: UInt64, count: Int) -> (place: Int, number: Int)? {
        // A number is above 32 exactly when its highest bit and any other are set. All are looked at together:
        // adding 31 to the low five bits carries into the sixth unless they are zero, and never further.
        let fives: UInt64 = 0x07DF_7DF7_DF7D_F7DF
        let sixths: UInt64 = ~fives & (1 << 60 - 1)
        guard numbers & sixths & (numbers & fives &+ fives) != 0 else { return nil }
        for place in 0..<count {
            let number = numbers >> UInt64(6 * (count - 1 - place)) & 0x3F
            if number >= UInt64(Self.alphabet.count) { return (place, Int(number)) }
        }
        return nil
    }

    package var description: String {
        var octets: [UInt8] = []
        octets.reserveCapacity(Self.length)
        for place in 0..<Self.length {
            let inHead = place < Self.headLength
            let numbers = inHead ? self.head : self.tail
            let below = (inHead ? Self.headLength : Self.length) - 1 - place
            octets.append(Self.alphabet[Int(numbers >> UInt64(6 * below) & 0x3F)])
        }
        return String(decoding: octets, as: UTF8.self)
    }
}
