import SIP
import Testing
import Timeline

/// One peer does not use up what the others need.
@Suite struct PeerLimitTests {
    private func limits(_ change: (inout Limits) -> Void) -> Limits {
        var limits = Limits()
        change(&limits)
        return limits
    }

    private func invite(_ number: Int) throws -> Message {
        var invite = try Samples.invite(branch: "z9hG4bKp\(number)")
        invite.headers.set("Call-ID", "call\(number)")
        return invite
    }

    /// A second peer's flow, from another host.
    private func open(_ bench: inout Bench) -> Flow {
        let flow = Flow(number: 2)
        _ = bench.agent.flowOpened(
            flow,
            transport: .tcp,
            local: FlowAddress(host: "192.0.2.1", port: 5060),
            remote: FlowAddress(host: "198.51.100.7", port: 5060),
            keepAlive: nil,
            at: bench.now
        )
        return flow
    }

    @Test func theCallsOfOneHostLeaveRoomForThoseOfAnother() throws {
        var bench = Bench(limits: self.limits { $0.maximumCallsPerHost = 2 })
        for number in 1...2 { #expect(bench.receive(try self.invite(number)).words == ["incoming"]) }
        let outputs = bench.receive(try self.invite(3))
        #expect(outputs.statuses == [503])
        #expect(outputs.sent.first?.headers["Retry-After"] == "5")
        let other = self.open(&bench)
        #expect(bench.receive(try self.invite(4), over: other).words == ["incoming"])
    }

    @Test func aCallThatIsOverMakesRoomForTheNextOfItsHost() throws {
        var bench = Bench(limits: self.limits { $0.maximumCallsPerHost = 1 })
        let call = try bench.incoming(try self.invite(1))
        _ = bench.act { $0.reject(call, status: 486, reason: nil, headers: [], body: [], at: $1) }
        #expect(bench.receive(try self.invite(2)).words == ["incoming"])
    }

    @Test func theTransactionsOfOneHostLeaveRoomForThoseOfAnother() throws {
        var bench = Bench(limits: self.limits { $0.maximumTransactionsPerHost = 1 })
        #expect(bench.receive(try self.invite(1)).words == ["incoming"])
        #expect(bench.receive(try self.invite(2)).statuses == [503])
        let other = self.open(&bench)
        #expect(bench.receive(try self.invite(3), over: other).words == ["incoming"])
    }

    @Test func whatEndsACallHasRoomWhereNewCallsHaveNone() throws {
        var bench = Bench(limits: self.limits { $0.maximumServerTransactions = 1 })
        let call = try bench.incoming(try self.invite(1))
        let ringing = try #require(bench.act { $0.ring(call, at: $1) }.sent.first)
        #expect(bench.receive(try self.invite(2)).statuses == [503])
        var bye = try bench.inDialog(.bye, number: 2, answer: ringing, branch: "b1")
        bye.headers.set("Call-ID", "call1")
        #expect(bench.receive(bye).statuses == [200, 487])
    }

    @Test func moreRequestsThanASecondHasRoomForAreAnswered503AndTheNextSecondIsNew() {
        var bench = Bench(limits: self.limits { $0.maximumRequestsPerSecond = 2 })
        #expect((1...3).map { _ in bench.receive(Samples.options()).statuses } == [[200], [200], [503]])
        _ = bench.advance(by: .seconds(1))
        #expect(bench.receive(Samples.options()).statuses == [200])
    }

    @Test func answersThatNeedNoStateKeepNone() {
        var bench = Bench()
        for _ in 0..<100 { _ = bench.receive(Samples.options()) }
        #expect(bench.agent.isQuiet)
    }

    @Test func aRepeatedRequestGetsTheSameTagInItsAnswerWithoutState() {
        var bench = Bench(transport: .udp)
        let answers = (1...2).compactMap { _ in bench.receive(Samples.options()).sent.first }
        #expect(Set(answers.map { $0.headers["To"] }).count == 1)
    }

    @Test func aChallengeIsSentOnceAndKeepsNothing() throws {
        var bench = Bench(transport: .udp)
        let call = try bench.incoming(try Samples.invite(transport: "UDP"))
        let challenge = bench.act { $0.challenge(call, status: 401, headers: [], at: $1) }
        #expect(challenge.statuses == [401])
        #expect(bench.agent.isQuiet)
        #expect(bench.advance(by: .seconds(60)).isEmpty, "a forged sender's victim gets one answer")
    }
}
