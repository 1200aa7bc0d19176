import Glibc
import NIOConcurrencyHelpers
package import NIOCore
import NIOPosix

/// A Varlink service on a Unix stream socket.
///
/// Calls of one connection are delivered one at a time, the next when the one before has its last answer; so every call
/// has to be answered, by `reply` or `fail`, a `oneway` call too. `deliver` runs on the event loop and must not block.
package final class ControlServer: Sendable {
    private let path: String
    private let mode: UInt16
    private let group: String?
    private let circle: ControlCircle
    private let catalog: ServiceCatalog
    private let eventLoop: any EventLoop
    private let deliver: @Sendable (ControlEvent) -> Void
    private let registry: NIOLockedValueBox<Registry>

    private struct Registry {
        var isServing = false
        var listener: (channel: any Channel, file: SocketFile)?
        var connections: [UInt64: Connection] = [:]
        var lastNumber: UInt64 = 0
        var dropped = 0
    }

    private struct Connection: Sendable {
        let channel: any Channel
        let handler: NIOLoopBound<ConnectionHandler>
    }

    /// A server that `start` opens; `mode` are the permissions of the socket file, such as 0o660.
    ///
    /// `owners` is the group of the file, the process's own when it is `nil`; `circle` is what its clients may do, which
    /// the application sees to. Connections are counted from the number after `firstNumber`, so that those of two servers
    /// differ.
    package init(
        path: String,
        mode: UInt16,
        owners: String? = nil,
        circle: ControlCircle = .change,
        firstNumber: UInt64 = 0,
        service: ServiceDescription,
        interfaces: [Interface],
        group: any EventLoopGroup,
        deliver: @escaping @Sendable (ControlEvent) -> Void
    ) {
        self.path = path
        self.mode = mode
        self.group = owners
        self.circle = circle
        self.registry = NIOLockedValueBox(Registry(lastNumber: firstNumber))
        self.catalog = ServiceCatalog(service, interfaces)
        self.eventLoop = group.next()
        self.deliver = deliver
    }

    /// Opens the socket and serves it until `stop`.
    ///
    /// A socket file that nobody answers on is replaced; one that is answered is an error, as is a missing folder.
    package func start() async throws(ControlSocketError) {
        let file = try SocketFile(listeningAt: self.path, mode: self.mode, group: self.group)
        let bootstrap = ServerBootstrap(group: self.eventLoop)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: ControlLimits.maximumReadOctets)
            )
            .childChannelInitializer { channel in self.admit(channel) }
        self.registry.withLockedValue { $0.isServing = true }
        do {
            let channel = try await bootstrap.withBoundSocket(file.descriptor).get()
            self.registry.withLockedValue { $0.listener = (channel, file) }
        } catch {
            // The bootstrap has closed the descriptor.
            file.remove()
            throw .notServed(path: self.path, error)
        }
    }

    /// Answers a call; with `continues` more answers will follow, which only a call with `more` takes.
    ///
    /// May be called from any thread; answers of one thread keep their order. Nothing happens when the client has left.
    package func reply(_ id: ControlCall.ID, _ parameters: JSONValue, continues: Bool = false) {
        self.answer(id, .success(parameters), continues: continues)
    }

    /// Answers a call with an error that the interface declares, such as `net.ecall.ecalld.NotSimulated`.
    package func fail(_ id: ControlCall.ID, error: String, parameters: JSONValue = [:]) {
        self.fail(id, ServiceError(error, parameters))
    }

    /// Answers a call with an error.
    package func fail(_ id: ControlCall.ID, _ error: ServiceError) {
        self.answer(id, .failure(error), continues: false)
    }

    /// Closes all connections and removes the socket file; unanswered calls are reported as gone.
    package func stop() async {
        let (listener, channels) = self.registry.withLockedValue { registry in
            defer { registry.listener = nil }
            registry.isServing = false
            return (registry.listener, registry.connections.values.map(\.channel))
        }
        // The file goes first: a client that comes now learns that nobody serves, and waits for no answer.
        listener?.file.remove()
        let listening = listener.map { [$0.channel] } ?? []
        for channel in listening + channels {
            // A channel that is closed already is what was asked for.
            try? await channel.close().get()
        }
    }

    private func answer(_ id: ControlCall.ID, _ result: Result<JSONValue, ServiceError>, continues: Bool) {
        guard let connection = self.registry.withLockedValue({ $0.connections[id.connection] }) else { return }
        self.eventLoop.execute {
            connection.handler.value.answer(id, result, continues: continues)
        }
    }

    /// Gives an accepted channel its number and handler, or refuses it; runs on the event loop.
    private func admit(_ channel: any Channel) -> EventLoopFuture<Void> {
        let limit = ControlLimits.maximumConnections
        let (isServing, number) = self.registry.withLockedValue { registry -> (Bool, UInt64?) in
            guard registry.isServing, registry.connections.count < limit else { return (registry.isServing, nil) }
            registry.lastNumber += 1
            return (true, registry.lastNumber)
        }
        guard let number else {
            if isServing { self.report(nil, .tooManyConnections(limit: limit)) }
            return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        return Self.credentials(of: channel).flatMap { peer in
            let connection = ControlConnection(number: number, peer: peer, circle: self.circle)
            let handler = ConnectionHandler(
                Conversation(connection, catalog: self.catalog),
                deliver: self.deliver,
                dropped: { self.report($0, $1) }
            )
            let entry = Connection(channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
            self.registry.withLockedValue { $0.connections[number] = entry }
            channel.closeFuture.whenComplete { _ in
                self.registry.withLockedValue { _ = $0.connections.removeValue(forKey: number) }
            }
            return channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(handler)
            }
        }
    }

    private func report(_ connection: ControlConnection?, _ reason: ControlDrop.Reason) {
        let total = self.registry.withLockedValue { registry in
            registry.dropped += 1
            return registry.dropped
        }
        self.deliver(.dropped(ControlDrop(connection: connection, reason: reason, total: total)))
    }

    /// Who is at the other end; `nil` when the kernel does not say, which refuses nothing here.
    private static func credentials(of channel: any Channel) -> EventLoopFuture<PeerCredentials?> {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(nil)
        }
        // `struct ucred` of unix(7) is these three 32-bit words in this order.
        let words: EventLoopFuture<InlineArray<3, UInt32>> = options.unsafeGetSocketOption(
            level: NIOBSDSocket.OptionLevel(rawValue: SOL_SOCKET),
            name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        )
        return words.map { words in
            PeerCredentials(process: Int32(bitPattern: words[0]), user: words[1], group: words[2])
        }.recover { _ in nil }
    }
}
