package import Timeline

/// One thing that the call machine is told, as a value: so that it can be put on record, and told again.
package enum CallStimulus: Hashable, Codable, Sendable {
    case buttonHeld(newIncident: IncidentID, began: Instant?)
    case crashDetected(newIncident: IncidentID)
    case testRequested(newIncident: IncidentID, isSelfCheck: Bool)
    case attemptRang(Attempt)
    case attemptAnswered(Attempt, Acknowledgement)
    case attemptEnded(Attempt, AttemptEnd)
    case msdRequested(Attempt)
    case clearedDown(Attempt, isProven: Bool)
    case callLost(Attempt, cause: String)
    case callbackArrived(center: Int?, isProven: Bool)
    case callbackConfirmed(Attempt)
    case callbackWindowKept(CallbackWindow)
    case lastCallForgotten
    case resumed(Incident, attempts: Int, center: Int, after: Duration)
    case deadlineReached

    /// The kind of thing, as a word.
    package var word: String {
        switch self {
        case .buttonHeld: "buttonHeld"
        case .crashDetected: "crashDetected"
        case .testRequested(_, let isSelfCheck): isSelfCheck ? "selfCheck" : "testRequested"
        case .attemptRang(let attempt): "attemptRang \(attempt.number)"
        case .attemptAnswered(let attempt, let word): "attemptAnswered \(attempt.number) \(word.rawValue)"
        case .attemptEnded(let attempt, let end): "attemptEnded \(attempt.number): \(end.sentence)"
        case .msdRequested(let attempt): "msdRequested \(attempt.number)"
        case .clearedDown(let attempt, let isProven): "clearedDown \(attempt.number)\(isProven ? "" : ", unproven")"
        case .callLost(let attempt, let cause): "callLost \(attempt.number): \(cause)"
        case .callbackArrived(let center, let isProven):
            "callbackArrived \(center.map { "center \($0 + 1)" } ?? "of nobody")\(isProven ? "" : ", unproven")"
        case .callbackConfirmed(let attempt): "callbackConfirmed \(attempt.number)"
        case .callbackWindowKept: "callbackWindowKept"
        case .lastCallForgotten: "lastCallForgotten"
        case .resumed: "resumed"
        case .deadlineReached: "deadlineReached"
        }
    }
}

extension CallStateMachine {
    /// Whether nothing of an earlier call is left: what it does next depends on its limits alone.
    package var isAtRest: Bool { self.state == .idle && self.keptCenter == nil }

    /// Tells the machine one thing.
    package mutating func take(_ stimulus: CallStimulus, at now: Instant) -> [CallAction] {
        switch stimulus {
        case .buttonHeld(let incident, let began): return self.buttonHeld(newIncident: incident, began: began, at: now)
        case .crashDetected(let incident): return self.crashDetected(newIncident: incident, at: now)
        case .testRequested(let incident, let isSelfCheck):
            return self.testRequested(newIncident: incident, isSelfCheck: isSelfCheck, at: now)
        case .attemptRang(let attempt): return self.attemptRang(attempt)
        case .attemptAnswered(let attempt, let word): return self.attemptAnswered(attempt, word, at: now)
        case .attemptEnded(let attempt, let end): return self.attemptEnded(attempt, end, at: now)
        case .msdRequested(let attempt): return self.msdRequested(attempt)
        case .clearedDown(let attempt, let isProven): return self.clearedDown(attempt, isProven: isProven, at: now)
        case .callLost(let attempt, let cause): return self.callLost(attempt, cause, at: now)
        case .callbackArrived(let center, let isProven):
            return self.callbackArrived(from: center, isProven: isProven, at: now)
        case .callbackConfirmed(let attempt):
            self.callbackConfirmed(attempt)
            return []
        case .callbackWindowKept(let window): return self.callbackWindowKept(window, at: now)
        case .lastCallForgotten:
            self.forgetLastCall()
            return []
        case .resumed(let incident, let attempts, let center, let gap):
            return self.resumed(incident, attempts: attempts, center: center, after: gap, at: now)
        case .deadlineReached: return self.deadlineReached(at: now)
        }
    }
}

extension CallAction {
    /// The action as a short line, for people and for comparing two runs.
    package var text: String {
        switch self {
        case .openIncident(let incident): "openIncident \(incident.trigger.rawValue)"
        case .freezeMSD: "freezeMSD"
        case .record(let record):
            "\(record.event.rawValue) \(record.from.rawValue) to \(record.to.rawValue): \(record.reason.sentence)"
        case .invite(_, let attempt):
            "invite \(attempt.number) center \(attempt.center + 1) \(attempt.form.rawValue)"
        case .cancel(let attempt): "cancel \(attempt.number)"
        case .clearDown(let attempt): "clearDown \(attempt.number)"
        case .sendMSD(_, let identifier): "sendMSD \(identifier)"
        case .answerCallback(_, let attempt): "answerCallback \(attempt.number) center \(attempt.center + 1)"
        case .refuseCallback: "refuseCallback"
        case .reopenIncident: "reopenIncident"
        case .announce(let announcement): "announce \(announcement.rawValue)"
        case .closeIncident(_, let outcome): "closeIncident \(outcome.rawValue)"
        }
    }
}
