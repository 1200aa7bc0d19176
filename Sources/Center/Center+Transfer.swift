internal import NGECall
internal import SIP
internal import Supervision
internal import Timeline

// Calls that are sent on to another address (REFER, RFC 3515 and RFC 5589 section 6).
extension Center {
    mutating func requestTransfer(_ number: Int, to address: URI, at now: Moment) {
        guard let call = self.calls[number] else { return }
        let referrer = SIPURI(user: "center", host: self.connections[call.flow]?.local.host ?? "127.0.0.1")
        self.calls[number]?.hasAskedForTransfer = true
        let (_, outputs) = self.userAgent.request(
            .refer,
            in: call.leg,
            headers: Referral.headers(for: address, by: .sip(referrer)),
            body: [],
            at: now.instant
        )
        self.note(
            .transferRequested,
            number,
            "REFER sent, to \(address)",
            at: now,
            fields: ["address": address.description]
        )
        self.process(outputs, at: now)
    }

    /// An answer to a request of ours: a refused REFER makes no subscription.
    mutating func transferAnswered(_ leg: UserAgent.Call, _ message: Message) {
        guard message.answeredMethod == Method.refer.name, (message.status ?? 0) >= 300 else { return }
        if let number = self.numbers[leg] { self.calls[number]?.hasAskedForTransfer = false }
    }

    /// A NOTIFY in a call: what the vehicle says of the call to the other address.
    mutating func notified(_ request: UserAgent.Request, _ leg: UserAgent.Call, _ message: Message, at now: Moment) {
        guard let number = self.numbers[leg], self.calls[number]?.hasAskedForTransfer == true else {
            // Nobody has subscribed to anything (RFC 6665 4.1.3).
            return self.respond(to: request, 481, [], at: now)
        }
        let progress: ReferralProgress
        do throws(SyntaxError) {
            progress = try ReferralProgress(message)
        } catch {
            self.note(.problem, number, "NOTIFY: expected \(error.expected)", at: now)
            return self.respond(to: request, 400, [], at: now)
        }
        self.respond(to: request, 200, [], at: now)
        self.note(
            .transferProgress,
            number,
            "the other address has answered the vehicle with \(progress.status)",
            at: now,
            fields: ["status": String(progress.status)]
        )
        guard progress.isFinal else { return }
        self.calls[number]?.hasAskedForTransfer = false
        if (200..<300).contains(progress.status) { self.drive(number, at: now) { $0.transferred() } }
    }
}
