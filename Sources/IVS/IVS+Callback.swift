internal import CallControl
internal import CrashSensing
internal import NGECall
internal import SIP
internal import SIPTrace
internal import Store
internal import Supervision
internal import Timeline

/// An INVITE that came in.
struct IncomingCallback: Hashable, Sendable {
    let leg: UserAgent.Call
    let flow: Flow
    let callID: String
    /// What its offer is answered with.
    let session: SessionDescription
    /// The center whose connection it came over, if this end has opened that.
    let center: Int?
    /// Whether the peer there is known to be that center.
    let isProven: Bool
}

/// The emergency that an earlier run ended last, until it is known whether its center may still ring back.
struct AwaitedWindow: Hashable, Sendable {
    let incident: StoredIncident
    var askAt: Instant
}

/// What the MSDs of a callback are made from.
struct CallbackData: Hashable, Sendable {
    let frozen: FrozenData
    let isAcknowledged: Bool
    /// The crash that the call was about, whatever has been felt since.
    let crash: CrashAccount
}

// The center rings back; who may is the call machine's decision.
extension IVS {
    /// An INVITE came: the call machine decides, unless there is nothing to answer its offer with.
    mutating func incoming(_ leg: UserAgent.Call, _ message: Message, over flow: Flow, at now: Moment) {
        let center = self.center(of: flow)
        let isProven = center.map { self.isTheCenter($0, over: flow) } ?? false
        let isExpected = isProven && center == self.call.callbackWindow?.center
        guard let untold = isExpected ? 0 : self.strangers.pass(at: now.instant) else {
            return self.refuse(leg, 486, at: now)
        }
        let remote = self.connections[flow]?.remote.description ?? "a closed connection"
        let fields = ["priority": message.headers["Priority"] ?? "", "remote": remote]
        let more = untold > 0 ? ", and \(untold) more since the last that was told" : ""
        self.note(.callbackReceived, "INVITE from \(remote)\(more)", at: now, fields: fields)
        let content = InviteContent(message)
        let session = SessionDescription.reply(
            to: content.session,
            originUser: "ivs",
            sessionID: self.random.next() >> 16,
            address: self.connections[flow]?.local.host ?? "127.0.0.1",
            hasSound: Self.hasSound
        )
        // An offer that cannot be read is none that an offer of ours would answer.
        guard let session, content.problems.isEmpty else {
            let why = content.problems.first.map { "\($0)" } ?? "its offer has no codec in common"
            // A stranger hears the same whatever it says.
            let status = isExpected ? 488 : 486
            self.note(.callFlowEnded, "\(status): \(why)", at: now, fields: ["status": String(status)])
            return self.refuse(leg, status, at: now)
        }
        self.queue.append(
            .callback(
                IncomingCallback(
                    leg: leg,
                    flow: flow,
                    callID: message.headers["Call-ID"] ?? "",
                    session: session,
                    center: center,
                    isProven: isProven
                )
            )
        )
    }

    /// Whether the peer of a connection that this end has opened is the center: by its certificate; with the 112 profile
    /// by being an allow-listed hop, to whose address nobody else answers over a connection.
    private func isTheCenter(_ center: Int, over flow: Flow) -> Bool {
        guard let connection = self.connections[flow] else { return false }
        switch self.configuration.profile(of: center) {
        case .privateCenter: return self.isVerified(flow)
        case .emergency112:
            return connection.transport.isReliable
                && EmergencyGate.isListed(connection.remote.host, among: self.configuration.gate.allowedAddresses)
        }
    }

    private mutating func refuse(_ leg: UserAgent.Call, _ status: Int, at now: Moment) {
        self.process(
            self.userAgent.reject(leg, status: status, reason: nil, headers: [], body: [], at: now.instant),
            at: now
        )
    }

    /// The peer of a callback has confirmed our answer.
    mutating func confirmed(_ leg: UserAgent.Call) {
        guard let attempt = self.legs[leg]?.attempt, attempt.isCallback else { return }
        self.queue.append(.confirmed(attempt))
    }

