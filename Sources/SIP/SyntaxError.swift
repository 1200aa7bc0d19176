/// Why the text of a URI or of one header value is refused.
package struct SyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What should have stood there, as words that follow "expected".
    package let expected: String

    package init(expected: String) {
        self.expected = expected
    }

    package var description: String { "expected \(self.expected)" }
}
