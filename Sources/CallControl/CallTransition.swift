/// A change of the call's state by an event; the machine makes no other.
package struct CallTransition: Hashable, Sendable {
    package let from: CallState
    package let event: CallEvent
    package let to: CallState

    package init(from: CallState, event: CallEvent, to: CallState) {
        self.from = from
        self.event = event
        self.to = to
    }

    /// Every transition there is, by the state that is left.
    package static let all: [CallTransition] =
        Self.of(
            .idle,
            [
                (.manualTrigger, .triggered), (.automaticTrigger, .triggered), (.testTrigger, .triggered),
                (.callResumed, .connecting), (.callbackArrived, .voiceSession),
            ]
        )
        + Self.of(
            .triggered,
            [
                (.cancelWindowOver, .connecting), (.cancelRequested, .ended),
            ]
        )
        + Self.of(
            .connecting,
            [
                (.attemptAnswered, .voiceSession), (.attemptEnded, .ended), (.cancelRequested, .ended),
                (.automaticTrigger, .ended), (.manualTrigger, .ended), (.callbackArrived, .ended),
                (.callResumed, .ended), (.clearedDown, .ended),
            ]
        )
        + Self.of(
            .voiceSession,
            [
                (.callLost, .connecting), (.clearedDown, .ended), (.clearDownFallbackOver, .ended), (.callLost, .ended),
                (.automaticTrigger, .ended), (.manualTrigger, .ended), (.callbackArrived, .ended),
                (.callResumed, .ended),
            ]
        )
        + Self.of(
            .ended,
            [
                (.endedHoldOver, .idle), (.manualTrigger, .triggered), (.automaticTrigger, .triggered),
                (.testTrigger, .triggered), (.callbackArrived, .voiceSession), (.callResumed, .connecting),
            ]
        )

    private static func of(_ from: CallState, _ changes: [(CallEvent, CallState)]) -> [CallTransition] {
        changes.map { CallTransition(from: from, event: $0.0, to: $0.1) }
    }
}
