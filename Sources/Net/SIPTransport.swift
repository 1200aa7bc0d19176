package import NIOCore
package import SIP
internal import Synchronization

/// Flows that carry SIP, over TCP, TLS and UDP: opens, accepts, sends, and reports what happens on them.
///
/// All of a transport's flows live on one event loop, so the events of a flow keep their order and a `send` made on
/// that loop reaches the kernel before it returns. Over UDP `opened` says that datagrams can be sent, not that anybody
/// is there, and a peer of a listening address is `accepted` with its first datagram.
package final class SIPTransport: Sendable {
    /// Accepted connections are numbered from here upwards; whoever opens flows takes smaller numbers.
    package static let firstAcceptedFlow: UInt64 = 1 << 63

    /// The loop of all connections; a daemon runs its own loop there too, which saves a change of threads per message.
    package let eventLoop: any EventLoop
    private let table: NIOLoopBoundBox<FlowTable>
    private let refused: RefusedCount
    private let lost: RefusedCount

    /// Makes a transport on one loop of `group`.
    ///
    /// `deliver` runs on that loop, at times from inside `open`, `send` or `close`: it puts the event into a queue and
    /// returns.
    package convenience init(
        group: any EventLoopGroup,
        limits: NetLimits = NetLimits(),
        deliver: @escaping @Sendable (NetEvent) -> Void
    ) {
        self.init(group: group, limits: limits, lookup: .system, deliver: deliver)
    }

    init(
        group: any EventLoopGroup,
        limits: NetLimits,
        lookup: AddressLookup,
        judgements: JudgementQueue? = nil,
        deliver: @escaping @Sendable (NetEvent) -> Void
    ) {
        let eventLoop = group.any()
        let (refused, lost) = (RefusedCount(), RefusedCount())
        self.eventLoop = eventLoop
        self.refused = refused
        self.lost = lost
        self.table = .makeBoxSendingValue(
            FlowTable(
                eventLoop: eventLoop,
                limits: limits,
                lookup: lookup,
                judgements: judgements ?? JudgementQueue(limits),
                refused: refused,
                lost: lost,
                deliver: deliver
            ),
            eventLoop: eventLoop
        )
    }

    /// Connections closed at once because as many lived, or shook hands, as `NetLimits` has for all or for one address.
    package var refusedConnections: Int {
        self.refused.value.load(ordering: .relaxed)
    }

    /// Datagrams that the kernel had no room for, or that came from a peer beyond the limits.
    package var lostDatagrams: Int {
        self.lost.value.load(ordering: .relaxed)
    }

    /// Starts to connect and returns; `opened` or `failed` follows.
    ///
    /// A name is looked up off the loop, and each of its addresses is tried in turn; over UDP the next one is tried when
    /// there is no way to an address, or ICMP says within `NetLimits.probeWait` that its port is closed. A flow's number
    /// is never used a second time. `tls` is what connections of the transport `tls` need, or why it is not there.
    package func open(_ flow: Flow, to endpoint: Endpoint, tls: Result<TLSClient, TLSFault>? = nil) {
        self.run { $0.open(flow, to: endpoint, tls: tls) }
    }

    /// Listens on a numeric address, port 0 for any free one, and returns the address it got.
    ///
    /// The transport `tls` needs `tls`.
    package func listen(on endpoint: Endpoint, tls: TLSServer? = nil) async throws(NetFailure) -> FlowAddress {
        let place = NetFailure.place(endpoint.host, endpoint.port)
        guard endpoint.transport != .tls || tls != nil else {
            throw NetFailure(.listen, .nothingGiven, at: place)
        }
        guard let address = AddressLookup.numeric(endpoint.host, port: endpoint.port) else {
            throw NetFailure(.listen, .notNumeric, at: place)
        }
        do {
            let table = self.table
            guard endpoint.transport != .udp else {
                return try await self.eventLoop.submit { try table.value.listenForDatagrams(on: address) }.get()
            }
            let protection = endpoint.transport == .tls ? tls : nil
            return try await self.eventLoop.flatSubmit { table.value.listen(on: address, tls: protection) }.get()
        } catch let failure as NetFailure {
            throw failure
        } catch {
            throw NetFailure(.listen, NetFailure.cause(of: error), at: place)
        }
    }

    /// Hands octets to the kernel, at once when called on the loop; never waits.
    ///
    /// What the kernel does not take waits, in order; beyond `NetLimits.maximumBacklog` the flow is closed. A datagram
    /// that it does not take is lost. Octets for a flow that does not stand are dropped: its end is reported or on its
    /// way.
    package func send(_ bytes: [UInt8], over flow: Flow) {
        self.run { $0.send(bytes, over: flow) }
    }

    /// Says that one `received` of the flow has been handled; a flow of which too many have not is read no further.
    package func handled(_ flow: Flow) {
        self.run { $0.handled(flow) }
    }

    /// The same of all flows, after events were lost on their way.
    package func allHandled() {
        self.run { $0.allHandled() }
    }

    /// Ends a flow in any state; its end is reported once.
    ///
    /// Octets the kernel has not taken are lost.
    package func close(_ flow: Flow) {
        self.run { $0.close(flow) }
    }

    /// Keeps the flow of a UDP peer alive however long the peer is silent and how many others come, or no longer.
    ///
    /// For a flow that carries a call. Of other flows it changes nothing.
    package func hold(_ flow: Flow, _ isHeld: Bool) {
        self.run { $0.hold(flow, isHeld) }
    }

    /// Closes everything; returns when the end of every flow has been delivered, and nothing follows.
    package func shutDown() async {
        let table = self.table
        do {
            try await self.eventLoop.flatSubmit { table.value.shutDown() }.get()
        } catch {
            preconditionFailure("Closing completes however it goes, as long as the event loop runs: \(error)")
        }
    }

    /// Runs `work` at once on the loop, and in order of arrival from elsewhere.
    private func run(_ work: @escaping @Sendable (FlowTable) -> Void) {
        guard self.eventLoop.inEventLoop else {
            let table = self.table
            return self.eventLoop.execute { work(table.value) }
        }
        work(self.table.value)
    }
}

/// The number of connections that were refused, or of datagrams that were lost, readable from any thread.
final class RefusedCount: Sendable {
    let value = Atomic<Int>(0)
}
