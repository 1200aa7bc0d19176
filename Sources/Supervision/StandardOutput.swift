private import Glibc

/// Standard output as a stream of lines that leave at once, also into a pipe.
package enum StandardOutput {
    /// Writes one line; when nobody reads any more it is lost.
    package static func writeLine(_ text: String) {
        var rest = Array((text + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
