internal import NGECall
internal import SIP
internal import Store
internal import Supervision
internal import Timeline

// The center rings a vehicle back, over the connection that the vehicle has opened and keeps (RFC 7090); when it is gone,
// over the one on which the vehicle has registered anew.
extension Center {
    /// Rings back whose call is over.
    mutating func ringBack(_ number: Int, at now: Moment) {
        guard self.calls[number] == nil else { return self.note(.mistake, number, "the call is going on", at: now) }
        guard let former = self.formerCalls[number] else {
            return self.note(.mistake, nil, "there is no call \(number) whose vehicle can be rung back", at: now)
        }
        let (contact, route) = self.present(former)
        guard let local = self.connections[contact.flow]?.local.host else {
            let reason = "the connection of call \(number) is gone, and its vehicle has registered no other"
            return self.note(.mistake, nil, reason, at: now)
        }
        let session = SessionDescription.offer(
            originUser: "center",
            sessionID: self.random.next() >> 16,
            address: local,
            hasSound: Self.hasSound
        )
        let own = URI.sip(SIPURI(user: self.userAgent.configuration.contactUser, host: local))
        var plan = UserAgent.InvitePlan(requestURI: contact.uri, from: NameAddress(uri: own), to: contact.address)
        plan.route = route
        plan.headers = self.callbackHeaders
        plan.body = session.serialized()
        plan.session = plan.body
        let callID = self.random.hexadecimalDigits(32)
        plan.callID = callID
        let (leg, outputs) = self.userAgent.invite(plan, over: contact.flow, at: now.instant)
        let callback = self.open(
            CallBeginning(
                leg: leg,
                flow: contact.flow,
                callID: callID,
                from: contact.address.description,
                service: contact.uri,
                trigger: "callback"
            ),
            contact.content,
            contact,
            CenterCallMachine(callingBack: self.configuration, at: now.instant),
            at: now
        )
        self.calls[callback]?.session = session
        self.hold(callback)
        self.note(
            .callbackPlaced,
            callback,
            "INVITE \(contact.uri), for call \(number)",
            at: now,
            fields: ["former": String(number), "request": contact.uri]
        )
        self.process(outputs, at: now)
    }

    /// Where a vehicle is now: on the connection of its call, or where it has registered last.
    private func present(_ former: VehicleContact) -> (VehicleContact, route: [String]) {
        guard self.connections[former.flow] == nil,
            let bindings = former.registered.flatMap({ self.registrar?.bindings(of: $0) }),
            let binding = bindings.last(where: { $0.isOf(former.instance) })
        else { return (former, []) }
        var contact = former
        contact.flow = binding.flow
        contact.uri = binding.contact.uri.description
        return (contact, binding.path)
    }

    private var callbackHeaders: Headers {
        var headers: Headers = [
            Header("Priority", "psap-callback"), Header("Content-Type", EmergencyCallData.sessionMediaType),
        ]
        headers.append("Accept", EmergencyAnswer.standardAccept.joined(separator: ", "))
        headers.append("Recv-Info", EmergencyCallData.msdPackage)
        return headers
    }

    /// The vehicle has answered: it listens.
    mutating func callbackAnswered(_ leg: UserAgent.Call, _ message: Message, at now: Moment) {
        guard let number = self.numbers[leg], let call = self.calls[number] else { return }
        self.calls[number]?.content = InviteContent(message, capabilitiesOf: call.content)
        self.prove(number)
        self.drive(number, at: now) { $0.vehicleAnswered(at: now.instant) }
        // One that was given up before its answer came is cleared down.
        guard self.calls[number]?.machine.phase == .voiceSession else { return }
        self.records.append(.callChanged(id: call.id, CallChange(state: "voiceSession")))
        self.note(
            .callbackAnswered,
            number,
            "the vehicle answered \(message.status ?? 0)",
            at: now,
            fields: ["status": String(message.status ?? 0)]
        )
    }

    mutating func callbackRefused(_ leg: UserAgent.Call, _ message: Message, at now: Moment) {
        guard let number = self.numbers[leg] else { return }
        let status = message.status ?? 0
        guard status != 487 else { return self.over(leg, .withdrawn, "the callback was given up", at: now) }
        self.calls[number]?.machine.ended()
        self.note(
            .callbackRefused,
            number,
            "the vehicle answered \(status)",
            at: now,
            fields: ["status": String(status)]
        )
        self.forget(number, outcome: String(status), at: now)
    }

    mutating func withdraw(_ number: Int, at now: Moment) {
        guard let call = self.calls[number] else { return }
        self.process(self.userAgent.cancel(call.leg, at: now.instant), at: now)
    }
}
