package import Timeline

/// The non-INVITE server transaction of RFC 3261 17.2.2.
package struct ServerTransaction: Hashable, Sendable {
    private enum State: Hashable, Sendable {
        /// Nothing sent yet. → proceeding, completed, terminated
        case trying
        /// A provisional went out. → completed, terminated
        case proceeding(Message)
        /// The final answer went out and is repeated on demand. → terminated
        case completed(Message, until: Instant)
        case terminated
    }

    private let isReliable: Bool
    private let timers: TimerValues
    private var state = State.trying

    package init(isReliable: Bool, timers: TimerValues) {
        self.isReliable = isReliable
        self.timers = timers
    }

    package var isTerminated: Bool { self.state == .terminated }

    package var nextDeadline: Instant? {
        switch self.state {
        case .completed(_, let until): until
        case .trying, .proceeding, .terminated: nil
        }
    }

    package mutating func respond(with response: Message, at now: Instant) -> [TransactionAction] {
        switch self.state {
        case .trying, .proceeding:
            if (response.status ?? 0) < 200 {
                self.state = .proceeding(response)
            } else if self.isReliable {
                self.state = .terminated
            } else {
                self.state = .completed(response, until: now.advanced(by: self.timers.requestCompletedWait))
            }
            return [.send(response)]
        case .completed:
            preconditionFailure("A second final answer to one request.")
        case .terminated:
            return []
        }
    }

    /// The same request came again.
    package func receivedAgain() -> [TransactionAction] {
        switch self.state {
        case .proceeding(let response), .completed(let response, _): [.send(response)]
        case .trying, .terminated: []
        }
    }

    package mutating func transportFailed() -> [TransactionAction] {
        defer { self.state = .terminated }
        switch self.state {
        case .trying, .proceeding: return [.fail(.transportFailed)]
        case .completed, .terminated: return []
        }
    }

    package mutating func deadlineReached(at now: Instant) -> [TransactionAction] {
        switch self.state {
        case .completed(_, let until) where until <= now:
            self.state = .terminated
        case .trying, .proceeding, .completed, .terminated:
            break
        }
        return []
    }
}
