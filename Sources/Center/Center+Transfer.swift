internal import NGECall
internal import SIP
internal import Supervision
internal import Timeline

// Calls that are sent on to another address (REFER, RFC 3515 and RFC 5589 section 6).
extension Center {
    mutating func requestTransfer(_ number: Int, to address: URI, at now: Moment) {
        guard let call = self.calls[number], let connection = self.connections[call.flow] else { return }
        let referrer = SIPURI(user: self.userAgent.configuration.contactUser, host: connection.local.host)
        let (sent, outputs) = self.userAgent.request(
            .refer,
            in: call.leg,
            headers: Referral.headers(for: address, by: .sip(referrer)),
            body: [],
            at: now.instant
        )
        self.calls[number]?.transferRequest = sent
        self.note(
            .transferRequested,
            number,
            "REFER sent, to \(address)",
            at: now,
            fields: ["address": address.description]
        )
        self.process(outputs, at: now)
    }

    /// What became of a request of ours: a REFER that was refused, or had no answer, makes no subscription, and an INFO
    /// brings no data set.
    mutating func requestEnded(_ sent: UserAgent.Sent, _ leg: UserAgent.Call, status: Int?) {
        guard let number = self.numbers[leg], (status ?? 408) >= 300 else { return }
        if self.calls[number]?.transferRequest == sent { self.calls[number]?.transferRequest = nil }
        if self.calls[number]?.vedsRequest == sent { self.calls[number]?.vedsRequest = nil }
    }

    /// A NOTIFY in a call: what the vehicle says of the call to the other address.
    mutating func notified(_ request: UserAgent.Request, _ leg: UserAgent.Call, _ message: Message, at now: Moment) {
        guard let number = self.numbers[leg], self.calls[number]?.transferRequest != nil else {
            // Nobody has subscribed to anything (RFC 6665 4.1.3).
            return self.respond(to: request, 481, [], at: now)
        }
        guard ReferralProgress.isToldBy(message) else { return self.respond(to: request, 489, [], at: now) }
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
            "the vehicle says of the call to the other address: \(progress.status)",
            at: now,
            fields: ["status": String(progress.status)]
        )
        guard progress.isFinal else { return }
        self.calls[number]?.transferRequest = nil
        if (200..<300).contains(progress.status) { self.drive(number, at: now) { $0.transferred() } }
    }
}
