import Timeline

// Challenges to requests of ours (RFC 3261 22).
extension UserAgent {
    /// Gives the credentials with which challenges over this flow are answered, until it closes.
    ///
    /// They are bound to the flow, so that no other peer gets to see a digest of them.
    package mutating func use(_ credentials: [Credentials], _ hashes: HashFunctions, over flow: Flow) {
        self.flows[flow]?.digest = credentials.isEmpty ? nil : DigestClient(credentials, hashes)
    }

    /// Repeats a challenged request with credentials; `false` leaves the answer to whoever waits for it.
    mutating func answersChallenge(
        _ response: Message,
        to record: ClientRecord,
        at now: Instant,
        into outputs: inout [Output]
    ) -> Bool {
        guard response.status == 401 || response.status == 407, var digest = self.flows[record.flow]?.digest,
            let request = record.request, request.method != .cancel
        else { return false }
        let call = record.owner.call
        guard self.isWanted(record.owner) else {
            if let call, self.isStillTold(call) { outputs.append(.event(.challenged(call, .withdrawn))) }
            return false
        }
        var history = record.challenges
        let outcome = digest.challenged(by: response, &history) { self.token() }
        self.flows[record.flow]?.digest = digest
        if let call { outputs.append(.event(.challenged(call, outcome))) }
        guard case .answered = outcome else { return false }
        self.repeatRequest(request, record, history, at: now, into: &outputs)
        return true
    }

    /// Whether a request is still worth a repetition: not an INVITE that is being cancelled, nor one of a call gone.
    private func isWanted(_ owner: ClientOwner) -> Bool {
        switch owner {
        case .invite(let call):
            guard case .calling(let calling) = self.calls[call]?.phase else { return false }
            return !calling.isAbandoned && calling.cancellation == .none
        case .request(_, let call), .change(_, let call), .prack(let call), .bye(let call):
            return self.calls[call] != nil
        case .registration, .message, .nobody: return true
        }
    }

    /// Whether events of a call are still told: its end is not reported.
    private func isStillTold(_ call: Call) -> Bool {
        guard case .calling(let calling) = self.calls[call]?.phase else { return self.calls[call] != nil }
        return !calling.isAbandoned
    }

    /// The same request with a new branch and a higher number, in the same call (22.2).
    private mutating func repeatRequest(
        _ request: Message,
        _ record: ClientRecord,
        _ history: DigestClient.History,
        at now: Instant,
        into outputs: inout [Output]
    ) {
        var request = request
        request.headers.remove("Via")
        for space in DigestClient.Space.allCases { request.headers.remove(space.authorizationHeader) }
        let method = request.method ?? .options
        let number = self.nextSequence(after: request, record.owner)
        request.headers.set("CSeq", CSeq(number, method).description)
        let (key, sent) = self.startClient(request, owner: record.owner, over: record.flow, at: now, into: &outputs)
        self.clients[key]?.challenges.challenged = history.challenged
        self.clients[key]?.challenges.answers = history.answers
        if case .change(_, let call) = record.owner { self.calls[call]?.change?.key = key }
        guard case .invite(let call) = record.owner, case .calling(let old) = self.calls[call]?.phase else { return }
        var calling = Calling(key: key, invite: sent)
        calling.provisionalWait = old.provisionalWait
        calling.provisionalDue = old.provisionalDue ?? old.provisionalWait.map { now.advanced(by: $0) }
        self.setPhase(.calling(calling), of: call)
    }

    /// The next number in the dialog, or behind the request's own outside of one.
    private mutating func nextSequence(after request: Message, _ owner: ClientOwner) -> UInt32 {
        switch owner {
        case .request(_, let call), .change(_, let call), .prack(let call), .bye(let call):
            if let number = self.nextSequence(in: call) { return number }
        case .invite, .registration, .message, .nobody: break
        }
        // Our own CSeq can be read.
        let own = (try? CSeq(parsing: request.headers["CSeq"] ?? ""))?.number ?? 0
        return own + 1
    }

    private mutating func nextSequence(in call: Call) -> UInt32? {
        guard var dialog = self.calls[call]?.dialog else { return nil }
        let number = dialog.nextSequence()
        self.calls[call]?.replace(dialog)
        return number
    }
}

extension UserAgent.ClientOwner {
    /// The call that a request belongs to.
    fileprivate var call: UserAgent.Call? {
        switch self {
        case .invite(let call), .request(_, let call), .change(_, let call), .prack(let call), .bye(let call): call
        case .registration, .message, .nobody: nil
        }
    }
}

extension UserAgent.ClientRecord {
    /// The request of the transaction, as it was sent.
    fileprivate var request: Message? {
        switch self.machine {
        case .invite(let machine): machine.request
        case .other(let machine): machine.request
        }
    }
}
