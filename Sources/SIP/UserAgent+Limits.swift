import Timeline

// What one peer may use up, so that the others are served (RFC 3261 26.3.2.4).
extension UserAgent {
    /// What a host has under way here.
    struct HostLoad: Sendable {
        /// Calls that it placed.
        var calls = 0
        /// Server transactions of its requests.
        var transactions = 0
    }

    /// How many requests came over a flow in the running second.
    struct RequestRate: Sendable {
        private var since = Instant.boot
        private var count = 0

        /// Counts a request; `false` for one more than `maximum` in a second.
        mutating func allows(upTo maximum: Int, at now: Instant) -> Bool {
            if self.since.duration(to: now) >= .seconds(1) {
                self.since = now
                self.count = 0
            }
            self.count += 1
            return self.count <= maximum
        }
    }

    /// The host that an address stands for: of IPv6 its network of 64 bits, all of which one host may have to itself.
    static func host(of address: FlowAddress) -> [UInt8] {
        NumericAddress(address.host)?.network ?? Array(address.host.utf8)
    }

    mutating func count(host: [UInt8], calls: Int = 0, transactions: Int = 0) {
        var load = self.hosts[host] ?? HostLoad()
        load.calls += calls
        load.transactions += transactions
        self.hosts[host] = load.calls > 0 || load.transactions > 0 ? load : nil
    }

    /// Whether a request may be taken up; answers 503 without state when its peer or all together have too much.
    ///
    /// What belongs to something that is under way, and what ends it, has room beyond that of new requests.
    mutating func hasRoom(for received: Received, at now: Instant, into outputs: inout [Output]) -> Bool {
        let limits = self.configuration.limits
        let belongs: Bool
        switch received.method {
        case .cancel, .bye, .prack: belongs = true
        default: belongs = self.dialogs[received.dialog] != nil
        }
        let perSecond = limits.maximumRequestsPerSecond
        let isInRate =
            belongs
            ? self.flows[received.flow]?.callRate.allows(upTo: perSecond, at: now) ?? false
            : self.flows[received.flow]?.rate.allows(upTo: perSecond, at: now) ?? false
        let most = limits.maximumServerTransactions + (belongs ? limits.reservedServerTransactions : 0)
        let mostOfHost = limits.maximumTransactionsPerHost + (belongs ? limits.reservedTransactionsPerHost : 0)
        let ofHost = self.flows[received.flow].flatMap { self.hosts[$0.host] }?.transactions ?? 0
        guard isInRate, ofHost < mostOfHost, self.servers.count < most else {
            self.askToComeBack(received, into: &outputs)
            return false
        }
        return true
    }

    /// Whether a host may place one more call; answers 503 when not.
    mutating func hasRoomForCall(_ received: Received, into outputs: inout [Output]) -> Bool {
        let limits = self.configuration.limits
        let ofHost = self.flows[received.flow].flatMap { self.hosts[$0.host] }?.calls ?? 0
        guard self.calls.count < limits.maximumCalls, ofHost < limits.maximumCallsPerHost else {
            self.askToComeBack(received, into: &outputs)
            return false
        }
        return true
    }

    private mutating func askToComeBack(_ received: Received, into outputs: inout [Output]) {
        let headers: Headers = [Header("Retry-After", String(self.configuration.limits.retryAfterSeconds))]
        self.answerWithoutState(received, status: 503, headers: headers, into: &outputs)
    }

    /// Answers a request and keeps nothing of it: it is answered the same when it comes again (8.2.7).
    mutating func answerWithoutState(
        _ received: Received,
        status: Int,
        headers: Headers = Headers(),
        into outputs: inout [Output]
    ) {
        let response = Message.response(
            to: received.message,
            status: status,
            tag: Self.steadyTag(received.envelope),
            headers: headers
        )
        outputs.append(.send(response, over: received.flow))
    }

    /// A tag that is the same for a request and its repetition (FNV-1a over what both have in common).
    private static func steadyTag(_ envelope: Envelope) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for octet in "\(envelope.callID) \(envelope.from.tag ?? "") \(envelope.topVia.branch ?? "")".utf8 {
            hash = (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01B3
        }
        return String(hash, radix: 16)
    }
}

extension UserAgent.Received {
    /// The dialog that the request names, seen from this side.
    var dialog: Dialog.Identifier {
        Dialog.Identifier(
            callID: self.envelope.callID,
            localTag: self.envelope.to.tag ?? "",
            remoteTag: self.envelope.from.tag ?? ""
        )
    }
}
