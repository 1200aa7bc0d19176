import Timeline

/// What the user agent remembers of each flow, call and transaction.
extension UserAgent {
    /// What names a client transaction: the branch, and the method, for CANCEL shares its INVITE's branch (17.1.3).
    struct ClientKey: Hashable, Sendable {
        let branch: String
        let method: Method
    }

    /// What names a server transaction (17.2.3); an ACK is sought under INVITE.
    struct ServerKey: Hashable, Sendable {
        let branch: String
        let sentBy: String
        let method: Method

        init(_ envelope: Envelope, method: Method) {
            if let branch = envelope.topVia.uniqueBranch {
                self.branch = branch
            } else {
                // RFC 2543 senders: the parts that a retransmission, an ACK and a CANCEL have in common.
                let tag = envelope.from.tag ?? ""
                let branch = envelope.topVia.branch ?? ""
                self.branch = "\(branch) \(envelope.callID) \(envelope.cseq.number) \(tag)"
            }
            self.sentBy = envelope.topVia.sentBy
            self.method = method
        }
    }

    /// What tells that an INVITE came twice on different ways (8.2.2.2).
    struct InvitationKey: Hashable, Sendable {
        let callID: String
        let fromTag: String
        let number: UInt32

        init(_ envelope: Envelope) {
            self.callID = envelope.callID
            self.fromTag = envelope.from.tag ?? ""
            self.number = envelope.cseq.number
        }
    }

    enum TimerKey: Hashable, Sendable {
        case client(ClientKey)
        case server(ServerKey)
        case call(Call)
        case flow(Flow)
    }

    struct FlowRecord: Sendable {
        let transport: Transport
        let local: FlowAddress
        let remote: FlowAddress
        /// The host behind `remote`, as far as the limits of one host go.
        let host: [UInt8]
        /// The ping interval; `nil` on flows that the peer keeps alive.
        var keepAlive: Duration?
        var framer: MessageFramer
        var pingDue: Instant?
        var pongDue: Instant?
        /// Pongs that came, enough of which mean that one is owed for each ping.
        var pongs = 0
        /// When the message that began must be complete.
        var partialDue: Instant?
        /// Answers the challenges that come over this flow; `nil` without credentials.
        var digest: DigestClient?
        var rate = RequestRate()
        /// That of requests which belong to a call, or end one.
        var callRate = RequestRate()
        var calls: Set<Call> = []
        var clients: Set<ClientKey> = []
        var servers: Set<ServerKey> = []

        var nextDeadline: Instant? { Instant.earliest(self.pingDue, self.pongDue, self.partialDue) }
    }

    enum ClientMachine: Sendable {
        case invite(ClientInviteTransaction)
        case other(ClientTransaction)
    }

    enum ClientOwner: Hashable, Sendable {
        case invite(Call)
        case request(Sent, Call)
        /// An INVITE in the dialog, or the refresh of the session where nothing is `Sent`.
        case change(Sent?, Call)
        /// Its answer changes nothing.
        case prack(Call)
        case bye(Call)
        /// A REGISTER.
        case registration(Sent)
        /// A MESSAGE outside of a call.
        case message(Sent)
        /// A CANCEL, or the BYE of a dialog that nobody wants: its answer changes nothing.
        case nobody
    }

    struct ClientRecord: Sendable {
        let number: UInt64
        let flow: Flow
        let owner: ClientOwner
        var machine: ClientMachine
        /// The ACK of each 2xx by its To tag, to be sent again with each retransmission (13.2.2.4).
        var acks: [String: Message] = [:]
        var challenges = DigestClient.History()
    }

    enum ServerMachine: Sendable {
        case invite(ServerInviteTransaction)
        case other(ServerTransaction)
    }

    struct ServerRecord: Sendable {
        /// Tells this transaction from a later one with the same key.
        let number: UInt64
        let flow: Flow
        let host: [UInt8]
        /// The call of an INVITE.
        let call: Call?
        /// The request in a dialog that the transaction carries, for its CANCEL.
        var request: Request?
        var machine: ServerMachine
    }

    /// A request in a dialog that waits for `respond`.
    struct PendingRequest: Sendable {
        let call: Call
        let key: ServerKey
        /// The number of the transaction that the request came in.
        let transaction: UInt64?
        let message: Message
    }

