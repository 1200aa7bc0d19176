import Timeline

// Changes of the session that the peer asks for: INVITE and UPDATE in a dialog (RFC 3261 14.2, RFC 3311).
extension UserAgent {
    /// The longest Retry-After of a 500 to an offer that came before the answer to the one before it (14.2).
    private static let longestOfferWait: UInt64 = 10

    /// An INVITE in a dialog.
    mutating func takeReinvite(_ received: Received, _ call: Call, at now: Instant, into outputs: inout [Output]) {
        switch self.calls[call]?.phase {
        case .confirmed:
            self.takeOffer(received, call, at: now, into: &outputs)
        case .calling, .answered:
            // Our own INVITE, or our answer to the peer's, is still under way.
            self.answer(received, status: 491, at: now, into: &outputs)
        case .ringing:
            self.askToWait(received, at: now, into: &outputs)
        case .clearing, nil:
            self.answer(received, status: 481, at: now, into: &outputs)
        }
    }

    /// An UPDATE: with an offer it is a change like an INVITE's, without one it refreshes target and timer only.
    mutating func takeUpdate(_ received: Received, _ call: Call, at now: Instant, into outputs: inout [Output]) {
        let isOffer = !received.message.body.isEmpty
        switch self.calls[call]?.phase {
        case .confirmed, .answered:
            guard !isOffer else { return self.takeOffer(received, call, at: now, into: &outputs) }
            self.takeRefresh(received, call, at: now, into: &outputs)
        case .calling(let calling) where !calling.isAbandoned:
            // The offer of our INVITE has no final answer (RFC 3311 5.2).
            guard !isOffer else { return self.answer(received, status: 491, at: now, into: &outputs) }
            self.takeRefresh(received, call, at: now, into: &outputs)
        case .ringing:
            guard !isOffer else { return self.askToWait(received, at: now, into: &outputs) }
            self.takeRefresh(received, call, at: now, into: &outputs)
        case .calling, .clearing, nil:
            self.answer(received, status: 481, at: now, into: &outputs)
        }
    }

    private mutating func takeOffer(_ received: Received, _ call: Call, at now: Instant, into outputs: inout [Output]) {
        guard let record = self.calls[call] else { return }
        guard record.change == nil else { return self.answer(received, status: 491, at: now, into: &outputs) }
        let isWaiting = record.pending.contains { self.pendingRequests[$0]?.message.changesSession ?? false }
        guard record.changeAnswer == nil, !isWaiting else {
            return self.askToWait(received, at: now, into: &outputs)
        }
        guard self.allowsInterval(received, at: now, into: &outputs) else { return }
        self.takeRequest(received, in: call, at: now, into: &outputs)
    }

    private mutating func takeRefresh(_ received: Received, _ call: Call, at now: Instant, into outputs: inout [Output])
    {
        guard self.allowsInterval(received, at: now, into: &outputs) else { return }
        let headers = self.accept(received.message, of: call, at: now)
        self.answer(received, status: 200, headers: headers, at: now, into: &outputs)
    }

    private mutating func askToWait(_ received: Received, at now: Instant, into outputs: inout [Output]) {
        let headers: Headers = [Header("Retry-After", String(self.random(below: Self.longestOfferWait + 1)))]
        self.answer(received, status: 500, headers: headers, at: now, into: &outputs)
    }

    /// Refuses an interval below the floor of RFC 4028 5 with the floor.
    mutating func allowsInterval(_ received: Received, at now: Instant, into outputs: inout [Output]) -> Bool {
        guard SessionTimerAnswer(to: received.message)?.isTooShort == true else { return true }
        let headers: Headers = [Header("Min-SE", String(SessionInterval.minimumSeconds))]
        self.answer(received, status: 422, headers: headers, at: now, into: &outputs)
        return false
    }

    /// Takes over target and timer of a request that is answered with a 2xx, and returns what the 2xx has to say.
    mutating func accept(_ request: Message, of call: Call, at now: Instant) -> Headers {
        guard let flow = self.calls[call]?.flow else { return Headers() }
        if var dialog = self.calls[call]?.dialog {
            dialog.refreshTarget(from: request)
            self.calls[call]?.replace(dialog)
        }
        let timer = SessionTimerAnswer(to: request)
        self.calls[call]?.sessionTimer = timer?.timer(at: now)
        self.calls[call]?.refreshRetry = nil
        self.calls[call]?.hasRaisedInterval = false
        self.calls[call]?.notePeer(request)
        self.updateDeadline(of: call)
        var headers: Headers = [Header("Contact", self.contact(on: flow))]
        headers.append(contentsOf: self.capabilities(besides: headers))
        if let timer { headers.append(contentsOf: timer.headers) }
        return headers
    }

    /// The 2xx to an INVITE in the dialog is out, and wants its ACK.
    mutating func changed(_ call: Call, with response: Message, _ request: Message, at now: Instant) {
        guard let cseq = try? CSeq(parsing: request.headers["CSeq"] ?? "")  // It was read on the way in.
        else { return }
        let timers = self.configuration.timers
        let repeated = Answered(
            response: response,
            retransmission: Retransmission(after: timers.t1, at: now),
            giveUp: now.advanced(by: timers.ackTimeout)
        )
        self.calls[call]?.changeAnswer = ChangeAnswer(number: cseq.number, repeated: repeated)
        self.updateDeadline(of: call)
    }

    /// An ACK in a dialog whose call is established: it ends the repetition of our 2xx to that INVITE.
    mutating func takeChangeACK(_ number: UInt32, _ call: Call) {
        guard self.calls[call]?.changeAnswer?.number == number else { return }
        self.calls[call]?.changeAnswer = nil
        self.updateDeadline(of: call)
    }

    /// What is due in an established call: our 2xx again, or a refresh of the session.
    mutating func confirmedDeadline(_ call: Call, _ dialog: Dialog, at now: Instant, into outputs: inout [Output]) {
        guard let record = self.calls[call] else { return }
        if var change = record.changeAnswer {
            if change.repeated.giveUp <= now {
                var dialog = dialog
                self.clear(&dialog, over: record.flow, owner: .nobody, at: now, into: &outputs)
                outputs.append(.event(.lost(call, .noACK)))
                return self.over(call, at: now, into: &outputs)
            }
            if change.repeated.retransmission.due <= now {
                let ceiling = self.configuration.timers.t2
                change.repeated.retransmission = change.repeated.retransmission.next(ceiling: ceiling, at: now)
                self.calls[call]?.changeAnswer = change
                outputs.append(.send(change.repeated.response, over: record.flow))
            }
        }
        if let change = record.change {
            if change.giveUp <= now { self.giveUp(change, call, at: now, into: &outputs) }
        } else if let due = record.refreshDue, due <= now {
            self.refresh(call, at: now, into: &outputs)
        }
        self.updateDeadline(of: call)
    }

    mutating func updateDeadline(of call: Call) {
        self.deadlines.set(.call(call), self.calls[call]?.nextDeadline)
    }
}

extension UserAgent.CallRecord {
    /// Notes what the peer says that it can do.
    mutating func notePeer(_ message: Message) {
        guard message.headers.contains("Allow") else { return }
        self.peerUpdates = message.headers.elements("Allow").contains(Method.update.name)
    }
}

extension Message {
    /// Whether a request in a dialog is of the kind that changes a session.
    var changesSession: Bool { self.method == .invite || self.method == .update }
}
