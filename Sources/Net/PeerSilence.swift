internal import SIP
internal import Timeline

/// When each UDP peer will have been silent for too long, of all peers and of each host.
struct PeerSilence {
    private struct Host {
        /// Its peers, those without a deadline among them.
        var count = 0
        var queue = DeadlineQueue<Flow>()
    }

    private var all = DeadlineQueue<Flow>()
    /// The hosts of the peers for which there is a limit.
    private var hostOfPeer: [Flow: PeerHost] = [:]
    private var hosts: [PeerHost: Host] = [:]

    /// The earliest deadline.
    var next: Instant? { self.all.next }

    /// How many peers a host has.
    func count(of host: PeerHost) -> Int { self.hosts[host]?.count ?? 0 }

    /// A new peer; `host` is `nil` where there is no limit.
    mutating func add(_ flow: Flow, at host: PeerHost?) {
        guard let host else { return }
        self.hostOfPeer[flow] = host
        self.hosts[host, default: Host()].count += 1
    }

    /// The peer is gone.
    mutating func remove(_ flow: Flow) {
        self.set(flow, nil)
        guard let host = self.hostOfPeer.removeValue(forKey: flow) else { return }
        self.hosts[host]?.count -= 1
        if self.count(of: host) == 0 { self.hosts[host] = nil }
    }

    /// Sets, moves or, with `nil`, removes the deadline of a peer.
    mutating func set(_ flow: Flow, _ due: Instant?) {
        self.all.set(flow, due)
        if let host = self.hostOfPeer[flow] { self.hosts[host]?.queue.set(flow, due) }
    }

    /// The peer that has been silent for too long by now.
    mutating func takeReached(at now: Instant) -> Flow? {
        let reached = self.all.takeReached(at: now)
        if let reached { self.set(reached, nil) }
        return reached
    }

    /// The peer with a deadline that has been silent longest, of a host or of all.
    mutating func takeLongest(of host: PeerHost? = nil) -> Flow? {
        guard let host else { return self.all.next.flatMap { self.takeReached(at: $0) } }
        guard let due = self.hosts[host]?.queue.next else { return nil }
        let longest = self.hosts[host]?.queue.takeReached(at: due)
        if let longest { self.set(longest, nil) }
        return longest
    }
}
