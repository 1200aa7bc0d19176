internal import Supervision
internal import CallControl
internal import CrashSensing
internal import GPIO
internal import MSD
internal import NGECall
internal import SIP
internal import Store
internal import Timeline

extension IVS {
    /// Tells the call machine what is waiting, one event at a time, each with all that follows from it.
    mutating func drain(at now: Moment) {
        while let input = self.nextInput() {
            self.perform(self.tell(input, at: now), at: now)
        }
    }

    /// What the call machine is told next; `nil` for nothing in this turn.
    ///
    /// Behind a trigger that is not with the store yet everything waits. Once it is, and only data is waited for, no
    /// crash and no press waits behind that: neither what makes a call worse nor what cancels it.
    private mutating func nextInput() -> CallInput? {
        guard self.postponed != nil else { return self.queue.isEmpty ? nil : self.queue.removeFirst() }
        guard self.hold == nil || self.hold?.batch != nil else { return nil }
        let index = self.queue.firstIndex { input in
            switch input {
            case .buttonHeld, .crash: true
            case .test, .rang, .answered, .ended, .msdRequested, .cleared, .lost, .callback, .confirmed: false
            }
        }
        return index.map { self.queue.remove(at: $0) }
    }

    private mutating func tell(_ input: CallInput, at now: Moment) -> [CallAction] {
        switch input {
        case .buttonHeld(let instant):
            return self.tellHeld(until: instant, at: now)
        case .crash(let line, let instant):
            let before = self.call.incident
            self.leaveGarage("a crash was detected", at: now)
            self.expireCrash(at: now)
            if let side = self.configuration.lines.crash[line] { self.crash.fired(side, at: now.instant) }
            self.awaitAgreement(at: now)
            let actions = self.decide(.crashDetected(newIncident: self.newIncident()), at: now)
            self.noteTrigger(of: line, at: instant, after: before)
            return actions
        case .test: return self.decide(.testRequested(newIncident: self.newIncident(), isSelfCheck: false), at: now)
        case .rang(let attempt): return self.decide(.attemptRang(attempt), at: now)
        case .answered(let attempt, let acknowledgement):
            return self.decide(.attemptAnswered(attempt, acknowledgement), at: now)
        case .ended(let attempt, let end): return self.decide(.attemptEnded(attempt, end), at: now)
        case .cleared(let attempt, let isProven):
            return self.decide(.clearedDown(attempt, isProven: isProven), at: now)
        case .lost(let attempt, let cause): return self.decide(.callLost(attempt, cause: cause), at: now)
        case .confirmed(let attempt): return self.decide(.callbackConfirmed(attempt), at: now)
        case .callback(let callback):
            // What was withdrawn in the meantime, or lost its connection, is no call any more.
            guard self.userAgent.isRinging(callback.leg) else { return [] }
            self.callback = callback
            return self.decide(.callbackArrived(center: callback.center, isProven: callback.isProven), at: now)
        case .msdRequested(let attempt, let leg, let control):
            // The call in which it was asked is over: no other has asked.
            guard self.legs[leg] != nil else { return [] }
            self.requested = (leg, control)
            let actions = self.decide(.msdRequested(attempt), at: now)
            let isServed = actions.contains { if case .sendMSD = $0 { true } else { false } }
            if !isServed { self.refuseMSD("no further MSD in this call", at: now) }
            return actions
        }
    }

    /// The button was held for long enough: in garage mode, for a test call.
    private mutating func tellHeld(until end: Instant, at now: Moment) -> [CallAction] {
        let before = self.call.incident
        let began = end.advanced(by: .zero - self.configuration.button.hold)
        let actions: [CallAction]
        if self.garage.covers(pressFrom: began, to: end) {
            // A run that dies now is not to make it again: for the next one it would be meant for help.
            _ = self.inputs.takeRemakes(of: self.configuration.lines.button)  // Nothing is counted.
            return self.decide(.testRequested(newIncident: self.newIncident(), isSelfCheck: false), at: now)
        } else {
            self.leaveGarage("the button was pressed across its end or beginning", at: now)
            actions = self.decide(.buttonHeld(newIncident: self.newIncident(), began: began), at: now)
        }
        self.noteTrigger(of: self.configuration.lines.button, at: end, after: before)
        return actions
    }

