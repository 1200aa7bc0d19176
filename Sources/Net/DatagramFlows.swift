internal import NIOCore
internal import SIP
internal import Synchronization
internal import Timeline

/// All UDP flows of a transport, confined to one event loop: a socket for each opened one, and one socket for all peers
/// of a listening address.
///
/// What the kernel does not take at once is lost, as on any datagram network; the transactions send it again.
final class DatagramFlows {
    private enum Entry {
        /// One of several addresses has been probed. Next: the next address, or connected.
        case probing(Attempt, SocketAddress, DatagramSocket, key: UInt64, limit: Scheduled<Void>)
        /// Next: gone.
        case connected(DatagramSocket, key: UInt64, place: String)
        /// A peer of a listening socket. Next: gone.
        case peer(PeerKey, isHeld: Bool)
    }

    /// The addresses of one `open` that are still to be tried.
    struct Attempt {
        var rest: ArraySlice<SocketAddress>
        var failures: [NetFailure] = []
    }

    private struct PeerKey: Hashable {
        let listener: UInt64
        let address: SocketAddress
    }

    /// What a socket in the waiter is for.
    private enum Use {
        case flow(Flow)
        case listener(Listener)
    }

    private final class Listener {
        let key: UInt64
        let socket: DatagramSocket
        let address: SocketAddress

        init(key: UInt64, socket: DatagramSocket, address: SocketAddress) {
            self.key = key
            self.socket = socket
            self.address = address
        }

        /// The address that a peer sees as the sender of our answers.
        ///
        /// For a socket that is bound to all addresses the kernel is asked which it would take towards the peer.
        func localAddress(towards peer: SocketAddress) -> SocketAddress? {
            guard ["0.0.0.0", "::"].contains(self.address.ipAddress) else { return self.address }
            // Without a way to the peer there is no address, and the peer gets no flow.
            guard let local = try? DatagramSocket(connectedTo: peer).localAddress, let host = local.ipAddress else {
                return nil
            }
            return try? SocketAddress(ipAddress: host, port: self.address.port ?? 0)  // It was one a line before.
        }
    }

    /// CRLF CRLF: what every SIP element ignores, and a closed port answers by ICMP.
    private static let probe: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]

    private let eventLoop: any EventLoop
    private let limits: NetLimits
    private let lost: RefusedCount
    private let deliver: @Sendable (NetEvent) -> Void
    private let nextAccepted: () -> Flow

    private var waiter: DatagramWaiter?
    private var ended: EventLoopPromise<Void>?
    private var entries: [Flow: Entry] = [:]
    private var uses: [UInt64: Use] = [:]
    private var peers: [PeerKey: Flow] = [:]
    /// When each peer without a hold has been silent for too long; the first is the one that has been silent longest.
    private var silence = PeerSilence()
    private var silenceCheck: (at: Instant, task: Scheduled<Void>)?
    private var lastKey: UInt64 = 0
    private var room = [UInt8](repeating: 0, count: NetLimits.datagramSize)

    /// `nextAccepted` gives the number of a flow that a peer begins.
    init(
        eventLoop: any EventLoop,
        limits: NetLimits,
        lost: RefusedCount,
        deliver: @escaping @Sendable (NetEvent) -> Void,
        nextAccepted: @escaping () -> Flow
    ) {
        self.eventLoop = eventLoop
        self.limits = limits
        self.lost = lost
        self.deliver = deliver
        self.nextAccepted = nextAccepted
    }

    deinit {
        self.waiter?.stop()
    }

    func holds(_ flow: Flow) -> Bool { self.entries[flow] != nil }

    private var now: Instant { Instant(nanosecondsSinceBoot: Int64(NIODeadline.now().uptimeNanoseconds)) }
}

