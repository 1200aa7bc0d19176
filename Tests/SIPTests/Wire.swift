import Seeds
import SIP
import Timeline

/// Two user agents joined by one reliable connection, on virtual time.
///
/// Nothing moves by itself: `settle` carries what is under way, `advance` lets time pass.
struct Wire {
    typealias Event = UserAgent.Event

    enum Side: Hashable {
        case vehicle
        case center
    }

    private(set) var now = Instant.boot
    var vehicle: UserAgent
    var center: UserAgent
    let vehicleFlow = Flow(number: 1)
    let centerFlow = Flow(number: 1 << 63)
    /// Octets under way, by destination.
    private(set) var underWay: [Side: [[UInt8]]] = [.vehicle: [], .center: []]
    private(set) var vehicleEvents: [Event] = []
    private(set) var centerEvents: [Event] = []
    /// What went over the wire: `>` from the vehicle, `<` from the center.
    private(set) var trace: [String] = []
    private(set) var closed: Set<Side> = []

    init(seed: UInt64 = 7, keepAlive: Duration? = nil, limits: Limits = Limits()) {
        var vehicle = UserAgent.Configuration(contactUser: "ivs")
        vehicle.userAgentName = "vehicle"
        vehicle.limits = limits
        var center = UserAgent.Configuration(contactUser: "psap")
        center.limits = limits
        self.vehicle = UserAgent(configuration: vehicle, random: SeededGenerator(seed: seed))
        self.center = UserAgent(configuration: center, random: SeededGenerator(seed: seed + 1000))
        let (left, right) = (FlowAddress(host: "192.0.2.10", port: 40001), FlowAddress(host: "192.0.2.1", port: 5060))
        self.perform(
            self.vehicle.flowOpened(
                self.vehicleFlow,
                transport: .tcp,
                local: left,
                remote: right,
                keepAlive: keepAlive,
                at: self.now
            ),
            .vehicle
        )
        self.perform(
            self.center.flowOpened(
                self.centerFlow,
                transport: .tcp,
                local: right,
                remote: left,
                keepAlive: nil,
                at: self.now
            ),
            .center
        )
    }

    static func plan() throws -> UserAgent.InvitePlan {
        var plan = UserAgent.InvitePlan(
            requestURI: "urn:service:sos.ecall.manual",
            from: try NameAddress(parsing: "<sip:ivs@example.net>"),
            to: try NameAddress(parsing: "<urn:service:sos.ecall.manual>")
        )
        plan.headers = [Header("Recv-Info", "EmergencyCallData.eCall.MSD"), Header("Content-Type", "text/plain")]
        plan.body = [0, 13, 10, 0]
        return plan
    }

    mutating func invite(_ plan: UserAgent.InvitePlan) -> UserAgent.Call {
        let (call, outputs) = self.vehicle.invite(plan, over: self.vehicleFlow, at: self.now)
        self.perform(outputs, .vehicle)
        return call
    }

    mutating func vehicle(_ act: (inout UserAgent, Instant) -> [UserAgent.Output]) {
        self.perform(act(&self.vehicle, self.now), .vehicle)
    }

    mutating func center(_ act: (inout UserAgent, Instant) -> [UserAgent.Output]) {
        self.perform(act(&self.center, self.now), .center)
    }

    /// Carries everything under way, and what that causes, to its end.
    mutating func settle() {
        while self.carryOne(to: .center) || self.carryOne(to: .vehicle) {}
    }

    /// Carries the oldest octets under way to one side.
    mutating func carryOne(to side: Side) -> Bool {
        guard let octets = self.underWay[side]?.first else { return false }
        self.underWay[side]?.removeFirst()
        switch side {
        case .vehicle: self.perform(self.vehicle.received(octets, over: self.vehicleFlow, at: self.now), .vehicle)
        case .center: self.perform(self.center.received(octets, over: self.centerFlow, at: self.now), .center)
        }
        return true
    }

    /// Loses everything under way to one side.
    mutating func drop(to side: Side) {
        self.underWay[side] = []
    }

