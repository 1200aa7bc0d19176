import Timeline

// Reliable provisional answers (RFC 3262).
extension UserAgent {
    /// The option tag of the extension.
    static let reliability = "100rel"

    /// Takes a provisional answer to our INVITE: `false` for one that is not to be told, being repeated or too early.
    ///
    /// A reliable one is acknowledged with a PRACK in its early dialog, each once and in order (4).
    mutating func takesProvisional(
        _ response: Message,
        _ envelope: Envelope,
        of call: Call,
        at now: Instant,
        into outputs: inout [Output]
    ) -> Bool {
        guard let status = response.status, status > 100, response.requires(Self.reliability),
            let text = response.headers["RSeq"], let number = HeaderSyntax.number(text, upTo: UInt64(UInt32.max))
        else { return true }
        let identifier = Dialog.Identifier(
            callID: envelope.callID,
            localTag: envelope.from.tag ?? "",
            remoteTag: envelope.to.tag ?? ""
        )
        guard let flow = self.calls[call]?.flow, var dialog = self.calls[call]?.dialog(identifier) else { return true }
        let last = self.calls[call]?.lastReliable[identifier]
        let acknowledged = self.calls[call]?.acknowledgedReliable ?? 0
        guard last.map({ UInt64($0) + 1 == number }) ?? true,
            acknowledged < self.configuration.limits.maximumReliableAnswers
        else { return false }
        self.calls[call]?.acknowledgedReliable = acknowledged + 1
        self.calls[call]?.lastReliable[identifier] = UInt32(number)
        var prack = dialog.request(.prack)
        prack.headers.append("RAck", RAck(response: UInt32(number), request: envelope.cseq).description)
        self.calls[call]?.replace(dialog)
        _ = self.startClient(prack, owner: .prack(call), over: flow, at: now, into: &outputs)
        return true
    }

    /// Makes a provisional answer reliable where the caller requires it, and has it repeated until its PRACK.
    mutating func reliably(_ response: Message, _ ringing: Ringing, of call: Call, at now: Instant) -> Message {
        guard ringing.invite.requires(Self.reliability),
            let cseq = try? CSeq(parsing: ringing.invite.headers["CSeq"] ?? "")  // It was read on the way in.
        else { return response }
        // 1 to 2^31 - 1 at first, one more each time (3).
        let number =
            self.calls[call]?.reliable.map { $0.acknowledged.response + 1 }
            ?? UInt32(1 + self.random(below: UInt64(CSeq.maximumNumber)))
        var response = response
        response.headers.append("Require", Self.reliability)
        response.headers.append("RSeq", String(number))
        let timers = self.configuration.timers
        self.calls[call]?.reliable = ReliableAnswer(
            acknowledged: RAck(response: number, request: cseq),
            response: response,
            retransmission: Retransmission(after: timers.t1, at: now),
            giveUp: now.advanced(by: timers.ackTimeout)
        )
        self.updateDeadline(of: call)
        return response
    }

    /// Whether a provisional answer of ours still waits for its PRACK, so that no other may follow it (3).
    func awaitsPRACK(_ call: Call) -> Bool { self.calls[call]?.reliable?.retransmission != nil }

    /// A PRACK: it ends the repetition of the answer it names, and is answered 481 for any other (3).
    mutating func takePRACK(_ received: Received, _ call: Call, at now: Instant, into outputs: inout [Output]) {
        guard let text = received.message.headers["RAck"],
            let acknowledged = try? RAck(parsing: text)  // What cannot be read names no answer of ours.
        else { return self.answer(received, status: 400, at: now, into: &outputs) }
        guard let reliable = self.calls[call]?.reliable, reliable.retransmission != nil,
            reliable.acknowledged == acknowledged
        else { return self.answer(received, status: 481, at: now, into: &outputs) }
        self.calls[call]?.reliable?.retransmission = nil
        self.updateDeadline(of: call)
        self.answer(received, status: 200, at: now, into: &outputs)
    }

    /// A reliable answer is due again.
    ///
    /// Without PRACK the RFC would have the call refused in the end (3); an emergency call is let ring instead.
    mutating func ringingDeadline(_ call: Call, at now: Instant, into outputs: inout [Output]) {
        guard var reliable = self.calls[call]?.reliable, let due = reliable.retransmission, due.due <= now,
            let flow = self.calls[call]?.flow
        else { return }
        reliable.retransmission = reliable.giveUp <= now ? nil : due.next(ceiling: nil, at: now)
        self.calls[call]?.reliable = reliable
        if reliable.retransmission != nil { outputs.append(.send(reliable.response, over: flow)) }
        self.updateDeadline(of: call)
    }
}

extension Message {
    /// Whether the message requires an extension.
    func requires(_ option: String) -> Bool {
        self.headers.elements("Require").contains { HeaderSyntax.equalsIgnoringCase($0, option) }
    }
}