    struct CallRecord: Sendable {
        let flow: Flow
        var phase: Phase
        /// Requests of the peer that wait for our answer.
        var pending: Set<Request> = []
        /// Every dialog identifier under which the call is found.
        var identifiers: [Dialog.Identifier] = []
        /// On the called side, under what the INVITE is known.
        var invitation: InvitationKey?
        /// On the called side, the host that placed the call.
        var host: [UInt8]?
        /// The session description that a refresh by INVITE repeats.
        var session: [UInt8] = []
        /// Whether the peer's Allow names UPDATE.
        var peerUpdates = false
        /// Our INVITE in the dialog, or our refresh, that has no answer: one at a time (14.1).
        var change: OwnChange?
        var sessionTimer: SessionTimer?
        /// When a refresh that was not taken is tried again.
        var refreshRetry: Instant?
        /// Whether the peer has already had a longer interval offered, since the last refresh that it took.
        var hasRaisedInterval = false
        /// Our 2xx to an INVITE of the peer's in the dialog, until its ACK.
        var changeAnswer: ChangeAnswer?
        /// On the called side, our reliable provisional answer.
        var reliable: ReliableAnswer?
        /// On the calling side, the last RSeq of each early dialog, and how many were acknowledged in all.
        var lastReliable: [Dialog.Identifier: UInt32] = [:]
        var acknowledgedReliable = 0
    }

    /// A change or a refresh of ours under way.
    struct OwnChange: Sendable {
        var key: ClientKey
        let sent: Sent?
        /// When it has failed: an INVITE that a provisional answer keeps alive has no timer of its own.
        let giveUp: Instant
    }

    /// A 2xx to an INVITE in the dialog, repeated until its ACK comes (14.2).
    struct ChangeAnswer: Sendable {
        let number: UInt32
        var repeated: Answered
    }

    /// A provisional answer that is repeated until its PRACK comes (RFC 3262 3).
    struct ReliableAnswer: Sendable {
        let acknowledged: RAck
        let response: Message
        /// `nil` once its PRACK came.
        var retransmission: Retransmission?
        let giveUp: Instant
    }

    /// Where a call stands.
    enum Phase: Sendable {
        /// Our INVITE has no final answer. → confirmed, over
        case calling(Calling)
        /// The peer's INVITE has no final answer. → answered, over
        case ringing(Ringing)
        /// Our 2xx has no ACK. → confirmed, clearing, over
        case answered(Dialog, Answered)
        /// → clearing, over
        case confirmed(Dialog)
        /// Our BYE has no answer. → over
        case clearing(Dialog)
    }

    enum Cancellation: Hashable, Sendable {
        case none
        /// Asked for, but no provisional came, before which no CANCEL may be sent (9.1).
        case held
        case sent(giveUp: Instant)
    }

    struct Calling: Sendable {
        let key: ClientKey
        let invite: Message
        var heardProvisional = false
        /// The wait of the plan, which a repetition of the INVITE begins anew when an answer had ended it.
        var provisionalWait: Duration?
        var provisionalDue: Instant?
        var cancellation = Cancellation.none
        /// Reported as failed: what still comes is cancelled or cleared without a word.
        var isAbandoned = false
        var dialogs: [Dialog] = []

        var nextDeadline: Instant? {
            switch self.cancellation {
            case .none, .held: self.provisionalDue
            case .sent(let giveUp): Instant.earliest(self.provisionalDue, giveUp)
            }
        }
    }

    struct Ringing: Sendable {
        let key: ServerKey
        let invite: Message
        let localTag: String
        var dialog: Dialog
    }

    struct Answered: Sendable {
        let response: Message
        var retransmission: Retransmission
        let giveUp: Instant
        /// A BYE must not leave before the ACK (RFC 3261 15).
        var byeHeld = false

        var nextDeadline: Instant? { Instant.earliest(self.retransmission.due, self.giveUp) }
    }
}

extension UserAgent.CallRecord {
    /// The dialog in which requests of ours are sent: the latest early one while several are.
    var dialog: Dialog? {
        get {
            switch self.phase {
            case .calling(let calling): calling.dialogs.last
            case .ringing(let ringing): ringing.dialog
            case .answered(let dialog, _), .confirmed(let dialog), .clearing(let dialog): dialog
            }
        }
        set {
            guard let newValue else { return }
            self.replace(newValue)
        }
    }

