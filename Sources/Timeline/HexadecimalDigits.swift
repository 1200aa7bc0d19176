extension RandomNumberGenerator {
    /// Random letters for identifiers: `count` hexadecimal digits, each from four fresh random bits.
    package mutating func hexadecimalDigits(_ count: Int) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var octets: [UInt8] = []
        octets.reserveCapacity(count)
        var bits: UInt64 = 0
        for position in 0..<count {
            if position % 16 == 0 { bits = self.next() }
            octets.append(digits[Int(bits & 15)])
            bits >>= 4
        }
        return String(decoding: octets, as: UTF8.self)
    }
}
