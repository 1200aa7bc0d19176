/// The value of CSeq: a number below 2^31 and the method (RFC 3261 20.16).
package struct CSeq: Hashable, Sendable, CustomStringConvertible {
    /// The largest number that RFC 3261 8.1.1.5 allows.
    package static let maximumNumber: UInt32 = (1 << 31) - 1

    package var number: UInt32
    package var method: Method

    package init(_ number: UInt32, _ method: Method) {
        self.number = number
        self.method = method
    }

    package init(parsing value: String) throws(SyntaxError) {
        let parts = value.split { $0 == " " || $0 == "\t" }
        guard parts.count == 2, let number = HeaderSyntax.number(parts[0], upTo: UInt64(Self.maximumNumber)),
            HeaderSyntax.isToken(parts[1])
        else { throw SyntaxError(expected: "a number below 2^31 and a method") }
        self.number = UInt32(number)
        self.method = Method(String(parts[1]))
    }

    package var description: String { "\(self.number) \(self.method)" }
}
