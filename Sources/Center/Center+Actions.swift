internal import Supervision
internal import MSD
internal import NGECall
internal import SIP
internal import Store
internal import Timeline

extension Center {
    /// What the operator typed.
    mutating func command(_ command: OperatorCommand, at now: Moment) {
        switch command {
        case .calls:
            for number in self.calls.keys.sorted() {
                let service = self.calls[number]?.content.service?.text ?? "no eCall service"
                let vin = self.calls[number]?.msd.map { "\($0.vehicleIdentificationNumber)" } ?? "no VIN"
                self.note(.callListed, number, "\(service), \(vin)", at: now)
            }
            if self.calls.isEmpty { self.note(.callListed, nil, "no call is going on", at: now) }
        case .reply(nil, let reply): self.reply = reply
        case .reply(let number?, let reply): self.drive(known: number, at: now) { $0.select(reply) }
        case .answer(let number, let reply):
            self.drive(known: number, at: now) { $0.operatorAnswers(reply, at: now.instant) }
        case .sendData(let number):
            let receives = self.calls[number]?.content.receivesMSDPackage ?? false
            self.drive(known: number, at: now) { $0.operatorRequestsMSD(vehicleReceives: receives) }
        case .act(let number, let action):
            let content = self.calls[number]?.content
            let receives = content.map { $0.receivesMSDPackage || $0.receivesVEDSPackage } ?? false
            let refusal = content?.abilities.refusal(of: action)
            self.drive(known: number, at: now) {
                $0.operatorRequests(action, vehicleReceives: receives, refusal: refusal)
            }
        case .transfer(let number, let address):
            let call = self.calls[number]
            let isServed = call?.content.serves(.refer) ?? false
            let isUnderWay = call?.transferRequest != nil
            self.drive(known: number, at: now) {
                $0.operatorTransfers(to: address, vehicleServes: isServed, isUnderWay: isUnderWay)
            }
        case .clearDown(let number): self.drive(known: number, at: now) { $0.operatorClearsDown() }
        case .callback(let number): self.ringBack(number, at: now)
        case .mistake(let sentence): self.note(.mistake, nil, sentence, at: now)
        }
    }

    private mutating func drive(
        known number: Int,
        at now: Moment,
        _ event: (inout CenterCallMachine) -> [CenterCallMachine.Action]
    ) {
        guard self.calls[number] != nil else {
            return self.note(.mistake, nil, "there is no call \(number)", at: now)
        }
        self.drive(number, at: now, event)
    }

    mutating func perform(_ action: CenterCallMachine.Action, of number: Int, at now: Moment) {
        switch action {
        case .answer(let reply): self.answer(number, reply, at: now)
        case .reportLateRecord:
            self.note(.recordLate, number, "the MSD is not on record yet; the answer leaves", at: now)
        case .requestMSD: self.requestMSD(number, at: now)
        case .requestAction(let action): self.request(action, of: number, at: now)
        case .requestTransfer(let address): self.requestTransfer(number, to: address, at: now)
        case .withdraw: self.withdraw(number, at: now)
        case .clearDown: self.clearDown(number, at: now)
        case .refuse(let reason): self.note(.mistake, number, reason, at: now)
        }
    }

    private mutating func answer(_ number: Int, _ reply: CenterConfiguration.Reply, at now: Moment) {
        switch reply {
        case .accept(let acknowledgement): self.accept(number, acknowledgement, at: now)
        case .decline(let status, let isAcknowledged): self.decline(number, status, isAcknowledged, at: now)
        case .redirect(let uri): self.redirect(number, to: uri, at: now)
        }
    }

    /// 200 with the session and, unless it is to be silent, the acknowledgement of the MSD.
    private mutating func accept(
        _ number: Int,
        _ wanted: CenterConfiguration.Acknowledgement,
        at now: Moment
    ) {
        guard var call = self.calls[number] else { return }
        guard let session = self.session(for: call) else {
            self.process(
                self.userAgent.reject(call.leg, status: 488, reason: nil, headers: [], body: [], at: now.instant),
                at: now
            )
            self.note(.declined, number, "488: the offer has no codec in common", at: now, fields: ["status": "488"])
            return self.forget(number, outcome: "488", at: now)
        }
        let acknowledgement = self.acknowledgement(in: &call, isPositive: wanted == .positive && call.isReadable)
        let given = wanted == .none ? nil : acknowledgement
        var answer = EmergencyAnswer.accepting(session, acknowledgement: given)
        if wanted != .none {
            answer.receivesVEDS = call.content.veds != nil
            answer.vedsAcknowledgement = self.vedsAcknowledgement(in: &call)
        }
        call.session = session
        self.calls[number] = call
        answer.allow = self.userAgent.configuration.allow
        answer.supported = self.userAgent.configuration.supported
        let content = answer.content(boundary: "center-" + self.random.hexadecimalDigits(12))
        self.process(
            self.userAgent.answer(
                call.leg,
                headers: content.headers,
                body: content.body,
                session: session.serialized(),
                at: now.instant
            ),
            at: now
        )
        let word = given.map { $0.received ? "positive" : "negative" } ?? "none"
        self.records.append(
            .callChanged(
                id: call.id,
                CallChange(state: "answered", acknowledgement: .init(rawValue: word))
            )
        )
        self.note(
            .answered,
            number,
            "200 sent, acknowledgement \(word)",
            at: now,
            fields: ["status": "200", "acknowledgement": word]
        )
    }