// Opening.
extension DatagramFlows {
    /// Connects to the first address that has a way to it and whose port is not closed.
    ///
    /// Only where there is a choice of addresses is the first one probed: it is taken unless ICMP says within
    /// `NetLimits.probeWait` that nobody is there.
    func open(_ flow: Flow, _ attempt: Attempt) {
        var attempt = attempt
        while let address = attempt.rest.popFirst() {
            do throws(NetFailure) {
                let socket = try DatagramSocket(connectedTo: address)
                let key = try self.watch(socket, .flow(flow))
                guard attempt.rest.isEmpty else {
                    return self.probe(flow, attempt, address, socket, key: key)
                }
                return self.stands(flow, socket, key: key, address)
            } catch {
                attempt.failures.append(error)
            }
        }
        guard let last = attempt.failures.popLast() else {
            preconditionFailure("A look-up without an address is a failure of its own.")
        }
        self.entries[flow] = nil
        self.deliver(.failed(flow, NetFailure(last.operation, last.cause, at: last.place, after: attempt.failures)))
    }

    private func probe(
        _ flow: Flow,
        _ attempt: Attempt,
        _ address: SocketAddress,
        _ socket: DatagramSocket,
        key: UInt64
    ) {
        let limit = self.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(self.limits.probeWait)) {
            self.probed(flow)
        }
        self.entries[flow] = .probing(attempt, address, socket, key: key, limit: limit)
        let errno = socket.send(Self.probe)
        if errno != 0 { self.failed(flow, errno, .write) }
    }

    /// Nothing speaks against the address.
    private func probed(_ flow: Flow) {
        guard case .probing(_, let address, let socket, let key, let limit) = self.entries[flow] else { return }
        limit.cancel()
        self.stands(flow, socket, key: key, address)
    }

    private func stands(_ flow: Flow, _ socket: DatagramSocket, key: UInt64, _ address: SocketAddress) {
        guard let local = FlowAddress(socket.localAddress), let remote = FlowAddress(address) else {
            preconditionFailure("A connected UDP socket has a numeric address and a port at both ends.")
        }
        self.entries[flow] = .connected(socket, key: key, place: remote.description)
        self.deliver(.opened(flow, .udp, local: local, remote: remote))
    }

    /// The socket of an opened flow has an error.
    private func failed(_ flow: Flow, _ errno: Int32, _ operation: NetFailure.Operation) {
        switch self.entries[flow] {
        case .probing(var attempt, let address, _, let key, let limit):
            limit.cancel()
            self.uses[key] = nil
            attempt.failures.append(NetFailure(operation, .system(errno: errno), at: NetFailure.place(address)))
            self.open(flow, attempt)
        case .connected(_, _, let place):
            self.end(flow, NetFailure(operation, .system(errno: errno), at: place))
        case .peer(let peer, _):
            self.end(flow, NetFailure(operation, .system(errno: errno), at: NetFailure.place(peer.address)))
        case nil:
            break
        }
    }
}

// What comes in.
extension DatagramFlows {
    private func watch(_ socket: DatagramSocket, _ use: Use) throws(NetFailure) -> UInt64 {
        let waiter = try self.startedWaiter()
        self.lastKey += 1
        try waiter.watch(socket.descriptor, key: self.lastKey)
        self.uses[self.lastKey] = use
        return self.lastKey
    }

    private func startedWaiter() throws(NetFailure) -> DatagramWaiter {
        if let waiter = self.waiter { return waiter }
        let (eventLoop, flows) = (self.eventLoop, NIOLoopBound(WeakFlows(self), eventLoop: self.eventLoop))
        let ended = eventLoop.makePromise(of: Void.self)
        let waiter: DatagramWaiter
        do throws(NetFailure) {
            waiter = try DatagramWaiter(
                ready: { keys in
                    eventLoop.execute { for key in keys { flows.value.flows?.readable(key) } }
                },
                ended: { ended.succeed() }
            )
        } catch {
            ended.succeed()
            throw error
        }
        self.ended = ended
        self.waiter = waiter
        return waiter
    }

