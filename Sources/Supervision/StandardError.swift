private import Glibc

/// Standard error as a text stream, for what a tool complains about.
package struct StandardError: TextOutputStream {
    package init() {}

    package mutating func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            // Nobody reads the complaints any more; there is nowhere to say so.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

/// What went wrong, in one sentence for the person at the tool.
package struct Complaint: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
