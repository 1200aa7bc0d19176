import CallControl
import Timeline

/// A point of virtual time, `seconds` after boot.
func at(_ seconds: Double) -> Instant {
    Instant.boot.advanced(by: .milliseconds(Int64((seconds * 1_000).rounded())))
}

let first = IncidentID("first")
let second = IncidentID("second")

func sent(_ number: Int, center: Int = 0, form: InviteForm = .full, of incident: IncidentID = first) -> Attempt {
    Attempt(incident: incident, number: number, center: center, form: form)
}

extension CallStateMachine {
    /// A machine for `centers` centers with the default limits, changed by `change`.
    static func idle(centers: Int = 1, _ change: (inout CallLimits) -> Void = { _ in }) -> CallStateMachine {
        var limits = CallLimits()
        change(&limits)
        return CallStateMachine(centers: centers, limits: limits)
    }

    /// A machine whose first attempt is out.
    static func inviting(_ trigger: Trigger, centers: Int = 1, at now: Instant = at(0)) -> CallStateMachine {
        var machine = Self.idle(centers: centers)
        machine.trigger(trigger, first, at: now)
        return machine
    }

    /// A machine in its voice session.
    static func connected(_ trigger: Trigger, centers: Int = 1, at now: Instant = at(0)) -> CallStateMachine {
        var machine = Self.inviting(trigger, centers: centers, at: now)
        _ = machine.attemptAnswered(sent(1), .positive, at: now)
        return machine
    }

    /// The incident that `actions` close; the machine's own when they close none.
    func closedIncident(in actions: [CallAction]) -> Incident {
        for case .closeIncident(let incident, _) in actions { return incident }
        return Incident(id: second, trigger: .test, startedAt: at(0))
    }

    @discardableResult
    mutating func trigger(_ trigger: Trigger, _ incident: IncidentID, at now: Instant) -> [CallAction] {
        switch trigger {
        case .manual: self.buttonHeld(newIncident: incident, at: now)
        case .automatic: self.crashDetected(newIncident: incident, at: now)
        case .test: self.testRequested(newIncident: incident, at: now)
        }
    }
}

extension [CallAction] {
    /// Everything but the records, which have their own checks.
    var work: [CallAction] {
        self.filter { action in
            if case .record = action { return false }
            return true
        }
    }

    /// The reasons on record, in order.
    var reasons: [CallReason] {
        self.compactMap { action in
            guard case .record(let record) = action else { return nil }
            return record.reason
        }
    }

    /// The attempts that are sent, in order.
    var invites: [Attempt] {
        self.compactMap { action in
            guard case .invite(_, let attempt) = action else { return nil }
            return attempt
        }
    }

    /// The outcome with which an incident is closed.
    var outcome: Outcome? {
        for case .closeIncident(_, let outcome) in self { return outcome }
        return nil
    }
}
