internal import CallControl
internal import NGECall
internal import Store
internal import Supervision
internal import Timeline

// Calls over a restart: those that an earlier run left unfinished, and what a next run has to know of this one's.
extension IVS {
    /// How often a call that goes on is put on record as such: a small part of what may lie between it and a resumption.
    static let seenInterval = Duration.seconds(60)

    /// The record is open: the latest call that an earlier run left unfinished may go on, all others are closed.
    mutating func takeOver(_ unfinished: [StoredIncident], at now: Moment) {
        for incident in unfinished.dropLast() {
            self.interrupted(incident, because: "a later one was begun", at: now)
        }
        guard let latest = unfinished.last else { return }
        let isBusy = self.call.state != .idle
        switch Resumption(of: latest, boot: self.ledger.boot, isBusy: isBusy, at: now) {
        case .after(let gap): self.resume(latest, after: gap, at: now)
        case .refused(let reason): self.interrupted(latest, because: reason, at: now)
        }
    }

    private mutating func resume(_ stored: StoredIncident, after gap: Duration, at now: Moment) {
        guard let trigger = Trigger(rawValue: stored.opening.trigger) else {
            return self.interrupted(stored, because: "its trigger is not known here", at: now)
        }
        // What made it is on record, and is not to be made again: a second press would be the wish to cancel.
        let hasCrash = self.inputs.takeUnrecorded().contains { self.configuration.lines.crash.contains($0) }
        let incident = Incident(
            id: IncidentID(stored.opening.id),
            trigger: trigger,
            startedAt: now.instant,
            crashFollowed: stored.crashFollowed || (trigger == .manual && hasCrash),
            wasConnected: stored.wasConnected
        )
        self.ledger.resume(stored, at: now)
        self.hold = RecordHold(
            batch: nil,
            begun: now.instant,
            until: now.instant.advanced(by: self.configuration.recordWait),
            sends: self.hold?.sends ?? []
        )
        self.resumedTimestamp = stored.opening.msdTimestamp
        self.seenDue = now.instant.advanced(by: Self.seenInterval)
        let center = self.configuration.centers.firstIndex { $0.name == stored.lastCenter }
        let actions = self.call.resumed(
            incident,
            attempts: stored.attempts,
            center: center ?? 0,
            after: gap,
            at: now.instant
        )
        self.perform(actions, at: now)
    }

    /// An incident that is closed and not dialled again: warned about, and marked.
    private mutating func interrupted(_ incident: StoredIncident, because reason: String, at now: Moment) {
        let sentence = "incident \(incident.opening.id) was interrupted and is not dialled again: \(reason)"
        self.ledger.interrupt(incident, at: now)
        self.note(
            .incidentInterrupted,
            sentence,
            at: now,
            severity: .warning,
            fields: ["interrupted": incident.opening.id]
        )
        self.raise(.incidentInterrupted, sentence, at: now)
    }

    /// Puts on record that the call goes on.
    mutating func noteSeen(at now: Moment) {
        guard let due = self.seenDue, due <= now.instant, let incident = self.call.incident else { return }
        self.seenDue = now.instant.advanced(by: Self.seenInterval)
        self.ledger.change(incident.id, IncidentChange(seen: self.ledger.stamp(now)))
    }
}
