internal import SIP
internal import Timeline

/// The bindings of vehicles to the flows over which they can be called (RFC 3261 10.3, RFC 5626 6).
///
/// A center opens no connection to a vehicle, so every binding is that of the flow it came over and ends with it, those
/// of RFC 3261 too.
struct Registrar: Sendable {
    /// What a REGISTER is answered with, and what it has changed.
    struct Answer: Hashable, Sendable {
        var status: Int
        var headers = Headers()
        var news: [News] = []
        /// Why it is refused, as a clause.
        var reason = ""
    }

    enum News: Hashable, Sendable {
        /// A new binding, or one over another flow; a refresh is no news.
        case registered(address: String, seconds: Int, isOutbound: Bool)
        case removed(address: String, cause: String)
    }

    /// What tells one binding of an address from another.
    enum Device: Hashable, Sendable {
        /// Instance and reg-id (RFC 5626 6).
        case flow(instance: String, number: String)
        /// The Contact's URI (RFC 3261 10.3).
        case contact(String)
    }

    struct Binding: Hashable, Sendable {
        let device: Device
        /// The Contact as it came, without its expiry.
        let contact: NameAddress
        let path: [String]
        let flow: Flow
        let callID: String
        let sequence: UInt32
        let until: Instant

        /// Whether it is the binding of a device; one that names no instance cannot be told from others.
        func isOf(_ instance: String?) -> Bool {
            guard let instance else { return false }
            return self.contact.parameters["+sip.instance"] == instance
        }
    }

    let limits: RegistrarLimits
    private var bindings: [String: [Binding]] = [:]
    private var addresses: [Flow: Set<String>] = [:]
    private var deadlines = DeadlineQueue<String>()
    /// Bindings of all addresses.
    private(set) var count = 0

    init(_ limits: RegistrarLimits) {
        self.limits = limits
    }

    var nextDeadline: Instant? { self.deadlines.next }

    /// The bindings of an address, the newest last.
    func bindings(of address: String) -> [Binding] { self.bindings[address] ?? [] }

    /// The only address that is bound to a flow; `nil` when none is, or when several share it, as behind a proxy.
    func onlyAddress(on flow: Flow) -> String? {
        guard let addresses = self.addresses[flow], addresses.count == 1 else { return nil }
        return addresses.first
    }

    /// Answers a REGISTER that came over an open flow; on a stream the flow itself can be bound.
    mutating func register(_ message: Message, over flow: Flow, isStream: Bool, at now: Instant) -> Answer {
        let request: RegisterReading
        switch RegisterReading.read(message, isStream: isStream, self.limits) {
        case .refused(let answer): return answer
        case .request(let read): request = read
        }
        let old = self.bindings[request.address] ?? []
        // A REGISTER that was overtaken by a later one of the same device changes nothing (10.3).
        let isOvertaken = old.contains { $0.callID == request.callID && $0.sequence >= request.sequence }
        guard !isOvertaken || request.wishes == [] else {
            return Answer(status: 500, reason: "a later REGISTER of the same Call-ID has come before")
        }
        let new = request.applied(to: old, over: flow, at: now)
        guard new.count <= self.limits.maximumPerAddress else {
            return Answer(status: 403, reason: "\(request.address) has too many bindings")
        }
        guard self.count - old.count + new.count <= self.limits.maximumBindings else {
            let headers: Headers = [Header("Retry-After", String(self.limits.shortestSeconds))]
            return Answer(status: 503, headers: headers, reason: "there are too many bindings")
        }
        let ofFlow = self.addresses[flow] ?? []
        let isNewOnFlow = !ofFlow.contains(request.address) && new.contains { $0.flow == flow }
        guard !isNewOnFlow || ofFlow.count < self.limits.maximumPerFlow else {
            let headers: Headers = [Header("Retry-After", String(self.limits.shortestSeconds))]
            return Answer(status: 503, headers: headers, reason: "its connection has too many bindings")
        }
        self.replace(request.address, with: new)
        var answer = Answer(status: 200, headers: request.headers(of: new, at: now))
        answer.news = Self.news(request, from: old, to: new, at: now)
        return answer
    }

    /// A flow is gone, and its bindings with it.
    mutating func flowClosed(_ flow: Flow) -> [News] {
        var news: [News] = []
        for address in (self.addresses[flow] ?? []).sorted() {
            let old = self.bindings[address] ?? []
            self.replace(address, with: old.filter { $0.flow != flow })
            for binding in old where binding.flow == flow {
                news.append(.removed(address: address, cause: "its connection is closed"))
            }
        }
        return news
    }

    mutating func deadlineReached(at now: Instant) -> [News] {
        var news: [News] = []
        while let address = self.deadlines.takeReached(at: now) {
            let old = self.bindings[address] ?? []
            self.replace(address, with: old.filter { $0.until > now })
            for binding in old where binding.until <= now {
                news.append(.removed(address: address, cause: "it was not refreshed in time"))
            }
        }
        return news
    }

    private mutating func replace(_ address: String, with new: [Binding]) {
        let old = self.bindings[address] ?? []
        self.count += new.count - old.count
        self.bindings[address] = new.isEmpty ? nil : new
        for binding in old {
            self.addresses[binding.flow]?.remove(address)
            if self.addresses[binding.flow]?.isEmpty == true { self.addresses[binding.flow] = nil }
        }
        for binding in new { self.addresses[binding.flow, default: []].insert(address) }
        self.deadlines.set(address, new.map(\.until).min())
    }

    private static func news(
        _ request: RegisterReading,
        from old: [Binding],
        to new: [Binding],
        at now: Instant
    ) -> [News] {
        let added = new.filter { binding in
            !old.contains { $0.device == binding.device && $0.flow == binding.flow }
        }
        let removed = old.filter { binding in !new.contains { $0.device == binding.device } }
        return added.map { binding in
            .registered(
                address: request.address,
                seconds: Int(now.duration(to: binding.until).components.seconds),
                isOutbound: request.isOutbound
            )
        } + removed.map { _ in .removed(address: request.address, cause: "the vehicle has removed it") }
    }
}
