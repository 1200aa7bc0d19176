internal import Digests
internal import MSD
internal import NGECall
internal import Net
internal import SIP
internal import Store
package import Supervision
package import Timeline

/// The response center's loop as a value: answers calls, reads and acknowledges their data, keeps them.
///
/// It does no I/O: connections, commands and the end of writes come in, octets, records and event lines go out, so that
/// the same value runs in the program and in a simulated world.
package struct Center: Sendable {
    let configuration: CenterConfiguration
    let boot: String
    var random: any RandomNumberGenerator & Sendable
    var userAgent: UserAgent
    /// The reply of calls that nobody has selected another for.
    var reply: CenterConfiguration.Reply
    /// Judges who calls; `nil` when nobody is asked.
    var authenticator: Authenticator?
    /// Keeps what vehicles register; `nil` where this center is no registrar.
    var registrar: Registrar?
    var calls: [Int: CenterCall] = [:]
    var numbers: [UserAgent.Call: Int] = [:]
    var lastNumber = 0
    /// Whom calls that are over came from.
    var formerCalls = FormerCalls()
    var connections: [Flow: Connection] = [:]
    /// Calls over UDP whose vehicle has not confirmed them, and whose flow is kept all the same.
    var unprovenHolds = 0
    /// When connections are looked at next for having been silent; `nil` while there is none.
    var idleCheckAt: Instant?
    /// How often messages that cannot be read are told: a peer may send as many as it likes.
    var discards = Throttle(every: .seconds(1))
    var sequence = 0
    var batch = 0
    /// The calls whose first record is in each batch that is not written yet.
    var waiting: [Int: [Int]] = [:]
    /// The MESSAGEs with late data that are answered when their batch is on disk.
    var lateRequests: [Int: [UserAgent.OutsideRequest]] = [:]
    var lateRequestsNow: [UserAgent.OutsideRequest] = []
    /// What came late, by which a second copy is known.
    var lateData = LateDataSeen()
    var records: [CenterRecord] = []
    var recordedNow: [Int] = []
    var outputs: [CenterOutput] = []
    /// When each call wants its deadline, so that one step does not look at every call.
    var deadlines = DeadlineQueue<Int>()

    /// A center without calls; `boot` names this boot, `random` makes every token and identifier.
    package init(
        configuration: CenterConfiguration,
        boot: String,
        random: any RandomNumberGenerator & Sendable,
        agentRandom: any RandomNumberGenerator & Sendable
    ) {
        self.configuration = configuration
        self.boot = boot
        self.random = random
        self.reply = configuration.reply
        if let authentication = configuration.authentication {
            var keys = random
            let key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &keys) }
            self.authenticator = Authenticator(authentication.users, key: key, .crypto)
            self.random = keys
        }
        var agent = UserAgent.Configuration(contactUser: "center")
        agent.userAgentName = "ecallcenter"
        agent.accept = EmergencyAnswer.standardAccept
        agent.receivableInfoPackages = [EmergencyCallData.msdPackage, EmergencyCallData.vedsPackage]
        agent.allow += [.notify, .message]
        if let limits = configuration.registrar {
            agent.allow.append(.register)
            self.registrar = Registrar(limits)
        }
        self.userAgent = UserAgent(configuration: agent, random: agentRandom)
    }

    /// When `deadlineReached` is next owed.
    package var nextDeadline: Instant? {
        Instant.earliest(
            self.userAgent.nextDeadline,
            self.deadlines.next,
            self.idleCheckAt,
            self.registrar?.nextDeadline
        )
    }

    /// How many calls are going on.
    package var callCount: Int { self.calls.count }

    /// Takes one event and returns what is to be done about it, in order.
    package mutating func step(_ input: CenterInput, at now: Moment) -> [CenterOutput] {
        switch input {
        case .net(let event): self.netEvent(event, at: now)
        case .command(let command): self.command(command, at: now)
        case .written(let batch, let error): self.written(batch, error, at: now)
        case .overflow(let count):
            self.note(.eventsLost, nil, "\(count) events found the mailbox full", at: now)
            // Answers of the store may be among them: vehicles offer what they hear nothing of again.
            for batch in self.lateRequests.keys.sorted() { self.answerLateData(of: batch, isOnDisk: false, at: now) }
        }
        return self.finish()
    }

    /// Time has come to `nextDeadline`; early and late calls are harmless.
    package mutating func deadlineReached(at now: Moment) -> [CenterOutput] {
        self.process(self.userAgent.deadlineReached(at: now.instant), at: now)
        self.closeIdleConnections(at: now)
        self.registrarDeadlineReached(at: now)
        while let number = self.deadlines.takeReached(at: now.instant) {
            self.drive(number, at: now) { $0.deadlineReached(at: now.instant) }
        }
        return self.finish()
    }

    private mutating func netEvent(_ event: NetEvent, at now: Moment) {
        switch event {
        case .accepted(let flow, let transport, let local, let remote),
            .opened(let flow, let transport, let local, let remote):
            self.connections[flow] = Connection(
                transport: transport,
                local: local,
                remote: remote,
                heardAt: now.instant
            )
            self.idleCheckAt = self.idleCheckAt ?? now.instant.advanced(by: self.configuration.idleConnection)
            self.process(
                self.userAgent.flowOpened(
                    flow,
                    transport: transport,
                    local: local,
                    remote: remote,
                    keepAlive: nil,
                    at: now.instant
                ),
                at: now
            )
        // A vehicle whose certificate is wanted and not accepted gets no connection.
        case .securing, .secured: break
        case .received(let flow, let bytes):
            self.connections[flow]?.heardAt = now.instant
            self.process(self.userAgent.received(bytes, over: flow, at: now.instant), at: now)
        case .closed(let flow, let failure), .failed(let flow, let failure):
            self.connections[flow] = nil
            self.process(
                self.userAgent.flowClosed(flow, because: failure.description, at: now.instant),
                at: now
            )
            self.unregister(flow, at: now)
        }
    }

    /// Closes connections that have been silent and carry no call; looks again when the next could be due.
    private mutating func closeIdleConnections(at now: Moment) {
        guard let due = self.idleCheckAt, due <= now.instant else { return }
        let busy = Set(self.calls.values.map(\.flow))
        let limit = self.configuration.idleConnection
        for (flow, connection) in self.connections.sorted(by: { $0.key.number < $1.key.number }) {
            let silence = connection.heardAt.duration(to: now.instant)
            guard busy.contains(flow) else {
                if silence >= limit { self.outputs.append(.close(flow)) }
                continue
            }
            // That the other end of a connection is gone the kernel finds out; over UDP nobody tells.
            guard !connection.transport.isReliable, silence >= self.configuration.silentCall else { continue }
            self.outputs.append(.close(flow))
            self.connections[flow] = nil
            let reason = "the vehicle has been silent for \(self.configuration.silentCall)"
            self.process(self.userAgent.flowClosed(flow, because: reason, at: now.instant), at: now)
        }
        let next = now.instant.advanced(by: max(.seconds(1), limit / 4))
        self.idleCheckAt = self.connections.isEmpty ? nil : next
    }

    mutating func process(_ outputs: [UserAgent.Output], at now: Moment) {
        for output in outputs {
            switch output {
            case .send(let message, let flow): self.outputs.append(.send(message.serialized(), over: flow))
            case .transmit(let bytes, let flow): self.outputs.append(.send(bytes, over: flow))
            case .close(let flow, _): self.outputs.append(.close(flow))
            case .event(let event): self.agentEvent(event, at: now)
            }
        }
    }

    /// Hands this step's records to the store; calls whose first record is among them wait for it.
    private mutating func finish() -> [CenterOutput] {
        if !self.records.isEmpty {
            self.batch += 1
            self.outputs.append(.write(batch: self.batch, self.records))
            self.records = []
            if !self.recordedNow.isEmpty { self.waiting[self.batch] = self.recordedNow }
            self.recordedNow = []
            if !self.lateRequestsNow.isEmpty { self.lateRequests[self.batch] = self.lateRequestsNow }
            self.lateRequestsNow = []
        }
        defer { self.outputs = [] }
        return self.outputs
    }

    /// A batch is on disk, or could not be written; the calls that waited for it go on.
    private mutating func written(_ batch: Int, _ error: StoreError?, at now: Moment) {
        if let error { self.note(.recordFailed, nil, "the record cannot be written: \(error)", at: now) }
        for number in self.waiting.removeValue(forKey: batch) ?? [] {
            self.drive(number, at: now) { $0.recorded() }
        }
        self.answerLateData(of: batch, isOnDisk: error == nil, at: now)
    }

    /// Lets one event happen to a call's machine and carries out what it asks.
    mutating func drive(
        _ number: Int,
        at now: Moment,
        _ event: (inout CenterCallMachine) -> [CenterCallMachine.Action]
    ) {
        guard
            let actions = self.calls[number].map({ call -> [CenterCallMachine.Action] in
                var machine = call.machine
                let actions = event(&machine)
                self.calls[number]?.machine = machine
                self.deadlines.set(number, machine.nextDeadline)
                return actions
            })
        else { return }
        for action in actions { self.perform(action, of: number, at: now) }
    }

    /// Forgets a call that is over; its record stays in the store.
    mutating func forget(_ number: Int, outcome: String, at now: Moment) {
        guard let call = self.calls.removeValue(forKey: number) else { return }
        self.numbers[call.leg] = nil
        self.deadlines.set(number, nil)
        if var contact = call.contact {
            // A connection that is gone by now has nothing bound to it; what was known before stays.
            contact.registered = self.registrar?.onlyAddress(on: contact.flow) ?? contact.registered
            self.formerCalls.add(contact, of: number)
        }
        if call.isHeld { self.holdFlow(call.flow, forCallsMore: -1) }
        if call.isHeld, !call.isProven { self.unprovenHolds -= 1 }
        self.records.append(
            .callEnded(id: call.id, CallEnding(state: "ended", outcome: outcome, ended: self.stamp(now)))
        )
    }

    /// UDP peers whose calls are not established that keep their flow: a quarter of the places that there are.
    ///
    /// Whoever forges the address of an INVITE never sees the answer, and must not use up the places of others.
    static let maximumUnprovenHolds = 1_024

    /// Keeps the flow of a call's UDP peer.
    mutating func hold(_ number: Int) {
        guard let call = self.calls[number], !call.isHeld,
            self.connections[call.flow].map({ !$0.transport.isReliable }) ?? false
        else { return }
        self.calls[number]?.isHeld = true
        if !call.isProven { self.unprovenHolds += 1 }
        self.holdFlow(call.flow, forCallsMore: 1)
    }

    /// The vehicle has confirmed the call.
    mutating func prove(_ number: Int) {
        guard let call = self.calls[number], !call.isProven else { return }
        if call.isHeld { self.unprovenHolds -= 1 }
        self.calls[number]?.isProven = true
        self.hold(number)
    }

    /// A call began or ended on a flow; that of a UDP peer is held while one is on it.
    private mutating func holdFlow(_ flow: Flow, forCallsMore change: Int) {
        guard let connection = self.connections[flow] else { return }
        let calls = connection.calls + change
        self.connections[flow]?.calls = calls
        if (calls > 0) != (connection.calls > 0) { self.outputs.append(.hold(flow, calls > 0)) }
    }

    func stamp(_ now: Moment) -> Stamp {
        Stamp(boot: self.boot, at: now.instant, wallMilliseconds: now.trustedMilliseconds)
    }

    /// Tells what happened.
    mutating func note(
        _ kind: CenterEvent.Kind,
        _ number: Int?,
        _ reason: String,
        at now: Moment,
        fields: [String: String] = [:]
    ) {
        self.sequence += 1
        let state = number.flatMap { self.calls[$0]?.machine.phase.rawValue }
        self.outputs.append(
            .show(
                CenterEvent(
                    sequence: self.sequence,
                    moment: now,
                    kind: kind,
                    call: number,
                    state: state,
                    reason: reason,
                    fields: fields
                )
            )
        )
    }
}

/// The two ends of a connection or of a UDP peer's flow, and when it was last heard.
struct Connection: Hashable, Sendable {
    let transport: Transport
    let local: FlowAddress
    let remote: FlowAddress
    var heardAt: Instant
    /// How many calls are on a UDP peer's flow; not counted on connections, which nothing but their end ends.
    var calls = 0
}
