/// Why an event changed the call or left it as it was.
package enum CallReason: Hashable, Sendable {
    case accepted
    case cancelWindowOpen(Duration)
    case cancelWindowClosed
    case inviting(Attempt)
    case ringing(Attempt)
    case answered(Attempt, Acknowledgement)
    case answeredBeforeCancel(Attempt)
    case cancelledByOccupant
    case cancelledBeforeAnswer
    case automaticCannotBeCancelled
    case crashFollowed
    case connectedBelongsToTheCenter
    case alreadyCancelling
    case callInProgress(Trigger)
    case crashEndsTheRightToCancel
    case realTriggerEndsTestCall
    case testNeedsIdle
    case nextCenter(AttemptEnd)
    case lesserForm(AttemptEnd, InviteForm)
    case fallsBack(AttemptEnd)
    case redialAfter(AttemptEnd, gap: Duration)
    case redialAfterDrop(String)
    case resumedAfter(Duration)
    case deliveredWithDecline(status: Int)
    case redialWindowOver(AttemptEnd, window: Duration)
    case attemptsUsedUp(AttemptEnd, maximum: Int)
    case noAnswer(wait: Duration)
    case testIsNotRedialled(AttemptEnd)
    case freshMSD(messageIdentifier: UInt8)
    case messageIdentifiersUsedUp
    case noDialog
    case clearedByCenter
    case centerNeverCleared(after: Duration)
    case selfChecked(Duration)
    case endShown(Duration)
    case callbackAnswered(Attempt)
    case callbackNotExpected
    case callbackNotOfTheCenter
    case callbackNotConfirmed
    case callbackWindowGoesOn(Duration)
    case callbackWindowOver(Duration)
    case deregistered(after: Duration)
    case stale(attempt: Int)

    /// The sentence that `why` prints.
    package var sentence: String {
        switch self {
        case .accepted: "the trigger was accepted"
        case .cancelWindowOpen(let window): "a manual call waits \(Self.text(window)) for a cancel before it dials"
        case .cancelWindowClosed: "nobody cancelled while the cancel window was open"
        case .inviting(let attempt):
            "attempt \(attempt.number) goes to center \(attempt.center + 1) (\(attempt.form.rawValue))"
        case .ringing(let attempt): "the center rings for attempt \(attempt.number)"
        case .answered(let attempt, let acknowledgement):
            "the center answered attempt \(attempt.number), acknowledgement \(acknowledgement.rawValue)"
        case .answeredBeforeCancel(let attempt):
            "the answer to attempt \(attempt.number) crossed the cancel; a connected call belongs to the center"
        case .cancelledByOccupant: "the occupant held the button again before the center answered"
        case .cancelledBeforeAnswer: "the attempt ended after the cancel, unanswered"
        case .automaticCannotBeCancelled: "an automatic call is never cancelled by an occupant"
        case .crashFollowed: "a crash signal followed the manual trigger and ended the right to cancel"
        case .connectedBelongsToTheCenter: "once connected, only the center clears the call down"
        case .alreadyCancelling: "the cancel is already on its way"
        case .callInProgress(let trigger):
            "a call is in progress (\(trigger.rawValue)); a second trigger starts no other"
        case .crashEndsTheRightToCancel:
            "a crash during a manual call is its second cause; the call can no longer be cancelled"
        case .realTriggerEndsTestCall: "a real trigger ends a test call"
        case .testNeedsIdle: "a test call starts only while no call is in progress"
        case .nextCenter(let end): "\(end.sentence); the next center is tried at once"
        case .lesserForm(let end, let form): "\(end.sentence); the same center is tried once \(form.sentence)"
        case .fallsBack(let end): "\(end.sentence); the private service does not work, and the call goes to 112"
        case .redialAfter(let end, let gap): "\(end.sentence); all centers are tried again after \(Self.text(gap))"
        case .redialAfterDrop(let cause): "the call was lost without a clear-down (\(cause)); redialled at once"
        case .resumedAfter(let gap):
            "an earlier run left the call unfinished \(Self.text(Self.wholeSeconds(gap))) ago; it goes on"
        case .deliveredWithDecline(let status): "the center has the data and declined voice with \(status)"
        case .redialWindowOver(let end, let window):
            "\(end.sentence); the redial window of \(Self.text(window)) is over"
        case .attemptsUsedUp(let end, let maximum): "\(end.sentence); all \(maximum) attempts are used up"
        case .noAnswer(let wait): "nobody answered within \(Self.text(wait))"
        case .testIsNotRedialled(let end): "\(end.sentence); a test call is not redialled"
        case .freshMSD(let identifier): "the center asked for data; MSD \(identifier) is sent"
        case .messageIdentifiersUsedUp: "messageIdentifier 255 was the last; no further MSD can be told apart"
        case .noDialog: "there is no call it belongs to"
        case .clearedByCenter: "the center cleared the call down"
        case .centerNeverCleared(let wait): "the center did not clear down within \(Self.text(wait))"
        case .selfChecked(let length): "a self-check is over \(Self.text(length)) after its answer"
        case .endShown(let hold): "the end was shown for \(Self.text(hold))"
        case .callbackAnswered(let attempt): "center \(attempt.center + 1), which had the call, rings back in time"
        case .callbackNotExpected: "no call is over whose center may ring back (T9)"
        case .callbackNotOfTheCenter: "nothing proves that it is the center which had the call"
        case .callbackNotConfirmed: "the center never confirmed our answer to its callback"
        case .callbackWindowGoesOn(let rest):
            "an earlier run ended a call; its center may ring back for \(Self.text(Self.wholeSeconds(rest)))"
        case .callbackWindowOver(let window):
            "the center may ring back within \(Self.text(window)) of its call and no later"
        case .deregistered(let wait):
            "the connection to the center of the last call is kept for \(Self.text(wait)) at the most"
        case .stale(let attempt): "it belongs to attempt \(attempt), which is over"
        }
    }

    /// The condition that decided, as a stable word; `nil` where none was asked.
    package var guardName: String? {
        switch self {
        case .automaticCannotBeCancelled, .crashFollowed, .crashEndsTheRightToCancel, .cancelledByOccupant:
            "isCancellable"
        case .connectedBelongsToTheCenter, .answeredBeforeCancel: "isConnected"
        case .callInProgress, .testNeedsIdle, .realTriggerEndsTestCall: "isIdle"
        case .redialWindowOver, .redialAfter, .redialAfterDrop, .nextCenter: "insideRedialWindow"
        case .resumedAfter: "isWorthResuming"
        case .attemptsUsedUp: "attemptsLeft"
        case .lesserForm: "formNotYetTried"
        case .fallsBack: "hasFallback"
        case .stale, .noDialog, .alreadyCancelling: "isCurrent"
        case .messageIdentifiersUsedUp: "identifierLeft"
        case .testIsNotRedialled: "isEmergency"
        case .callbackNotExpected, .callbackWindowGoesOn: "insideCallbackWindow"
        case .callbackAnswered, .callbackNotOfTheCenter: "isTheCenter"
        case .accepted, .cancelWindowOpen, .cancelWindowClosed, .inviting, .ringing, .answered, .cancelledBeforeAnswer,
            .deliveredWithDecline, .noAnswer, .freshMSD, .clearedByCenter, .centerNeverCleared, .selfChecked, .endShown,
            .callbackWindowOver, .callbackNotConfirmed, .deregistered:
            nil
        }
    }

    /// The timer that decided, by its configured name, and its value; `nil` where none did.
    package var timer: (name: String, value: Duration)? {
        switch self {
        case .cancelWindowOpen(let window): ("call.cancelWindow (T1)", window)
        case .redialAfter(_, let gap): ("call.redial.gaps", gap)
        case .redialWindowOver(_, let window): ("call.redial.window", window)
        case .noAnswer(let wait): ("call.answerWait", wait)
        case .centerNeverCleared(let wait): ("call.clearDownFallback (T2)", wait)
        case .selfChecked(let length): ("call.selfCheckLength", length)
        case .endShown(let hold): ("call.endedHold", hold)
        case .callbackWindowOver(let window): ("call.callbackWindow (T9)", window)
        case .deregistered(let wait): ("call.deregistration (T10)", wait)
        case .accepted, .cancelWindowClosed, .inviting, .ringing, .answered, .answeredBeforeCancel,
            .cancelledByOccupant,
            .cancelledBeforeAnswer, .automaticCannotBeCancelled, .crashFollowed, .connectedBelongsToTheCenter,
            .alreadyCancelling, .callInProgress, .crashEndsTheRightToCancel, .realTriggerEndsTestCall, .testNeedsIdle,
            .nextCenter, .lesserForm, .fallsBack, .redialAfterDrop, .resumedAfter, .deliveredWithDecline,
            .attemptsUsedUp,
            .testIsNotRedialled,
            .freshMSD, .messageIdentifiersUsedUp, .noDialog, .clearedByCenter, .callbackAnswered,
            .callbackNotExpected, .callbackNotOfTheCenter, .callbackNotConfirmed, .callbackWindowGoesOn, .stale:
            nil
        }
    }

    private static func wholeSeconds(_ duration: Duration) -> Duration { .seconds(duration.components.seconds) }

    /// A duration as a person writes it, in seconds or milliseconds.
    package static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        if milliseconds == 0 { return "\(seconds) s" }
        return "\(seconds * 1_000 + milliseconds) ms"
    }
}

extension AttemptEnd {
    /// What happened to the attempt, as a clause of a sentence.
    package var sentence: String {
        switch self {
        case .declinedWithAcknowledgement(let status): "the center declined with \(status) and acknowledged the MSD"
        case .badLocation: "the center refused the location (424)"
        case .bodyRefused(let status): "the center refused a body or option (\(status))"
        case .rejected(let status): "the center rejected the attempt with \(status)"
        case .cancelled: "the attempt was cancelled"
        case .barred(let cause): "the 112 gate refused it: \(cause)"
        case .failed(let cause): "the attempt failed: \(cause)"
        }
    }
}

extension InviteForm {
    fileprivate var sentence: String {
        switch self {
        case .full: "in full"
        case .withoutLocation: "without a location"
        case .voiceOnly: "for voice only"
        }
    }
}
