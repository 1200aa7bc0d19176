internal import NIOConcurrencyHelpers

/// Judges chains of certificates, a few at once, on threads of its own.
///
/// A chain that somebody has made up costs as much work as it can be made to: neither the event loop nor whatever else
/// runs in the process waits for that. The lock in `state` guards what the threads share.
final class JudgementQueue: TaskExecutor {
    private struct State {
        /// Judgements that were begun and are not ended, waiting or running.
        var begun = 0
        /// Threads that work.
        var working = 0
        var waiting: [UnownedJob] = []
    }

    private let threads: Int
    let places: Int
    private let state = NIOLockedValueBox(State())

    /// `threads` judgements run at once, and `places` wait or run.
    init(threads: Int, places: Int) {
        self.threads = threads
        self.places = places
    }

    convenience init(_ limits: NetLimits) {
        self.init(threads: limits.maximumJudgements, places: limits.maximumWaitingJudgements)
    }

    /// Begins a judgement behind those that wait; `nil` when there is no place for it.
    ///
    /// One whose task is cancelled is not worth its work any more, and has to look for that when it begins.
    func judge(_ judgement: @escaping @Sendable () async -> Void) -> Task<Void, Never>? {
        let hasPlace = self.state.withLockedValue { state in
            guard state.begun < self.places else { return false }
            state.begun += 1
            return true
        }
        guard hasPlace else { return nil }
        // Not awaited: the connection waits for what the judgement tells it, and cancels it when it is gone.
        return Task(executorPreference: self) {
            await judgement()
            self.state.withLockedValue { $0.begun -= 1 }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mayStart = self.state.withLockedValue { state in
            state.waiting.append(job)
            guard state.working < self.threads else { return false }
            state.working += 1
            return true
        }
        guard mayStart, OwnThread.start({ self.work() }) != 0 else { return }
        // Nothing is judged before the next handshake asks for a thread; the limit of this one ends its wait.
        self.state.withLockedValue { $0.working -= 1 }
    }

    /// Works until nothing waits.
    private func work() {
        while let job = self.next() { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    private func next() -> UnownedJob? {
        self.state.withLockedValue { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.working -= 1
            return nil
        }
    }
}

/// What a connection gives to the judgement of its peer; both closures run on the event loop.
struct PeerJudgement: Sendable {
    let queue: JudgementQueue
    /// The peer has shown its certificates; to be cancelled when the connection is gone.
    let begun: @Sendable (Task<Void, Never>) -> Void
    /// What was thought of them.
    let ended: @Sendable (CertificateVerdict) -> Void
}
