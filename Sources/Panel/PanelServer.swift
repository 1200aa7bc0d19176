internal import ControlSocket
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import NIOPosix

/// Serves the pages of one rig, and hands what they ask for to its daemon.
package struct PanelServer: Sendable {
    /// Connections at a time: each browser has six, and the pages that stay are sixteen.
    private static let maximumConnections = 64
    /// How long a connection may ask for nothing.
    private static let idleTimeout = TimeAmount.seconds(60)

    private let settings: PanelSettings
    private let log: Logger

    package init(_ settings: PanelSettings, log: Logger) {
        self.settings = settings
        self.log = log
    }

    /// Serves until the task is cancelled; `listening` is told the port.
    package func run(listening: @escaping @Sendable (Int) -> Void) async throws {
        let feed = DaemonFeed(socket: self.settings.socket, shutsGate: self.settings.isReachable)
        let application = Application(
            router: self.router(feed),
            server: .http1(configuration: .init(idleTimeout: Self.idleTimeout)),
            configuration: ApplicationConfiguration(
                address: .hostname(self.settings.host, port: self.settings.port),
                serverName: "ecallpanel",
                availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections)
            ),
            onServerRunning: { channel in listening(channel.localAddress?.port ?? 0) },
            logger: self.log
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await feed.run() }
            tasks.addTask { try await application.run() }
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
    }

    private func router(_ feed: DaemonFeed) -> Router<BasicRequestContext> {
        let router = Router()
        router.middlewares.add(PanelGuard(settings: self.settings))
        for file in PanelPages.files {
            router.get(RouterPath(file.path)) { _, _ in PanelPages.response(file.octets, file.type) }
        }
        router.get("/states") { _, _ in PanelCalls.json(.ok, PanelPages.states) }
        router.get("/events") { _, _ in await Self.events(of: feed) }
        let calls = PanelCalls(socket: self.settings.socket, shutsGate: self.settings.isReachable)
        router.post("/call/:method") { request, context in
            // What cannot be collected was too long.
            guard let body = try? await request.body.collect(upTo: PanelCalls.maximumOctets) else {
                return PanelCalls.complaint(.contentTooLarge, "more than \(PanelCalls.maximumOctets) octets")
            }
            return await calls.call(context.parameters.get("method") ?? "", body)
        }
        return router
    }

    /// A page that stays: each update as an event of its own.
    private static func events(of feed: DaemonFeed) async -> Response {
        guard let page = await feed.open() else {
            return PanelCalls.complaint(.serviceUnavailable, "\(DaemonFeed.maximumPages) pages are open already")
        }
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                for await update in page.updates { try await writer.write(ByteBuffer(string: update.eventText)) }
                try await writer.finish(nil)
            }
        )
    }
}

extension DaemonFeed.Update {
    /// The update as a server-sent event; JSON has no line ends of its own.
    fileprivate var eventText: String {
        switch self {
        case .status(let text): "event: status\ndata: \(text)\n\n"
        case .news(let text): "event: news\ndata: \(text)\n\n"
        case .silent(let reason):
            "event: silent\ndata: \(JSONValue.object(["reason": .string(reason)]).text)\n\n"
        }
    }
}
