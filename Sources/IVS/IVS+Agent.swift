internal import Store
internal import Supervision
internal import CallControl
internal import NGECall
internal import Net
internal import SIP
internal import Timeline

extension IVS {
    /// What the user agent reports of our calls.
    mutating func agentEvent(_ event: UserAgent.Event, at now: Moment) {
        switch event {
        case .provisional(let leg, let message): self.provisional(leg, message, at: now)
        case .answered(let leg, let message, _): self.answered(leg, message, at: now)
        case .challenged(_, let outcome):
            self.note(
                .challenged,
                "the center asked for credentials: \(outcome.sentence)",
                at: now,
                severity: outcome.word == "answered" ? .info : .warning,
                fields: ["outcome": outcome.word]
            )
        case .rejected(let leg, let message): self.rejected(leg, message, at: now)
        case .failed(let leg, let reason): self.failed(leg, reason, at: now)
        case .requested(let request, let leg, let message): self.requested(request, leg, message, at: now)
        case .cleared(let leg, _): self.legEnded(leg, lostBecause: nil, at: now)
        case .lost(let leg, let reason): self.legEnded(leg, lostBecause: reason.sentence, at: now)
        case .ended(let leg):
            self.legs[leg] = nil
            self.note(.callFlowEnded, "our BYE is answered", at: now, severity: .debug)
        case .answeredRequest(let sent, _, let message):
            // What a NOTIFY tells can only be told once, so that its end is of no interest.
            guard sent.method == .info else { return }
            let status = message.statusCode
            self.note(
                .msdAnswered,
                "the center answered our INFO with \(status)",
                at: now,
                severity: status < 300 ? .info : .warning,
                fields: ["status": String(status)]
            )
        case .failedRequest(let sent, _, let reason):
            guard sent.method == .info else { return }
            self.note(.msdAnswered, "our INFO failed: \(reason.sentence)", at: now, severity: .warning)
        case .incoming(let leg, let message, let flow): self.incoming(leg, message, over: flow, at: now)
        case .registrationAnswered(let sent, let message): self.registrationAnswered(sent, message, at: now)
        case .registrationFailed(let sent, let reason): self.registrationFailed(sent, reason, at: now)
        case .messageAnswered(let sent, let message):
            guard !self.answered(sent, "\(message.statusCode)", at: now) else { return }
            self.lateDataAnswered(sent, message.statusCode, at: now)
        case .messageFailed(let sent, let reason):
            guard !self.answered(sent, Self.noAnswer, at: now) else { return }
            self.lateDataLost(sent, reason, at: now)
        case .established(let leg): self.confirmed(leg)
        case .withdrawn: break  // The call machine is not told of an INVITE that rings no more.
        case .registering, .messaging: break  // Allow names neither method, so that the user agent delivers none.
        case .discarded(let sentence):
            guard let held = self.discards.pass(at: now.instant) else { return }
            let more = held > 0 ? ", and \(held) more since the last that was told" : ""
            self.note(.messageDiscarded, sentence + more, at: now, severity: .warning)
        }
    }

    private mutating func provisional(_ leg: UserAgent.Call, _ message: Message, at now: Moment) {
        guard let known = self.legs[leg] else { return }
        let status = message.statusCode
        self.note(
            .provisional,
            "the center answered \(status)",
            at: now,
            severity: .debug,
            fields: ["status": String(status)]
        )
        guard status == 180 || status == 183 else { return }
        if known.prepared.isTransfer {
            self.transferRang(leg, status, at: now)
        } else {
            self.queue.append(.rang(known.attempt))
        }
    }

    private mutating func answered(_ leg: UserAgent.Call, _ message: Message, at now: Moment) {
        guard let known = self.legs[leg] else { return }
        let content = AnswerContent(message)
        let meaning = AnswerMeaning(content, contentID: known.msdContentID, verified: self.isVerified(known.flow))
        guard case .accepted(let acknowledgement) = meaning else { return }
        let word = CallControl.Acknowledgement(acknowledgement)
        if word == .positive { self.ledger.acknowledged(known.attempt.incident) }
        if word != .none { self.legs[leg]?.isAcknowledged = true }
        self.legs[leg]?.isAnswered = true
        self.note(
            .acknowledgement,
            acknowledgement.sentence,
            at: now,
            severity: word == .positive ? .info : .warning,
            fields: ["status": String(content.status), "acknowledgement": word.rawValue]
        )
        if known.prepared.isTransfer { return self.transferAnswered(leg, content.status, at: now) }
        self.ledger.attempt(
            known.attempt,
            center: self.configuration.centers[known.attempt.center].name,
            outcome: "answered",
            at: now
        )
        self.ledger.change(
            known.attempt.incident,
            IncidentChange(
                connectedTo: self.configuration.centers[known.attempt.center].name,
                seen: self.ledger.stamp(now)
            )
        )
        self.queue.append(.answered(known.attempt, word))
    }