    /// A socket has something to read; it is watched again when it has given its share.
    private func readable(_ key: UInt64) {
        for _ in 0..<NetLimits.datagramsPerTurn {
            switch self.uses[key] {
            case .flow(let flow): guard self.read(flow) else { return self.watchAgain(key) }
            case .listener(let listener): guard self.read(listener) else { return self.watchAgain(key) }
            case nil: return
            }
        }
        self.watchAgain(key)
    }

    private func watchAgain(_ key: UInt64) {
        switch self.uses[key] {
        case .flow(let flow):
            switch self.entries[flow] {
            case .probing(_, _, let socket, key, _), .connected(let socket, key, _):
                self.waiter?.watchAgain(socket.descriptor, key: key)
            case .probing, .connected, .peer, nil: break
            }
        case .listener(let listener): self.waiter?.watchAgain(listener.socket.descriptor, key: key)
        case nil: break
        }
    }

    /// Reads one datagram of an opened flow; `false` when none waits.
    private func read(_ flow: Flow) -> Bool {
        let socket: DatagramSocket
        switch self.entries[flow] {
        case .probing(_, _, let own, _, _), .connected(let own, _, _): socket = own
        case .peer, nil: return false
        }
        switch socket.receive(into: &self.room) {
        case .datagram(let octets, _):
            self.probed(flow)
            if !octets.isEmpty { self.deliver(.received(flow, octets)) }
            return true
        case .nothing: return false
        case .failed(let errno):
            self.failed(flow, errno, .read)
            return false
        }
    }

    /// Reads one datagram of a listening socket; `false` when none waits.
    private func read(_ listener: Listener) -> Bool {
        switch listener.socket.receive(into: &self.room) {
        case .datagram(let octets, let sender):
            if let flow = self.flow(of: sender, at: listener), !octets.isEmpty {
                self.deliver(.received(flow, octets))
            }
            return true
        case .nothing: return false
        // A socket that is not connected is told of nobody's ICMP: this is a shortage, and the next reading may do.
        case .failed: return false
        }
    }

    /// The flow of a peer, a new one at its first datagram; `nil` when there is no room for it.
    private func flow(of sender: SocketAddress, at listener: Listener) -> Flow? {
        let peer = PeerKey(listener: listener.key, address: sender)
        if let flow = self.peers[peer] {
            if case .peer(_, isHeld: false) = self.entries[flow] { self.expectSilence(of: flow) }
            return flow
        }
        // Nothing can be sent to port 0, so that nobody waits for an answer there.
        let host = PeerHost(sender, self.limits)
        guard let remote = FlowAddress(sender), remote.port != 0, self.hasRoom(at: host),
            let local = FlowAddress(listener.localAddress(towards: sender))
        else {
            self.lost.value.add(1, ordering: .relaxed)
            return nil
        }
        let flow = self.nextAccepted()
        self.entries[flow] = .peer(peer, isHeld: false)
        self.peers[peer] = flow
        self.silence.add(flow, at: host)
        self.expectSilence(of: flow)
        self.deliver(.accepted(flow, .udp, local: local, remote: remote))
        return flow
    }

    /// Makes room for one more peer by ending the one without a hold that has been silent longest, of its own address
    /// when that has all that it may have.
    private func hasRoom(at host: PeerHost?) -> Bool {
        if let host, self.silence.count(of: host) >= self.limits.maximumPeersPerAddress {
            guard let oldest = self.silence.takeLongest(of: host) else { return false }
            self.end(oldest, .addressExceeded(limit: self.limits.maximumPeersPerAddress))
            return true
        }
        guard self.peers.count >= self.limits.maximumPeers else { return true }
        guard let oldest = self.silence.takeLongest() else { return false }
        self.end(oldest, .peersExceeded(limit: self.limits.maximumPeers))
        return true
    }
}

// Silent peers.
extension DatagramFlows {
    /// Keeps a peer's flow however long it is silent, or no longer.
    func hold(_ flow: Flow, _ isHeld: Bool) {
        guard case .peer(let peer, _) = self.entries[flow] else { return }
        self.entries[flow] = .peer(peer, isHeld: isHeld)
        if isHeld { self.silence.set(flow, nil) } else { self.expectSilence(of: flow) }
    }

