package import Timeline

/// The non-INVITE client transaction of RFC 3261 17.1.2.
///
/// Whoever makes it sends the request at the same moment.
package struct ClientTransaction: Hashable, Sendable {
    private enum State: Hashable, Sendable {
        /// No answer yet. → proceeding, completed, terminated
        case trying(Retransmission?, giveUp: Instant)
        /// A provisional came. → completed, terminated
        case proceeding(Retransmission?, giveUp: Instant)
        /// The final answer came; its retransmissions are absorbed. → terminated
        case completed(until: Instant)
        case terminated
    }

    package let request: Message
    private let isReliable: Bool
    private let timers: TimerValues
    private var state: State

    package init(request: Message, isReliable: Bool, timers: TimerValues, at now: Instant) {
        self.request = request
        self.isReliable = isReliable
        self.timers = timers
        let retransmission = isReliable ? nil : Retransmission(after: timers.t1, at: now)
        self.state = .trying(retransmission, giveUp: now.advanced(by: timers.requestTimeout))
    }

    package var isTerminated: Bool { self.state == .terminated }

    package var nextDeadline: Instant? {
        switch self.state {
        case .trying(let retransmission, let giveUp), .proceeding(let retransmission, let giveUp):
            Instant.earliest(retransmission?.due, giveUp)
        case .completed(let until): until
        case .terminated: nil
        }
    }

    package mutating func received(_ response: Message, at now: Instant) -> [TransactionAction] {
        let isFinal = (response.status ?? 0) >= 200
        switch self.state {
        case .trying(let retransmission, let giveUp) where !isFinal:
            // From now on retransmissions come every T2 (17.1.2.2), the one already due included.
            self.state = .proceeding(retransmission, giveUp: giveUp)
            return [.deliver(response)]
        case .proceeding where !isFinal:
            return [.deliver(response)]
        case .trying, .proceeding:
            self.state = self.isReliable ? .terminated : .completed(until: now.advanced(by: self.timers.t4))
            return [.deliver(response)]
        case .completed, .terminated:
            return []
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
        case .trying(_, let giveUp) where giveUp <= now, .proceeding(_, let giveUp) where giveUp <= now:
            self.state = .terminated
            return [.fail(.timedOut)]
        case .trying(let retransmission?, let giveUp) where retransmission.due <= now:
            self.state = .trying(retransmission.next(ceiling: self.timers.t2, at: now), giveUp: giveUp)
            return [.send(self.request)]
        case .proceeding(let retransmission?, let giveUp) where retransmission.due <= now:
            self.state = .proceeding(Retransmission(after: self.timers.t2, at: now), giveUp: giveUp)
            return [.send(self.request)]
        case .completed(let until) where until <= now:
            self.state = .terminated
            return []
        case .trying, .proceeding, .completed, .terminated:
            return []
        }
    }
}
