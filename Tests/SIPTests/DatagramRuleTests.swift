import Seeds
import SIP
import Testing
import Timeline

/// What RFC 3261 asks of UDP and not of a connection.
@Suite struct DatagramRuleTests {
    private let response = "SIP/2.0/UDP 192.0.2.10:5060"

    /// The call of an INVITE that came over UDP, and the INVITE.
    private func incoming(_ bench: inout Bench) throws -> (UserAgent.Call, Message) {
        let invite = try Samples.invite(transport: "UDP")
        return (try bench.incoming(invite), invite)
    }

    private func ack(of invite: Message, answered answer: Message, branch: String) -> Message {
        Message(
            startLine: .request(method: .ack, uri: "sip:psap@192.0.2.1"),
            headers: [
                Header("Via", "\(self.response);branch=\(branch)"), Header("Max-Forwards", "70"),
                Header("From", invite.headers["From"] ?? ""), Header("To", answer.headers["To"] ?? ""),
                Header("Call-ID", "c1"), Header("CSeq", "1 ACK"),
            ]
        )
    }

    @Test func aBodyShorterThanItsContentLengthIsAnswered400() {
        var bench = Bench(transport: .udp)
        let octets = Array(Samples.options(body: "twelve octet").dropLast())
        let outputs = bench.receive(octets)
        #expect(outputs.statuses == [400])
        #expect(outputs.words == ["discarded"])
    }

    @Test func octetsBehindTheBodyAreIgnored() {
        var bench = Bench(transport: .udp)
        #expect(bench.receive(Samples.options(body: "body") + Array("noise\r\n\r\n".utf8)).statuses == [200])
    }

    @Test func aDatagramWithoutContentLengthIsReadToItsEnd() throws {
        var bench = Bench(transport: .udp)
        let head = String(decoding: try Samples.invite(transport: "UDP").serialized(), as: UTF8.self)
        let lines = head.replacing("Content-Length: 0\r\n", with: "Content-Type: text/plain\r\n")
        guard case .incoming(_, let invite, _)? = bench.receive(Array("\(lines)whole".utf8)).events.first else {
            throw Wire.Missing.incoming
        }
        #expect(invite.body == Array("whole".utf8))
    }

    @Test func lineBreaksAloneAreNeitherAnsweredNorTold() {
        var bench = Bench(transport: .udp)
        for octets in [[], [0x0D, 0x0A], [0x0D, 0x0A, 0x0D, 0x0A]] as [[UInt8]] { #expect(bench.receive(octets) == []) }
    }

    @Test func anAnswerNamesTheSourceOfItsRequest() throws {
        var bench = Bench(transport: .udp)
        let octets = Samples.lines(
            "OPTIONS sip:center@192.0.2.1 SIP/2.0",
            "Via: SIP/2.0/UDP 10.0.0.7:5070;branch=z9hG4bKnat;rport, SIP/2.0/UDP first.invalid;branch=z9hG4bKold",
            "From: <sip:ivs@10.0.0.7>;tag=a1",
            "To: <sip:center@192.0.2.1>",
            "Call-ID: c1",
            "CSeq: 7 OPTIONS"
        )
        let vias = bench.receive(octets).sent.first?.headers.elements("Via")
        #expect(
            vias == [
                "SIP/2.0/UDP 10.0.0.7:5070;branch=z9hG4bKnat;rport=5060;received=192.0.2.10",
                "SIP/2.0/UDP first.invalid;branch=z9hG4bKold",
            ]
        )
    }

    @Test func aRequestSentAgainGetsTheSameAnswerAndIsNoSecondCall() throws {
        var bench = Bench(transport: .udp)
        let (call, invite) = try self.incoming(&bench)
        let ringing = bench.act { $0.ring(call, at: $1) }
        #expect(bench.receive(invite) == ringing)
        let refusal = bench.act { $0.reject(call, status: 486, reason: nil, headers: Headers(), body: [], at: $1) }
        #expect(bench.receive(invite) == refusal)
        let options = bench.receive(Samples.options())
        #expect(options.statuses == [200])
        _ = bench.advance(by: .seconds(31))
        #expect(bench.receive(Samples.options()) == options)
    }

    @Test func anInviteSentAgainBehindIts200IsAbsorbed() throws {
        var bench = Bench(transport: .udp)
        let (call, invite) = try self.incoming(&bench)
        _ = bench.act { $0.answer(call, headers: Headers(), body: [], at: $1) }
        #expect(bench.receive(invite) == [])
        #expect(bench.agent.callCount == 1)
    }

    @Test func a200IsRepeatedAtDoublingIntervalsUntilItsACK() throws {
        var bench = Bench(transport: .udp)
        let (call, invite) = try self.incoming(&bench)
        let answer = try #require(bench.act { $0.answer(call, headers: Headers(), body: [], at: $1) }.sent.first)
        let begun = bench.now
        var times: [Duration] = []
        for _ in 0..<12_000 where bench.advance(by: .milliseconds(1)).statuses == [200] {
            times.append(begun.duration(to: bench.now))
        }
        #expect(times == [500, 1_500, 3_500, 7_500, 11_500].map { .milliseconds($0) })
        #expect(bench.receive(self.ack(of: invite, answered: answer, branch: "z9hG4bKack")).words == ["established"])
        #expect(bench.advance(by: .seconds(20)) == [])
    }

