internal import CallControl
internal import MSD
internal import NGECall
internal import Positioning
internal import SIP
internal import SIPTrace
internal import Supervision
internal import Store
internal import Timeline

extension IVS {
    /// Builds and sends the INVITE of an attempt over the open link to its center, or the way that its size asks for.
    mutating func invite(_ attempt: Attempt, of incident: Incident, at now: Moment) {
        guard let flow = self.links[attempt.center].flow, self.connections[flow] != nil else {
            return self.over(attempt, .failed("no connection to the center"), at: now)
        }
        self.freezeLatePosition(at: now)
        let part = attempt.form == .voiceOnly ? nil : self.firstMSD(of: attempt, at: now)
        self.invite(PreparedInvite(attempt: attempt, incident: incident, msd: part), over: flow, at: now)
    }

    mutating func send(
        _ plan: UserAgent.InvitePlan,
        of prepared: PreparedInvite,
        over flow: Flow,
        _ transport: Transport,
        at now: Moment
    ) {
        let attempt = prepared.attempt
        if let callID = plan.callID { self.traces.began(callID, of: attempt.incident.text) }
        let (leg, outputs) = self.userAgent.invite(plan, over: flow, at: now.instant)
        self.legs[leg] = CallLeg(
            prepared: prepared,
            requestURI: plan.requestURI,
            flow: flow,
            callID: plan.callID ?? "",
            session: try? SessionDescription(parsing: plan.session)  // Our own can be read.
        )
        if prepared.isTransfer { self.transfer?.leg = leg }
        let center = self.configuration.centers[attempt.center].name
        self.note(
            .inviteSent,
            "INVITE \(plan.requestURI) to \(center)",
            at: now,
            fields: [
                "center": center, "attempt": String(attempt.number), "form": attempt.form.rawValue,
                "request": plan.requestURI, "octets": String(plan.body.count), "transport": transport.rawValue,
            ]
        )
        self.process(outputs, at: now)
    }

    /// The MSD of an INVITE: every new INVITE starts at messageIdentifier 1 again, with the incident's time stamp.
    mutating func firstMSD(of attempt: Attempt, at now: Moment) -> MSDPart? {
        guard let frozen = self.frozen else { return nil }
        return self.makeMSD(
            1,
            of: attempt,
            frozen,
            locations: frozen.locations,
            trustedAt: frozen.at.instant,
            carrier: .invite,
            at: now
        )
    }

    /// Makes, records and shows an MSD; `nil` when none can be made, which never stops the call.
    mutating func makeMSD(
        _ identifier: UInt8,
        of attempt: Attempt,
        _ frozen: FrozenData,
        locations: RecentLocations,
        trustedAt: Instant,
        carrier: MessageRecord.Carrier,
        at now: Moment
    ) -> MSDPart? {
        do {
            let (msd, octets) = try self.encodedMSD(identifier, of: attempt, frozen, locations, trustedAt, at: now)
            let contentID = frozen.identifiers.msd(attempt.number * 1_000 + Int(identifier))
            self.clear(.msdNotMade, at: now)
            self.ledger.sent(
                octets,
                identifier: identifier,
                incident: attempt.incident,
                carrier: carrier,
                at: now
            )
            self.noteMSD(msd, octets, at: now)
            return MSDPart(octets: octets, contentID: contentID)
        } catch {
            self.raise(.msdNotMade, error.sentence, at: now)
            return nil
        }
    }

    /// The MSD with its additional data, or without where both are more than an MSD may be.
    private mutating func encodedMSD(
        _ identifier: UInt8,
        of attempt: Attempt,
        _ frozen: FrozenData,
        _ locations: RecentLocations,
        _ trustedAt: Instant,
        at now: Moment
    ) throws(MSDFailure) -> (msd: MSD, octets: [UInt8]) {
        let incident = self.call.incident.flatMap { $0.id == frozen.incident.id ? $0 : nil } ?? frozen.incident
        let center = attempt.center
        let occupants = self.occupants(at: now)
        if let data = self.additionalData(of: incident, to: center) {
            do throws(MSDFailure) {
                return try frozen.msd(
                    identifier,
                    locations: locations,
                    of: self.configuration,
                    at: center,
                    trustedAt: trustedAt,
                    occupants: occupants,
                    additionalData: data
                )
            } catch {
                let reason = "the MSD goes without its additional data: \(error.sentence)"
                self.note(.additionalDataLeftOut, reason, at: now, severity: .warning)
            }
        }
        return try frozen.msd(
            identifier,
            locations: locations,
            of: self.configuration,
            at: center,
            trustedAt: trustedAt,
            occupants: occupants
        )
    }

