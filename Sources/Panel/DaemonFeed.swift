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
    /// What a page that does not read may fall behind, a few seconds; it then misses the oldest.
    static let maximumBacklog = 64
    /// How often the status is asked for: six times in the 3 s after which a page calls the daemon dead.
    static let period = Duration.milliseconds(500)
    /// The pause before the daemon is looked for again.
    static let pause = Duration.milliseconds(500)

    private let socket: String
    private let shutsGate: Bool
    private var pages: [Int: AsyncStream<Update>.Continuation] = [:]
    private var lastPage = 0
    private var last: Update?

    /// `shutsGate` shuts the 112 gate of each daemon before anything of it is shown.
    package init(socket: String, shutsGate: Bool) {
        self.socket = socket
        self.shutsGate = shutsGate
    }

    /// Everything from now on, the last first; `nil` when there are too many pages.
    package func open() -> Page? {
        guard self.pages.count < Self.maximumPages else { return nil }
        self.lastPage += 1
        let page = self.lastPage
        let (stream, continuation) = AsyncStream.makeStream(
            of: Update.self,
            bufferingPolicy: .bufferingNewest(Self.maximumBacklog)
        )
        self.pages[page] = continuation
        if let last = self.last { continuation.yield(last) }
        return Page(stream) { Task { await self.left(page) } }
    }

    private func left(_ page: Int) {
        self.pages[page] = nil
    }

    private func tell(_ update: Update) {
        switch update {
        case .status, .silent: self.last = update
        case .news: break
        }
        for page in self.pages.values { page.yield(update) }
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
        for page in self.pages.values { page.finish() }
    }

    /// Follows one daemon until it is gone.
    private func follow() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let client = try await ControlClient.connect(path: self.socket, group: group)
        if self.shutsGate { _ = try await client.call(ControlMethod.shutGate.fullName) }
        let watcher = try await ControlClient.connect(path: self.socket, group: group)
        let (wishes, wish) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
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
                    let status = try await client.call(ControlMethod.status.fullName)
                    await self.tell(.status(status.text))
                }
            }
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
    }
}