    /// 486, 600 or 603, with the acknowledgement when the data is to count as delivered.
    private mutating func decline(_ number: Int, _ status: Int, _ isAcknowledged: Bool, at now: Moment) {
        guard var call = self.calls[number] else { return }
        let acknowledgement = self.acknowledgement(in: &call, isPositive: call.isReadable)
        let given = isAcknowledged ? acknowledgement : nil
        var answer = EmergencyAnswer.declining(acknowledgement: given)
        if isAcknowledged { answer.vedsAcknowledgement = self.vedsAcknowledgement(in: &call) }
        let content = answer.content(boundary: "center-" + self.random.hexadecimalDigits(12))
        self.process(
            self.userAgent.reject(
                call.leg,
                status: status,
                reason: nil,
                headers: content.headers,
                body: content.body,
                at: now.instant
            ),
            at: now
        )
        let word = given.map { $0.received ? "positive" : "negative" } ?? "none"
        self.note(
            .declined,
            number,
            "\(status) sent, acknowledgement \(word)",
            at: now,
            fields: ["status": String(status), "acknowledgement": word]
        )
        self.records.append(.callChanged(id: call.id, CallChange(acknowledgement: .init(rawValue: word))))
        self.forget(number, outcome: String(status), at: now)
    }

    /// 302: the vehicle is to place the call at another address.
    private mutating func redirect(_ number: Int, to uri: URI, at now: Moment) {
        guard let call = self.calls[number] else { return }
        let contact: Headers = [Header("Contact", "<\(uri)>")]
        self.process(
            self.userAgent.reject(call.leg, status: 302, reason: nil, headers: contact, body: [], at: now.instant),
            at: now
        )
        self.note(
            .declined,
            number,
            "302 sent, to \(uri)",
            at: now,
            fields: ["status": "302", "address": uri.description]
        )
        self.forget(number, outcome: "302", at: now)
    }

    /// The acknowledgement of the INVITE's MSD; `nil` when there is none, or none that can be referred to.
    private func acknowledgement(
        in call: inout CenterCall,
        isPositive: Bool
    ) -> EmergencyAnswer.Acknowledgement? {
        guard let reference = call.content.msd?.contentID else { return nil }
        return EmergencyAnswer.Acknowledgement(
            ref: reference,
            received: isPositive,
            contentID: call.identifiers.acknowledgement(call.nextPart())
        )
    }

    /// The answer to the offer, or an offer of ours when there was none; `nil` when no codec is common.
    private mutating func session(for call: CenterCall) -> SessionDescription? {
        SessionDescription.reply(
            to: call.content.session,
            originUser: "center",
            sessionID: self.random.next() >> 16,
            address: self.connections[call.flow]?.local.host ?? "127.0.0.1",
            hasSound: Self.hasSound
        )
    }

    /// Asks for a fresh MSD, and for the data set of a vehicle that has said it sends one.
    private mutating func requestMSD(_ number: Int, at now: Moment) {
        self.ask(.sendMSD, of: number, package: EmergencyCallData.msdPackage, at: now)
        self.note(.msdRequested, number, "INFO send-data sent", at: now)
        guard let content = self.calls[number]?.content, content.receivesVEDSPackage,
            content.abilities.datatypes.contains(EmergencyCallData.vedsDatatype)
        else { return }
        self.ask(.sendVEDS, of: number, package: EmergencyCallData.vedsPackage, at: now)
    }

    /// Has the vehicle do something, in the package of RFC 8148 where the vehicle takes that; its word on it comes later.
    private mutating func request(_ action: VehicleAction, of number: Int, at now: Moment) {
        let receivesVEDS = self.calls[number]?.content.receivesVEDSPackage ?? false
        let package = receivesVEDS ? EmergencyCallData.vedsPackage : EmergencyCallData.msdPackage
        self.ask(action.request, of: number, package: package, at: now)
        self.note(
            .actionRequested,
            number,
            "INFO \(action.name.rawValue) sent",
            at: now,
            fields: ["action": action.name.rawValue]
        )
    }

    private mutating func ask(_ request: ControlDocument.Request, of number: Int, package: String, at now: Moment) {
        guard var call = self.calls[number] else { return }
        let contentID = call.identifiers.request(call.nextPart())
        self.calls[number] = call
        let content = EmergencyInfo.request(
            request,
            contentID: contentID,
            boundary: "center-" + self.random.hexadecimalDigits(12),
            package: package
        )
        let (sent, outputs) = self.userAgent.request(
            .info,
            in: call.leg,
            headers: content.headers,
            body: content.body,
            at: now.instant
        )
        if request == .sendVEDS { self.calls[number]?.vedsRequest = sent }
        self.process(outputs, at: now)
    }

    private mutating func clearDown(_ number: Int, at now: Moment) {
        guard let call = self.calls[number] else { return }
        self.process(self.userAgent.bye(call.leg, at: now.instant), at: now)
    }
}
