package import Timeline

// Changes of the session that this side asks for, and its refreshes (RFC 3261 14.1, RFC 4028).
extension UserAgent {
    /// The wait before a change that met one of the peer's is tried again, in steps of 10 ms (14.1).
    private enum GlareWait {
        /// For the side that made the Call-ID: 2.1 to 4 s.
        static let caller: ClosedRange<UInt64> = 210...400
        /// For the other side: 0 to 2 s.
        static let called: ClosedRange<UInt64> = 0...200
    }

    /// Sends an INVITE in the dialog of an answered call; its end is `.answeredRequest` or `.failedRequest`.
    ///
    /// Its 2xx is acknowledged here; a refusal leaves the session as it was. While another change of the session is
    /// under way it has failed at once, with `.noDialog` as without an answered call.
    package mutating func reinvite(
        _ call: Call,
        headers: Headers,
        body: [UInt8],
        at now: Instant
    ) -> (Sent, [Output]) {
        let sent = Sent(number: self.nextNumber(), method: .invite)
        guard let record = self.calls[call], case .confirmed = record.phase, record.change == nil,
            record.changeAnswer == nil
        else { return (sent, [.event(.failedRequest(sent, call, .noDialog))]) }
        var outputs: [Output] = []
        var all = headers
        if let timer = record.sessionTimer { all.append(contentsOf: timer.headers) }
        self.startChange(.invite, call, sent, headers: all, body: body, at: now, into: &outputs)
        return (sent, outputs)
    }

    /// Sends the refresh that is due: an UPDATE where the peer knows it, else an INVITE with the session as it is.
    mutating func refresh(_ call: Call, at now: Instant, into outputs: inout [Output]) {
        guard let record = self.calls[call], let timer = record.sessionTimer else { return }
        self.calls[call]?.refreshRetry = nil
        if record.peerUpdates {
            return self.startChange(.update, call, nil, headers: timer.headers, body: [], at: now, into: &outputs)
        }
        var headers = timer.headers
        if !record.session.isEmpty { headers.append("Content-Type", "application/sdp") }
        self.startChange(.invite, call, nil, headers: headers, body: record.session, at: now, into: &outputs)
    }

    private mutating func startChange(
        _ method: Method,
        _ call: Call,
        _ sent: Sent?,
        headers: Headers,
        body: [UInt8],
        at now: Instant,
        into outputs: inout [Output]
    ) {
        guard let flow = self.calls[call]?.flow, var dialog = self.calls[call]?.dialog else { return }
        var request = dialog.request(method)
        self.calls[call]?.replace(dialog)
        request.headers.append("Contact", self.contact(on: flow))
        request.headers.append(contentsOf: self.capabilities(besides: headers))
        request.headers.append(contentsOf: headers)
        request.body = body
        let (key, _) = self.startClient(request, owner: .change(sent, call), over: flow, at: now, into: &outputs)
        let giveUp = now.advanced(by: self.configuration.timers.inviteTimeout)
        self.calls[call]?.change = OwnChange(key: key, sent: sent, giveUp: giveUp)
        self.updateDeadline(of: call)
    }

    /// A change that only provisional answers came for has failed.
    mutating func giveUp(_ change: OwnChange, _ call: Call, at now: Instant, into outputs: inout [Output]) {
        self.removeClient(change.key)
        self.changeFailed(change.sent, call, .timedOut, at: now, into: &outputs)
    }

    /// An answer to a change or a refresh of ours.
    mutating func changeAnswered(
        _ response: Message,
        _ sent: Sent?,
        _ call: Call,
        _ key: ClientKey,
        _ record: ClientRecord,
        at now: Instant,
        into outputs: inout [Output]
    ) {
        let status = response.status ?? 0
        guard status >= 200, let dialog = self.calls[call]?.dialog else { return }
        if status < 300, case .invite(let machine) = record.machine {
            let tag = dialog.identifier.remoteTag
            if let ack = record.acks[tag] { return outputs.append(.send(ack, over: record.flow)) }
            // No fork answers inside a dialog.
            guard response.headers["To"].flatMap({ try? NameAddress(parsing: $0) })?.tag == tag  // Read on the way in.
            else { return outputs.append(.event(.discarded("a 2xx of another dialog to our change"))) }
            let ack = self.acknowledge(response, to: machine.request, in: dialog, over: record.flow)
            self.clients[key]?.acks[tag] = ack
            outputs.append(.send(ack, over: record.flow))
        }
        guard self.calls[call]?.change?.key == key else { return }
        self.calls[call]?.change = nil
        defer { self.updateDeadline(of: call) }
        if let sent { outputs.append(.event(.answeredRequest(sent, call, response))) }
        guard status >= 300 else { return self.changeAccepted(response, dialog, of: call, at: now) }
        guard sent == nil else { return }
        switch status {
        case 408, 481:
            // The peer has no such dialog, or cannot be reached any more (14.1).
            self.notRefreshed(call, at: now, into: &outputs)
        case 491:
            let retry = self.glareWait(of: call, at: now)
            self.calls[call]?.refreshRetry = retry
        default:
            self.refreshRefused(response, of: call, at: now)
        }
    }

