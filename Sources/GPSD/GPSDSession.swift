internal import NIOCore
private import NIOPosix
internal import Timeline

/// The connection to gpsd from the first attempt to the end, one after the other; lives on the event loop.
final class GPSDSession {
    private enum State {
        /// Nothing was asked for. Becomes `connecting` or `stopped`.
        case idle
        /// An attempt is under way. Becomes `connected`, `pausing` or `stopped`.
        case connecting
        /// A connection stands, or is about to end. Becomes `pausing` or `stopped`.
        case connected(Connection)
        /// The next attempt is due when the timer ends. Becomes `connecting` or `stopped`.
        case pausing(Scheduled<Void>)
        case stopped
    }

    /// A connection that stands.
    private struct Connection {
        let channel: any Channel
        var parser = GPSDParser()
        var budget: EventBudget
        var lines: EventBudget
        var octets: EventBudget
        /// Looks from time to time whether gpsd still says something.
        var watch: Scheduled<Void>
        var hasSpoken = true
        var isAsked = false
        /// The first thing that went wrong; from then on nothing is read.
        var failure: GPSDLoss?
    }

    /// What asks gpsd for reports in JSON; it needs no line end, and takes one.
    static let watch = #"?WATCH={"enable":true,"json":true};"# + "\n"

    /// What gpsd always answers.
    static let question = "?VERSION;\n"

    private let host: String
    private let port: Int
    private let eventLoop: any EventLoop
    private let limits: GPSDLimits
    private let now: @Sendable () -> Instant
    private let deliver: @Sendable (GPSDEvent) -> Void
    private var reconnection: Reconnection
    private var state = State.idle

    init(
        host: String,
        port: Int,
        eventLoop: any EventLoop,
        limits: GPSDLimits,
        now: @escaping @Sendable () -> Instant,
        deliver: @escaping @Sendable (GPSDEvent) -> Void
    ) {
        self.host = host
        self.port = port
        self.eventLoop = eventLoop
        self.limits = limits
        self.now = now
        self.deliver = deliver
        self.reconnection = Reconnection(limits)
    }

    func start() {
        switch self.state {
        case .idle: self.connect()
        case .connecting, .connected, .pausing, .stopped: break
        }
    }

    func stop() {
        let ended = self.state
        self.state = .stopped
        switch ended {
        case .idle, .stopped: break
        case .connecting: break  // The channel is closed when it stands.
        case .connected(let connection):
            connection.watch.cancel()
            connection.channel.close(promise: nil)
        case .pausing(let timer): timer.cancel()
        }
    }

    /// Takes octets of the connection that stands.
    func received(_ octets: [UInt8]) {
        guard case .connected(var connection) = self.state, connection.failure == nil else { return }
        let now = self.now()
        connection.hasSpoken = true
        let lineEnds = octets.count { $0 == UInt8(ascii: "\n") }
        if !connection.octets.allows(octets.count, at: now) {
            connection.failure = .tooManyOctets(limit: self.limits.maximumOctetsPerSecond)
        } else if !connection.lines.allows(lineEnds, at: now) {
            connection.failure = .tooManyLines(limit: self.limits.maximumLinesPerSecond)
        }
        let readable = connection.failure == nil ? octets : []
        for event in connection.parser.received(readable, at: now) {
            guard connection.budget.allows(at: now) else {
                connection.failure = .flooded(limit: self.limits.maximumEventsPerSecond)
                break
            }
            if case .report = event { self.reconnection.succeeded() }
            self.deliver(event)
        }
        self.state = .connected(connection)
        if connection.failure != nil { connection.channel.close(promise: nil) }
    }

    /// Asks gpsd whether it is there when it has said nothing for a while, and ends a connection on which nobody answers.
    private func look() {
        guard case .connected(var connection) = self.state, connection.failure == nil else { return }
        if connection.hasSpoken {
            connection.isAsked = false
        } else if connection.isAsked {
            return self.failed(.silent(after: self.limits.silence * 2))
        } else {
            connection.isAsked = true
            // A write that fails ends the channel, and its end is told.
            connection.channel.writeAndFlush(ByteBuffer(string: Self.question), promise: nil)
        }
        connection.hasSpoken = false
        connection.watch = self.lookLater()
        self.state = .connected(connection)
    }

    private func lookLater() -> Scheduled<Void> {
        self.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(self.limits.silence)) { self.look() }
    }

    /// Keeps the first reason for the end of the connection, and ends it.
    func failed(_ loss: GPSDLoss) {
        guard case .connected(var connection) = self.state, connection.failure == nil else { return }
        connection.failure = loss
        self.state = .connected(connection)
        connection.channel.close(promise: nil)
    }

    private func connect() {
        self.state = .connecting
        // Nothing is read before the handler is there: of two addresses of one name only one stays.
        ClientBootstrap(group: self.eventLoop)
            .connectTimeout(TimeAmount(self.limits.connectTimeout))
            .channelOption(.autoRead, value: false)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .connect(host: self.host, port: self.port)
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let channel): self.stands(channel)
                case .failure(let error): self.neverStood(GPSDLoss(error, after: self.limits.connectTimeout))
                }
            }
    }

    private func stands(_ channel: any Channel) {
        guard case .connecting = self.state else { return channel.close(promise: nil) }
        self.state = .connected(
            Connection(
                channel: channel,
                budget: EventBudget(limit: self.limits.maximumEventsPerSecond),
                lines: EventBudget(limit: self.limits.maximumLinesPerSecond),
                octets: EventBudget(limit: self.limits.maximumOctetsPerSecond),
                watch: self.lookLater()
            )
        )
        self.deliver(.connected(at: self.now()))
        channel.closeFuture.assumeIsolated().whenComplete { _ in self.gone() }
        do {
            try channel.pipeline.syncOperations.addHandler(GPSDHandler(self))
        } catch {
            // The channel has been closed meanwhile, and its end is told by `gone`.
            return channel.close(promise: nil)
        }
        // A write that fails ends the channel, and its end is told.
        channel.writeAndFlush(ByteBuffer(string: Self.watch), promise: nil)
        channel.setOption(.autoRead, value: true).assumeIsolated().whenFailure { error in
            self.failed(GPSDLoss(error, after: self.limits.connectTimeout))
        }
    }

    private func gone() {
        guard case .connected(var connection) = self.state else { return }
        connection.watch.cancel()
        let now = self.now()
        if let event = connection.parser.ended(at: now) { self.deliver(event) }
        let pause = self.pause()
        self.deliver(.lost(connection.failure ?? .closedByPeer, nextAttempt: pause, at: now))
    }

    private func neverStood(_ loss: GPSDLoss) {
        guard case .connecting = self.state else { return }
        let pause = self.pause()
        self.deliver(.unreachable(loss, nextAttempt: pause, at: self.now()))
    }

    private func pause() -> Duration {
        let pause = self.reconnection.pause()
        let timer = self.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(pause)) {
            guard case .pausing = self.state else { return }
            self.connect()
        }
        self.state = .pausing(timer)
        return pause
    }
}

/// Hands what arrives to the session.
private final class GPSDHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let session: GPSDSession

    init(_ session: GPSDSession) {
        self.session = session
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.session.received(Array(self.unwrapInboundIn(data).readableBytesView))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.session.failed(GPSDLoss(error, after: nil))
    }
}
