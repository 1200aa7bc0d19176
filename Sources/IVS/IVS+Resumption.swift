internal import CallControl
internal import NGECall
internal import SIPTrace
internal import Store
internal import Supervision
internal import Timeline

// Calls over a restart: those that an earlier run left unfinished, and what a next run has to know of this one's.
extension IVS {
    /// How often a call that goes on is put on record as such: a small part of what may lie between it and a resumption.
    static let seenInterval = Duration.seconds(60)

    /// The record is open: the latest call that an earlier run left unfinished may go on, all others are closed.
    mutating func takeOver(_ unfinished: [StoredIncident], at now: Moment) {
        for incident in unfinished where incident.opening.isTest {
            self.interrupted(incident, because: "it was a test call", at: now)
        }
        let emergencies = unfinished.filter { !$0.opening.isTest }.sorted { $0.began(before: $1) }
        for incident in emergencies.dropLast() {
            self.interrupted(incident, because: "a later one was begun", at: now)
        }
        guard let latest = emergencies.last else { return }
        self.unfinished = Unfinished(incident: latest, askAt: now.instant)
        self.decideOnUnfinished(at: now)
    }

    /// Asks, whenever it is time, whether a call of an earlier run goes on.
    mutating func decideOnUnfinished(at now: Moment) {
        guard let unfinished = self.unfinished, unfinished.askAt <= now.instant else { return }
        let stored = unfinished.incident
        switch Resumption(of: stored, self.configuration, self.call, boot: self.ledger.boot, at: now) {
        case .after(let gap):
            self.unfinished = nil
            self.resume(stored, after: gap, at: now)
        case .refused(let reason):
            self.unfinished = nil
            self.interrupted(stored, because: reason, at: now)
        case .undecided:
            self.unfinished?.askAt = now.instant.advanced(by: Resumption.askInterval)
        }
    }

    private mutating func resume(_ stored: StoredIncident, after gap: Duration, at now: Moment) {
        guard let trigger = Trigger(rawValue: stored.opening.trigger) else {
            return self.interrupted(stored, because: "its trigger is not known here", at: now)
        }
        let isOfThisBoot = stored.opening.started.boot == self.ledger.boot
        // What made it is on record, and is not to be made again: a second press would be the wish to cancel.
        guard self.inputs.forgetUnrecorded(upTo: isOfThisBoot ? stored.opening.started.at : .boot) else {
            return self.interrupted(stored, because: "a later trigger is made again", at: now)
        }
        let center = self.center(named: stored.lastCenter) ?? 0
        let incident = Incident(
            id: IncidentID(stored.opening.id),
            trigger: trigger,
            startedAt: now.instant,
            crashFollowed: stored.crashFollowed,
            connectedTo: stored.wasConnected ? self.center(named: stored.holder) ?? center : nil
        )
        self.leaveGarage("a call of an earlier run goes on", at: now)
        self.ledger.resume(stored, at: now)
        self.calledProfile = VehicleConfiguration.Profile(rawValue: stored.profile) ?? self.configuration.profile
        self.resumeTrace(of: stored)
        self.holdUntilRecorded(at: now)
        self.resumedTimestamp = stored.opening.msdTimestamp
        self.takeOverCrash(of: stored, after: gap, at: now)
        self.flightSince = stored.opening.started
        let stimulus = CallStimulus.resumed(incident, attempts: stored.lastAttempt, center: center, after: gap)
        self.perform(self.decide(stimulus, at: now), at: now)
    }

    /// The place of a center in the configuration of this run.
    func center(named name: String?) -> Int? {
        self.configuration.centers.firstIndex { $0.name == name }
    }

    /// The trace of an incident of an earlier run goes on behind its last message.
    mutating func resumeTrace(of stored: StoredIncident) {
        self.traces.resumed(
            stored.opening.id,
            lastNumber: stored.trace.lastNumber,
            messages: stored.trace.messages,
            octets: stored.trace.octets,
            omitted: stored.trace.omitted
        )
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
        self.noteClockSet(at: now)
        guard let due = self.seenDue, due <= now.instant, let incident = self.call.incident else { return }
        self.seenDue = now.instant.advanced(by: Self.seenInterval)
        self.ledger.change(incident.id, IncidentChange(seen: self.ledger.stamp(now)))
    }
}

extension IVS {
    /// How far the wall clock may leave the boot clock before it counts as set.
    private static let clockSetBy: Int64 = 2_000

    /// The wall clock was set, or is known to be right now: a call is seen again by it, so that a next run does not take
    /// the difference for the time that has passed.
    private mutating func noteClockSet(at now: Moment) {
        let offset = now.trustedMilliseconds.map {
            $0 - Int64(Instant.boot.duration(to: now.instant).wholeMilliseconds)
        }
        guard let offset else { return }
        let isSet = self.wallOffset.map { abs(offset - $0) > Self.clockSetBy } ?? true
        guard isSet else { return }
        self.wallOffset = offset
        if self.seenDue != nil { self.seenDue = now.instant }
    }
}

/// A call of an earlier run of which it is not decided whether it goes on.
struct Unfinished: Hashable, Sendable {
    let incident: StoredIncident
    var askAt: Instant
}
