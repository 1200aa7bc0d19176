package import Timeline

/// Keeps one address of record bound to the flow to its registrar (RFC 3261 10.2, RFC 5626 4.2 to 4.5).
///
/// It asks when a flow opens, asks again before the binding ends, pauses after a failure, and removes the binding when
/// told to stop. It never opens or closes a flow: what else uses the flow is not to suffer from a registrar.
package struct Registration: Hashable, Sendable {
    /// What is registered, where, and for how long.
    package struct Settings: Hashable, Sendable {
        /// The `sip:` URI that is bound, for From and To.
        package var address: String
        /// The Request-URI: the domain of the address, or another registrar's.
        package var registrar: String
        /// How long a binding is asked for, in seconds.
        package var seconds: Int
        /// The URN of this device.
        package var instance: String

        package init(address: String, registrar: String, seconds: Int, instance: String) {
            self.address = address
            self.registrar = registrar
            self.seconds = seconds
            self.instance = instance
        }
    }

    /// One REGISTER, but for what the user agent chooses itself.
    package struct Request: Hashable, Sendable {
        package let address: String
        package let registrar: String
        package let instance: String
        package let callID: String
        package let sequence: UInt32
        /// 0 removes the binding.
        package let seconds: Int
        /// Whether the binding is to be that of this flow (RFC 5626).
        package let isOutbound: Bool
    }

    /// What the machine asks for.
    package enum Action: Hashable, Sendable {
        case send(Request, over: Flow)
        /// The registrar wants pings this often.
        case limitKeepAlive(Duration, of: Flow)
        case tell(News)
    }

    /// What has become of the binding.
    package enum News: Hashable, Sendable {
        /// The registrar holds it; `isOutbound` when it is that of the flow.
        case registered(seconds: Int, isOutbound: Bool, isRefresh: Bool)
        /// An attempt has failed, so many in a row; the next follows after the pause.
        case failed(cause: String, count: Int, pause: Duration)
        /// It has ended before it could be refreshed.
        case lapsed
        /// It is removed, or left to end by itself when the registrar did not confirm.
        case removed(isConfirmed: Bool)
    }

    /// What `status` shows.
    package enum Standing: String, Hashable, Sendable, CaseIterable {
        case closed
        case asking
        case registered
        case waiting
        case removing
        case left
    }

    private enum State: Hashable {
        /// There is no flow. → asking, left
        case closed
        /// Our REGISTER has no final answer. → asking, bound, waiting, closed, left
        case asking(Flow)
        /// → asking, closed, removing
        case bound(Flow, refreshAt: Instant)
        /// An attempt has failed. → asking when the pause is over and a flow is there, removing, left
        case waiting(Flow?, until: Instant)
        /// The REGISTER that removes the binding has no answer. → left
        case removing(Flow)
        /// Nothing is asked any more.
        case left
    }

    /// The reg-id of the only flow to a registrar; the same after each start (RFC 5626 4.2.1).
    package static let flowIdentifier = 1
    /// Percent of the longest pause that a pause may have (RFC 5626 4.5).
    package static let pauseShares = 50...100

    private let settings: Settings
    private let callID: String
    private let limits: RegistrationLimits
    private var state = State.closed
    /// Until when the registrar holds the binding, as far as is known.
    private var heldUntil: Instant?
    private var sequence: UInt32 = 0
    /// What is asked for: the setting, or more where the registrar insists.
    private var seconds: Int
    /// How often in a row a 423 was followed.
    private var followed = 0
    private var failures = 0
    private var isStream = true
    /// Whether a proxy on the way cannot keep the flow (439).
    private var lacksOutbound = false
    /// Why the last attempt failed; `nil` after one that did not.
    package private(set) var lastFailure: String?

    package init(_ settings: Settings, callID: String, limits: RegistrationLimits = RegistrationLimits()) {
        self.settings = settings
        self.callID = callID
        self.limits = limits
        self.seconds = settings.seconds
    }

    package var address: String { self.settings.address }

    package var standing: Standing {
        switch self.state {
        case .closed: .closed
        case .bound: .registered
        case .asking: self.heldUntil == nil ? .asking : .registered
        case .waiting: self.heldUntil == nil ? .waiting : .registered
        case .removing: .removing
        case .left: .left
        }
    }

    package var nextDeadline: Instant? {
        switch self.state {
        case .bound(_, let refreshAt): Instant.earliest(refreshAt, self.heldUntil)
        case .waiting(.some, let until): Instant.earliest(until, self.heldUntil)
        case .asking, .waiting(nil, _): self.heldUntil
        case .closed, .removing, .left: nil
        }
    }

    /// A flow to the registrar stands; over datagrams the binding is an ordinary one, for want of STUN (RFC 5626 3.5.2).
    package mutating func opened(_ flow: Flow, isStream: Bool, at now: Instant) -> [Action] {
        switch self.state {
        case .closed, .asking, .bound:
            self.isStream = isStream
            self.heldUntil = nil
            return self.ask(over: flow)
        case .waiting(_, let until):
            self.isStream = isStream
            guard until > now else { return self.ask(over: flow) }
            self.state = .waiting(flow, until: until)
            return []
        case .removing, .left:
            return []
        }
    }

    /// The flow is gone, and the binding of it with it.
    package mutating func closed(_ flow: Flow) -> [Action] {
        switch self.state {
        case .asking(flow), .bound(flow, _):
            self.state = .closed
        case .waiting(flow?, let until):
            self.state = .waiting(nil, until: until)
        case .removing(flow):
            self.state = .left
            return [.tell(.removed(isConfirmed: false))]
        case .closed, .asking, .bound, .waiting, .removing, .left:
            return []
        }
        self.heldUntil = nil
        return []
    }

    /// The final answer came; `share` is the part of the longest pause that a pause is to have.
    package mutating func answered(_ response: Message, share: Int, at now: Instant) -> [Action] {
        let answer = RegistrationAnswer(response, instance: self.settings.instance)
        switch self.state {
        case .asking(let flow):
            self.note(answer.sequence)
            return self.settle(answer, over: flow, share: share, at: now)
        case .removing:
            self.state = .left
            return [.tell(.removed(isConfirmed: answer.isSuccess))]
        case .closed, .bound, .waiting, .left:
            return []
        }
    }

    /// No answer came, or the request could not leave.
    package mutating func failed(_ cause: String, share: Int, at now: Instant) -> [Action] {
        switch self.state {
        case .asking(let flow):
            // Repetitions with credentials took numbers of which no answer tells.
            self.sequence += UInt32(DigestClient.maximumAnswers)
            return self.pause(over: flow, because: cause, share: share, at: now)
        case .removing:
            self.state = .left
            return [.tell(.removed(isConfirmed: false))]
        case .closed, .bound, .waiting, .left:
            return []
        }
    }

    package mutating func deadlineReached(at now: Instant) -> [Action] {
        var actions: [Action] = []
        if let heldUntil = self.heldUntil, heldUntil <= now {
            self.heldUntil = nil
            actions.append(.tell(.lapsed))
        }
        switch self.state {
        case .bound(let flow, let due) where due <= now, .waiting(let flow?, let due) where due <= now:
            return actions + self.ask(over: flow)
        case .closed, .asking, .bound, .waiting, .removing, .left:
            return actions
        }
    }

    /// The device stops in order: the binding is removed, and nothing is asked from then on.
    ///
    /// A REGISTER that has no answer keeps another from being sent (RFC 3261 10.2); the binding then ends by itself.
    package mutating func stopped() -> [Action] {
        switch self.state {
        case .bound(let flow, _):
            return self.remove(over: flow)
        case .waiting(let flow?, _) where self.heldUntil != nil:
            return self.remove(over: flow)
        case .closed, .asking, .waiting:
            self.state = .left
            self.heldUntil = nil
            return []
        case .removing, .left:
            return []
        }
    }

    private mutating func remove(over flow: Flow) -> [Action] {
        self.state = .removing(flow)
        self.heldUntil = nil
        return [.send(self.request(seconds: 0), over: flow)]
    }

    /// Takes over the number of the last repetition with credentials; a number beyond those is the peer's invention.
    private mutating func note(_ answered: UInt32?) {
        guard let answered, answered > self.sequence else { return }
        self.sequence = min(answered, self.sequence + UInt32(DigestClient.maximumAnswers))
    }

    private var isOutbound: Bool { self.isStream && !self.lacksOutbound }

    private mutating func request(seconds: Int) -> Request {
        self.sequence += 1
        return Request(
            address: self.settings.address,
            registrar: self.settings.registrar,
            instance: self.settings.instance,
            callID: self.callID,
            sequence: self.sequence,
            seconds: seconds,
            isOutbound: self.isOutbound
        )
    }

    private mutating func ask(over flow: Flow) -> [Action] {
        self.state = .asking(flow)
        return [.send(self.request(seconds: self.seconds), over: flow)]
    }

    private mutating func settle(
        _ answer: RegistrationAnswer,
        over flow: Flow,
        share: Int,
        at now: Instant
    ) -> [Action] {
        if answer.isSuccess { return self.bind(answer, over: flow, share: share, at: now) }
        if answer.status == 423, let least = answer.leastSeconds, least > self.seconds,
            least <= self.limits.longestSeconds, self.followed < self.limits.maximumFollowed
        {
            self.followed += 1
            self.seconds = least
            return self.ask(over: flow)
        }
        if answer.status == 439, self.isOutbound {
            self.lacksOutbound = true
            return self.ask(over: flow)
        }
        return self.pause(over: flow, because: answer.sentence, atLeast: answer.retryAfter, share: share, at: now)
    }

    private mutating func bind(
        _ answer: RegistrationAnswer,
        over flow: Flow,
        share: Int,
        at now: Instant
    ) -> [Action] {
        let seconds = min(answer.seconds ?? self.seconds, self.limits.longestSeconds)
        guard seconds > 0 else {
            self.heldUntil = nil
            return self.pause(over: flow, because: "the registrar keeps no binding", share: share, at: now)
        }
        let isRefresh = self.heldUntil != nil
        let refresh = max(self.limits.refresh(ofSeconds: seconds), self.limits.shortestRefresh)
        self.state = .bound(flow, refreshAt: now.advanced(by: refresh))
        self.heldUntil = now.advanced(by: .seconds(seconds))
        self.failures = 0
        self.followed = 0
        self.lastFailure = nil
        let isOutbound = self.isOutbound && answer.isOutbound
        var actions: [Action] = []
        if isOutbound, let interval = answer.flowTimer { actions.append(.limitKeepAlive(interval, of: flow)) }
        return actions + [.tell(.registered(seconds: seconds, isOutbound: isOutbound, isRefresh: isRefresh))]
    }

    /// W = min(max-time, base-time * 2^failures), of which a share is waited; longer where the registrar says so.
    private mutating func pause(
        over flow: Flow,
        because cause: String,
        atLeast least: Duration? = nil,
        share: Int,
        at now: Instant
    ) -> [Action] {
        precondition(Self.pauseShares.contains(share), "A pause has 50 to 100 percent of the longest.")
        self.failures += 1
        self.followed = 0
        self.lastFailure = cause
        let own = self.limits.longestPause(afterFailures: self.failures) * share / 100
        let pause = max(own, min(least ?? .zero, self.limits.maximumPause))
        self.state = .waiting(flow, until: now.advanced(by: pause))
        return [.tell(.failed(cause: cause, count: self.failures, pause: pause))]
    }
}