    /// Answers the center that rings back: the lamps and the notice first, for now somebody listens.
    mutating func answerCallback(_ attempt: Attempt, at now: Moment) {
        guard let callback = self.callback, let incident = self.call.incident else { return }
        self.callback = nil
        self.driveIndicators(at: now)
        let center = self.configuration.centers[attempt.center].name
        self.legs[callback.leg] = CallLeg(
            prepared: PreparedInvite(attempt: attempt, incident: incident, msd: nil),
            requestURI: "",
            flow: callback.flow,
            callID: callback.callID,
            session: callback.session,
            isAcknowledged: self.ledger.isAcknowledged(attempt.incident),
            isAnswered: true,
            isProven: callback.isProven
        )
        self.ledger.attempt(attempt, center: center, outcome: "answered", at: now)
        var answer = EmergencyAnswer.accepting(callback.session, acknowledgement: nil)
        answer.accept = EmergencyInvite.standardAccept
        answer.allow = self.userAgent.configuration.allow
        answer.supported = self.userAgent.configuration.supported
        let content = answer.content(boundary: "ivs-" + self.random.hexadecimalDigits(12))
        self.process(
            self.userAgent.answer(
                callback.leg,
                headers: content.headers,
                body: content.body,
                session: callback.session.serialized(),
                at: now.instant
            ),
            at: now
        )
    }

    mutating func refuseCallback(at now: Moment) {
        guard let callback = self.callback else { return }
        self.callback = nil
        self.refuse(callback.leg, 486, at: now)
    }

    /// The incident of the window goes on.
    mutating func reopen(_ incident: Incident, at now: Moment) {
        let center = self.configuration.centers[self.call.attempt?.center ?? incident.connectedTo ?? 0].name
        let isAcknowledged = self.callbackData?.isAcknowledged ?? false
        self.ledger.reopen(incident.id, by: center, isAcknowledged: isAcknowledged, at: now)
        // A new INVITE of it would tell where the vehicle is by now.
        self.frozen = self.callbackData.map { kept in
            FrozenData(
                kept.frozen.incident,
                locations: self.locations,
                identifiers: kept.frozen.identifiers,
                timestamp: kept.frozen.timestamp,
                at: now
            )
        }
        if let crash = self.callbackData?.crash {
            self.crash = crash
            self.keptCrash = KeptCrash(incident: incident.id, account: crash)
        }
        self.seenDue = now.instant.advanced(by: Self.seenInterval)
    }

    /// An incident has ended: if its center may ring back, its data is kept for that.
    mutating func keepCallbackData(of incident: Incident) {
        guard incident.trigger != .test else { return }
        self.callbackData = nil
        guard self.call.callbackWindow?.incident.id == incident.id, let frozen = self.frozen else { return }
        self.callbackData = CallbackData(
            frozen: frozen.withoutLocations,
            isAcknowledged: self.ledger.isAcknowledged(incident.id),
            crash: self.crash
        )
    }

    /// Holds the connection to the center of the last call as long as it may ring back, or T10 wants it; no other.
    mutating func holdCallbackLink(at now: Moment) {
        self.askGateForCallback(at: now)
        let center = self.call.keptCenter
        if self.call.callbackWindow == nil { self.callbackData = nil }
        for index in self.links.indices where self.links[index].isHeld != (index == center) {
            self.perform(self.links[index].held(index == center, self.newFlow()), ofLink: index)
        }
    }