    private func expectSilence(of flow: Flow) {
        self.silence.set(flow, self.now.advanced(by: self.limits.peerSilence))
        self.scheduleSilenceCheck()
    }

    private func scheduleSilenceCheck() {
        guard self.silenceCheck == nil, let due = self.silence.next else { return }
        // A check that comes too early, because the peer has spoken meanwhile, is made again.
        let task = self.eventLoop.assumeIsolated()
            .scheduleTask(in: TimeAmount(self.now.duration(to: due))) { self.checkSilence() }
        self.silenceCheck = (due, task)
    }

    private func checkSilence() {
        self.silenceCheck = nil
        while let flow = self.silence.takeReached(at: self.now) {
            self.end(flow, .silent(for: self.limits.peerSilence))
        }
        self.scheduleSilenceCheck()
    }
}

// What goes out, and the end.
extension DatagramFlows {
    func send(_ bytes: [UInt8], over flow: Flow) {
        let errno: Int32
        switch self.entries[flow] {
        case .connected(let socket, _, _): errno = socket.send(bytes)
        case .peer(let peer, _):
            guard case .listener(let listener) = self.uses[peer.listener] else { return }
            errno = listener.socket.send(bytes, to: peer.address)
        case .probing, nil: return
        }
        if DatagramSocket.isShortage(errno) {
            self.lost.value.add(1, ordering: .relaxed)
        } else if errno != 0 {
            self.failed(flow, errno, .write)
        }
    }

    func close(_ flow: Flow, because cause: NetFailure.Cause) {
        switch self.entries[flow] {
        case .probing(_, _, _, let key, let limit):
            limit.cancel()
            self.uses[key] = nil
            self.entries[flow] = nil
            self.deliver(.failed(flow, NetFailure(.close, cause, at: "an address not yet connected")))
        case .connected, .peer: self.end(flow, cause)
        case nil: break
        }
    }

    private func end(_ flow: Flow, _ cause: NetFailure.Cause) {
        let place: String
        switch self.entries[flow] {
        case .connected(_, _, let own): place = own
        case .peer(let peer, _): place = NetFailure.place(peer.address)
        case .probing, nil: return
        }
        self.end(flow, NetFailure(.close, cause, at: place))
    }

    private func end(_ flow: Flow, _ failure: NetFailure) {
        switch self.entries.removeValue(forKey: flow) {
        case .connected(_, let key, _): self.uses[key] = nil
        case .peer(let peer, _):
            self.peers[peer] = nil
            self.silence.remove(flow)
        case .probing, nil: break
        }
        self.deliver(.closed(flow, failure))
    }

    func listen(on address: SocketAddress) throws(NetFailure) -> FlowAddress {
        let socket = try DatagramSocket(boundTo: address)
        guard let bound = socket.localAddress, let own = FlowAddress(bound) else {
            preconditionFailure("A bound UDP socket has a numeric address and a port.")
        }
        let key = self.lastKey + 1
        let listener = Listener(key: key, socket: socket, address: bound)
        let watched = try self.watch(socket, .listener(listener))
        precondition(watched == key, "Keys are given in their order.")
        return own
    }

    /// Ends everything; the future completes when nothing of it runs any more.
    func shutDown() -> EventLoopFuture<Void> {
        self.silenceCheck?.task.cancel()
        for flow in self.entries.keys.sorted(by: { $0.number < $1.number }) { self.close(flow, because: .shutDown) }
        self.uses = [:]
        self.waiter?.stop()
        self.waiter = nil
        return self.ended?.futureResult ?? self.eventLoop.makeSucceededVoidFuture()
    }
}

/// Flows that may be gone when a datagram comes.
private final class WeakFlows {
    private(set) weak var flows: DatagramFlows?

    init(_ flows: DatagramFlows) {
        self.flows = flows
    }
}
