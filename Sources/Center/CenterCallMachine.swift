internal import NGECall
internal import SIP
internal import Timeline

/// Decides what the center does about one call: ring, answer when the data is on record, end; or ring back.
struct CenterCallMachine: Hashable, Sendable {
    /// What the machine asks for.
    enum Action: Hashable {
        case answer(CenterConfiguration.Reply)
        /// The answer leaves although the MSD is not on record yet.
        case reportLateRecord
        case requestMSD
        case requestAction(VehicleAction)
        case requestTransfer(to: URI)
        /// End a callback that is not answered yet.
        case withdraw
        case clearDown
        /// A command that does not fit the state, with the reason.
        case refuse(String)
    }

    /// What the event lines call the state.
    enum Phase: String {
        case calling
        case ringing
        case answered
        case voiceSession
        case ended
    }

    private enum State: Hashable {
        /// The vehicle is called; becomes a session or ended, and is withdrawn at `until`.
        case calling(until: Instant)
        /// CANCEL is out; becomes ended, also by an answer that crosses it.
        case withdrawing
        /// Becomes answered, or ended by a withdrawal or a decline.
        case ringing(answerAt: Instant?, isRecorded: Bool)
        /// It is time to answer, and the record is not written; becomes answered by `until`.
        case recording(CenterConfiguration.Reply, until: Instant)
        /// 200 is out and not acknowledged by SIP's ACK yet; becomes a session.
        case answered
        /// Becomes ended, at `until` by itself.
        case session(until: Instant)
        case ended
    }

    private let configuration: CenterConfiguration
    private var reply: CenterConfiguration.Reply
    private let ringsUntil: Instant
    private var state: State

    init(_ configuration: CenterConfiguration, receivedAt now: Instant) {
        self.configuration = configuration
        self.reply = configuration.reply
        let answerAt = configuration.ringing.map { now.advanced(by: $0) }
        self.ringsUntil = now.advanced(by: configuration.longestRinging)
        self.state = .ringing(answerAt: answerAt, isRecorded: false)
    }

    /// A callback, with no reply to select.
    init(callingBack configuration: CenterConfiguration, at now: Instant) {
        self.configuration = configuration
        self.reply = configuration.reply
        self.ringsUntil = now.advanced(by: configuration.longestRinging)
        self.state = .calling(until: self.ringsUntil)
    }

    var phase: Phase {
        switch self.state {
        case .calling, .withdrawing: .calling
        case .ringing, .recording: .ringing
        case .answered: .answered
        case .session: .voiceSession
        case .ended: .ended
        }
    }

    var nextDeadline: Instant? {
        switch self.state {
        case .ringing(let answerAt, _): answerAt ?? self.ringsUntil
        case .recording(_, let until): until
        case .session(let until): until
        case .calling(let until): until
        case .answered, .withdrawing, .ended: nil
        }
    }

    /// The MSD is on record, or cannot be.
    mutating func recorded() -> [Action] {
        switch self.state {
        case .ringing(let answerAt, _):
            self.state = .ringing(answerAt: answerAt, isRecorded: true)
            return []
        case .recording(let reply, _):
            return self.answer(reply)
        case .calling, .withdrawing, .answered, .session, .ended:
            return []
        }
    }

    /// Selects the reply of this call while it rings.
    mutating func select(_ reply: CenterConfiguration.Reply) -> [Action] {
        switch self.state {
        case .ringing:
            self.reply = reply
            return []
        case .calling, .withdrawing, .recording, .answered, .session, .ended:
            return [.refuse("the call no longer rings")]
        }
    }

    /// The operator answers, with the selected reply or another.
    mutating func operatorAnswers(_ reply: CenterConfiguration.Reply?, at now: Instant) -> [Action] {
        switch self.state {
        case .ringing(_, let isRecorded):
            return self.timeToAnswer(reply ?? self.reply, isRecorded: isRecorded, at: now)
        case .calling, .withdrawing, .recording, .answered, .session, .ended:
            return [.refuse("the call no longer rings")]
        }
    }

    mutating func deadlineReached(at now: Instant) -> [Action] {
        switch self.state {
        case .ringing(let answerAt?, let isRecorded):
            guard answerAt <= now else { return [] }
            return self.timeToAnswer(self.reply, isRecorded: isRecorded, at: now)
        case .recording(let reply, let until):
            guard until <= now else { return [] }
            return [.reportLateRecord] + self.answer(reply)
        case .ringing(nil, _):
            guard self.ringsUntil <= now else { return [] }
            return self.answer(.decline(status: 480, isAcknowledged: false))
        case .session(let until):
            guard until <= now else { return [] }
            self.state = .ended
            return [.clearDown]
        case .calling(let until):
            guard until <= now else { return [] }
            self.state = .withdrawing
            return [.withdraw]
        case .withdrawing, .answered, .ended:
            return []
        }
    }