    /// Everything of the INVITE that the user agent does not choose itself.
    mutating func plan(
        _ prepared: PreparedInvite,
        to center: VehicleConfiguration.Center,
        from local: FlowAddress,
        at now: Moment
    ) throws(SyntaxError) -> UserAgent.InvitePlan {
        let (attempt, incident) = (prepared.attempt, prepared.incident)
        let invite = self.emergencyInvite(attempt, of: incident, to: center, msd: prepared.msd, from: local, at: now)
        let content = invite.content(boundary: "ivs-" + self.random.hexadecimalDigits(12))
        var plan = UserAgent.InvitePlan(
            requestURI: prepared.target?.description ?? invite.requestURI,
            from: NameAddress(uri: try URI(parsing: self.configuration.identity(at: attempt.center))),
            to: try NameAddress(parsing: invite.to)
        )
        plan.headers = content.headers
        if let referrer = prepared.referrer { plan.headers.append("Referred-By", referrer) }
        plan.body = content.body
        plan.session = invite.session.serialized()
        if attempt.form == .voiceOnly {
            // A plain body, in case a multipart was what the center refused.
            plan.headers.remove("MIME-Version")
            plan.headers.set("Content-Type", EmergencyCallData.sessionMediaType)
            plan.body = plan.session
        }
        plan.contactParameters = try Parameters(
            parsing: EmergencyInvite.contactParameters(instanceID: self.configuration.instance)
        )
        plan.provisionalWait = self.configuration.provisionalWait
        plan.callID = self.random.hexadecimalDigits(32)
        return plan
    }

    private mutating func emergencyInvite(
        _ attempt: Attempt,
        of incident: Incident,
        to center: VehicleConfiguration.Center,
        msd: MSDPart?,
        from local: FlowAddress,
        at now: Moment
    ) -> EmergencyInvite {
        let profile: EmergencyInvite.Profile
        switch self.configuration.profile(of: attempt.center) {
        case .privateCenter: profile = .privateCenter(uri: center.uri)
        case .emergency112: profile = .emergency112
        }
        let session = SessionDescription.offer(
            originUser: "ivs",
            sessionID: self.random.next() >> 16,
            address: local.host,
            hasSound: Self.hasSound
        )
        var invite = EmergencyInvite(
            profile: profile,
            service: ServiceURN(trigger: incident.trigger),
            session: session
        )
        invite.msd = msd
        invite.allow = self.userAgent.configuration.allow
        invite.supported = self.userAgent.configuration.supported
        if attempt.form == .full { invite.location = self.location(attempt) }
        invite.abilities = self.abilities(at: attempt.center)
        if attempt.form == .full, self.sendsVEDS(to: attempt.center), let frozen = self.frozen {
            invite.abilities.datatypes.append(EmergencyCallData.vedsDatatype)
            let set = self.dataSet(of: incident, frozen, locations: frozen.locations, at: frozen.at)
            invite.veds = VEDSPart(dataSet: set, contentID: frozen.identifiers.veds(attempt.number))
        }
        if attempt.form != .voiceOnly { invite.capabilitiesID = self.frozen?.identifiers.capabilities(attempt.number) }
        return invite
    }

    /// The location of the incident as PIDF-LO; `nil` without a position.
    private func location(_ attempt: Attempt) -> EmergencyInvite.Location? {
        guard let frozen = self.frozen, let fix = frozen.locations.current else { return nil }
        // The date is that of the place, which may be older than the trigger.
        let taken = fix.secondsSince1970(seenAt: frozen.at)
        let document = LocationDocument(
            entity: "pres:" + self.configuration.identity(at: attempt.center).drop { $0 != ":" }.dropFirst(),
            shape: LocationDocument.Shape(fix),
            method: fix.takenAt == nil ? "Manual" : "GPS",
            retransmissionAllowed: true,
            retentionExpiry: taken.map {
                LocationDocument.timestampText(secondsSince1970: $0 + Self.locationRetention)
            },
            deviceID: self.configuration.instance,
            timestamp: taken.map { LocationDocument.timestampText(secondsSince1970: $0) }
        )
        return EmergencyInvite.Location(document: document, contentID: frozen.identifiers.location(attempt.number))
    }

    /// How long a receiver may keep the location: RFC 4119 2.2.2 has 24 hours as its default.
    private static let locationRetention: Int64 = 86_400
}

extension Fix {
    /// When it was taken by the wall clock of a moment at which it was there; `nil` while that clock is not trusted.
    ///
    /// A surveyed place is as good at that moment as when it was surveyed.
    func secondsSince1970(seenAt moment: Moment) -> Int64? {
        guard moment.wall.isSynchronized else { return nil }
        let age = self.takenAt.map { $0.duration(to: moment.instant) } ?? .zero
        return moment.wall.seconds - max(0, age.components.seconds)
    }
}

extension ServiceURN {
    /// The service that a trigger asks for.
    init(trigger: Trigger) {
        switch trigger {
        case .manual: self = .manual
        case .automatic: self = .automatic
        case .test: self = .test
        }
    }
}
