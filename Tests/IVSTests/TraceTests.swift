import CallControl
import CrashSensing
import ControlSocket
import GPIO
import NGECall
import Net
import SIP
import SIPTrace
import Store
import Supervision
import Testing
import Timeline

@testable import IVS

/// The SIP trace of a call, from the wire to the file that an engineer opens.
@Suite struct TraceTests {
    private static func configuration(
        over transport: Transport = .tls,
        centers: Int = 1,
        host: String = "127.0.0.1"
    ) -> VehicleConfiguration {
        VehicleBench.configuration(centers: centers, host: host) { configuration in
            for index in configuration.centers.indices {
                let own = configuration.centers[index].endpoint
                configuration.centers[index].endpoint = Endpoint(transport: transport, host: host, port: own.port)
                if transport == .tls { configuration.centers[index].tls = TLSClient.Settings(host: host) }
            }
        }
    }

    /// What a store makes of all records of the bench.
    private func store(_ bench: VehicleBench) async throws -> VehicleStore {
        let store = try VehicleStore.inMemory()
        let records = bench.records
        try await withCheckedThrowingContinuation { continuation in
            store.write(records) { continuation.resume(with: $0) }
        }
        return store
    }

    /// The trace as `ecallctl` gets it: page by page, as replies of the interface.
    private func trace(_ store: VehicleStore, of incident: String? = nil) throws -> IncidentTrace {
        var messages: [TraceMessage] = []
        while true {
            let after = messages.last?.number ?? 0
            let page = try #require(try store.trace(incident: incident, after: after)).json
            messages += try #require(page["messages"]?.asArray).map { try #require(TraceMessage(json: $0)) }
            guard page["more"]?.asBool == true else {
                let name = try #require(page["incident"]?.asString)
                return IncidentTrace(incident: name, messages: messages, omitted: try #require(page["omitted"]?.asInt))
            }
        }
    }

    /// The messages one octet for one character, so that a difference can be read.
    private func texts(_ messages: [[UInt8]]) -> [String] {
        messages.map { String(String.UnicodeScalarView($0.map { Unicode.Scalar($0) })) }
    }

    private func traced(_ bench: VehicleBench) -> [TraceRecord] {
        bench.records.compactMap { if case .traced(let record) = $0 { record } else { nil } }
    }

    @Test(arguments: Transport.allCases)
    func everyMessageOfACallIsInItsTraceAsItWentOverTheWire(transport: Transport) async throws {
        let bench = VehicleBench.started(Self.configuration(over: transport))
        bench.press()
        try bench.ring()
        try bench.answer()
        try bench.info([.sendMSD])
        for case .requested(let request, _, _) in bench.centerEvents {
            bench.center { $0.respond(to: request, status: 200, headers: [], body: [], at: $1) }
        }
        try bench.clearDown()
        bench.advance(by: .seconds(1))
        let trace = try self.trace(try await self.store(bench))
        #expect(trace.incident == bench.ivs.ledger.incident?.text)
        #expect(trace.omitted == 0)
        #expect(trace.messages.map(\.number) == Array(1...trace.messages.count))
        let sent = trace.messages.filter { $0.direction == .sent }
        let received = trace.messages.filter { $0.direction == .received }
        #expect(self.texts(sent.map(\.octets)) == self.texts(bench.sent.map { $0.message.serialized() }))
        #expect(sent.map(\.at) == bench.sent.map(\.at))
        #expect(self.texts(received.map(\.octets)) == self.texts(bench.fromCenter.map { $0.serialized() }))
        #expect(trace.messages.first?.startLine == "INVITE sip:sos@center-1.invalid SIP/2.0")
        #expect(trace.messages.dropLast().last?.startLine.hasPrefix("BYE ") == true)
        #expect(trace.messages.last?.startLine == "SIP/2.0 200 OK")
        // A large INVITE takes a TCP connection of its own beside a link over UDP.
        let expected: Set<Transport> = transport == .udp ? [.tcp] : [transport]
        #expect(Set(trace.messages.map(\.path.transport)) == expected)
        #expect(Set(trace.messages.map(\.path.remote.description)) == ["127.0.0.1:5061"])
        #expect(trace.messages.allSatisfy { $0.path.local.port == 40_001 && $0.wallMilliseconds != nil })
    }

    @Test func theFileOfACallHasItsMessagesInClearTextAndSaysThatTheyWentOverTLS() async throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.press()
        try bench.answer()
        bench.advance(by: .seconds(1))
        let trace = try self.trace(try await self.store(bench))
        let text = String(decoding: trace.pcapng(application: "ecallctl test"), as: UTF8.self)
        for part in ["INVITE sip:sos@center-1.invalid", "TLS, message 1 of the incident", "ecallctl test", "48.15"] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(trace.ladder.count == trace.messages.count + 1)
    }

