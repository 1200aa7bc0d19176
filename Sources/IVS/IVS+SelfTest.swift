internal import CallControl
internal import ControlSocket
internal import Diagnosis
internal import GPIO
internal import NGECall
internal import Net
internal import SIP
internal import Supervision
internal import Timeline

/// A client that waits for a self-test, and what it still waits for.
struct WaitingSelfTest: Sendable {
    enum Part: Hashable, Sendable {
        case host
        case center(Int)
        case lamps
    }

    let call: ControlCall.ID
    let item: String?
    var parts: Set<Part>
    let until: Instant
}

// The self-test when somebody asks: what can be asked anew is, and then the board is told.
extension IVS {
    /// How long a self-test waits for answers: a little longer than a center on the other side of the world takes.
    private static let selfTestWait = Duration.seconds(5)
    /// Self-tests that run at a time; who asks beyond them is told what is known.
    private static let maximumWaiting = 8
    /// How long LED and lamp burn for a person to look at them.
    private static let lampTest = Duration.seconds(2)

    /// Asks anew what can be asked without ringing anywhere, and answers when that has come; a call is left alone.
    mutating func runSelfTest(_ call: ControlCall, at now: Moment) {
        let item = call.parameters["item"]?.asString
        let names = self.selfTestBoard.map(\.name)
        if let item, !names.contains(item) {
            return self.outOfRange(call, "item", names.joined(separator: ", "))
        }
        let isAudible = call.parameters["audible"]?.asBool == true
        // Whoever may only read sounds nothing.
        if isAudible, call.connection.circle != .change {
            return self.fail(call, "NotPermitted", ["method": .string("\(call.method), audible")])
        }
        guard call.parameters["run"]?.asBool == true, self.selfTest.waiting.count < Self.maximumWaiting else {
            return self.tellBoard(call.id, item)
        }
        var parts: Set<WaitingSelfTest.Part> = [.host]
        self.outputs.append(.readHost)
        if self.call.state == .idle {
            for index in self.configuration.centers.indices where self.ask(center: index, at: now) {
                parts.insert(.center(index))
            }
            // Whoever may only read lights nothing either: that would keep a warning waiting.
            if call.parameters["lamps"]?.asBool == true, call.connection.circle == .change {
                self.indicators.startLampCheck(for: Self.lampTest, at: now.instant)
                parts.insert(.lamps)
            }
            if isAudible { self.announce(.malfunction, at: now) }
        }
        self.selfTest.waiting.append(
            WaitingSelfTest(call: call.id, item: item, parts: parts, until: now.instant.advanced(by: Self.selfTestWait))
        )
        self.note(.selfTested, "a self-test runs: \(item ?? "every item")", at: now, severity: .debug)
    }

    /// When the first of those who wait has waited for long enough.
    var selfTestDueAt: Instant? { self.selfTest.waiting.map(\.until).min() }

    /// A part of what was asked for has come.
    mutating func selfTestHeard(_ part: WaitingSelfTest.Part, at now: Moment) {
        for index in self.selfTest.waiting.indices { self.selfTest.waiting[index].parts.remove(part) }
    }

    /// Answers those for whom everything has come, or who have waited for long enough.
    mutating func answerSelfTests(at now: Moment) {
        guard !self.selfTest.waiting.isEmpty else { return }
        if !self.indicators.isChecking(at: now.instant) { self.selfTestHeard(.lamps, at: now) }
        let done = self.selfTest.waiting.filter { $0.parts.isEmpty || $0.until <= now.instant }
        guard !done.isEmpty else { return }
        self.selfTest.waiting.removeAll { $0.parts.isEmpty || $0.until <= now.instant }
        for waiting in done { self.tellBoard(waiting.call, waiting.item) }
    }

    private mutating func tellBoard(_ call: ControlCall.ID, _ item: String?) {
        let items = self.selfTestBoard.filter { item == nil || $0.name == item }
        self.outputs.append(.reply(call, ["items": .array(items.map(\.json))], continues: false))
    }

    /// Asks a center of the private service whether it is there; `false` where that is not done.
    ///
    /// Never a 112 hop: nothing is sent to one outside of a call.
    private mutating func ask(center index: Int, at now: Moment) -> Bool {
        // One that is asked already is not asked again: somebody may ask as often as they like.
        if self.selfTest.asking.values.contains(index) { return true }
        let center = self.configuration.centers[index]
        // Both addresses were read with the configuration.
        guard self.configuration.profile(of: index) == .privateCenter, let flow = self.links[index].flow,
            let from = try? URI(parsing: self.configuration.identity(at: index)),
            let to = try? URI(parsing: center.uri)
        else { return false }
        let plan = UserAgent.MessagePlan(
            requestURI: center.uri,
            from: NameAddress(uri: from),
            to: NameAddress(uri: to),
            headers: Headers(),
            body: [],
            callID: self.random.hexadecimalDigits(32)
        )
        let message = Message(
            startLine: .request(method: .options, uri: plan.requestURI),
            headers: [Header("To", plan.to.description)]
        )
        let host = self.connections[flow]?.remote.host ?? center.endpoint.host
        guard case .permitted = self.gateVerdict(on: message, to: host) else { return false }
        let (sent, outputs) = self.userAgent.options(plan, over: flow, at: now.instant)
        self.selfTest.asking[sent] = index
        self.process(outputs, at: now)
        return true
    }

    /// A center has answered OPTIONS, with whatever status: it is there.
    ///
    /// `false` for the answer to something else.
    mutating func answered(_ sent: UserAgent.Sent, _ outcome: String, at now: Moment) -> Bool {
        guard let index = self.selfTest.asking.removeValue(forKey: sent) else { return false }
        self.selfTest.answers[index] = (outcome, now.instant)
        self.selfTestHeard(.center(index), at: now)
        return true
    }
}
