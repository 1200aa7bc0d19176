internal import NIOCore
internal import NIOPosix
internal import SIP
internal import Synchronization

/// All flows of a transport, confined to one event loop.
final class FlowTable {
    /// How far a flow has come; it leaves the table when it ends.
    private enum Entry {
        /// Its name is being looked up. Next: connecting, or failed.
        case resolving(TLSClient?, limit: Scheduled<Void>)
        /// An address has been asked for a connection. Next: the next address, standing, or failed.
        case connecting(Attempt)
        /// Next: gone.
        case standing(any Channel, FlowHandler)
    }

    /// The addresses of one `open` that are still to be tried.
    private struct Attempt {
        /// `nil` on a plain connection.
        var tls: TLSClient?
        var address: SocketAddress?
        var channel: (any Channel)?
        var rest: ArraySlice<SocketAddress>
        var failures: [NetFailure] = []
    }

    let eventLoop: any EventLoop
    let limits: NetLimits
    private let lookup: AddressLookup
    private var names = KnownNames()
    private let refused: RefusedCount
    private let deliver: @Sendable (NetEvent) -> Void
    private let judgements: JudgementQueue

    private var entries: [Flow: Entry] = [:]
    private let datagrams: DatagramFlows
    private let accepted = AcceptedNumbers()
    private var listeners: [any Channel] = []
    private var lookups = 0
    private var acceptedAlive = 0
    /// Accepted connections over TLS that do not stand yet, and are not closed.
    private(set) var handshakes: [Flow: PeerHost?] = [:]
    /// The same by their addresses.
    private var handshakeHosts: HostCounts
    /// Accepted connections that are not closed by their addresses.
    private var acceptedHosts: HostCounts
    private var isShutDown = false

    init(
        eventLoop: any EventLoop,
        limits: NetLimits,
        lookup: AddressLookup,
        judgements: JudgementQueue,
        refused: RefusedCount,
        lost: RefusedCount,
        deliver: @escaping @Sendable (NetEvent) -> Void
    ) {
        self.eventLoop = eventLoop
        self.limits = limits
        self.lookup = lookup
        self.judgements = judgements
        self.refused = refused
        self.deliver = deliver
        self.handshakeHosts = HostCounts(limit: limits.maximumHandshakesPerAddress)
        self.acceptedHosts = HostCounts(limit: limits.maximumAcceptedPerAddress)
        let accepted = self.accepted
        self.datagrams = DatagramFlows(eventLoop: eventLoop, limits: limits, lost: lost, deliver: deliver) {
            accepted.next()
        }
    }

    // MARK: Opening

    func open(_ flow: Flow, to endpoint: Endpoint, tls: Result<TLSClient, TLSFault>?) {
        precondition(flow.number < SIPTransport.firstAcceptedFlow, "This flow number belongs to accepted connections.")
        precondition(self.entries[flow] == nil && !self.datagrams.holds(flow), "A flow is opened once.")
        let place = NetFailure.place(endpoint.host, endpoint.port)
        guard !self.isShutDown else {
            return self.deliver(.failed(flow, NetFailure(.connect, .shutDown, at: place)))
        }
        let client: TLSClient?
        switch (endpoint.transport, tls) {
        case (.tcp, _), (.udp, _): client = nil
        case (.tls, .success(let prepared)?): client = prepared
        case (.tls, .failure(let fault)?):
            return self.deliver(.failed(flow, NetFailure(.secure, .unprepared(fault.description), at: place)))
        case (.tls, nil):
            return self.deliver(.failed(flow, NetFailure(.secure, .nothingGiven, at: place)))
        }
        if let address = AddressLookup.numeric(endpoint.host, port: endpoint.port) {
            self.connect(flow, over: endpoint.transport, to: [address], client)
        } else {
            self.resolve(flow, endpoint, client)
        }
    }

