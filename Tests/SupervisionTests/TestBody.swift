import Supervision
import NIOConcurrencyHelpers
import Timeline

/// What a `TestBody` went through.
enum Step: Hashable, Sendable {
    case handled(Int)
    case overflowed(Int)
    case deadlineReached(Instant)
    /// Something that happened on the event loop outside the body.
    case elsewhere
}

/// The steps of a body, readable from the test's thread.
final class Trace: Sendable {
    private let list = NIOLockedValueBox<[Step]>([])

    var steps: [Step] { self.list.withLockedValue { $0 } }

    func append(_ step: Step) {
        self.list.withLockedValue { $0.append(step) }
    }
}

/// A body that notes what it is given, and does what the test says on top.
final class TestBody: LoopBody {
    /// Called with each event after it was noted.
    private let onEvent: (Int, TestBody) -> Void
    private let trace: Trace
    private var isRunning = false
    var nextDeadline: Instant?

    init(_ trace: Trace, onEvent: @escaping (Int, TestBody) -> Void = { _, _ in }) {
        self.trace = trace
        self.onEvent = onEvent
    }

    func handle(_ event: Int, at now: Instant) {
        precondition(!self.isRunning, "The body was re-entered.")
        self.isRunning = true
        defer { self.isRunning = false }
        self.trace.append(.handled(event))
        self.onEvent(event, self)
    }

    func deadlineReached(at now: Instant) {
        precondition(!self.isRunning, "The body was re-entered.")
        self.nextDeadline = nil
        self.trace.append(.deadlineReached(now))
    }

    func overflowed(by count: Int, at now: Instant) {
        self.trace.append(.overflowed(count))
    }
}