    /// Carries out what the call machine asks, in its order.
    ///
    /// A trigger goes to the store before its INVITE is made: the rest waits for the next turn, and the disk works
    /// meanwhile.
    mutating func perform(_ actions: [CallAction], at now: Moment, isResumed: Bool = false) {
        guard self.postponed == nil else {
            for (index, action) in actions.enumerated() {
                // A cancel may have ended what was waited for.
                guard self.postponed != nil else {
                    return self.perform(Array(actions[index...]), at: now, isResumed: isResumed)
                }
                self.performBehindPostponed(action, at: now)
            }
            return
        }
        for (index, action) in actions.enumerated() {
            switch action {
            case .invite where !isResumed && self.hold != nil && self.hold?.batch == nil:
                self.postponed = Postponed(
                    actions: Array(actions[index...]),
                    since: now.instant,
                    crashUntil: self.endOfCrash(at: now),
                    positionUntil: self.endOfPositionWait(at: now)
                )
                return
            case .openIncident(let incident): self.open(incident, at: now)
            case .freezeMSD(let incident): self.freeze(incident, at: now)
            case .record(let record): self.note(record, at: now)
            case .invite(let incident, let attempt): self.prepare(attempt, of: incident, at: now)
            case .cancel(let attempt): self.cancel(attempt, at: now)
            case .clearDown(let attempt): self.clearDown(attempt, at: now)
            case .sendMSD(let incident, let identifier): self.sendMSD(identifier, of: incident, at: now)
            case .reopenIncident(let incident): self.reopen(incident, at: now)
            case .answerCallback(_, let attempt): self.answerCallback(attempt, at: now)
            case .refuseCallback: self.refuseCallback(at: now)
            case .announce(let announcement): self.announce(announcement, at: now)
            case .closeIncident(let incident, let outcome): self.close(incident, outcome, at: now)
            }
        }
    }

    /// Carries out what came while an INVITE is postponed: what changes nothing on air at once, the rest in its turn.
    ///
    /// The cancel of an INVITE that was not made takes it back, so that nobody rings.
    private mutating func performBehindPostponed(_ action: CallAction, at now: Moment) {
        switch action {
        case .record(let record): self.note(record, at: now)
        case .announce(let announcement): self.announce(announcement, at: now)
        case .cancel(let attempt):
            guard var rest = self.postponed?.actions, let index = rest.firstIndex(where: { $0.invites(attempt) }) else {
                self.postponed?.actions.append(action)
                return
            }
            rest.remove(at: index)
            self.postponed = nil
            self.perform(rest, at: now, isResumed: true)
            self.over(attempt, .cancelled, at: now)
        case .openIncident, .freezeMSD, .invite, .clearDown, .sendMSD, .reopenIncident, .answerCallback,
            .refuseCallback, .closeIncident:
            self.postponed?.actions.append(action)
        }
    }

    /// Carries out what was postponed; the trigger is with the store.
    mutating func resume(at now: Moment) {
        guard let postponed = self.postponed, self.mayResume(at: now) else { return }
        self.postponed = nil
        self.perform(postponed.actions, at: now, isResumed: true)
    }

    /// A line has opened an incident, or become its second cause, when the incident is not what it was before.
    private mutating func noteTrigger(of line: LineName, at instant: Instant, after before: Incident?) {
        let remakes = self.inputs.takeRemakes(of: line)
        guard let incident = self.call.incident, self.call.state != .ended, incident != before else { return }
        self.unrecorded.opened(incident.id, by: line, at: instant, remakes: remakes)
        if incident.crashFollowed { self.ledger.change(incident.id, IncidentChange(crashFollowed: true)) }
    }

