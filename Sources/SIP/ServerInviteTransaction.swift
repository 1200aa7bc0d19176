package import Timeline

/// The INVITE server transaction of RFC 3261 17.2.1, with the Accepted state of RFC 6026 7.1.
///
/// It sends a 100 by itself when nothing else went out in 200 ms. The retransmission of a 2xx is the user's.
package struct ServerInviteTransaction: Hashable, Sendable {
    private enum State: Hashable, Sendable {
        /// No final answer yet; a 100 is ready until something is sent. → accepted, completed, terminated
        case proceeding(last: Message?, trying: Message, tryingDue: Instant?)
        /// A 2xx went out; retransmitted INVITEs are absorbed. → terminated
        case accepted(until: Instant)
        /// A refusal went out and awaits its ACK. → confirmed, terminated
        case completed(Message, Retransmission?, giveUp: Instant)
        /// The ACK came; further ones are absorbed. → terminated
        case confirmed(until: Instant)
        case terminated
    }

    private let isReliable: Bool
    private let timers: TimerValues
    private var state: State

    package init(request: Message, isReliable: Bool, timers: TimerValues, at now: Instant) {
        self.isReliable = isReliable
        self.timers = timers
        self.state = .proceeding(
            last: nil,
            trying: Message.response(to: request, status: 100),
            tryingDue: now.advanced(by: timers.tryingDelay)
        )
    }

    package var isTerminated: Bool { self.state == .terminated }

    package var nextDeadline: Instant? {
        switch self.state {
        case .proceeding(_, _, let tryingDue): tryingDue
        case .accepted(let until), .confirmed(let until): until
        case .completed(_, let retransmission, let giveUp): Instant.earliest(retransmission?.due, giveUp)
        case .terminated: nil
        }
    }

    /// Sends an answer; a 2xx may follow a 2xx as its retransmission, nothing else follows a final one.
    package mutating func respond(with response: Message, at now: Instant) -> [TransactionAction] {
        switch (self.state, response.status ?? 0) {
        case (.proceeding(_, let trying, _), ..<200):
            self.state = .proceeding(last: response, trying: trying, tryingDue: nil)
        case (.proceeding, 200..<300):
            self.state = .accepted(until: now.advanced(by: self.timers.acceptedWait))
        case (.proceeding, _):
            let retransmission = self.isReliable ? nil : Retransmission(after: self.timers.t1, at: now)
            let giveUp = now.advanced(by: self.timers.ackTimeout)
            self.state = .completed(response, retransmission, giveUp: giveUp)
        case (.accepted, 200..<300):
            break
        case (.accepted, _), (.completed, _), (.confirmed, _):
            preconditionFailure("A second final answer to one INVITE.")
        case (.terminated, _):
            return []
        }
        return [.send(response)]
    }

    /// The same INVITE came again.
    package func receivedAgain() -> [TransactionAction] {
        switch self.state {
        case .proceeding(let last?, _, _): [.send(last)]
        case .completed(let response, _, _): [.send(response)]
        case .proceeding, .accepted, .confirmed, .terminated: []
        }
    }

    /// An ACK with the INVITE's branch came; after a 2xx it is delivered, for its sender mixed up the two kinds of ACK.
    package mutating func receivedACK(_ ack: Message, at now: Instant) -> [TransactionAction] {
        switch self.state {
        case .completed:
            self.state = self.isReliable ? .terminated : .confirmed(until: now.advanced(by: self.timers.t4))
            return []
        case .accepted:
            return [.deliver(ack)]
        case .proceeding, .confirmed, .terminated:
            return []
        }
    }

    package mutating func transportFailed() -> [TransactionAction] {
        defer { self.state = .terminated }
        switch self.state {
        case .proceeding, .completed: return [.fail(.transportFailed)]
        case .accepted, .confirmed, .terminated: return []
        }
    }

    package mutating func deadlineReached(at now: Instant) -> [TransactionAction] {
        switch self.state {
        case .proceeding(nil, let trying, let due?) where due <= now:
            self.state = .proceeding(last: trying, trying: trying, tryingDue: nil)
            return [.send(trying)]
        case .completed(_, _, let giveUp) where giveUp <= now:
            self.state = .terminated
            return [.fail(.timedOut)]
        case .completed(let response, let retransmission?, let giveUp) where retransmission.due <= now:
            let next = retransmission.next(ceiling: self.timers.t2, at: now)
            self.state = .completed(response, next, giveUp: giveUp)
            return [.send(response)]
        case .accepted(let until) where until <= now, .confirmed(let until) where until <= now:
            self.state = .terminated
            return []
        case .proceeding, .accepted, .completed, .confirmed, .terminated:
            return []
        }
    }
}
