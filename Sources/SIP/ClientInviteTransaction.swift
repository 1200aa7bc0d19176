package import Timeline

/// The INVITE client transaction of RFC 3261 17.1.1, with the Accepted state of RFC 6026 7.2.
///
/// Whoever makes it sends the request at the same moment. It acknowledges refusals itself; the ACK of a 2xx is the
/// user's, to whom every 2xx is delivered, retransmitted ones included.
package struct ClientInviteTransaction: Hashable, Sendable {
    private enum State: Hashable, Sendable {
        /// No answer yet. → proceeding, accepted, completed, terminated
        case calling(Retransmission?, giveUp: Instant)
        /// A provisional came; no timer runs. → accepted, completed, terminated
        case proceeding
        /// A 2xx came; more may follow. → terminated
        case accepted(until: Instant)
        /// A refusal came and was acknowledged; its retransmissions are absorbed. → terminated
        case completed(ack: Message, until: Instant)
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
        self.state = .calling(retransmission, giveUp: now.advanced(by: timers.inviteTimeout))
    }

    package var isTerminated: Bool { self.state == .terminated }

    package var nextDeadline: Instant? {
        switch self.state {
        case .calling(let retransmission, let giveUp): Instant.earliest(retransmission?.due, giveUp)
        case .accepted(let until), .completed(_, let until): until
        case .proceeding, .terminated: nil
        }
    }

    package mutating func received(_ response: Message, at now: Instant) -> [TransactionAction] {
        switch (self.state, response.status ?? 0) {
        case (.calling, ..<200), (.proceeding, ..<200):
            self.state = .proceeding
            return [.deliver(response)]
        case (.calling, 200..<300), (.proceeding, 200..<300):
            self.state = .accepted(until: now.advanced(by: self.timers.acceptedWait))
            return [.deliver(response)]
        case (.calling, _), (.proceeding, _):
            let ack = Message.ack(ofRejected: self.request, by: response)
            let until = now.advanced(by: self.timers.inviteCompletedWait)
            self.state = self.isReliable ? .terminated : .completed(ack: ack, until: until)
            return [.send(ack), .deliver(response)]
        case (.accepted, 200..<300):
            return [.deliver(response)]
        case (.completed(let ack, _), 300...):
            return [.send(ack)]
        case (.accepted, _), (.completed, _), (.terminated, _):
            return []
        }
    }

    package mutating func transportFailed() -> [TransactionAction] {
        defer { self.state = .terminated }
        switch self.state {
        case .calling, .proceeding: return [.fail(.transportFailed)]
        case .accepted, .completed, .terminated: return []
        }
    }

    package mutating func deadlineReached(at now: Instant) -> [TransactionAction] {
        switch self.state {
        case .calling(_, let giveUp) where giveUp <= now:
            self.state = .terminated
            return [.fail(.timedOut)]
        case .calling(let retransmission?, let giveUp) where retransmission.due <= now:
            self.state = .calling(retransmission.next(ceiling: nil, at: now), giveUp: giveUp)
            return [.send(self.request)]
        case .accepted(let until) where until <= now, .completed(_, let until) where until <= now:
            self.state = .terminated
            return []
        case .calling, .proceeding, .accepted, .completed, .terminated:
            return []
        }
    }
}