    /// The vehicle answered the callback; one that is given up is ended.
    mutating func vehicleAnswered(at now: Instant) -> [Action] {
        switch self.state {
        case .calling:
            self.state = .session(until: now.advanced(by: self.configuration.longestCall))
            return []
        case .withdrawing:
            self.state = .ended
            return [.clearDown]
        case .ringing, .recording, .answered, .session, .ended:
            return []
        }
    }

    /// The vehicle's ACK came.
    mutating func established(at now: Instant) {
        switch self.state {
        case .answered: self.state = .session(until: now.advanced(by: self.configuration.longestCall))
        case .calling, .withdrawing, .ringing, .recording, .session, .ended: break
        }
    }

    mutating func operatorRequestsMSD(vehicleReceives: Bool) -> [Action] {
        switch self.state {
        case .answered, .session:
            vehicleReceives ? [.requestMSD] : [.refuse("the vehicle named no Recv-Info for the eCall package")]
        case .calling, .withdrawing, .ringing, .recording: [.refuse("the call is not answered yet")]
        case .ended: [.refuse("the call is over")]
        }
    }

    /// The operator wants the vehicle to do something; `refusal` is why one like it does not.
    mutating func operatorRequests(
        _ action: VehicleAction,
        vehicleReceives: Bool,
        refusal: ControlDocument.Reason?
    ) -> [Action] {
        switch self.state {
        case .session where !vehicleReceives: [.refuse("the vehicle named no Recv-Info for what carries a request")]
        case .session where refusal == .unsupported: [.refuse("the vehicle does not offer \(action.name.rawValue)")]
        case .session where refusal != nil: [.refuse("the vehicle offers \(action.name.rawValue), but not that one")]
        case .session: [.requestAction(action)]
        case .answered: [.refuse("the vehicle has not confirmed the call yet")]
        case .calling, .withdrawing, .ringing, .recording: [.refuse("the call is not answered yet")]
        case .ended: [.refuse("the call is over")]
        }
    }

    mutating func operatorTransfers(to address: URI, vehicleServes: Bool, isUnderWay: Bool) -> [Action] {
        switch self.state {
        case .session where isUnderWay: [.refuse("the vehicle is on its way to another address")]
        case .session:
            vehicleServes ? [.requestTransfer(to: address)] : [.refuse("the vehicle's Allow does not name REFER")]
        case .ringing, .recording: [.refuse("the call is not answered yet; a reply of 302 sends it on")]
        case .calling, .withdrawing: [.refuse("the call is not answered yet")]
        case .answered: [.refuse("the vehicle has not confirmed the call yet")]
        case .ended: [.refuse("the call is over")]
        }
    }

    /// The vehicle has reached the address: this call has served its purpose (RFC 5589 6.1).
    mutating func transferred() -> [Action] {
        switch self.state {
        case .session:
            self.state = .ended
            return [.clearDown]
        case .calling, .withdrawing, .ringing, .recording, .answered, .ended:
            return []
        }
    }

    mutating func operatorClearsDown() -> [Action] {
        switch self.state {
        case .answered, .session:
            self.state = .ended
            return [.clearDown]
        case .calling:
            self.state = .withdrawing
            return [.withdraw]
        case .withdrawing:
            return [.refuse("the callback is being given up")]
        case .ringing, .recording:
            return [.refuse("the call is not answered yet; decline it instead")]
        case .ended:
            return [.refuse("the call is over")]
        }
    }

    /// The call ended by the vehicle's doing, or was lost.
    mutating func ended() {
        self.state = .ended
    }

    private mutating func timeToAnswer(
        _ reply: CenterConfiguration.Reply,
        isRecorded: Bool,
        at now: Instant
    ) -> [Action] {
        guard !isRecorded else { return self.answer(reply) }
        self.state = .recording(reply, until: now.advanced(by: self.configuration.recordWait))
        return []
    }

    private mutating func answer(_ reply: CenterConfiguration.Reply) -> [Action] {
        switch reply {
        case .accept: self.state = .answered
        case .decline, .redirect: self.state = .ended
        }
        return [.answer(reply)]
    }
}
