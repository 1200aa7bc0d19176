internal import ControlSocket
internal import IVS
internal import NIOPosix

/// What the daemon says of itself, for every page that is open.
///
/// It keeps nothing from before: while the daemon is silent, so is this, and each page sees that by itself.
package actor DaemonFeed {
    package enum Update: Hashable, Sendable {
        /// The reply to `Status`, as JSON.
        case status(String)
        /// An event of the daemon, as JSON.
        case news(String)
        /// The daemon cannot be reached, and why.
        case silent(String)
    }

    /// What one page is told; it counts as open for as long as somebody holds this.
    package final class Page: Sendable {
        package let updates: AsyncStream<Update>
        private let left: @Sendable () -> Void

        fileprivate init(_ updates: AsyncStream<Update>, left: @escaping @Sendable () -> Void) {
            self.updates = updates
            self.left = left
        }

        deinit { self.left() }
    }

    /// Pages that are open at a time: a person has a few.
    static let maximumPages = 16
    /// What a page may fall behind: less than the 3 s after which an old status is worse than none.
    static let maximumBacklog = 4
    /// After so many updates that found no room, some ten seconds, a page that does not read gives its place away.
    static let maximumDropped = 20
    /// How long the daemon may take to answer: longer, and it stands still.
    static let answerWait = Duration.seconds(2)
    /// How often the status is asked for: six times in the 3 s after which a page calls the daemon dead.
    static let period = Duration.milliseconds(500)
    /// The pause before the daemon is looked for again.
    static let pause = Duration.milliseconds(500)

    private let socket: String
    private let shutsGate: Bool
    private var pages: [Int: (continuation: AsyncStream<Update>.Continuation, dropped: Int)] = [:]
    private var lastPage = 0
    /// Asks for a status at once.
    private var wish: AsyncStream<Void>.Continuation?

    /// `shutsGate` shuts the 112 gate of each daemon before anything of it is shown.
    package init(socket: String, shutsGate: Bool) {
        self.socket = socket
        self.shutsGate = shutsGate
    }

    /// Everything from now on; `nil` when there are too many pages.
    ///
    /// Nothing of before: a status that is told again would be taken for a sign of life.
    package func open() -> Page? {
        guard self.pages.count < Self.maximumPages else { return nil }
        self.lastPage += 1
        let page = self.lastPage
        let (stream, continuation) = AsyncStream.makeStream(
            of: Update.self,
            bufferingPolicy: .bufferingNewest(Self.maximumBacklog)
        )
        self.pages[page] = (continuation, 0)
        self.wish?.yield()
        return Page(stream) { Task { await self.left(page) } }
    }

    private func left(_ page: Int) {
        self.pages[page] = nil
    }

    private func tell(_ update: Update) {
        for (page, open) in self.pages {
            guard case .dropped = open.continuation.yield(update) else {
                self.pages[page]?.dropped = 0
                continue
            }
            self.pages[page]?.dropped += 1
            guard open.dropped >= Self.maximumDropped else { continue }
            open.continuation.finish()
            self.pages[page] = nil
        }
    }

    /// Follows the daemon, and the next one, until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            do { try await self.follow() } catch {
                if Task.isCancelled { break }
                self.tell(.silent("\(error)"))
            }
            // A pause that is cancelled is over.
            try? await Task.sleep(for: Self.pause)
        }
        for page in self.pages.values { page.continuation.finish() }
    }

    /// The daemon's status; throws when it does not come in time.
    private static func status(of client: ControlClient) async throws -> JSONValue {
        try await withThrowingTaskGroup(of: JSONValue.self) { tasks in
            tasks.addTask { try await client.call(ControlMethod.status.fullName) }
            tasks.addTask {
                try await Task.sleep(for: Self.answerWait)
                throw ControlClientError.noAnswer(method: ControlMethod.status.fullName, wait: Self.answerWait)
            }
            // The call that is left is cancelled, which closes its connection.
            defer { tasks.cancelAll() }
            return try await tasks.next() ?? .null
        }
    }

    /// Follows one daemon until it is gone.
    private func follow() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let client = try await ControlClient.connect(path: self.socket, group: group)
        let watcher = try await ControlClient.connect(path: self.socket, group: group)
        if self.shutsGate {
            // Each connection may be to another daemon.
            for one in [client, watcher] { _ = try await one.call(ControlMethod.shutGate.fullName) }
        }
        let (wishes, wish) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.wish = wish
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                for try await reply in watcher.stream(ControlMethod.watch.fullName) {
                    if let event = reply["event"] { await self.tell(.news(event.text)) }
                    wish.yield()
                }
                throw ControlClientError.closed
            }
            tasks.addTask {
                while true {
                    try await Task.sleep(for: Self.period)
                    wish.yield()
                }
            }
            tasks.addTask {
                wish.yield()
                for await _ in wishes {
                    let status = try await Self.status(of: client)
                    await self.tell(.status(status.text))
                }
            }
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
    }
}
