internal import NIOCore
internal import NIOPosix
package import Net
package import SIP
package import Store
internal import Supervision

/// One response center: its edges, and the one loop between them.
package final class CenterRig: Sendable {
    /// Events that may wait for the loop: the INVITEs of a thousand vehicles and what follows them.
    package static let mailboxCapacity = 65_536

    private let group: MultiThreadedEventLoopGroup
    private let transport: SIPTransport
    private let store: CenterStore
    private let loop: LateLoop<CenterBody>

    /// Opens the store and starts the loop; `show` gets every event, on the loop's thread, and must not block for long.
    package init(
        _ configuration: CenterConfiguration,
        storePath: String,
        show: @escaping @Sendable (CenterEvent) -> Void
    ) throws(StoreError) {
        let late = LateLoop<CenterBody>()
        let store = try CenterStore(path: storePath)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let transport = SIPTransport(group: group) { late.post(.net($0)) }
        self.group = group
        self.store = store
        self.transport = transport
        self.loop = late
        let boot = BootID.nameOrUnknown
        late.set(
            Loop<CenterBody>(on: group.next(), capacity: Self.mailboxCapacity) { _ in
                let center = Center(
                    configuration: configuration,
                    boot: boot,
                    random: SystemRandomNumberGenerator(),
                    agentRandom: SystemRandomNumberGenerator()
                )
                return CenterBody(center, transport: transport, store: store, show: show, post: late.post)
            }
        )
    }

    /// Listens for vehicles and returns the address it got.
    ///
    /// `tls` is needed by the transport `tls`.
    package func listen(on endpoint: Endpoint, tls: TLSServer? = nil) async throws(NetFailure) -> FlowAddress {
        try await self.transport.listen(on: endpoint, tls: tls)
    }

    /// Listens over each of the transports at the same port, which the first one finds where it is 0.
    ///
    /// Vehicles over UDP need TCP there too: what they send in a call is too large for a datagram.
    package func listen(
        over transports: [Transport],
        host: String,
        port: UInt16
    ) async throws(NetFailure) -> FlowAddress {
        var address = FlowAddress(host: host, port: port)
        for transport in transports {
            address = try await self.listen(on: Endpoint(transport: transport, host: host, port: address.port))
        }
        return address
    }

    /// What the operator typed; from any thread.
    package func command(_ command: OperatorCommand) {
        self.loop.post(.command(command))
    }

    /// Closes everything and writes what waits.
    package func stop() async {
        await self.transport.shutDown()
        self.loop.set(nil)
        self.store.close()
        // The process ends with this; a loop that does not stop in time takes nothing with it.
        try? await self.group.shutdownGracefully()
    }
}
