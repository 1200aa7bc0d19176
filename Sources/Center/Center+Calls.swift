internal import Supervision
internal import ControlSocket
internal import FoundationEssentials
internal import MSD
internal import NGECall
internal import SIP
internal import Store
internal import Timeline

extension Center {
    /// What the user agent reports of the calls.
    mutating func agentEvent(_ event: UserAgent.Event, at now: Moment) {
        switch event {
        case .incoming(let leg, let message, let flow): self.received(leg, message, over: flow, at: now)
        case .established(let leg): self.established(leg, at: now)
        case .requested(let request, let leg, let message): self.requested(request, leg, message, at: now)
        case .answeredRequest(let sent, let leg, let message):
            self.requestEnded(sent, leg, status: message.status)
            self.note(
                .requestAnswered,
                self.numbers[leg],
                "the vehicle answered our \(sent.method) with \(message.status ?? 0)",
                at: now,
                fields: ["status": String(message.status ?? 0)]
            )
        case .failedRequest(let sent, let leg, _):
            self.requestEnded(sent, leg, status: nil)
            self.note(.requestAnswered, self.numbers[leg], "our \(sent.method) was not answered", at: now)
        case .withdrawn(let leg): self.over(leg, .withdrawn, "the vehicle cancelled the call", at: now)
        case .cleared(let leg, _): self.over(leg, .vehicleCleared, "the vehicle sent BYE", at: now)
        case .lost(let leg, let reason): self.over(leg, .lost, "the call was lost: \(reason.sentence)", at: now)
        case .failed(let leg, let reason): self.over(leg, .lost, "the call was lost: \(reason.sentence)", at: now)
        case .ended(let leg): self.over(leg, .clearedDown, "our BYE is answered, or given up", at: now)
        case .registering(let request): self.register(request, at: now)
        case .messaging(let request): self.messageReceived(request, at: now)
        case .answered(let leg, let message, _): self.callbackAnswered(leg, message, at: now)
        case .rejected(let leg, let message): self.callbackRefused(leg, message, at: now)
        case .provisional, .challenged, .registrationAnswered, .registrationFailed, .messageAnswered, .messageFailed:
            break  // A callback that rings is no news; this center has no credentials and registers nowhere.
        case .discarded(let sentence):
            guard let held = self.discards.pass(at: now.instant) else { return }
            let more = held > 0 ? ", and \(held) more since the last that was told" : ""
            self.note(.messageDiscarded, nil, sentence + more, at: now)
        }
    }

    /// The name of a call on record: its time in front, so that calls of the same seconds lie side by side in the store,
    /// whose pages a random name would touch all over.
    static func callID(at now: Moment, _ digits: String) -> String {
        let time = String(UInt64(clamping: now.instant.nanosecondsSinceBoot), radix: 16)
        return String(repeating: "0", count: 16 - time.count) + time + digits
    }

    /// A call begins, of a vehicle's or of ours: its number, and its record.
    mutating func open(
        _ beginning: CallBeginning,
        _ content: InviteContent,
        _ contact: VehicleContact?,
        _ machine: CenterCallMachine,
        at now: Moment
    ) -> Int {
        self.lastNumber += 1
        let number = self.lastNumber
        let call = CenterCall(
            number: number,
            id: Self.callID(at: now, self.random.hexadecimalDigits(16)),
            leg: beginning.leg,
            flow: beginning.flow,
            content: content,
            contact: contact,
            identifiers: ContentIdentifiers(token: self.random.hexadecimalDigits(12), host: self.configuration.host),
            machine: machine
        )
        self.calls[number] = call
        self.numbers[call.leg] = number
        self.deadlines.set(number, machine.nextDeadline)
        // What a peer writes is cut to what the record takes, so that no length keeps a call off the record.
        let kept = { (text: String) in String(text.prefix(Self.maximumRecordedText)) }
        self.records.append(
            .callReceived(
                CallOpening(
                    id: call.id,
                    callID: kept(beginning.callID),
                    received: self.stamp(now),
                    from: kept(beginning.from),
                    service: kept(beginning.service),
                    trigger: beginning.trigger,
                    state: machine.phase.rawValue
                )
            )
        )
        return number
    }

