import GPIO
import NIOConcurrencyHelpers
import Testing

/// Events in the order they were delivered.
final class Log: Sendable {
    private let delivered = NIOLockedValueBox<[LineEvent]>([])

    var events: [LineEvent] { self.delivered.withLockedValue { $0 } }

    func append(_ event: LineEvent) {
        self.delivered.withLockedValue { $0.append(event) }
    }

    /// Runs a command from inside a delivery and reports its error as a failure of the test.
    func attempt(_ command: () throws -> Void) {
        do {
            try command()
        } catch {
            Issue.record(error)
        }
    }
}
