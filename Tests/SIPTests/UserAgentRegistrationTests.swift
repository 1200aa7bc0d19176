import Digests
import Seeds
import SIP
import Testing
import Timeline

/// REGISTER as the user agent sends it, and as it delivers one.
@Suite struct UserAgentRegistrationTests {
    private static let ping = UserAgent.Output.transmit([0x0D, 0x0A, 0x0D, 0x0A], over: Flow(number: 1))

    /// A registration that asks over the bench's flow, and its REGISTER.
    private func ask(_ bench: inout Bench, isStream: Bool = true) throws -> (Registration, Message) {
        var registration = bench.agent.makeRegistration(RegistrationTests.Script.settings)
        let actions = registration.opened(bench.flow, isStream: isStream, at: bench.now)
        return (registration, try self.send(try #require(actions.requests.first), &bench))
    }

    private func send(_ request: Registration.Request, _ bench: inout Bench) throws -> Message {
        let (_, outputs) = bench.agent.register(request, over: bench.flow, at: bench.now)
        return try #require(outputs.sent.first)
    }

    private func register(_ number: Int = 1, branch: String = "z9hG4bKr1") -> Message {
        Message(
            startLine: .request(method: .register, uri: "sip:center.invalid"),
            headers: [
                Header("Via", "SIP/2.0/TCP 192.0.2.10:5060;branch=\(branch)"), Header("Max-Forwards", "70"),
                Header("From", "<sip:car@center.invalid>;tag=f"), Header("To", "<sip:car@center.invalid>"),
                Header("Call-ID", "c1"), Header("CSeq", "\(number) REGISTER"),
            ]
        )
    }

    @Test func aRegisterHasWhatRFC5626AsksFor() throws {
        var bench = Bench()
        let (_, message) = try self.ask(&bench)
        #expect(message.requestURI == "sip:center.invalid")
        #expect(message.headers["To"] == "<sip:car@center.invalid>")
        let from = try NameAddress(parsing: message.headers["From"] ?? "")
        #expect(from.uri.description == "sip:car@center.invalid" && from.tag != nil)
        let contact = try NameAddress(parsing: message.headers["Contact"] ?? "")
        #expect(contact.parameters["+sip.instance"] == "\"<\(RegistrationTests.Script.instance)>\"")
        #expect(contact.parameters["reg-id"] == "1")
        #expect(contact.uri.description == "sip:psap@192.0.2.1:5060;transport=tcp")
        #expect(message.headers.elements("Supported") == ["path", "outbound"])
        #expect(message.headers["Expires"] == "3600" && message.headers["CSeq"] == "1 REGISTER")
        #expect(message.headers["Max-Forwards"] == "70" && message.body.isEmpty)
        #expect(try Message(parsing: message.serialized()).headers["Contact"] == message.headers["Contact"])
    }

    @Test func noOtherRequestSaysOutbound() throws {
        var bench = Bench()
        _ = try self.ask(&bench)
        let (_, invite) = try bench.invite()
        #expect(!invite.headers.elements("Supported").contains("outbound"))
    }

    @Test func overDatagramsARegisterNamesNoFlow() throws {
        var bench = Bench(transport: .udp)
        let (_, message) = try self.ask(&bench, isStream: false)
        #expect(message.headers.elements("Supported") == ["path"])
        #expect(try NameAddress(parsing: message.headers["Contact"] ?? "").parameters["reg-id"] == nil)
        #expect(bench.advance(by: .milliseconds(500)).methods == ["REGISTER"], "it is repeated as any request")
    }

    @Test func aRegistrationHasACallIDOfItsOwn() throws {
        var bench = Bench()
        let first = try self.ask(&bench).1
        let second = try self.ask(&bench).1
        #expect(first.headers["Call-ID"] != second.headers["Call-ID"])
    }

    @Test func theFinalAnswerIsToldAndAProvisionalOneIsNot() throws {
        var bench = Bench()
        let (_, message) = try self.ask(&bench)
        #expect(bench.receive(.response(to: message, status: 100)).events.isEmpty)
        #expect(bench.receive(.response(to: message, status: 200, tag: "t")).words == ["registration answered 200"])
        #expect(bench.agent.isQuiet)
    }

    @Test func silenceAndALostFlowAreTold() throws {
        var bench = Bench()
        _ = try self.ask(&bench)
        #expect(bench.advance(by: .seconds(32)).words == ["registration failed timedOut"])
        _ = try self.ask(&bench)
        let flow = bench.flow
        let lost = bench.act { $0.flowClosed(flow, because: "reset", at: $1) }
        #expect(lost.words == ["registration failed flowClosed(\"reset\")"])
        var registration = bench.agent.makeRegistration(RegistrationTests.Script.settings)
        let request = try #require(registration.opened(flow, isStream: true, at: bench.now).requests.first)
        let refused = bench.agent.register(request, over: flow, at: bench.now).1
        #expect(refused.words == ["registration failed flowClosed(\"the flow is not open\")"])
    }

    @Test func aChallengedRegisterIsRepeatedAndTheNextCountsOn() throws {
        var bench = Bench()
        bench.agent.use([Credentials(realm: "center.invalid", user: "car", password: "x")], .crypto, over: bench.flow)
        var (registration, first) = try self.ask(&bench)
        let challenge = "Digest realm=\"center.invalid\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\""
        let refusal = Message.response(
            to: first,
            status: 401,
            tag: "t",
            headers: [Header("WWW-Authenticate", challenge)]
        )
        let repeated = bench.receive(refusal)
        #expect(repeated.methods == ["REGISTER"] && repeated.events.isEmpty)
        let second = try #require(repeated.sent.first)
        #expect(second.headers["CSeq"] == "2 REGISTER" && second.headers["Call-ID"] == first.headers["Call-ID"])
        #expect(second.headers["Contact"] == first.headers["Contact"] && second.headers["Authorization"] != nil)
        let answer = Message.response(to: second, status: 200, tag: "t")
        #expect(bench.receive(answer).words == ["registration answered 200"])
        _ = registration.answered(answer, share: 100, at: bench.now)
        let due = try #require(registration.nextDeadline)
        #expect(registration.deadlineReached(at: due).requests.map(\.sequence) == [3])
    }

    @Test func theSharesOfPausesLieBetweenHalfAndAll() {
        var bench = Bench()
        let shares = (0..<2_000).map { _ in bench.agent.pauseShare() }
        #expect(Set(shares) == Set(50...100))
    }

    @Test func theFlowTimerMakesPingsComeSooner() {
        var bench = Bench(keepAlive: .seconds(100))
        _ = bench.receive([0x0D, 0x0A])
        let flow = bench.flow
        bench.agent.limitKeepAlive(.seconds(20), of: flow, at: bench.now)
        var pings = 0
        for _ in 0..<10 {
            #expect(bench.advance(by: .milliseconds(15_999)).isEmpty, "not before 80 % of the interval")
            let due = bench.advance(by: .milliseconds(4_001))
            pings += due.count { $0 == Self.ping }
            _ = bench.receive([0x0D, 0x0A])
        }
        #expect(pings == 10)
    }

    @Test(arguments: [100, 101, 4_294_967_295])
    func aLongerFlowTimerChangesNothing(seconds: Int) {
        var bench = Bench(keepAlive: .seconds(100))
        _ = bench.receive([0x0D, 0x0A])
        let before = bench.agent.nextDeadline
        bench.agent.limitKeepAlive(.seconds(seconds), of: bench.flow, at: bench.now)
        #expect(bench.agent.nextDeadline == before)
    }

    @Test(arguments: [0, 1, 4])
    func aFlowTimerBelowFiveSecondsIsTakenForFive(seconds: Int) throws {
        var bench = Bench(keepAlive: .seconds(100))
        _ = bench.receive([0x0D, 0x0A])
        bench.agent.limitKeepAlive(.seconds(seconds), of: bench.flow, at: bench.now)
        let due = try #require(bench.agent.nextDeadline)
        #expect((Duration.seconds(4)...Duration.seconds(5)).contains(bench.now.duration(to: due)))
    }

    @Test func aFlowTimerThatCrossesAPingWaitsForItsPong() {
        var bench = Bench(keepAlive: .seconds(100))
        bench.agent.limitKeepAlive(.seconds(20), of: bench.flow, at: bench.now)
        _ = bench.receive([0x0D, 0x0A])
        #expect(bench.advance(by: .seconds(20)).filter { $0 == Self.ping }.count == 1)
    }

    @Test func aRegisterIsRefusedByWhoIsNoRegistrar() {
        var bench = Bench()
        let outputs = bench.receive(self.register())
        #expect(outputs.statuses == [405])
        #expect(outputs.sent.first?.headers["Allow"]?.contains("REGISTER") == false)
        #expect(outputs.events.isEmpty)
    }

    @Test func aRegistrarAnswersEachRegisterOnce() throws {
        var configuration = UserAgent.Configuration(contactUser: "psap")
        configuration.allow.append(.register)
        var agent = UserAgent(configuration: configuration, random: SeededGenerator(seed: 3))
        let flow = Flow(number: 4)
        let (local, remote) = (FlowAddress(host: "192.0.2.1", port: 5060), FlowAddress(host: "192.0.2.10", port: 5060))
        _ = agent.flowOpened(flow, transport: .udp, local: local, remote: remote, keepAlive: nil, at: .boot)
        let octets = self.register().serialized()
        let delivered = agent.received(octets, over: flow, at: .boot)
        guard case .registering(let request)? = delivered.events.first else {
            Issue.record("it is not delivered")
            return
        }
        #expect(request.flow == flow && delivered.sent.isEmpty)
        #expect(agent.received(octets, over: flow, at: .boot).isEmpty, "a repetition is absorbed")
        let headers: Headers = [Header("Contact", "<sip:x@192.0.2.10>;expires=60")]
        let answer = agent.respond(to: request, status: 200, headers: headers, at: .boot)
        #expect(answer.statuses == [200])
        let message = try #require(answer.sent.first)
        #expect(message.headers["Contact"] == headers["Contact"])
        #expect(try NameAddress(parsing: message.headers["To"] ?? "").tag != nil)
        #expect(agent.received(octets, over: flow, at: .boot).sent == answer.sent, "the answer is repeated as it was")
        _ = agent.flowClosed(flow, because: "reset", at: .boot)
        #expect(agent.respond(to: request, status: 200, headers: headers, at: .boot).isEmpty)
        #expect(agent.isQuiet)
    }
}
