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

    @Test func requestsOfACallHaveRoomOfTheirOwnAndNoMore() throws {
        let limits = self.limits {
            $0.maximumTransactionsPerHost = 1
            $0.reservedTransactionsPerHost = 1
        }
        var bench = Bench(limits: limits)
        let call = try bench.incoming(try self.invite(1))
        let answer = try #require(bench.act { $0.ring(call, at: $1) }.sent.first)
        var statuses: [Int] = []
        for number in 2...4 {
            var reinvite = try bench.inDialog(.invite, number: number, answer: answer, branch: "r\(number)")
            reinvite.headers.set("Call-ID", "call1")
            statuses += bench.receive(reinvite).statuses
        }
        #expect(statuses == [500, 503, 503], "a refusal without ACK is kept, and takes a place")
        let other = self.open(&bench)
        #expect(bench.receive(try self.invite(5), over: other).words == ["incoming"])
    }

    @Test func addressesOfOneNetworkOfIPv6AreOneHost() throws {
        var bench = Bench(limits: self.limits { $0.maximumCallsPerHost = 1 })
        for (number, host) in ["2001:db8::1", "2001:db8::2:3:4:5", "2001:db8:0:1::1"].enumerated() {
            _ = bench.agent.flowOpened(
                Flow(number: UInt64(10 + number)),
                transport: .tcp,
                local: FlowAddress(host: "2001:db8::ff", port: 5060),
                remote: FlowAddress(host: host, port: 5060),
                keepAlive: nil,
                at: bench.now
            )
        }
        #expect(bench.receive(try self.invite(1), over: Flow(number: 10)).words == ["incoming"])
        #expect(bench.receive(try self.invite(2), over: Flow(number: 11)).statuses == [503])
        #expect(bench.receive(try self.invite(3), over: Flow(number: 12)).words == ["incoming"])
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
