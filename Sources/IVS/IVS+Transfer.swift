internal import CallControl
internal import SIP
internal import Supervision
internal import Timeline

/// A call that the center has answered, on its way to another address (REFER, RFC 3515 and RFC 5589 section 6).
struct Transfer: Hashable, Sendable {
    let attempt: Attempt
    /// The call in which the center asked for it.
    let origin: UserAgent.Call
    /// The Event of its notifications; `nil` when none are wanted.
    let event: String?
    let address: URI
    /// The call to the address; `nil` until its INVITE is made.
    var leg: UserAgent.Call?
    /// When nobody is waited for any longer; `nil` once the INVITE is cancelled.
    var until: Instant?
    /// What the center was told last.
    var told: Int?

    /// How long an address may take to answer when the center has left the call to it: somebody is there who waits for
    /// a voice, and another attempt at the center can have one.
    static let longestAlone = Duration.seconds(60)
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
            attempt: leg.attempt,
            origin: origin,
            event: referral.event,
            address: referral.address,
            until: now.instant.advanced(by: self.configuration.call.answerWait)
        )
        self.note(
            .transferRequested,
            "the center sends the call on to \(referral.address.withoutSecrets)",
            at: now,
            fields: ["status": "202", "address": referral.address.withoutSecrets]
        )
        self.tellTransfer(100, at: now)
        var prepared = leg.prepared
        prepared.target = referral.address
        prepared.alternatives = []
        prepared.tried = []
        prepared.isTransfer = true
        // The center of a callback sent no MSD of ours on its way.
        if leg.attempt.isCallback { prepared.msd = self.firstMSD(of: leg.attempt, at: now) }
        prepared.referrer = message.headers["Referred-By"]
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
            fields: ["status": String(status), "address": address?.withoutSecrets ?? ""]
        )
    }

    /// Tells the center how the call to the other address stands, each thing once, as long as it is there to hear it.
    mutating func tellTransfer(_ status: Int, at now: Moment) {
        guard let transfer = self.transfer, let event = transfer.event, self.legs[transfer.origin] != nil,
            transfer.told != status
        else { return }
        self.transfer?.told = status
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

    /// The other address rings.
    mutating func transferRang(_ leg: UserAgent.Call, _ status: Int, at now: Moment) {
        if self.transfer?.leg == leg { self.tellTransfer(status, at: now) }
    }

    /// The other address has answered: the call goes on there, and the first one ends.
    ///
    /// Nobody is ever in two calls at once: this end clears the first one down, whether the center does or not.
    mutating func transferAnswered(_ leg: UserAgent.Call, _ status: Int, at now: Moment) {
        guard let transfer = self.transfer, transfer.leg == leg else {
            // It crossed the CANCEL of a transfer that is over.
            return self.process(self.userAgent.bye(leg, at: now.instant), at: now)
        }
        self.tellTransfer(status, at: now)
        self.transfer = nil
        let address = transfer.address.withoutSecrets
        self.noteEnd(of: transfer, status, "the call goes on at \(address)", .info, at: now)
        self.ledger.attempt(
            transfer.attempt,
            center: self.configuration.centers[transfer.attempt.center].name,
            outcome: "transferred to \(address)",
            at: now
        )
        self.process(self.userAgent.bye(transfer.origin, at: now.instant), at: now)
        self.legs[transfer.origin] = nil
    }

    /// The other address has not taken the call: it goes on where it is, and where it is no more it is lost.
    ///
    /// `leg` is `nil` when the INVITE never left. The end of a transfer that was given up before is only noted.
    mutating func transferFailed(
        _ leg: UserAgent.Call?,
        _ attempt: Attempt,
        _ status: Int,
        _ reason: String,
        at now: Moment
    ) {
        guard let transfer = self.transfer, transfer.leg == leg, transfer.attempt == attempt else {
            self.note(.callFlowEnded, "a transfer that was given up: \(reason)", at: now, severity: .debug)
            return self.loseIfNobodyIsLeft(attempt, reason)
        }
        self.tellTransfer(status, at: now)
        self.transfer = nil
        let address = transfer.address.withoutSecrets
        self.noteEnd(of: transfer, status, "the call did not go on at \(address): \(reason)", .warning, at: now)
        self.loseIfNobodyIsLeft(attempt, "\(address) did not take the call: \(reason)")
    }

    private mutating func noteEnd(
        of transfer: Transfer,
        _ status: Int,
        _ sentence: String,
        _ severity: VehicleEvent.Severity,
        at now: Moment
    ) {
        let fields = ["status": String(status), "address": transfer.address.withoutSecrets]
        self.note(.transferEnded, sentence, at: now, severity: severity, fields: fields)
    }

    /// A voice session without anybody is a call that was lost.
    private mutating func loseIfNobodyIsLeft(_ attempt: Attempt, _ cause: String) {
        guard self.call.state == .voiceSession, self.call.attempt == attempt, !self.goesOn(attempt) else { return }
        self.queue.append(.lost(attempt, cause))
    }

    /// The peer has ended a leg by BYE, or it was lost: the end of its attempt when no other leg is left.
    mutating func legEnded(_ leg: UserAgent.Call, lostBecause cause: String?, at now: Moment) {
        guard let ended = self.legs.removeValue(forKey: leg) else { return }
        if self.transfer?.leg == leg {
            return self.transferFailed(leg, ended.attempt, 480, "it ended the call before its answer", at: now)
        }
        guard !self.goesOn(ended.attempt) else { return self.leaveToTransfer(ended.attempt, at: now) }
        if let cause { return self.queue.append(.lost(ended.attempt, cause)) }
        let isProven = ended.isAcknowledged || ended.isProven || self.isVerified(ended.flow)
        self.queue.append(.cleared(ended.attempt, isProven: isProven))
    }

    /// The first call is over and the other address has not answered yet.
    private mutating func leaveToTransfer(_ attempt: Attempt, at now: Moment) {
        guard self.transfer?.attempt == attempt, let until = self.transfer?.until else { return }
        self.transfer?.until = min(until, now.instant.advanced(by: Transfer.longestAlone))
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

extension URI {
    /// The address as it may be told: without a password, which would be in every record, and without header fields.
    fileprivate var withoutSecrets: String {
        guard case .sip(var address) = self else { return self.description }
        address.headers = nil
        address.user = address.user.map { String($0.prefix { $0 != ":" }) }
        return URI.sip(address).description
    }
}