    @Test func noSecretOfTheVehicleIsStored() async throws {
        var secrets = CenterSecrets()
        secrets.credentials[0] = Credentials(realm: "center.invalid", user: "ivs", password: "geheim")
        let bench = VehicleBench(Self.configuration(), secrets: secrets)
        bench.step(.started)
        bench.step(.line(.level(line: "sos-button", level: .inactive, at: bench.now)))
        bench.step(.line(.level(line: "sos-cover", level: .active, at: bench.now)))
        bench.step(.line(.level(line: "crash", level: .inactive, at: bench.now)))
        bench.press()
        let call = try #require(bench.incoming.last?.call)
        let challenge = #"Digest realm="center.invalid", nonce="n1", qop="auth", algorithm=SHA-256"#
        bench.center {
            $0.reject(
                call,
                status: 401,
                reason: nil,
                headers: [Header("WWW-Authenticate", challenge)],
                body: [],
                at: $1
            )
        }
        bench.advance(by: .seconds(1))
        let authorization = try #require(bench.invites.last?.headers["Authorization"])
        let digest = try #require(try DigestFields.list(parsing: authorization).first?["response"])
        let trace = try self.trace(try await self.store(bench))
        let texts = trace.messages.map { String(decoding: $0.octets, as: UTF8.self) }
        #expect(!texts.contains { $0.contains(digest) || $0.contains("geheim") })
        #expect(texts.contains { $0.contains(#"response="masked""#) && $0.contains(#"nonce="n1""#) })
        #expect(!bench.records.contains { "\($0)".contains(digest) })
    }

