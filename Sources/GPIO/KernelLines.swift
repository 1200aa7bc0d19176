internal import NIOConcurrencyHelpers
package import Timeline

/// The lines of a real rig: the kernel's, through libgpiod.
///
/// One thread serves them all and waits in the kernel; nobody else ever does. Lines that cannot be had are asked for
/// again, those that can be had are served meanwhile. The lock in `shared` guards what other threads see.
package final class KernelLines: LineBank {
    /// Keeps the descriptor of an input for the next run of the daemon, or forgets it.
    package enum Keeping: Hashable, Sendable {
        case keep(descriptor: Int32, name: String)
        case forget(name: String)
    }

    struct Shared {
        /// What is seen of each line, in the order of `specifications`: no name is hashed on the way of an edge.
        var health: [LineHealth?]
        var levels: [Level?]
        /// The last level that each output was given and the thread has not taken yet.
        var wanted: [LineName: Level] = [:]
        var mustReport = false
        var backlog = Backlog()
        /// Whether the thread waits for the backlog to be handled.
        var isHeldUp = false
        var readings: [@Sendable (Instant) -> Void] = []
        var isStarted = false
        var isStopping = false
        var whenStopped: (@Sendable () -> Void)?
    }

    package let specifications: [LineSpecification]
    let wiring: [LineName: LineWiring]
    /// What the kernel shows as the user of our lines.
    let consumer: String
    let inherited: [String: Int32]
    let keep: @Sendable (Keeping) -> Void
    /// Told of every line that another program holds, each time that it was asked for.
    let whenBusy: @Sendable (LineName) -> Void
    let now: @Sendable () -> Instant
    let shared: NIOLockedValueBox<Shared>
    let waker = Waker()

    /// The lines as specified, each with its wiring; nothing is asked of the kernel before `start`.
    ///
    /// `inherited` are descriptors that an earlier run has left behind, by their names; those that fit are taken over,
    /// the others closed.
    package init(
        _ specifications: [LineSpecification],
        wiring: [LineName: LineWiring],
        consumer: String,
        inherited: [String: Int32] = [:],
        keep: @escaping @Sendable (Keeping) -> Void = { _ in },
        whenBusy: @escaping @Sendable (LineName) -> Void = { _ in },
        now: @escaping @Sendable () -> Instant
    ) throws(LineError) {
        var seen: Set<LineName> = []
        for specification in specifications {
            guard seen.insert(specification.name).inserted else { throw .duplicate(specification.name) }
            guard wiring[specification.name] != nil else { throw .unwired(specification.name) }
        }
        self.shared = NIOLockedValueBox(
            Shared(
                health: Array(repeating: nil, count: specifications.count),
                levels: Array(repeating: nil, count: specifications.count)
            )
        )
        self.specifications = specifications
        self.wiring = wiring
        self.consumer = consumer
        self.inherited = inherited
        self.keep = keep
        self.whenBusy = whenBusy
        self.now = now
    }

    package func start(_ deliver: @escaping @Sendable (LineEvent) -> Void) {
        self.shared.withLockedValue { shared in
            precondition(!shared.isStarted, "A bank of lines is started once.")
            shared.isStarted = true
        }
        LineThread.start {
            var service = LineService(self, deliver)
            service.run()
        }
    }

    package func level(of name: LineName) throws(LineError) -> Level {
        let (health, level) = try self.seen(name)
        guard let level else { throw .unusable(name, health) }
        return level
    }

    package func health(of name: LineName) throws(LineError) -> LineHealth {
        try self.seen(name).health
    }

    /// Hands the level to the thread of the lines; a refusal of the kernel comes back as the line's health.
    package func drive(_ name: LineName, _ level: Level) throws(LineError) {
        let index = try self.index(of: name)
        guard self.specifications[index].direction == .output else { throw .wrongDirection(name, is: .input) }
        let health = self.shared.withLockedValue { shared in
            shared.wanted[name] = level
            return shared.health[index] ?? .good
        }
        self.waker.wake()
        guard health == .good else { throw .unusable(name, health) }
    }

    package func handled() {
        let now = self.now()
        let mustWake = self.shared.withLockedValue { shared in
            shared.backlog.handled(at: now)
            guard shared.isHeldUp, !shared.backlog.isFull(at: now) else { return false }
            shared.isHeldUp = false
            return true
        }
        if mustWake { self.waker.wake() }
    }

    package func report() {
        self.shared.withLockedValue { shared in
            // What was lost on its way will never be handled.
            (shared.mustReport, shared.backlog) = (true, Backlog())
        }
        self.waker.wake()
    }

    package func read(_ done: @escaping @Sendable (Instant) -> Void) {
        self.shared.withLockedValue { $0.readings.append(done) }
        self.waker.wake()
    }

    /// Puts every output to its initial level, which lights a malfunction lamp, and gives all lines back.
    ///
    /// Returns when that is done. Descriptors that were kept stay with who keeps them.
    package func stop() async {
        await withCheckedContinuation { continuation in
            let isRunning = self.shared.withLockedValue { shared in
                guard shared.isStarted, !shared.isStopping else { return false }
                shared.isStopping = true
                shared.whenStopped = { continuation.resume() }
                return true
            }
            if isRunning { self.waker.wake() } else { continuation.resume() }
        }
    }

    private func seen(_ name: LineName) throws(LineError) -> (health: LineHealth, level: Level?) {
        let index = try self.index(of: name)
        return self.shared.withLockedValue {
            ($0.health[index] ?? .missing(reason: "not asked for yet"), $0.levels[index])
        }
    }

    private func index(of name: LineName) throws(LineError) -> Int {
        guard let index = self.specifications.firstIndex(where: { $0.name == name }) else {
            throw .unknown(name, known: self.specifications.map(\.name))
        }
        return index
    }
}