    /// Lets time pass, each deadline at its time; nothing under way moves unless `settling`.
    mutating func advance(by duration: Duration, settling: Bool = false) {
        let end = self.now.advanced(by: duration)
        if settling { self.settle() }
        while let next = Instant.earliest(self.vehicle.nextDeadline, self.center.nextDeadline), next <= end {
            self.now = max(self.now, next)
            self.perform(self.vehicle.deadlineReached(at: self.now), .vehicle)
            self.perform(self.center.deadlineReached(at: self.now), .center)
            if settling { self.settle() }
        }
        self.now = end
    }

    /// Closes the connection at both ends.
    mutating func cut() {
        self.perform(self.vehicle.flowClosed(self.vehicleFlow, because: "reset", at: self.now), .vehicle)
        self.perform(self.center.flowClosed(self.centerFlow, because: "reset", at: self.now), .center)
    }

    /// The events since the last look.
    mutating func takeEvents(_ side: Side) -> [Event] {
        switch side {
        case .vehicle:
            defer { self.vehicleEvents = [] }
            return self.vehicleEvents
        case .center:
            defer { self.centerEvents = [] }
            return self.centerEvents
        }
    }

    mutating func takeTrace() -> [String] {
        defer { self.trace = [] }
        return self.trace
    }

    private mutating func perform(_ outputs: [UserAgent.Output], _ side: Side) {
        let destination: Side = side == .vehicle ? .center : .vehicle
        let arrow = side == .vehicle ? ">" : "<"
        for output in outputs {
            switch output {
            case .send(let message, _):
                let name = message.method?.name ?? "\(message.status ?? 0) \(message.headers["CSeq"]?.suffix(6) ?? "")"
                self.trace.append("\(arrow) \(name.split(separator: " ").first ?? "")")
                self.underWay[destination]?.append(message.serialized())
            case .transmit(let octets, _):
                self.trace.append("\(arrow) \(octets.count == 4 ? "ping" : "pong")")
                self.underWay[destination]?.append(octets)
            case .close:
                self.closed.insert(side)
            case .event(let event):
                switch side {
                case .vehicle: self.vehicleEvents.append(event)
                case .center: self.centerEvents.append(event)
                }
            }
        }
    }

    /// A call that is answered and acknowledged, with the keys of both ends; events and trace are taken.
    mutating func connect(
        _ plan: UserAgent.InvitePlan? = nil
    ) throws -> (vehicle: UserAgent.Call, center: UserAgent.Call) {
        let call = self.invite(try plan ?? Self.plan())
        self.settle()
        guard case .incoming(let incoming, _, _)? = self.takeEvents(.center).first else { throw Missing.incoming }
        self.center { $0.answer(incoming, headers: Headers(), body: [], at: $1) }
        self.settle()
        _ = self.takeEvents(.vehicle)
        _ = self.takeEvents(.center)
        _ = self.takeTrace()
        return (call, incoming)
    }

    enum Missing: Error {
        case incoming
    }
}

extension UserAgent.Event {
    /// The kind of event and the status it carries, for scripts.
    var word: String {
        switch self {
        case .provisional(_, let message): "provisional \(message.status ?? 0)"
        case .answered(_, _, let crossed): crossed ? "answered across cancel" : "answered"
        case .challenged(_, let outcome): "challenged \(outcome)"
        case .rejected(_, let message): "rejected \(message.status ?? 0)"
        case .failed(_, let reason): "failed \(reason)"
        case .incoming: "incoming"
        case .withdrawn: "withdrawn"
        case .established: "established"
        case .requested(_, _, let message): "requested \(message.method?.name ?? "")"
        case .answeredRequest(_, _, let message): "answered request \(message.status ?? 0)"
        case .failedRequest(_, _, let reason): "failed request \(reason)"
        case .cleared: "cleared"
        case .lost(_, let reason): "lost \(reason)"
        case .ended: "ended"
        case .registrationAnswered(_, let message): "registration answered \(message.status ?? 0)"
        case .registrationFailed(_, let reason): "registration failed \(reason)"
        case .registering(let request): "registering \(request.message.headers["CSeq"] ?? "")"
        case .messageAnswered(_, let message): "message answered \(message.status ?? 0)"
        case .messageFailed(_, let reason): "message failed \(reason)"
        case .messaging(let request): "messaging \(request.message.headers["CSeq"] ?? "")"
        case .discarded: "discarded"
        }
    }
}