    /// An INVITE came: it rings, its data is read and put on record.
    private mutating func received(_ leg: UserAgent.Call, _ message: Message, over flow: Flow, at now: Moment) {
        let content = InviteContent(message)
        if self.challenges(leg, message, content, at: now) { return }
        let number = self.open(
            CallBeginning(
                leg: leg,
                flow: flow,
                callID: message.headers["Call-ID"] ?? "",
                from: message.headers["From"] ?? "",
                service: content.service?.text ?? "",
                trigger: content.service.map(\.word) ?? "unknown"
            ),
            content,
            VehicleContact(message, over: flow, content),
            CenterCallMachine(self.configurationNow, receivedAt: now.instant),
            at: now
        )
        if self.unprovenHolds < Self.maximumUnprovenHolds { self.hold(number) }
        self.recordedNow.append(number)
        self.note(
            .callReceived,
            number,
            "INVITE from \(self.connections[flow]?.remote.description ?? "a closed connection")",
            at: now,
            fields: [
                "service": content.service?.text ?? message.requestURI,
                "from": String((message.headers["From"] ?? "").prefix(Self.maximumRecordedText)),
                "id": self.calls[number]?.id ?? "",
                "transport": self.connections[flow]?.transport.rawValue ?? "none",
            ]
        )
        self.process(self.userAgent.ring(leg, at: now.instant), at: now)
        self.note(.ringing, number, "180 sent", at: now)
        if let msd = content.msd {
            let isWhole = self.take(msd.octets, of: number, carrier: .invite, at: now)
            self.calls[number]?.isReadable = isWhole
        } else {
            self.note(.problem, number, "the INVITE carries no MSD", at: now)
        }
        if let veds = content.veds { self.take(veds, of: number, at: now) }
        if let location = content.location { self.take(location, of: number, at: now) }
        for problem in content.problems { self.note(.problem, number, "\(problem)", at: now) }
    }

    /// The characters of a text of the peer's that go on record.
    static let maximumRecordedText = 1_024

    /// The characters of a location method that are kept; the registered tokens have at most 25.
    private static let maximumMethodText = 64

    /// The octets of an MSD that go on record: many times the 140 that one may have.
    static let maximumRecordedOctets = 4_096

    /// Shows and records the location that came beside the MSD.
    private mutating func take(_ location: LocationDocument, of number: Int, at now: Moment) {
        guard let call = self.calls[number] else { return }
        let position = location.shape.position
        let latitude = LocationDocument.degreesText(milliarcseconds: position.latitudeMilliarcseconds)
        let longitude = LocationDocument.degreesText(milliarcseconds: position.longitudeMilliarcseconds)
        var fields = ["latitude": latitude, "longitude": longitude]
        var text = "\(latitude) \(longitude)"
        if let radius = location.shape.radiusMillimeters {
            fields["radiusMeters"] = String(radius / 1_000)
            text += " within \(radius / 1_000) m"
        }
        if let altitude = location.shape.altitudeMillimeters {
            fields["altitudeMeters"] = String(altitude / 1_000)
            text += ", \(altitude / 1_000) m above the ellipsoid"
        }
        if let method = location.method { fields["method"] = String(method.prefix(Self.maximumMethodText)) }
        let json = JSONValue.object(fields.mapValues(JSONValue.string)).text
        self.records.append(.callChanged(id: call.id, CallChange(location: json)))
        self.note(.location, number, "the vehicle is at \(text)", at: now, fields: fields)
    }

    /// The configuration with the reply that holds for new calls.
    private var configurationNow: CenterConfiguration {
        var configuration = self.configuration
        configuration.reply = self.reply
        return configuration
    }

    /// Reads an MSD, shows and records it, and says whether it is whole.
    ///
    /// What could be read of a damaged one is shown too.
    mutating func take(
        _ octets: [UInt8],
        of number: Int,
        carrier: MessageRecord.Carrier,
        at now: Moment
    ) -> Bool {
        guard let call = self.calls[number] else { return false }
        let salvage = MSD.salvage(octets)
        let identifier = salvage.fields.messageIdentifier
        self.records.append(
            .messageReceived(
                MessageRecord(
                    subject: call.id,
                    at: self.stamp(now),
                    messageIdentifier: identifier,
                    octets: Array(octets.prefix(Self.maximumRecordedOctets)),
                    carrier: carrier
                )
            )
        )
        let decoded = salvage.fields.summaryLines.joined(separator: "\n")
        self.records.append(
            .callChanged(
                id: call.id,
                CallChange(
                    msd: Array(octets.prefix(Self.maximumRecordedOctets)),
                    messageIdentifier: identifier,
                    decoded: Self.json(salvage)
                )
            )
        )
        var fields = ["hex": MSDText.hex(octets), "decoded": decoded]
        if let identifier { fields["messageIdentifier"] = String(identifier) }
        let kind: CenterEvent.Kind = carrier == .invite ? .msd : .freshMSD
        guard let msd = salvage.msd else {
            let damage = salvage.error.map { "\($0)" } ?? "incomplete"
            self.note(kind, number, "MSD damaged: \(damage); what was read before is shown", at: now, fields: fields)
            return false
        }
        if let before = call.msd, before.timestamp != msd.timestamp {
            self.note(.problem, number, "the fresh MSD has another time stamp than the first", at: now)
        }
        self.calls[number]?.msd = msd
        self.note(kind, number, "MSD \(msd.messageIdentifier) decoded, \(octets.count) octets", at: now, fields: fields)
        return true
    }

