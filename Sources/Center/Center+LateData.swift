internal import MSD
internal import NGECall
internal import SIP
internal import Store
internal import Supervision
internal import Timeline

// MESSAGE with the MSD of a call in which this center, or any, acknowledged none.
extension Center {
    /// Puts late data on record, marked as such; the answer waits for the disk, so that none is lost by being taken.
    mutating func messageReceived(_ request: UserAgent.OutsideRequest, at now: Moment) {
        if let refusal = self.challenge(of: request, at: now) {
            return self.respond(to: request, 401, refusal, at: now)
        }
        let (msd, problems) = LateMessage.msd(of: request.message)
        guard let msd else {
            let why = problems.first.map { ": \($0)" } ?? ""
            self.note(.requestRefused, nil, "a MESSAGE without an MSD is answered 415\(why)", at: now)
            return self.respond(to: request, 415, Self.acceptedTypes, at: now)
        }
        if self.lateData.isKnown(msd.octets) {
            self.note(.lateData, nil, "late data that is on record already came again", at: now)
            return self.respond(to: request, 200, [], at: now)
        }
        self.record(msd.octets, of: request.message, at: now)
        self.lateRequestsNow.append(request)
    }

    /// A MESSAGE in a call: an MSD that it brings is one of that call, and not late.
    mutating func messageReceived(
        _ request: UserAgent.Request,
        _ leg: UserAgent.Call,
        _ message: Message,
        at now: Moment
    ) {
        guard let number = self.numbers[leg], let msd = LateMessage.msd(of: message).msd else {
            return self.respond(to: request, 415, Self.acceptedTypes, at: now)
        }
        self.respond(to: request, 200, [], at: now)
        _ = self.take(msd.octets, of: number, carrier: .message, at: now)  // What is damaged of it is told.
    }

    private static let acceptedTypes: Headers = [
        Header("Accept", "multipart/mixed, \(EmergencyCallData.msdMediaType)")
    ]

    private mutating func challenge(of request: UserAgent.OutsideRequest, at now: Moment) -> Headers? {
        // What brings a vehicle's data is challenged where every call is.
        guard self.configuration.authentication?.policy == .all,
            case .challenge(let headers, let reason)? = self.authenticator?.judge(request.message, at: now.instant)
        else { return nil }
        self.note(.challenged, nil, "a MESSAGE is answered 401: \(reason)", at: now)
        return headers
    }

    /// On record late data is a call that is over, whose outcome says what it is.
    private mutating func record(_ octets: [UInt8], of message: Message, at now: Moment) {
        let id = Self.callID(at: now, self.random.hexadecimalDigits(16))
        let salvage = MSD.salvage(octets)
        let identifier = salvage.fields.messageIdentifier
        let kept = Array(octets.prefix(Self.maximumRecordedOctets))
        let text = { (name: String) in String((message.headers[name] ?? "").prefix(Self.maximumRecordedText)) }
        let trigger = salvage.msd.map { $0.control.automaticActivation ? "automatic" : "manual" } ?? "unknown"
        self.records += [
            .callReceived(
                CallOpening(
                    id: id,
                    callID: text("Call-ID"),
                    received: self.stamp(now),
                    from: text("From"),
                    service: LateMessage.subject,
                    trigger: trigger,
                    state: "ended"
                )
            ),
            .messageReceived(
                MessageRecord(
                    subject: id,
                    at: self.stamp(now),
                    messageIdentifier: identifier,
                    octets: kept,
                    carrier: .message
                )
            ),
            .callChanged(
                id: id,
                CallChange(msd: kept, messageIdentifier: identifier, decoded: Self.json(salvage))
            ),
            .callEnded(id: id, CallEnding(state: "ended", outcome: "lateData", ended: self.stamp(now))),
        ]
        var fields = ["hex": MSDText.hex(octets), "decoded": salvage.fields.summaryLines.joined(separator: "\n")]
        if let identifier { fields["messageIdentifier"] = String(identifier) }
        fields["id"] = id
        let damage = salvage.msd == nil ? "; the MSD is damaged: what could be read is shown" : ""
        self.note(
            .lateData,
            nil,
            "late data of a call whose MSD was not acknowledged; nobody is on the line\(damage)",
            at: now,
            fields: fields
        )
    }

    /// A batch is on disk, or could not be written: the vehicle then offers its data again.
    mutating func answerLateData(of batch: Int, isOnDisk: Bool, at now: Moment) {
        for request in self.lateRequests.removeValue(forKey: batch) ?? [] {
            if isOnDisk, let octets = LateMessage.msd(of: request.message).msd?.octets { self.lateData.add(octets) }
            self.respond(to: request, isOnDisk ? 200 : 500, [], at: now)
        }
    }

    private mutating func respond(
        to request: UserAgent.OutsideRequest,
        _ status: Int,
        _ headers: Headers,
        at now: Moment
    ) {
        self.process(
            self.userAgent.respond(to: request, status: status, headers: headers, at: now.instant),
            at: now
        )
    }
}

/// The MSDs that came late, the latest ones: a vehicle whose answer was lost offers the same octets again.
struct LateDataSeen: Hashable, Sendable {
    /// More than a day of a large fleet has; 150 octets each.
    static let maximum = 4_096

    private var known: Set<[UInt8]> = []
    private var order: [[UInt8]] = []

    func isKnown(_ octets: [UInt8]) -> Bool { self.known.contains(octets) }

    mutating func add(_ octets: [UInt8]) {
        guard self.known.insert(octets).inserted else { return }
        self.order.append(octets)
        // Half at once, so that no message pays for moving the whole list.
        guard self.order.count > Self.maximum else { return }
        for old in self.order.prefix(Self.maximum / 2) { self.known.remove(old) }
        self.order.removeFirst(Self.maximum / 2)
    }
}