    @Test func everyRepeated200GetsItsACKAgain() throws {
        var bench = Bench(transport: .udp)
        let (_, invite) = try bench.invite()
        let answer = Message.response(to: invite, status: 200, tag: "t", headers: [Header("Contact", "<sip:c@h>")])
        let first = bench.receive(answer)
        #expect(first.methods == ["ACK"] && first.words == ["answered"])
        for _ in 0..<3 {
            _ = bench.advance(by: .seconds(4))
            let again = bench.receive(answer)
            #expect(again.sent == first.sent && again.events == [])
        }
    }

    @Test func anInviteIsSentAgainAtDoublingIntervalsUntilAnAnswer() throws {
        var bench = Bench(transport: .udp)
        let (_, invite) = try bench.invite()
        var times: [Duration] = []
        let begun = bench.now
        for _ in 0..<8_000 where bench.advance(by: .milliseconds(1)).sent == [invite] {
            times.append(begun.duration(to: bench.now))
        }
        #expect(times == [500, 1_500, 3_500, 7_500].map { .milliseconds($0) })
        _ = bench.receive(Message.response(to: invite, status: 180, tag: "t"))
        #expect(bench.advance(by: .seconds(60)).sent == [])
    }

    @Test func aCancelIsSentAgainAndA487SentAgainIsAcknowledgedAgain() throws {
        var bench = Bench(transport: .udp)
        let (call, invite) = try bench.invite()
        _ = bench.receive(Message.response(to: invite, status: 180, tag: "t"))
        let cancel = try #require(bench.act { $0.cancel(call, at: $1) }.sent.first)
        #expect(cancel.method == .cancel && cancel.headers["Via"] == invite.headers["Via"])
        #expect(bench.advance(by: .milliseconds(1_500)).sent == [cancel, cancel])
        #expect(bench.receive(Message.response(to: cancel, status: 200, tag: "t")) == [])
        let terminated = Message.response(to: invite, status: 487, tag: "t")
        let acknowledged = bench.receive(terminated)
        #expect(acknowledged.methods == ["ACK"] && acknowledged.words == ["rejected 487"])
        #expect(bench.receive(terminated).sent == acknowledged.sent)
        #expect(bench.advance(by: .seconds(40)).sent == [])
    }

    @Test func aRefusalIsRepeatedUntilItsACK() throws {
        var bench = Bench(transport: .udp)
        let (call, invite) = try self.incoming(&bench)
        let refusal = bench.act { $0.reject(call, status: 603, reason: nil, headers: Headers(), body: [], at: $1) }
        #expect(bench.advance(by: .milliseconds(1_500)).sent == refusal.sent + refusal.sent)
        let answer = try #require(refusal.sent.first)
        #expect(bench.receive(self.ack(of: invite, answered: answer, branch: "z9hG4bKaa02")) == [])
        #expect(bench.advance(by: .seconds(40)).sent == [])
        #expect(bench.agent.isQuiet)
    }

    @Test func aWayForDatagramsIsPingedAtOnceAndInTimeAndOwesNoPong() {
        var agent = UserAgent(configuration: .init(contactUser: "ivs"), random: SeededGenerator(seed: 3))
        let flow = Flow(number: 1)
        let address = FlowAddress(host: "192.0.2.1", port: 5_060)
        let ping = [UserAgent.Output.transmit([0x0D, 0x0A, 0x0D, 0x0A], over: flow)]
        let opened = agent.flowOpened(
            flow,
            transport: .udp,
            local: address,
            remote: address,
            keepAlive: .seconds(20),
            at: .boot
        )
        #expect(opened == ping)
        var now = Instant.boot
        for _ in 0..<20 {
            guard let due = agent.nextDeadline else { break }
            let pause = now.duration(to: due)
            #expect(pause >= .seconds(16) && pause <= .seconds(20))
            now = due
            #expect(agent.deadlineReached(at: now) == ping)
        }
    }

    @Test func aRequestOfMoreThan1300OctetsNeedsAStream() {
        #expect(!SizeRule.needsStream(octets: 1_300, over: .udp))
        #expect(SizeRule.needsStream(octets: 1_301, over: .udp))
        for transport in [Transport.tcp, .tls] { #expect(!SizeRule.needsStream(octets: 65_535, over: transport)) }
    }

    @Test(arguments: [0, 1, 9, 10, 99, 100, 1_000, 3_000])
    func theOctetsOfAnInviteAreKnownBeforeItIsSent(body: Int) throws {
        var bench = Bench(transport: .udp)
        var plan = try Wire.plan()
        plan.body = [UInt8](repeating: 0, count: body)
        let octets = bench.agent.octets(ofInvite: plan, over: bench.flow)
        let (_, outputs) = bench.agent.invite(plan, over: bench.flow, at: .boot)
        #expect(outputs.sent.first?.serialized().count == octets)
    }
}
