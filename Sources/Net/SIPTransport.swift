package import NIOCore
package import SIP
internal import Synchronization

/// Connections that carry SIP: opens, accepts, sends, and reports what happens on them.
///
/// All of a transport's connections live on one event loop, so the events of a flow keep their order and a `send`
/// made on that loop reaches the kernel before it returns. TCP only.
package final class SIPTransport: Sendable {
    /// Accepted connections are numbered from here upwards; whoever opens flows takes smaller numbers.
    package static let firstAcceptedFlow: UInt64 = 1 << 63

    /// The loop of all connections; a daemon runs its own loop there too, which saves a change of threads per message.
    package let eventLoop: any EventLoop
    private let table: NIOLoopBoundBox<FlowTable>
    private let refused: RefusedCount

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
        deliver: @escaping @Sendable (NetEvent) -> Void
    ) {
        let eventLoop = group.any()
        let refused = RefusedCount()
        self.eventLoop = eventLoop
        self.refused = refused
        self.table = .makeBoxSendingValue(
            FlowTable(eventLoop: eventLoop, limits: limits, lookup: lookup, refused: refused, deliver: deliver),
            eventLoop: eventLoop
        )
    }

    /// Connections closed at once because `NetLimits.maximumAccepted` were alive.
    package var refusedConnections: Int {
        self.refused.value.load(ordering: .relaxed)
    }

    /// Starts to connect and returns; `opened` or `failed` follows.
    ///
    /// A name is looked up off the loop, and each of its addresses is tried in turn. A flow's number is never used a
    /// second time.
    package func open(_ flow: Flow, to endpoint: Endpoint) {
        self.run { $0.open(flow, to: endpoint) }
    }

    /// Listens on a numeric address, port 0 for any free one, and returns the address it got.
    package func listen(on endpoint: Endpoint) async throws(NetFailure) -> FlowAddress {
        let place = NetFailure.place(endpoint.host, endpoint.port)
        guard endpoint.transport == .tcp else {
            throw NetFailure(.listen, .unsupported(endpoint.transport), at: place)
        }
        guard let address = AddressLookup.numeric(endpoint.host, port: endpoint.port) else {
            throw NetFailure(.listen, .notNumeric, at: place)
        }
        do {
            let table = self.table
            return try await self.eventLoop.flatSubmit { table.value.listen(on: address) }.get()
        } catch let failure as NetFailure {
            throw failure
        } catch {
            throw NetFailure(.listen, NetFailure.cause(of: error), at: place)
        }
    }

    /// Hands octets to the kernel, at once when called on the loop; never waits.
    ///
    /// What the kernel does not take waits, in order; beyond `NetLimits.maximumBacklog` the flow is closed. Octets for
    /// a flow that does not stand are dropped: its end is reported or on its way.
    package func send(_ bytes: [UInt8], over flow: Flow) {
        self.run { $0.send(bytes, over: flow) }
    }

    /// Ends a flow in any state; its end is reported once.
    ///
    /// Octets the kernel has not taken are lost.
    package func close(_ flow: Flow) {
        self.run { $0.close(flow) }
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

/// The number of connections that were refused, readable from any thread.
final class RefusedCount: Sendable {
    let value = Atomic<Int>(0)
}