    mutating func newIncident() -> IncidentID {
        IncidentID(self.random.hexadecimalDigits(32))
    }

    /// Puts the trigger on record and holds what goes on air until it is written, or 20 ms late.
    private mutating func open(_ incident: Incident, at now: Moment) {
        self.ledger.open(incident, of: self.configuration, at: now)
        if incident.trigger != .test {
            self.hasHadEmergency = true
            self.keepCrashOfCall(at: now)
        }
        self.hasBegunSincePurge = true
        self.calledProfile = self.configuration.profile
        self.expectPurge(at: now.instant.advanced(by: Self.purgeInterval / self.configuration.timeScale))
        self.holdUntilRecorded(at: now)
    }

    /// From here on nothing goes on air before this step is on record, or late; the call that goes on is put on record
    /// from time to time.
    mutating func holdUntilRecorded(at now: Moment) {
        let until = now.instant.advanced(by: self.configuration.recordWait)
        // A new incident takes over what is still held: it leaves when the later trigger is on record too.
        let held = self.hold?.sends ?? []
        self.hold = RecordHold(batch: nil, begun: now.instant, until: until, sends: held)
        self.seenDue = now.instant.advanced(by: Self.seenInterval)
    }

    private mutating func freeze(_ incident: Incident, at now: Moment) {
        let identifiers = ContentIdentifiers(token: self.random.hexadecimalDigits(12), host: "ivs.invalid")
        self.keepApproach(of: incident, at: now)
        self.frozen = FrozenData(
            incident,
            locations: self.locations,
            identifiers: identifiers,
            timestamp: self.resumedTimestamp,
            at: now
        )
        self.resumedTimestamp = nil
        self.keepLateData(of: incident)
    }

    /// Sends the INVITE when the connection stands, else opens it first; the gate is asked before either.
    private mutating func prepare(_ attempt: Attempt, of incident: Incident, at now: Moment) {
        let center = self.configuration.centers[attempt.center]
        self.ledger.attempt(attempt, center: center.name, outcome: nil, at: now)
        if case .refused(let reason) = self.gateVerdict(beforeCalling: attempt.center, for: incident) {
            self.note(.gateRefused, reason, at: now, severity: .error)
            return self.over(attempt, .barred(reason), at: now)
        }
        // A call that has gone to 112 once stays one of the emergency service on record.
        if self.configuration.profile(of: attempt.center) == .emergency112, self.calledProfile != .emergency112 {
            self.calledProfile = .emergency112
            self.ledger.change(incident.id, IncidentChange(profile: self.calledProfile.rawValue))
            // What is known of it has to be kept, and forgotten, by the rules of 112 from here on.
            self.holdUntilRecorded(at: now)
        }
        guard self.links[attempt.center].flow == nil else { return self.invite(attempt, of: incident, at: now) }
        let until = now.instant.advanced(by: self.configuration.provisionalWait)
        self.waitingAttempt = WaitingAttempt(incident: incident, attempt: attempt, until: until)
        self.perform(self.links[attempt.center].needed(self.newFlow()), ofLink: attempt.center)
    }

    private mutating func cancel(_ attempt: Attempt, at now: Moment) {
        if self.waitingAttempt?.attempt == attempt {
            self.waitingAttempt = nil
            return self.over(attempt, .cancelled, at: now)
        }
        guard let leg = self.legs.first(where: { $0.value.attempt == attempt })?.key else { return }
        self.process(self.userAgent.cancel(leg, at: now.instant), at: now)
    }

