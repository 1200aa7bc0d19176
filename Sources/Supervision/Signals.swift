private import Dispatch
private import Glibc
private import Synchronization

/// The signals that ask a daemon for something, delivered as values instead of interrupting it.
package final class Signals: Sendable {
    /// What is asked.
    package enum Request: Hashable, Sendable, CaseIterable {
        /// SIGTERM: the service manager ends the service.
        case terminate
        /// SIGINT: Control-C at the terminal.
        case interrupt
        /// SIGHUP: read the configuration again.
        case hangUp

        fileprivate var number: Int32 {
            switch self {
            case .terminate: SIGTERM
            case .interrupt: SIGINT
            case .hangUp: SIGHUP
            }
        }
    }

    private let sources: Mutex<[any DispatchSourceSignal]>

    /// Takes over the three signals for as long as the value lives, and ignores SIGPIPE for good.
    ///
    /// Returns when they are taken over. `deliver` runs on a thread of Dispatch's.
    package init(deliver: @escaping @Sendable (Request) -> Void) {
        // A peer that hangs up is an error number of the write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let queue = DispatchQueue(label: "signals")
        let takenOver = DispatchGroup()
        // Dispatch puts a handler of its own in place; until then the kernel's default holds, which ends the process.
        self.sources = Mutex(
            Request.allCases.map { request in
                let source = DispatchSource.makeSignalSource(signal: request.number, queue: queue)
                source.setEventHandler { deliver(request) }
                takenOver.enter()
                source.setRegistrationHandler { takenOver.leave() }
                source.activate()
                return source
            }
        )
        takenOver.wait()
    }

    deinit {
        self.sources.withLock { sources in
            for source in sources { source.cancel() }
        }
    }
}