    private mutating func changeAccepted(_ response: Message, _ dialog: Dialog, of call: Call, at now: Instant) {
        self.calls[call]?.notePeer(response)
        self.calls[call]?.sessionTimer = SessionTimer(answer: response, at: now)
        self.calls[call]?.hasRaisedInterval = false
        var dialog = dialog
        dialog.refreshTarget(from: response)
        self.calls[call]?.replace(dialog)
    }

    /// Whatever a refusal says, the peer is there, and its interval runs on: the refresh is tried again before its end.
    ///
    /// A 422 is followed at once with the interval that it names, once (RFC 4028 7.3).
    private mutating func refreshRefused(_ response: Message, of call: Call, at now: Instant) {
        guard let record = self.calls[call], let timer = record.sessionTimer else { return }
        let shortest = response.headers["Min-SE"].flatMap {
            HeaderSyntax.number($0, upTo: UInt64(SessionInterval.maximumSeconds))
        }
        if response.status == 422, !record.hasRaisedInterval, let shortest, shortest > UInt64(timer.seconds) {
            self.calls[call]?.hasRaisedInterval = true
            self.calls[call]?.sessionTimer = SessionTimer(seconds: UInt32(shortest), side: .own, at: now)
            self.calls[call]?.refreshRetry = now
            return
        }
        let wanted = response.headers["Retry-After"].flatMap {
            HeaderSyntax.number($0.prefix { $0 != " " && $0 != ";" && $0 != "(" }, upTo: UInt64(timer.seconds / 10))
        }
        let pause = wanted.map { Duration.seconds(Int64(max(1, $0))) } ?? timer.pause
        self.calls[call]?.refreshRetry = now.advanced(by: pause)
    }

    /// A change or a refresh had no answer at all.
    mutating func changeFailed(
        _ sent: Sent?,
        _ call: Call,
        _ reason: FailureReason,
        at now: Instant,
        into outputs: inout [Output]
    ) {
        guard self.calls[call] != nil else { return }
        self.calls[call]?.change = nil
        guard let sent else { return self.notRefreshed(call, at: now, into: &outputs) }
        self.updateDeadline(of: call)
        outputs.append(.event(.failedRequest(sent, call, reason)))
    }

    private mutating func notRefreshed(_ call: Call, at now: Instant, into outputs: inout [Output]) {
        // A call that is being cleared ends with its BYE, and a flow that is gone has told its own reason.
        guard case .confirmed(var dialog) = self.calls[call]?.phase, let flow = self.calls[call]?.flow,
            self.flows[flow] != nil
        else { return }
        self.clear(&dialog, over: flow, owner: .nobody, at: now, into: &outputs)
        outputs.append(.event(.lost(call, .notRefreshed)))
        self.over(call, at: now, into: &outputs)
    }

    private mutating func acknowledge(
        _ response: Message,
        to request: Message,
        in dialog: Dialog,
        over flow: Flow
    ) -> Message {
        let number = (try? CSeq(parsing: request.headers["CSeq"] ?? ""))?.number ?? 0  // Our own can be read.
        var dialog = dialog
        dialog.refreshTarget(from: response)
        var ack = dialog.ack(ofInvite: number)
        ack.headers.append(contentsOf: request.authorizations)
        ack.headers.prepend("Via", self.via(branch: Via.magicCookie + self.token(), flow: flow))
        return ack
    }

    private mutating func glareWait(of call: Call, at now: Instant) -> Instant {
        let range = self.calls[call]?.invitation == nil ? GlareWait.caller : GlareWait.called
        let steps = range.lowerBound + self.random(below: range.upperBound - range.lowerBound + 1)
        return now.advanced(by: .milliseconds(Int64(steps) * 10))
    }
}

extension SessionTimer {
    /// What a refresh of ours says: the interval goes on, and refreshing it is ours.
    var headers: Headers {
        [Header("Session-Expires", SessionInterval(seconds: self.seconds, refresher: .uac).description)]
    }
}