    /// The reading as the store keeps it: JSON with the schema's names.
    static func json(_ salvage: MSD.Salvage) -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings, numbers and booleans alone are encoded, which cannot fail; the octets are on record in any case.
        return (try? encoder.encode(salvage)).map { String(decoding: $0, as: UTF8.self) }
    }

    private mutating func established(_ leg: UserAgent.Call, at now: Moment) {
        guard let number = self.numbers[leg] else { return }
        guard self.calls[number]?.machine.phase == .answered else { return }
        self.calls[number]?.machine.established(at: now.instant)
        self.prove(number)
        self.deadlines.set(number, self.calls[number]?.machine.nextDeadline)
        self.note(.established, number, "the vehicle confirmed the call", at: now)
        guard let call = self.calls[number] else { return }
        self.records.append(.callChanged(id: call.id, CallChange(state: "voiceSession")))
    }

    /// The call is over by the vehicle's doing, a loss, or the end of our BYE.
    mutating func over(
        _ leg: UserAgent.Call,
        _ kind: CenterEvent.Kind,
        _ reason: String,
        at now: Moment
    ) {
        guard let number = self.numbers[leg] else { return }
        self.calls[number]?.machine.ended()
        self.note(kind, number, reason, at: now)
        self.forget(number, outcome: kind.rawValue, at: now)
    }

    /// A request inside a call: INFO with an MSD or a control object.
    private mutating func requested(
        _ request: UserAgent.Request,
        _ leg: UserAgent.Call,
        _ message: Message,
        at now: Moment
    ) {
        if message.method == .invite || message.method == .update {
            return self.sessionOffered(request, leg, message, at: now)
        }
        if message.method == .notify { return self.notified(request, leg, message, at: now) }
        if message.method == .message { return self.messageReceived(request, leg, message, at: now) }
        guard let number = self.numbers[leg], message.method == .info else {
            let allow = self.userAgent.configuration.allow.map(\.name).joined(separator: ", ")
            return self.respond(to: request, 405, [Header("Allow", allow)], at: now)
        }
        switch InfoReading(message, packages: self.userAgent.configuration.receivableInfoPackages) {
        case .refused(let refusal):
            self.note(.requestRefused, number, "\(refusal); answered \(refusal.status)", at: now)
            self.respond(to: request, refusal.status, refusal.headers, at: now)
        case .content(let content):
            self.respond(to: request, 200, [], at: now)
            if let msd = content.msd {
                // The answer to the INFO says nothing of the content; a damaged MSD is shown to the operator.
                let isWhole = self.take(msd.octets, of: number, carrier: .info, at: now)
                if !isWhole { self.note(.problem, number, "ask again with send-data", at: now) }
            }
            if let veds = content.veds { self.takeLater(veds, of: number, at: now) }
            for control in content.controls {
                self.show(control.document, of: number, at: now)
                if content.package == EmergencyCallData.vedsPackage { self.giveUpVEDS(control.document, of: number) }
            }
            for problem in content.problems { self.note(.problem, number, "\(problem)", at: now) }
        }
    }

    private mutating func show(_ control: ControlDocument, of number: Int, at now: Moment) {
        for result in control.acknowledgements.flatMap(\.actionResults) {
            let details = result.details.map { ": \($0.prefix(Self.maximumRecordedText))" } ?? ""
            let why = result.reason.map { " (\($0.rawValue)\(details))" } ?? ""
            var fields = ["action": String(result.action.prefix(Self.maximumRecordedText))]
            fields["success"] = result.success ? "true" : "false"
            if let reason = result.reason { fields["reason"] = reason.rawValue }
            self.note(
                .controlReceived,
                number,
                "the vehicle says of \(fields["action"] ?? ""): \(result.success ? "done" : "not done\(why)")",
                at: now,
                fields: fields
            )
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
}

extension ServiceURN {
    /// The trigger that the service stands for.
    fileprivate var word: String {
        switch self {
        case .automatic: "automatic"
        case .manual: "manual"
        case .test: "test"
        }
    }
}

extension Message {
    fileprivate var requestURI: String {
        guard case .request(_, let uri) = self.startLine else { return "" }
        return uri
    }
}