    /// The dialog of that identifier.
    func dialog(_ identifier: Dialog.Identifier) -> Dialog? {
        switch self.phase {
        case .calling(let calling): calling.dialogs.first { $0.identifier == identifier }
        case .ringing(let ringing):
            ringing.dialog.identifier == identifier ? ringing.dialog : nil
        case .answered(let dialog, _), .confirmed(let dialog), .clearing(let dialog):
            dialog.identifier == identifier ? dialog : nil
        }
    }

    /// Puts a changed dialog in the place of the one with its identifier.
    mutating func replace(_ dialog: Dialog) {
        switch self.phase {
        case .calling(var calling):
            guard let index = calling.dialogs.firstIndex(where: { $0.identifier == dialog.identifier }) else { return }
            calling.dialogs[index] = dialog
            self.phase = .calling(calling)
        case .ringing(var ringing):
            ringing.dialog = dialog
            self.phase = .ringing(ringing)
        case .answered(_, let answered): self.phase = .answered(dialog, answered)
        case .confirmed: self.phase = .confirmed(dialog)
        case .clearing: self.phase = .clearing(dialog)
        }
    }

    var nextDeadline: Instant? {
        switch self.phase {
        case .calling(let calling): calling.nextDeadline
        case .answered(_, let answered): answered.nextDeadline
        case .ringing: self.reliable?.retransmission?.due
        case .confirmed:
            Instant.earliest(self.changeAnswer?.repeated.nextDeadline, self.change?.giveUp ?? self.refreshDue)
        case .clearing: nil
        }
    }

    /// When a refresh of the session has to leave.
    var refreshDue: Instant? { self.refreshRetry ?? self.sessionTimer?.due }
}

extension UserAgent.ClientRecord {
    var nextDeadline: Instant? {
        switch self.machine {
        case .invite(let machine): machine.nextDeadline
        case .other(let machine): machine.nextDeadline
        }
    }

    var isTerminated: Bool {
        switch self.machine {
        case .invite(let machine): machine.isTerminated
        case .other(let machine): machine.isTerminated
        }
    }

    mutating func received(_ response: Message, at now: Instant) -> [TransactionAction] {
        switch self.machine {
        case .invite(var machine):
            defer { self.machine = .invite(machine) }
            return machine.received(response, at: now)
        case .other(var machine):
            defer { self.machine = .other(machine) }
            return machine.received(response, at: now)
        }
    }

    mutating func deadlineReached(at now: Instant) -> [TransactionAction] {
        switch self.machine {
        case .invite(var machine):
            defer { self.machine = .invite(machine) }
            return machine.deadlineReached(at: now)
        case .other(var machine):
            defer { self.machine = .other(machine) }
            return machine.deadlineReached(at: now)
        }
    }

    mutating func transportFailed() -> [TransactionAction] {
        switch self.machine {
        case .invite(var machine):
            defer { self.machine = .invite(machine) }
            return machine.transportFailed()
        case .other(var machine):
            defer { self.machine = .other(machine) }
            return machine.transportFailed()
        }
    }
}

extension UserAgent.ServerRecord {
    var nextDeadline: Instant? {
        switch self.machine {
        case .invite(let machine): machine.nextDeadline
        case .other(let machine): machine.nextDeadline
        }
    }

    var isTerminated: Bool {
        switch self.machine {
        case .invite(let machine): machine.isTerminated
        case .other(let machine): machine.isTerminated
        }
    }

    mutating func respond(with response: Message, at now: Instant) -> [TransactionAction] {
        switch self.machine {
        case .invite(var machine):
            defer { self.machine = .invite(machine) }
            return machine.respond(with: response, at: now)
        case .other(var machine):
            defer { self.machine = .other(machine) }
            return machine.respond(with: response, at: now)
        }
    }

    func receivedAgain() -> [TransactionAction] {
        switch self.machine {
        case .invite(let machine): machine.receivedAgain()
        case .other(let machine): machine.receivedAgain()
        }
    }

    mutating func deadlineReached(at now: Instant) -> [TransactionAction] {
        switch self.machine {
        case .invite(var machine):
            defer { self.machine = .invite(machine) }
            return machine.deadlineReached(at: now)
        case .other(var machine):
            defer { self.machine = .other(machine) }
            return machine.deadlineReached(at: now)
        }
    }
}
