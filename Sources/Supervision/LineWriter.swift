private import NIOConcurrencyHelpers
private import Dispatch

/// Writes lines to standard output on a thread of its own, so that a reader that stops reading stops nothing else.
package final class LineWriter: Sendable {
    /// Lines that may wait; beyond it they are dropped, counted, and the count is written when there is room again.
    package static let maximumWaiting = 16_384

    private struct Waiting {
        var lines: [String] = []
        var dropped = 0
        var isWriting = false
    }

    private let queue = DispatchQueue(label: "lines")
    private let waiting = NIOLockedValueBox(Waiting())

    package init() {}

    /// Hands over one line; never waits.
    package func write(_ line: String) {
        let wakes = self.waiting.withLockedValue { waiting in
            guard waiting.lines.count < Self.maximumWaiting else {
                waiting.dropped += 1
                return false
            }
            waiting.lines.append(line)
            defer { waiting.isWriting = true }
            return !waiting.isWriting
        }
        if wakes { self.queue.async { self.drain() } }
    }

    /// Waits until everything handed over so far is written.
    package func flush() {
        self.queue.sync {}
    }

    private func drain() {
        while true {
            let (lines, dropped) = self.waiting.withLockedValue { waiting in
                defer {
                    waiting.isWriting = !waiting.lines.isEmpty
                    waiting.lines = []
                    waiting.dropped = 0
                }
                return (waiting.lines, waiting.dropped)
            }
            guard !lines.isEmpty else { return }
            StandardOutput.writeLine(lines.joined(separator: "\n"))
            if dropped > 0 { StandardOutput.writeLine("(\(dropped) lines were not read in time and are lost)") }
        }
    }
}