    private func resolve(_ flow: Flow, _ endpoint: Endpoint, _ tls: TLSClient?) {
        let known = self.names.addresses(of: endpoint)
        guard self.lookups < NetLimits.maximumLookups else {
            if let known { return self.connect(flow, over: endpoint.transport, to: known[...], tls) }
            let cause = NetFailure.Cause.lookupsExceeded(limit: NetLimits.maximumLookups)
            return self.deliver(.failed(flow, NetFailure(.resolve, cause, at: endpoint.host)))
        }
        self.lookups += 1
        let limit = self.limits.resolveTimeout
        let patience = known == nil ? limit : min(limit, self.limits.knownNameWait)
        let late = NetFailure(.resolve, .timedOut(after: patience), at: endpoint.host)
        let timer = self.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(patience)) {
            self.resolved(flow, endpoint, .failure(late))
        }
        self.entries[flow] = .resolving(tls, limit: timer)
        let table = NIOLoopBound(self, eventLoop: self.eventLoop)
        self.lookup.start(endpoint.host, port: endpoint.port) { answer in
            table.eventLoop.execute {
                table.value.lookups -= 1
                table.value.answered(flow, endpoint, answer)
            }
        }
    }

    /// The name server has answered, perhaps too late for this flow and not for the next.
    private func answered(_ flow: Flow, _ endpoint: Endpoint, _ answer: Result<[SocketAddress], NetFailure>) {
        if case .success(let addresses) = answer { self.names.remember(addresses, of: endpoint) }
        self.resolved(flow, endpoint, answer)
    }

    /// The addresses of a name are there, or will not come in time; then those of an earlier answer are tried.
    private func resolved(_ flow: Flow, _ endpoint: Endpoint, _ answer: Result<[SocketAddress], NetFailure>) {
        guard case .resolving(let tls, let limit) = self.entries[flow] else { return }  // Closed, or too late.
        limit.cancel()
        switch answer {
        case .success(let addresses):
            self.connect(flow, over: endpoint.transport, to: addresses.prefix(NetLimits.maximumAddresses), tls)
        case .failure(let failure):
            guard let known = self.names.addresses(of: endpoint) else { return self.fail(flow, because: failure) }
            self.connect(flow, over: endpoint.transport, to: known[...], tls)
        }
    }

    private func connect(
        _ flow: Flow,
        over transport: Transport,
        to addresses: ArraySlice<SocketAddress>,
        _ tls: TLSClient?
    ) {
        switch transport {
        case .udp:
            self.entries[flow] = nil
            self.datagrams.open(flow, DatagramFlows.Attempt(rest: addresses))
        case .tcp, .tls: self.connectNext(flow, Attempt(tls: tls, rest: addresses))
        }
    }

    private func connectNext(_ flow: Flow, _ attempt: Attempt) {
        var attempt = attempt
        guard let address = attempt.rest.popFirst() else {
            guard let last = attempt.failures.popLast() else {
                preconditionFailure("A look-up without an address is a failure of its own.")
            }
            return self.fail(
                flow,
                because: NetFailure(last.operation, last.cause, at: last.place, after: attempt.failures)
            )
        }
        attempt.address = address
        attempt.channel = nil
        self.entries[flow] = .connecting(attempt)
        self.connect(flow, to: address).assumeIsolated().whenFailure { error in
            self.neverStood(flow, at: .connect, because: NetFailure.cause(of: error))
        }
    }

    /// The address asked last gave no connection, or one that was gone before it could be used.
    func neverStood(_ flow: Flow, at step: NetFailure.Operation, because cause: NetFailure.Cause) {
        // A flow that was closed meanwhile has said all there is to say; an accepted one was never reported.
        guard case .connecting(var attempt) = self.entries[flow], let address = attempt.address else { return }
        attempt.failures.append(NetFailure(step, cause, at: NetFailure.place(address)))
        self.connectNext(flow, attempt)
    }

    private func connect(_ flow: Flow, to address: SocketAddress) -> EventLoopFuture<any Channel> {
        let table = NIOLoopBound(self, eventLoop: self.eventLoop)
        return ClientBootstrap(group: self.eventLoop)
            .connectTimeout(TimeAmount(self.limits.connectTimeout))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard case .connecting(var attempt) = table.value.entries[flow] else {
                        throw NetFailure(.connect, .closedHere, at: NetFailure.place(address))
                    }
                    attempt.channel = channel
                    table.value.entries[flow] = .connecting(attempt)
                    try table.value.prepare(channel, for: flow, attempt.tls)
                }
            }
            .connect(to: address)
    }

    private func fail(_ flow: Flow, because failure: NetFailure) {
        self.entries[flow] = nil
        self.deliver(.failed(flow, failure))
    }

    // MARK: Standing flows

    /// Sets what every connection needs before its first octet.
    private func prepare(_ channel: any Channel, for flow: Flow, _ tls: TLSClient?) throws {
        try SocketOptions.set(on: channel, limits: self.limits)
        guard let tls else {
            return try channel.pipeline.syncOperations.addHandler(FlowHandler(flow: flow, table: self))
        }
        let remark = tls.isChecked ? nil : "who answers has not been checked"
        let handler = FlowHandler(
            flow: flow,
            table: self,
            security: FlowSecurity(isVerified: false, remark: remark)
        )
        try channel.pipeline.syncOperations.addHandlers([tls.handler(self.judgement(for: handler)), handler])
    }

    private func judgement(for handler: FlowHandler) -> PeerJudgement {
        let end = NIOLoopBound(handler, eventLoop: self.eventLoop)
        return PeerJudgement(
            queue: self.judgements,
            begun: { end.value.judging($0) },
            ended: { end.value.judged($0) }
        )
    }

    /// The same for a connection that a peer has opened.
    private func prepare(
        accepted channel: any Channel,
        of host: PeerHost?,
        for flow: Flow,
        _ tls: TLSServer?
    ) throws {
        guard let tls else { return try self.prepare(channel, for: flow, nil) }
        guard self.handshakes.count < self.limits.maximumHandshakes else {
            throw self.refusal(of: channel, .handshakesExceeded(limit: self.limits.maximumHandshakes))
        }
        guard self.handshakeHosts.take(host) else {
            throw self.refusal(of: channel, .addressExceeded(limit: self.handshakeHosts.limit))
        }
        self.handshakes[flow] = .some(host)
        // A connection that ends before it has begun, for want of anything, says so nowhere else.
        channel.closeFuture.assumeIsolated().whenComplete { _ in self.endHandshake(flow) }
        try SocketOptions.set(on: channel, limits: self.limits)
        let handler = FlowHandler(flow: flow, table: self, security: FlowSecurity(isVerified: false))
        try channel.pipeline.syncOperations.addHandlers([tls.handler(self.judgement(for: handler)), handler])
    }

    private func endHandshake(_ flow: Flow) {
        guard let host = self.handshakes.removeValue(forKey: flow) else { return }
        self.handshakeHosts.giveBack(host)
    }

    /// The channel of `flow` has become active, and its handshake begins; nobody hears of peers before they stand.
    func shakesHands(_ flow: Flow) {
        if flow.number < SIPTransport.firstAcceptedFlow { self.deliver(.securing(flow)) }
    }

    /// The channel of `flow` can be used.
    func stands(
        _ flow: Flow,
        on channel: any Channel,
        by handler: FlowHandler,
        security: FlowSecurity?,
        local: FlowAddress,
        remote: FlowAddress
    ) {
        self.endHandshake(flow)
        self.entries[flow] = .standing(channel, handler)
        if let security { self.deliver(.secured(flow, security)) }
        let transport: Transport = security == nil ? .tcp : .tls
        if flow.number >= SIPTransport.firstAcceptedFlow {
            self.acceptedAlive += 1
            self.deliver(.accepted(flow, transport, local: local, remote: remote))
        } else {
            self.deliver(.opened(flow, transport, local: local, remote: remote))
        }
    }

    func received(_ bytes: [UInt8], over flow: Flow) {
        self.deliver(.received(flow, bytes))
    }

    /// One `received` of the flow has been handled.
    func handled(_ flow: Flow) {
        guard case .standing(let channel, let handler) = self.entries[flow] else { return }
        handler.handled(on: channel)
    }

    /// What was delivered of every flow is handled, or lost on its way.
    func allHandled() {
        for case .standing(let channel, let handler) in self.entries.values { handler.handled(all: true, on: channel) }
    }

    /// The channel of `flow` has become inactive.
    func gone(_ flow: Flow, because failure: NetFailure) {
        self.entries[flow] = nil
        if flow.number >= SIPTransport.firstAcceptedFlow { self.acceptedAlive -= 1 }
        self.deliver(.closed(flow, failure))
    }

    func send(_ bytes: [UInt8], over flow: Flow) {
        guard case .standing(let channel, let handler) = self.entries[flow] else {
            return self.datagrams.send(bytes, over: flow)
        }
        handler.send(bytes, on: channel)
        // The high-water mark is the backlog limit, and is looked at when the kernel has taken what it wants.
        guard !channel.isWritable, channel.isActive else { return }
        handler.end(.write, .backlogExceeded(limit: self.limits.maximumBacklog), on: channel)
    }

    func close(_ flow: Flow, because cause: NetFailure.Cause = .closedHere) {
        switch self.entries[flow] {
        case nil: self.datagrams.close(flow, because: cause)
        case .resolving(_, let limit):
            limit.cancel()
            self.fail(flow, because: NetFailure(.close, cause, at: "an address not yet known"))
        case .connecting(let attempt):
            self.fail(flow, because: NetFailure(.close, cause, at: "an address not yet connected"))
            attempt.channel?.close(promise: nil)
        case .standing(let channel, let handler):
            handler.end(.close, cause, on: channel)
        }
    }

    func hold(_ flow: Flow, _ isHeld: Bool) {
        self.datagrams.hold(flow, isHeld)
    }

    // MARK: Listening

    func listenForDatagrams(on address: SocketAddress) throws(NetFailure) -> FlowAddress {
        guard !self.isShutDown else { throw NetFailure(.listen, .shutDown, at: NetFailure.place(address)) }
        return try self.datagrams.listen(on: address)
    }

    func listen(on address: SocketAddress, tls: TLSServer?) -> EventLoopFuture<FlowAddress> {
        let table = NIOLoopBound(self, eventLoop: self.eventLoop)
        return ServerBootstrap(group: self.eventLoop)
            .serverChannelOption(.backlog, value: Int32(NetLimits.acceptQueue))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                // Out of descriptors is no reason to stop listening: accepting pauses for a second.
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try table.value.accept(channel, tls) }
            }
            .bind(to: address)
            .assumeIsolated()
            .flatMapThrowing { channel in
                guard !self.isShutDown else {
                    channel.close(promise: nil)
                    throw NetFailure(.listen, .shutDown, at: NetFailure.place(address))
                }
                self.listeners.append(channel)
                guard let bound = FlowAddress(channel.localAddress) else {
                    preconditionFailure("A listening TCP socket has a numeric address and a port.")
                }
                return bound
            }
            .nonisolated()
    }

    /// Takes in a connection that a peer has opened, or throws.
    func accept(_ channel: any Channel, _ tls: TLSServer?) throws {
        guard self.acceptedAlive < self.limits.maximumAccepted else {
            throw self.refusal(of: channel, .acceptedExceeded(limit: self.limits.maximumAccepted))
        }
        let host = PeerHost(channel.remoteAddress, self.limits)
        guard self.acceptedHosts.take(host) else {
            throw self.refusal(of: channel, .addressExceeded(limit: self.acceptedHosts.limit))
        }
        channel.closeFuture.assumeIsolated().whenComplete { _ in self.acceptedHosts.giveBack(host) }
        try self.prepare(accepted: channel, of: host, for: self.accepted.next(), tls)
    }

    private func refusal(of channel: any Channel, _ cause: NetFailure.Cause) -> NetFailure {
        self.refused.value.add(1, ordering: .relaxed)
        return NetFailure(.accept, cause, at: channel.remoteAddress.map(NetFailure.place) ?? "a peer")
    }

    // MARK: End

    /// Ends everything; the future completes when the last flow has been reported gone.
    func shutDown() -> EventLoopFuture<Void> {
        self.isShutDown = true
        var channels = self.listeners
        for listener in self.listeners { listener.close(promise: nil) }
        self.listeners = []
        for (flow, entry) in self.entries {
            if case .standing(let channel, _) = entry { channels.append(channel) }
            self.close(flow, because: .shutDown)
        }
        let datagrams = self.datagrams.shutDown()
        return .andAllComplete(channels.map(\.closeFuture) + [datagrams], on: self.eventLoop)
    }
}

/// The numbers of accepted flows, of every transport in one row; confined to the table's event loop.
private final class AcceptedNumbers {
    private var number = SIPTransport.firstAcceptedFlow

    func next() -> Flow {
        defer { self.number += 1 }
        return Flow(number: self.number)
    }
}
