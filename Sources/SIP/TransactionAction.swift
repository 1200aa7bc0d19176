import Timeline

/// What a transaction wants done, in this order.
package enum TransactionAction: Hashable, Sendable {
    /// Put the message on the flow.
    case send(Message)
    /// Hand the message to the transaction's user.
    case deliver(Message)
    /// Tell the transaction's user that it ended without a final answer, or that its answer was never acknowledged.
    case fail(TransactionFailure)
}

/// Why a transaction ended before its time.
package enum TransactionFailure: Hashable, Sendable {
    /// Timer B, F or H.
    case timedOut
    /// The flow could not carry the message, or was closed.
    case transportFailed
}

/// When the next retransmission is due, and how long the wait before it was.
struct Retransmission: Hashable, Sendable {
    let due: Instant
    let interval: Duration

    init(after interval: Duration, at now: Instant) {
        self.interval = interval
        self.due = now.advanced(by: interval)
    }

    /// The one after this, with the interval doubled up to `ceiling`.
    func next(ceiling: Duration?, at now: Instant) -> Retransmission {
        let doubled = self.interval * 2
        return Retransmission(after: ceiling.map { min($0, doubled) } ?? doubled, at: now)
    }
}