    private mutating func clearDown(_ attempt: Attempt, at now: Moment) {
        let legs = self.legs.filter { $0.value.attempt == attempt }.sorted { $0.key.number < $1.key.number }
        for (leg, known) in legs {
            // A transfer whose INVITE is out has no answer to clear down yet.
            let isOut = known.prepared.isTransfer && !known.isAnswered
            let outputs = isOut ? self.userAgent.cancel(leg, at: now.instant) : self.userAgent.bye(leg, at: now.instant)
            self.process(outputs, at: now)
        }
        if self.transfer?.attempt == attempt { self.transfer = nil }
        if self.waitingAttempt?.attempt == attempt { self.waitingAttempt = nil }
    }

    mutating func announce(_ announcement: Announcement, at now: Moment) {
        guard self.call.incident?.isSelfCheck != true else { return }
        self.indicators.announce(announcement, at: now.instant)
        self.note(
            .announcement,
            "the occupants are told: \(announcement.rawValue)",
            at: now,
            fields: ["announcement": announcement.rawValue]
        )
    }

    private mutating func close(_ incident: Incident, _ outcome: Outcome, at now: Moment) {
        let window = self.call.callbackWindow
        let holder =
            window?.incident.id == incident.id ? window.map { self.configuration.centers[$0.center].name } : nil
        self.ledger.close(incident, outcome, holder: holder, at: now)
        self.unrecorded.closed(incident.id)
        self.seenDue = nil
        if self.transfer?.attempt.incident == incident.id { self.transfer = nil }
        self.waitingAttempt = nil
        self.streamless = []
        self.keepCallbackData(of: incident)
        self.oweLateData(of: incident, outcome, at: now)
        self.endSelfCheck(incident, outcome, at: now)
        self.releaseApproach()
        self.frozen = nil
        let isServed = outcome == .cleared || outcome == .deliveredDeclined
        if isServed, incident.trigger != .test { self.clear(.incidentInterrupted, at: now) }
    }

    /// Closes the connections that were opened for a call, once no call and nothing to wind up is left on them.
    mutating func releaseIdleLinks(at now: Moment) {
        guard self.call.state == .idle || self.call.state == .ended else { return }
        let kept = self.call.keptCenter
        for index in self.links.indices where index != kept {
            let flow = self.links[index].flow
            guard !self.legs.values.contains(where: { $0.flow == flow }) else { continue }
            let actions = self.links[index].released()
            if !actions.isEmpty, let flow { self.drive(registrationOf: index, at: now) { $0.closed(flow) } }
            self.perform(actions, ofLink: index)
        }
        self.releaseIdleStreams()
    }

    /// The connection that an attempt waits for did not come in time.
    mutating func giveUpWaiting(at now: Moment) {
        guard let waiting = self.waitingAttempt, waiting.until <= now.instant else { return }
        guard waiting.largeInvite == nil else { return self.giveUpStream(waiting, at: now) }
        let wait = CallReason.text(self.configuration.provisionalWait)
        let cause = "no connection within \(wait)"
        if let flow = self.links[waiting.attempt.center].openingFlow {
            self.outputs.append(.close(flow))
            // Somebody is there and does not finish the handshake, which is no better than failing it.
            let isShaking = self.handshakes.contains(flow)
            if isShaking, self.tryUnchecked(flow, because: "no TLS within \(wait)", at: now) { return }
            self.flowEnded(flow, because: cause, at: now)
        } else {
            self.waitingAttempt = nil
            self.over(waiting.attempt, .failed(cause), at: now)
        }
    }

    /// An attempt that ended without a call: on record, and the call machine's turn.
    mutating func over(_ attempt: Attempt, _ end: AttemptEnd, at now: Moment) {
        let center = self.configuration.centers[attempt.center].name
        self.ledger.attempt(attempt, center: center, outcome: end.sentence, at: now)
        self.queue.append(.ended(attempt, end))
    }
}

extension CallAction {
    /// Whether it is the INVITE of that attempt.
    fileprivate func invites(_ attempt: Attempt) -> Bool {
        if case .invite(_, attempt) = self { true } else { false }
    }
}