    private mutating func rejected(_ leg: UserAgent.Call, _ message: Message, at now: Moment) {
        guard let known = self.legs.removeValue(forKey: leg) else { return }
        if known.prepared.isTransfer {
            let status = message.statusCode
            return self.transferFailed(leg, known.attempt, status, "it answered \(status)", at: now)
        }
        self.selfCheckRefused(known.prepared.incident, message.statusCode)
        let meaning = AnswerMeaning(
            message,
            contentID: known.msdContentID,
            verified: self.isVerified(known.flow)
        )
        var reason = ""
        switch self.goElsewhere(after: meaning, known, at: now) {
        case .sent: return
        case .nowhere(let why?): reason = "; no other address is tried: \(why)"
        case .nowhere(nil): break
        }
        self.note(
            .callFlowEnded,
            "the center answered \(message.statusCode)\(reason)",
            at: now,
            fields: ["status": String(message.statusCode)]
        )
        let end: AttemptEnd
        switch meaning {
        case .declinedWithAcknowledgement(let status):
            self.ledger.acknowledged(known.attempt.incident)
            end = .declinedWithAcknowledgement(status: status)
        case .cancelled: end = .cancelled
        case .badLocation: end = .badLocation
        case .unacceptable(let status): end = .bodyRefused(status: status)
        case .declined(let status), .redirected(let status, _), .needsCredentials(let status), .failed(let status),
            .provisional(let status):
            end = .rejected(status: status)
        case .accepted: end = .rejected(status: message.statusCode)
        }
        self.over(known.attempt, end, at: now)
    }

    private mutating func failed(_ leg: UserAgent.Call, _ reason: UserAgent.FailureReason, at now: Moment) {
        guard let known = self.legs.removeValue(forKey: leg) else { return }
        self.note(
            .callFlowEnded,
            reason.sentence,
            at: now,
            severity: .warning,
            incident: known.attempt.incident
        )
        self.noteUnanswered(known)
        // A connection on which nothing comes back is dead, whatever the kernel thinks: the next attempt opens anew.
        // Where another call of ours is on it, that call's own waits judge it.
        let isShared = self.legs.values.contains { $0.flow == known.flow }
        if reason.isSilence, !isShared, self.connections[known.flow] != nil {
            self.outputs.append(.close(known.flow))
            self.flowEnded(known.flow, because: "nothing came back on it", at: now)
        }
        if known.prepared.isTransfer {
            return self.transferFailed(leg, known.attempt, 408, reason.sentence, at: now)
        }
        self.over(known.attempt, .failed(reason.sentence), at: now)
    }

    /// Whether the peer is known to be the center: by its certificate, or, without TLS, by being on this machine.
    func isVerified(_ flow: Flow) -> Bool {
        guard let connection = self.connections[flow] else { return false }
        return connection.security?.isVerified ?? EmergencyGate.isLoopback(connection.remote.host)
    }

    /// A request inside the call: INFO of the eCall package, answered 200, its data following in a request of ours.
    private mutating func requested(
        _ request: UserAgent.Request,
        _ leg: UserAgent.Call,
        _ message: Message,
        at now: Moment
    ) {
        if message.method == .invite || message.method == .update {
            return self.sessionOffered(request, leg, message, at: now)
        }
        // Where Allow does not name it, the user agent delivers none.
        if message.method == .refer { return self.referred(request, leg, message, at: now) }
        guard case .request(.info, _) = message.startLine else {
            let allow: Headers = [
                Header("Allow", self.userAgent.configuration.allow.map(\.name).joined(separator: ", "))
            ]
            return self.respond(to: request, 405, allow, at: now)
        }
        let hasSet = self.legs[leg].map { self.sendsVEDS(to: $0.attempt.center) } ?? false
        let packages = hasSet ? self.userAgent.configuration.receivableInfoPackages : [EmergencyCallData.msdPackage]
        switch InfoReading(message, packages: packages) {
        case .refused(let refusal):
            self.note(
                .requestRefused,
                "\(refusal); answered \(refusal.status)",
                at: now,
                severity: .warning,
                fields: ["status": String(refusal.status)]
            )
            self.respond(to: request, refusal.status, refusal.headers, at: now)
        case .content(let content):
            self.respond(to: request, 200, [], at: now)
            for control in content.controls { self.serve(control, of: content.package, in: leg, at: now) }
        }
    }

    mutating func respond(
        to request: UserAgent.Request,
        _ status: Int,
        _ headers: Headers,
        at now: Moment
    ) {
        self.process(
            self.userAgent.respond(to: request, status: status, headers: headers, body: [], at: now.instant),
            at: now
        )
    }

