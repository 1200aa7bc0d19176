import FuzzHarness
import SIP

/// What the user was told of each call: nothing before it begins, nothing after it ends.
struct CallLedger {
    private(set) var live: [UserAgent.Call] = []
    /// Calls of the user's own that were begun, over or not.
    private(set) var ownCount = 0
    private var over: [UserAgent.Call] = []
    private var requests: [UserAgent.Request] = []
    /// The REGISTER requests of the user that have no answer.
    private(set) var outside: Set<UserAgent.Sent> = []

    /// A call of the user's own.
    mutating func begin(_ call: UserAgent.Call) {
        self.ownCount += 1
        self.open(call)
    }

    /// A REGISTER of the user's own.
    mutating func begin(_ registration: UserAgent.Sent) {
        self.outside.insert(registration)
    }

    /// Any call, over or not.
    func call(_ octet: UInt8) -> UserAgent.Call? {
        let all = self.live + self.over
        return all.isEmpty ? nil : all[Int(octet) % all.count]
    }

    /// Any request that was delivered, answered or not.
    func request(_ octet: UInt8) -> UserAgent.Request? {
        self.requests.isEmpty ? nil : self.requests[Int(octet) % self.requests.count]
    }

    mutating func take(_ event: UserAgent.Event) {
        switch event {
        case .incoming(let call, _, _):
            self.open(call)
        case .provisional(let call, _), .challenged(let call, _), .answered(let call, _, _), .established(let call):
            self.check(call, event)
        case .answeredRequest(_, let call, _):
            self.check(call, event)
        case .failedRequest(_, let call, let reason):
            if reason != .noDialog { self.check(call, event) }
        case .requested(let request, let call, _):
            self.check(call, event)
            require(!self.requests.contains(request), "\(request) is delivered twice")
            self.requests.append(request)
        case .rejected(let call, _), .failed(let call, _), .withdrawn(let call), .cleared(let call, _),
            .lost(let call, _), .ended(let call):
            self.check(call, event)
            self.end(call)
        case .registrationAnswered(let sent, _), .registrationFailed(let sent, _), .messageAnswered(let sent, _),
            .messageFailed(let sent, _):
            require(self.outside.remove(sent) != nil, "\(sent) ends twice, or never began")
        case .registering, .messaging:
            break
        case .discarded(let sentence):
            require(!sentence.isEmpty, "something was discarded without a word")
        }
    }

    /// From now on nothing may be said of the call.
    mutating func end(_ call: UserAgent.Call) {
        self.live.removeAll { $0 == call }
        self.over.append(call)
    }

    private mutating func open(_ call: UserAgent.Call) {
        require(!self.live.contains(call) && !self.over.contains(call), "\(call) begins twice")
        self.live.append(call)
    }

    private func check(_ call: UserAgent.Call, _ event: UserAgent.Event) {
        require(self.live.contains(call), "\(call) is not under way, but: \(event)")
    }
}