    @Test func nothingIsKeptOutsideAnIncident() throws {
        var configuration = Self.configuration()
        configuration.call.callbackWindow = .zero
        let bench = VehicleBench.started(configuration)
        let flow = try #require(bench.opened.first?.flow)
        let ask = {
            bench.center { agent, now in
                let from = try? NameAddress(parsing: "<sip:psap@center.invalid>")  // Both are constants.
                let to = try? NameAddress(parsing: "<sip:ivs@vehicle.invalid>")
                guard let from, let to else { return [] }
                let plan = UserAgent.InvitePlan(requestURI: "sip:ivs@127.0.0.1", from: from, to: to)
                return agent.invite(plan, over: flow, at: now).1
            }
        }
        ask()
        bench.advance(by: .seconds(40))
        #expect(bench.sentWords.last == "486")
        #expect(self.traced(bench).isEmpty)
        bench.press()
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(60))
        #expect(bench.state == .idle)
        let count = self.traced(bench).count
        #expect(count > 4)
        ask()
        bench.advance(by: .seconds(40))
        #expect(self.traced(bench).count == count)
    }

    @Test func theLastMessagesOfAnIncidentStayItsOwnWhenTheNextHasBegun() throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.call(.testCall)
        try bench.answer()
        bench.crash()
        bench.advance(by: .seconds(1))
        let traced = self.traced(bench)
        let incidents = bench.records.compactMap { record -> String? in
            guard case .incidentOpened(let opening) = record else { return nil }
            return opening.id
        }
        try #require(incidents.count == 2)
        let words = incidents.map { id in
            traced.filter { $0.incident == id }.map { String($0.message.startLine.prefix { $0 != " " }) }
        }
        #expect(words[0].first == "INVITE" && words[0].contains("BYE"))
        #expect(words[1].first == "INVITE" && !words[1].contains("BYE") && !words[1].contains("ACK"))
        #expect(traced.filter { $0.incident == incidents[0] }.last?.message.startLine == "SIP/2.0 200 OK")
    }

    @Test func theTraceIsNeverInTheWriteThatAnInviteWaitsFor() throws {
        var configuration = Self.configuration()
        configuration.crashProfiles["crash"]?.crash = .level(high: true, hold: .zero)
        configuration.lines.debounce = .zero
        let bench = VehicleBench.started(configuration)
        bench.disk = .takes(.milliseconds(15))
        bench.call(.testCall)
        bench.advance(by: .milliseconds(600))
        // Due while the trigger that follows waits for its record.
        try bench.ring()
        bench.advance(by: TraceLimits.batchWait - .milliseconds(5))
        bench.edge("crash", .active)
        bench.advance(by: .seconds(1))
        let isOfTrace = { (record: VehicleRecord) in
            switch record {
            case .traced, .traceOmission: true
            default: false
            }
        }
        let traces = bench.writes.filter { $0.records.contains(where: isOfTrace) }
        #expect(!traces.isEmpty)
        #expect(traces.allSatisfy { $0.records.allSatisfy(isOfTrace) }, "a write holds messages and other records")
        let triggers = bench.writes.filter { write in
            write.records.contains { if case .incidentOpened = $0 { true } else { false } }
        }
        #expect(triggers.count == 2)
        for trigger in triggers {
            let held = trigger.at...trigger.at.advanced(by: .milliseconds(14))
            #expect(!traces.contains { held.contains($0.at) }, "the trace overtakes a trigger that waits")
        }
    }

    @Test func aFailingDiskLosesTheTraceWhichIsCountedAndToldAndNothingElse() async throws {
        let bench = VehicleBench.started(Self.configuration())
        bench.press()
        bench.disk = .fails(.failed(reason: "disk full", code: 13))
        try bench.answer()
        bench.advance(by: .seconds(1))
        #expect(bench.state == .voiceSession)
        let told = bench.events.filter { $0.kind == .traceIncomplete }
        #expect(told.count == 1)
        #expect(told.first?.fields["cause"] == "disk")
        let lost = try #require(told.first?.fields["count"].flatMap(Int.init))
        bench.disk = .works
        try bench.clearDown()
        bench.advance(by: .seconds(1))
        let omissions = bench.records.compactMap { record -> Int? in
            guard case .traceOmission(_, let count) = record else { return nil }
            return count
        }
        #expect(omissions.last == lost)
        #expect(bench.state == .ended)
    }

    @Test func anIncidentThatReachesTheLimitsIsToldOnceAndTheCallGoesOn() throws {
        let bench = try VehicleBench.connected(Self.configuration())
        // Each is four messages: the request, its 200, the refusal and its 200.
        for _ in 0..<TraceLimits.maximumMessages / 3 { try bench.info([.init(action: "honk")]) }
        bench.advance(by: .seconds(1))
        let told = bench.events.filter { $0.kind == .traceIncomplete }
        #expect(told.map { $0.fields["cause"] } == ["limit"])
        let octets = self.traced(bench).reduce(0) { $0 + $1.message.octets.count }
        #expect(self.traced(bench).count <= TraceLimits.maximumMessages && octets <= TraceLimits.maximumOctets)
        try bench.clearDown()
        #expect(bench.state == .ended)
    }

    @Test func aReadingComesAfterWhatWaitsToBeWritten() throws {
        let bench = try VehicleBench.connected(Self.configuration())
        let before = self.traced(bench).count
        let call = bench.call(.trace, ["incident": "0f", "after": 3])
        #expect(self.traced(bench).count > before)
        #expect(bench.traceReadings.map(\.call) == [call])
        #expect(bench.traceReadings.first?.incident == "0f" && bench.traceReadings.first?.after == 3)
        bench.call(.trace)
        #expect(bench.traceReadings.last?.incident == nil && bench.traceReadings.last?.after == 0)
    }

    @Test func aBrokenStreamOfTheCenterIsInTheTraceWithItsHead() throws {
        let bench = try VehicleBench.connected(Self.configuration())
        let flow = try #require(bench.incoming.last?.flow)
        bench.step(.net(.received(flow, Array("INFO sip:ivs SIP/2.0\r\nX: y\r\n\r\nrest".utf8))))
        bench.advance(by: .seconds(1))
        #expect(self.traced(bench).contains { $0.message.octets == Array("INFO sip:ivs SIP/2.0\r\nX: y\r\n\r\n".utf8) })
    }

    @Test func aMessageOfAReplyThatIsNoneIsRefused() throws {
        let whole: JSONValue = [
            "number": 1, "at": 5, "time": "2026-11-22T17:40:00.123Z", "direction": "sent", "transport": "tls",
            "localHost": "192.0.2.1", "localPort": 1, "remoteHost": "192.0.2.2", "remotePort": 2, "length": 3,
            "octets": "QUNL",
        ]
        let message = try #require(TraceMessage(json: whole))
        #expect(message.octets == Array("ACK".utf8))
        #expect(message.wallMilliseconds == 1_795_369_200_123)
        let mistakes: [(String, JSONValue)] = [
            ("number", "1"), ("at", nil), ("direction", "up"), ("transport", "sctp"), ("localPort", 65_536),
            ("remoteHost", 5), ("length", 2), ("octets", "???"),
        ]
        for (name, value) in mistakes {
            var members = try #require(whole.asObject)
            members[name] = value
            #expect(TraceMessage(json: .object(members)) == nil, "\(name)")
        }
        var unknown = try #require(whole.asObject)
        unknown["time"] = .null
        #expect(TraceMessage(json: .object(unknown))?.wallMilliseconds == .some(nil))
    }
}
