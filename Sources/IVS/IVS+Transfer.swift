internal import CallControl
internal import SIP
internal import Supervision
internal import Timeline

/// A call that the center has answered, on its way to another address (REFER, RFC 3515 and RFC 5589 section 6).
struct Transfer: Hashable, Sendable {
    /// The call in which the center asked for it.
    let origin: UserAgent.Call
    /// The Event of its notifications; `nil` when none are wanted.
    let event: String?
    let address: URI
    /// The call to the address; `nil` until its INVITE is made.
    var leg: UserAgent.Call?
    /// When nobody is waited for any longer; `nil` once the INVITE is cancelled.
    var until: Instant?
}

// The center sends a call on to a desk of its own.
//
// Both calls are legs of one attempt: its end is told when the last of them has ended, and the call machine knows of no
// transfer.
extension IVS {
    /// A REFER in a call of ours.
    mutating func referred(_ request: UserAgent.Request, _ origin: UserAgent.Call, _ message: Message, at now: Moment) {
        let referral: Referral
        do throws(SyntaxError) {
            referral = try Referral(message)
        } catch {
            return self.refuseTransfer(request, 400, "expected \(error.expected)", to: nil, at: now)
        }
        guard let leg = self.legs[origin] else { return }
        if let (status, reason) = self.refusal(of: referral, in: leg) {
            return self.refuseTransfer(request, status, reason, to: referral.address, at: now)
        }
        let quiet: Headers = referral.event == nil ? [Header("Refer-Sub", "false")] : []
        self.respond(to: request, 202, quiet, at: now)
        self.transfer = Transfer(
            origin: origin,
            event: referral.event,
            address: referral.address,
            until: now.instant.advanced(by: self.configuration.call.answerWait)
        )
        self.note(
            .transferRequested,
            "the center sends the call on to \(referral.address)",
            at: now,
            fields: ["status": "202", "address": referral.address.description]
        )
        self.tellTransfer(100, at: now)
        var prepared = leg.prepared
        prepared.target = referral.address
        prepared.alternatives = []
        prepared.tried = []
        prepared.isTransfer = true
        self.invite(prepared, over: leg.flow, at: now)
    }

    /// The status and the reason with which a transfer is refused; `nil` when it may be.
    private func refusal(of referral: Referral, in leg: CallLeg) -> (Int, String)? {
        guard self.call.state == .voiceSession, self.call.attempt == leg.attempt, leg.isAnswered else {
            return (603, "there is no voice session")
        }
        guard self.transfer == nil else { return (491, "another transfer is not over") }
        guard self.isVerified(leg.flow) else { return (603, "nothing proves that it is the center") }
        let wanted = Self.comparable(referral.address.description)
        let allowed = self.configuration.centers[leg.attempt.center].transfers
        guard allowed.contains(where: { Self.comparable($0) == wanted }) else {
            return (603, "the configuration does not name the address")
        }
        guard self.isPermitted(referral.address, over: leg.flow) else { return (603, "the 112 gate refuses it") }
        return nil
    }

    private mutating func refuseTransfer(
        _ request: UserAgent.Request,
        _ status: Int,
        _ reason: String,
        to address: URI?,
        at now: Moment
    ) {
        self.respond(to: request, status, [], at: now)
        self.note(
            .transferRequested,
            "the call is not sent on: \(reason); answered \(status)",
            at: now,
            severity: .warning,
            fields: ["status": String(status), "address": address?.description ?? ""]
        )
    }

    /// Tells the center how the call to the other address stands, as long as it is there to hear it.
    mutating func tellTransfer(_ status: Int, at now: Moment) {
        guard let transfer = self.transfer, let event = transfer.event, self.legs[transfer.origin] != nil else {
            return
        }
        let content = ReferralProgress(status: status).notification(event: event)
        let (_, outputs) = self.userAgent.request(
            .notify,
            in: transfer.origin,
            headers: content.headers,
            body: content.body,
            at: now.instant
        )
        self.process(outputs, at: now)
    }

    /// The other address has answered: the call goes on there, and the first one ends.
    ///
    /// Nobody is ever in two calls at once: this end clears the first one down, whether the center does or not.
    mutating func transferAnswered(_ leg: UserAgent.Call, _ status: Int, at now: Moment) {
        guard let transfer = self.transfer, transfer.leg == leg, let known = self.legs[leg] else {
            // It crossed the CANCEL of a transfer that is over.
            return self.process(self.userAgent.bye(leg, at: now.instant), at: now)
        }
        self.tellTransfer(status, at: now)
        self.transfer = nil
        self.note(
            .transferEnded,
            "the call goes on at \(transfer.address)",
            at: now,
            fields: ["status": String(status), "address": transfer.address.description]
        )
        self.ledger.attempt(
            known.attempt,
            center: self.configuration.centers[known.attempt.center].name,
            outcome: "transferred to \(transfer.address)",
            at: now
        )
        self.process(self.userAgent.bye(transfer.origin, at: now.instant), at: now)
        self.legs[transfer.origin] = nil
    }

    /// The other address has not taken the call: it goes on where it is, and where it is no more it is lost.
    mutating func transferFailed(_ attempt: Attempt, _ status: Int, _ reason: String, at now: Moment) {
        guard let transfer = self.transfer else { return }
        self.tellTransfer(status, at: now)
        self.transfer = nil
        let address = transfer.address.description
        self.note(
            .transferEnded,
            "the call did not go on at \(address): \(reason)",
            at: now,
            severity: .warning,
            fields: ["status": String(status), "address": address]
        )
        guard self.legs[transfer.origin] == nil else { return }
        self.queue.append(.lost(attempt, "\(address) did not take the call: \(reason)"))
    }

    /// Nobody at the other address answers.
    mutating func giveUpTransfer(at now: Moment) {
        guard let until = self.transfer?.until, until <= now.instant, let leg = self.transfer?.leg else { return }
        self.transfer?.until = nil
        self.process(self.userAgent.cancel(leg, at: now.instant), at: now)
    }

    /// Whether the attempt goes on in another call, or in one that is to be made: its end is not to be told yet.
    func goesOn(_ attempt: Attempt) -> Bool {
        self.legs.values.contains { $0.attempt == attempt } || self.waitingAttempt?.attempt == attempt
    }
}