    /// A connection to a 112 hop that has to be opened again passes the gate, as the call did; where it is shut by now,
    /// nobody is waited for any more.
    mutating func askGateForCallback(at now: Moment) {
        guard let center = self.call.keptCenter, self.configuration.profile(of: center) == .emergency112,
            !self.call.isGoingOn, self.links[center].flow == nil, self.links[center].openingFlow == nil
        else { return }
        let incident =
            self.call.callbackWindow?.incident ?? Incident(id: IncidentID(""), trigger: .automatic, startedAt: .boot)
        guard case .refused(let reason) = self.gateVerdict(beforeCalling: center, for: incident) else { return }
        self.note(.gateRefused, reason, at: now, severity: .error)
        self.perform(self.decide(.lastCallForgotten, at: now), at: now)
    }

    /// The messages of a callback belong to the trace of the incident whose center may ring back; those of strangers to
    /// none.
    mutating func beginCallbackTraces(_ outputs: [UserAgent.Output]) {
        guard let window = self.call.callbackWindow else { return }
        for case .event(.incoming(_, let message, let flow)) in outputs where self.center(of: flow) == window.center {
            self.traces.began(message.headers["Call-ID"] ?? "", of: window.incident.id.text)
        }
    }

    /// Asks, whenever it is time, whether the center of a call that an earlier run ended may still ring back.
    ///
    /// Only where it is known how long ago it ended, and no emergency of this run has come between.
    mutating func decideOnWindow(at now: Moment) {
        guard let awaited = self.awaitedWindow, awaited.askAt <= now.instant else { return }
        guard let ended = awaited.incident.ended, !self.hasHadEmergency else {
            self.awaitedWindow = nil
            return
        }
        switch Resumption.age(of: ended, boot: self.ledger.boot, at: now) {
        // A test call goes on: it is asked again.
        case .known where self.call.isGoingOn:
            self.awaitedWindow?.askAt = now.instant.advanced(by: Resumption.askInterval)
        case .known(let gap):
            self.awaitedWindow = nil
            self.keepCallbackWindow(of: awaited.incident, endedAgo: gap, at: now)
        case .notYet: self.awaitedWindow?.askAt = now.instant.advanced(by: Resumption.askInterval)
        case .atLeast, .unknown: self.awaitedWindow = nil
        }
    }

    /// The emergency that an earlier run ended last: its center may ring back for the rest of the window.
    ///
    /// Not behind a callback, which may not have made the window longer.
    private mutating func keepCallbackWindow(of stored: StoredIncident, endedAgo gap: Duration, at now: Moment) {
        guard let outcome = stored.outcome.flatMap(Outcome.init(rawValue:)), outcome.holder != .nobody,
            !stored.lastIsCallback, !stored.opening.isTest, let trigger = Trigger(rawValue: stored.opening.trigger),
            stored.opening.isSimulated == self.configuration.isSimulated,
            let center = self.center(named: stored.holder),
            stored.opening.profile == self.configuration.profile.rawValue,
            gap < self.configuration.call.callbackWindow
        else { return }
        let incident = Incident(
            id: IncidentID(stored.opening.id),
            trigger: trigger,
            startedAt: now.instant,
            crashFollowed: stored.crashFollowed,
            connectedTo: center
        )
        let window = CallbackWindow(
            incident: incident,
            outcome: outcome,
            center: center,
            attempts: stored.lastAttempt,
            // A call that somebody had has sent one MSD at least, also where a failing disk did not keep which.
            lastMessageIdentifier: max(1, stored.messageIdentifier ?? 1),
            endsAt: now.instant.advanced(by: self.configuration.call.callbackWindow - gap)
        )
        self.flightSince = stored.opening.started
        let actions = self.decide(.callbackWindowKept(window), at: now)
        guard !actions.isEmpty else { return }
        self.resumeTrace(of: stored)
        self.resumedTimestamp = stored.opening.msdTimestamp
        self.perform(actions, at: now)
        if let frozen = self.frozen {
            self.callbackData = CallbackData(
                frozen: frozen.withoutLocations,
                isAcknowledged: stored.isAcknowledged,
                crash: self.crashAccount(of: stored, before: gap, at: now)
            )
        }
        self.frozen = nil
        self.releaseApproach()
    }
}
