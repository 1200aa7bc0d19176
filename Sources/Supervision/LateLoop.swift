private import NIOConcurrencyHelpers

/// A loop that its edges can post to although they are made before it; what is posted before `set` goes nowhere.
package final class LateLoop<Body: LoopBody>: Sendable {
    private let loop = NIOLockedValueBox<Loop<Body>?>(nil)

    package init() {}

    package func set(_ loop: Loop<Body>?) { self.loop.withLockedValue { $0 = loop } }

    /// Ends the loop: what waits and what comes is dropped, and no deadline is met any more.
    package func stop() {
        self.loop.withLockedValue { loop in
            defer { loop = nil }
            return loop
        }?.stop()
    }

    package func post(_ event: Body.Event) { self.loop.withLockedValue { $0 }?.post(event) }
}
