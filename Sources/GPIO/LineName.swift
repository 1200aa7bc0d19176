/// The name by which the configuration, the tools and the logs call a line, such as `sos-button`.
package struct LineName: Hashable, Comparable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package init(stringLiteral text: String) {
        self.text = text
    }

    package var description: String { self.text }

    package static func < (left: LineName, right: LineName) -> Bool {
        left.text < right.text
    }
}