    /// Answers a control object in the package that it came in.
    private mutating func serve(
        _ control: ReceivedControl,
        of package: String,
        in leg: UserAgent.Call,
        at now: Moment
    ) {
        guard let known = self.legs[leg] else { return }
        var control = control
        let count = control.document.requests.count
        if count > Self.maximumRequests {
            control = ReceivedControl(
                document: ControlDocument(requests: Array(control.document.requests.prefix(Self.maximumRequests))),
                contentID: control.contentID
            )
            self.note(
                .requestRefused,
                "the center has \(count) requests in one object; the first \(Self.maximumRequests) are served",
                at: now,
                severity: .warning
            )
        }
        let hasSet = self.sendsVEDS(to: known.attempt.center)
        let abilities = self.abilities(at: known.attempt.center)
        let veds = hasSet ? self.stateOfDataSet(for: control, at: now) : nil
        let answer = ActionAnswer(to: control, msd: .available, veds: veds, abilities: abilities)
        if answer.sendsVEDS { self.sendVEDS(in: leg, at: now) }
        if answer.sendsMSD { self.queue.append(.msdRequested(known.attempt, leg, control)) }
        if answer.isPartlyRefused {
            self.note(.requestRefused, "the center asked for what is not fitted here", at: now, severity: .warning)
        }
        let outcomes = answer.actions.map { self.act($0, in: leg, at: now) }
        if let acknowledgement = answer.acknowledgement(after: outcomes) {
            self.sendControl(acknowledgement, of: package, in: leg, at: now)
        }
    }

    /// The requests of one object that are served: it holds different actions (RFC 8148 section 9), of which there are
    /// seven, and eleven lamps.
    private static let maximumRequests = 20

    /// Whether a data set can be sent; no center gets more of them than one a second, however often it asks.
    private mutating func stateOfDataSet(for control: ReceivedControl, at now: Moment) -> ActionAnswer.DataState {
        let isAsked = control.document.requests.contains { $0.datatype == EmergencyCallData.vedsDatatype }
        guard isAsked, self.dataSets.pass(at: now.instant) == nil else { return .available }
        return .unable(details: "the last data set was sent less than a second ago")
    }

    /// Answers the center's request with a fresh MSD: the next identifier, the same time stamp, the present position.
    mutating func sendMSD(_ identifier: UInt8, of incident: Incident, at now: Moment) {
        guard let frozen = self.frozen, let attempt = self.call.attempt,
            let leg = self.requested?.leg, self.legs[leg]?.attempt == attempt
        else { return self.refuseMSD("the call has ended", at: now) }
        guard
            let part = self.makeMSD(
                identifier,
                of: attempt,
                frozen,
                locations: self.locations,
                trustedAt: now.instant,
                carrier: .info,
                at: now
            )
        else { return self.refuseMSD("no MSD can be made", at: now) }
        let content = EmergencyInfo.msd(part, boundary: "ivs-" + self.random.hexadecimalDigits(12))
        let (_, outputs) = self.userAgent.request(
            .info,
            in: leg,
            headers: content.headers,
            body: content.body,
            at: now.instant
        )
        self.note(
            .msdSent,
            "MSD \(identifier) sent on the center's request",
            at: now,
            fields: ["messageIdentifier": String(identifier)]
        )
        self.process(outputs, at: now)
    }

    /// Tells the center that no MSD follows on its request, and why.
    mutating func refuseMSD(_ details: String, at now: Moment) {
        guard let (leg, control) = self.requested else { return }
        // What else the object asks has its answer.
        let asked = control.document.requests.filter { $0 == .sendMSD }
        let only = ReceivedControl(document: ControlDocument(requests: asked), contentID: control.contentID)
        guard let acknowledgement = ActionAnswer(to: only, msd: .unable(details: details)).acknowledgement else {
            return
        }
        self.note(
            .requestRefused,
            "the center's request is answered \"unable\": \(details)",
            at: now,
            severity: .warning
        )
        self.sendControl(acknowledgement, in: leg, at: now)
    }

    private mutating func sendControl(
        _ document: ControlDocument,
        of package: String = EmergencyCallData.msdPackage,
        in leg: UserAgent.Call,
        at now: Moment
    ) {
        let identifiers = ContentIdentifiers(token: self.random.hexadecimalDigits(12), host: "ivs.invalid")
        let content = EmergencyInfo.control(
            document,
            contentID: identifiers.refusal(1),
            boundary: "ivs-" + self.random.hexadecimalDigits(12),
            package: package
        )
        let (_, outputs) = self.userAgent.request(
            .info,
            in: leg,
            headers: content.headers,
            body: content.body,
            at: now.instant
        )
        self.process(outputs, at: now)
    }
}

extension CallControl.Acknowledgement {
    fileprivate init(_ acknowledgement: AnswerMeaning.Acknowledgement) {
        switch acknowledgement {
        case .positive: self = .positive
        case .negative: self = .negative
        case .none: self = .none
        }
    }
}

extension AnswerMeaning.Acknowledgement {
    fileprivate var sentence: String {
        switch self {
        case .positive: "200, the center acknowledges the MSD"
        case .negative: "200, the center could not use the MSD; it may ask for another"
        case .none: "200 without a word on the MSD: no center of NG eCall; voice only"
        }
    }
}

extension UserAgent.FailureReason {
    /// Whether the peer said nothing although the connection stood.
    fileprivate var isSilence: Bool {
        switch self {
        case .timedOut, .noProvisional, .noAnswerToCancel: true
        case .flowClosed, .noACK, .notRefreshed, .noDialog: false
        }
    }
}

extension Message {
    /// The status of a response; the user agent reports answers only with one.
    fileprivate var statusCode: Int {
        guard case .response(let status, _) = self.startLine else { return 0 }
        return status
    }
}
