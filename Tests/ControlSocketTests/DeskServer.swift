import FoundationEssentials
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

@testable import ControlSocket

/// A server of the desk interface on a socket in a folder of its own.
final class DeskServer: Sendable {
    /// What the program behind the server does with each call.
    typealias Program = @Sendable (ControlServer, ControlCall) -> Void

    let path: String
    let server: ControlServer
    /// What the server delivers apart from calls.
    let notices: AsyncStream<ControlEvent>

    /// Answers `Ask` with the question, and keeps `Listen` waiting.
    static let echo: Program = { server, call in
        guard call.method.hasSuffix("Ask") else { return }
        server.reply(call.id, ["answer": call.parameters["question"] ?? "silence"])
    }

    init(path: String, _ program: @escaping Program = DeskServer.echo) throws {
        let itself = NIOLockedValueBox<ControlServer?>(nil)
        let (notices, sink) = AsyncStream.makeStream(of: ControlEvent.self)
        self.path = path
        self.notices = notices
        self.server = ControlServer(
            path: path,
            mode: 0o660,
            service: Desk.service,
            interfaces: [try Interface(text: Desk.text)],
            group: MultiThreadedEventLoopGroup.singleton
        ) { event in
            if case .call(let call) = event {
                guard let server = itself.withLockedValue({ $0 }) else { return }
                program(server, call)
            } else {
                sink.yield(event)
            }
        }
        itself.withLockedValue { $0 = self.server }
    }

    /// Runs `body` with a server that is started before and stopped after it.
    static func serve(
        _ program: @escaping Program = DeskServer.echo,
        _ body: (DeskServer) async throws -> Void
    ) async throws {
        try await Self.inFolder { folder in
            let desk = try DeskServer(path: folder + "/s", program)
            try await desk.server.start()
            do {
                try await body(desk)
            } catch {
                await desk.server.stop()
                throw error
            }
            await desk.server.stop()
        }
    }

    /// Runs `body` with a new folder of a short path, which is removed after it.
    static func inFolder(_ body: (String) async throws -> Void) async throws {
        let folder = "/tmp/desk-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
        try await body(folder)
    }

    func client() async throws -> ControlClient {
        try await ControlClient.connect(path: self.path, group: MultiThreadedEventLoopGroup.singleton)
    }

    /// The next notice.
    func notice() async throws -> ControlEvent {
        var notices = self.notices.makeAsyncIterator()
        return try #require(await notices.next())
    }

    /// The reason of the next notice, which must be a drop.
    func drop() async throws -> ControlDrop.Reason {
        guard case .dropped(let drop) = try await self.notice() else { throw CancellationError() }
        return drop.reason
    }
}

/// A client that sends what the test says, octet by octet.
final class RawClient: Sendable {
    /// The messages that came; ends when the connection does.
    let messages: AsyncStream<String>
    private let channel: any Channel

    private init(_ messages: AsyncStream<String>, _ channel: any Channel) {
        self.messages = messages
        self.channel = channel
    }

    /// Connects; without `reads`, nothing is ever taken from the socket.
    static func connect(_ path: String, reads: Bool = true) async throws -> RawClient {
        let (messages, sink) = AsyncStream.makeStream(of: String.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Receiver(sink))
                }
            }
            .connect(unixDomainSocketPath: path).get()
        return RawClient(messages, channel)
    }

    /// Writes the text, every `|` as NUL; a connection that has ended takes nothing more.
    func send(_ text: String) async {
        // The server may close before all is written, which the tests see at the other end.
        try? await self.channel.writeAndFlush(Desk.octets(text)).get()
    }

    func next() async throws -> String {
        var messages = self.messages.makeAsyncIterator()
        return try #require(await messages.next())
    }

    /// Waits for the end of the connection and returns what came before.
    func remaining() async -> [String] {
        var all: [String] = []
        for await message in self.messages { all.append(message) }
        return all
    }

    func close() async {
        // The server may have closed first.
        try? await self.channel.close().get()
    }

    private final class Receiver: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let sink: AsyncStream<String>.Continuation
        private var buffer = MessageBuffer(maximumOctets: 1 << 24)

        init(_ sink: AsyncStream<String>.Continuation) {
            self.sink = sink
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.buffer.append(self.unwrapInboundIn(data))
            while case .message(let octets) = self.buffer.next() {
                self.sink.yield(String(decoding: octets, as: UTF8.self))
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            self.sink.finish()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
