/// The value of RAck: which reliable provisional answer a PRACK acknowledges (RFC 3262 7.2).
package struct RAck: Hashable, Sendable, CustomStringConvertible {
    /// RSeq of the provisional answer.
    package let response: UInt32
    /// CSeq of the INVITE.
    package let request: CSeq

    package init(response: UInt32, request: CSeq) {
        self.response = response
        self.request = request
    }

    package init(parsing value: String) throws(SyntaxError) {
        let parts = value.split(maxSplits: 1, omittingEmptySubsequences: true) { $0 == " " || $0 == "\t" }
        guard parts.count == 2, let number = HeaderSyntax.number(parts[0], upTo: UInt64(UInt32.max)) else {
            throw SyntaxError(expected: "a number, and the CSeq of an INVITE")
        }
        self.response = UInt32(number)
        self.request = try CSeq(parsing: HeaderSyntax.trimmed(parts[1]))
    }

    package var description: String { "\(self.response) \(self.request)" }
}
