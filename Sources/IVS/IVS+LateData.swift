internal import CallControl
internal import MSD
internal import NGECall
internal import SIP
internal import Store
internal import Supervision
internal import Timeline

// Data that no center has acknowledged: kept with the trigger, and offered again between calls, marked as late.
//
// Only to the private service: what the emergency service did not get in its call, it is not sent behind it.
extension IVS {
    /// Whether data is offered late at all.
    private var offersLateData: Bool {
        self.configuration.profile == .privateCenter && self.configuration.lateOffer > .zero
    }

    /// Puts the MSD on record that is to be offered, should no center acknowledge one.
    mutating func keepLateData(of incident: Incident) {
        guard self.offersLateData, incident.trigger != .test, let frozen = self.frozen else { return }
        let made = try? frozen.msd(  // One that cannot be made is a fault, told when it is to be sent.
            1,
            locations: frozen.locations,
            of: self.configuration,
            at: 0,
            trustedAt: frozen.at.instant,
            occupants: self.occupants(at: frozen.at)
        )
        guard let made else { return }
        self.ledger.records.append(.lateDataKept(incident: incident.id.text, octets: made.octets))
    }

    /// An incident has ended: without an acknowledgement, its data waits for a center.
    mutating func oweLateData(of incident: Incident, _ outcome: Outcome, at now: Moment) {
        guard self.offersLateData, incident.trigger != .test, outcome != .cancelled,
            !self.ledger.isAcknowledged(incident.id)
        else { return }
        self.lateOffers.owed(at: now.instant)
    }

    /// The store is open: an earlier run may have left data.
    mutating func oweLateDataOfEarlierRuns(at now: Moment) {
        guard self.offersLateData else { return }
        self.lateOffers.owed(at: now.instant)
    }

    /// Asks the store for data once a center can be reached and no call is going on.
    mutating func offerLateData(at now: Moment) {
        guard self.lateOffers.isDue(at: now.instant), self.mayOfferLateData, self.lateCenter != nil else { return }
        self.lateOffers.asked()
        self.outputs.append(.readLateData(isSimulated: self.configuration.isSimulated))
    }

    private var mayOfferLateData: Bool {
        !self.power.isOnBattery && self.call.state == .idle && self.unfinished == nil && self.leaveBy == nil
            && self.ledger.isSettled
    }

    /// The first center of the private service that is connected, and has shown that it is the one.
    private var lateCenter: Int? {
        self.links.indices.first { index in
            guard self.configuration.profile(of: index) == .privateCenter, let flow = self.links[index].flow else {
                return false
            }
            return self.isVerified(flow)
        }
    }

    /// The store has looked.
    mutating func lateDataRead(_ result: Result<LateData?, StoreError>, at now: Moment) {
        switch result {
        case .success(nil): self.lateOffers.nothingFound(at: now.instant)
        case .success(let data?):
            // The record of its end failed: it is not sent a second time, but written again.
            if let known = self.lateOffers.result(of: data.incident) {
                self.ledger.records.append(.lateDataEnded(incident: data.incident, known))
                _ = self.lateOffers.failed(isRefused: false, at: now.instant)  // The pause is the store's to recover.
                return
            }
            self.offer(data, at: now)
        case .failure(let error): self.lateDataFailed("the record cannot be read: \(error)", at: now)
        }
    }

    private mutating func offer(_ data: LateData, at now: Moment) {
        let isDatable = data.started.wallMilliseconds != nil && now.trustedMilliseconds == nil
        switch Resumption.age(of: data.started, boot: self.ledger.boot, at: now) {
        case .known(let age) where age < self.configuration.lateOffer: break
        // The clock may be set as soon as there is a network.
        case .notYet: return self.lateDataFailed("nobody knows yet how old it is", of: data, at: now)
        case .atLeast(let age) where isDatable && age < self.configuration.lateOffer:
            return self.lateDataFailed("nobody knows yet how old it is", of: data, at: now)
        case .known, .atLeast, .unknown:
            let limit = CallReason.text(self.configuration.lateOffer)
            return self.endLateData(data, .expired, "it is older than \(limit), or nobody knows", at: now)
        }
        // A call that began while the store was read comes first.
        guard self.mayOfferLateData, let index = self.lateCenter, let flow = self.links[index].flow else {
            return self.lateOffers.owedAgain(at: now.instant)
        }
        do {
            try self.send(data, toCenter: index, over: flow, at: now)
        } catch {
            self.lateDataFailed("it cannot be sent: \(error)", of: data, at: now)
        }
    }

