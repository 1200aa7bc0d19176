private import NIOConcurrencyHelpers

/// A loop that its edges can post to although they are made before it; what is posted before `set` goes nowhere.
package final class LateLoop<Body: LoopBody>: Sendable {
    private let loop = NIOLockedValueBox<Loop<Body>?>(nil)

    package init() {}

    package func set(_ loop: Loop<Body>?) { self.loop.withLockedValue { $0 = loop } }

    package func post(_ event: Body.Event) { self.loop.withLockedValue { $0 }?.post(event) }
}