    /// The gate is asked before the user agent, as for every request that stands by itself.
    private mutating func send(
        _ data: LateData,
        toCenter index: Int,
        over flow: Flow,
        at now: Moment
    ) throws(SyntaxError) {
        let center = self.configuration.centers[index]
        let identifiers = ContentIdentifiers(token: self.random.hexadecimalDigits(12), host: "ivs.invalid")
        let content = LateMessage.content(
            MSDPart(octets: data.octets, contentID: identifiers.msd(1)),
            boundary: "ivs-" + self.random.hexadecimalDigits(12)
        )
        let plan = UserAgent.MessagePlan(
            requestURI: center.uri,
            from: NameAddress(uri: try URI(parsing: self.configuration.identity(at: index))),
            to: NameAddress(uri: try URI(parsing: center.uri)),
            headers: content.headers,
            body: content.body,
            callID: self.random.hexadecimalDigits(32)
        )
        let message = Message(
            startLine: .request(method: .message, uri: plan.requestURI),
            headers: [Header("To", plan.to.description)]
        )
        let host = self.connections[flow]?.remote.host ?? center.endpoint.host
        if case .refused(let reason) = self.gateVerdict(on: message, to: host) {
            self.note(.gateRefused, reason, at: now, severity: .error)
            return self.endLateData(data, .refused, "the 112 gate refused it: \(reason)", at: now)
        }
        let transport = self.connections[flow]?.transport ?? .tcp
        let octets = self.userAgent.octets(ofMessage: plan, over: flow)
        guard !SizeRule.needsStream(octets: octets, over: transport) else {
            return self.endLateData(data, .refused, "its \(octets) octets are too many for a datagram", at: now)
        }
        self.note(
            .lateDataOffered,
            "the data of incident \(data.incident), which no center has acknowledged, is offered to \(center.name)",
            at: now,
            fields: ["offered": data.incident, "center": center.name, "octets": String(data.octets.count)]
        )
        let (sent, outputs) = self.userAgent.message(plan, over: flow, at: now.instant)
        self.lateOffers.offered(data, sent)
        self.process(outputs, at: now)
    }

    /// A center has answered.
    mutating func lateDataAnswered(_ sent: UserAgent.Sent, _ status: Int, at now: Moment) {
        guard let data = self.lateOffers.data(of: sent) else { return }
        switch status {
        case 200..<300: self.endLateData(data, .delivered, "the center answered \(status)", at: now)
        // What passes: too busy, not now, not here, and failures of the center's own (RFC 3261 21.4, 21.5).
        case 404, 408, 429, 480, 486, 500..<600:
            self.lateDataFailed("the center answered \(status)", of: data, isRefused: true, at: now)
        default: self.endLateData(data, .refused, "the center answered \(status)", at: now)
        }
    }

    mutating func lateDataLost(_ sent: UserAgent.Sent, _ reason: UserAgent.FailureReason, at now: Moment) {
        guard let data = self.lateOffers.data(of: sent) else { return }
        self.lateDataFailed(reason.sentence, of: data, at: now)
    }

    private mutating func lateDataFailed(
        _ cause: String,
        of data: LateData? = nil,
        isRefused: Bool = false,
        at now: Moment
    ) {
        let pause = CallReason.text(self.lateOffers.failed(isRefused: isRefused, at: now.instant))
        var fields = ["pause": pause]
        if let data { fields["offered"] = data.incident }
        self.note(
            .lateDataFailed,
            "late data is not delivered: \(cause); it is offered again in \(pause)",
            at: now,
            severity: .warning,
            fields: fields
        )
    }

    private mutating func endLateData(_ data: LateData, _ result: LateResult, _ cause: String, at now: Moment) {
        self.lateOffers.ended(data.incident, result, at: now.instant)
        self.ledger.records.append(.lateDataEnded(incident: data.incident, result))
        self.note(
            .lateDataEnded,
            "the late data of incident \(data.incident) is \(result.rawValue): \(cause)",
            at: now,
            severity: result == .delivered ? .info : .warning,
            fields: ["offered": data.incident, "result": result.rawValue]
        )
    }
}
