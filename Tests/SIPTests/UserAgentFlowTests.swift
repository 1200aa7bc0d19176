import Seeds
import SIP
import Testing
import Timeline

@Suite struct UserAgentFlowTests {
    @Test func anInviteOverAFlowThatIsNotOpenFailsAtOnce() throws {
        var bench = Bench()
        let (call, outputs) = bench.agent.invite(try Wire.plan(), over: Flow(number: 9), at: .boot)
        #expect(outputs == [.event(.failed(call, .flowClosed("the flow is not open")))])
    }

    @Test func aLostFlowFailsAnUnansweredCallAtOnce() throws {
        var wire = Wire()
        let call = wire.invite(try Wire.plan())
        wire.settle()
        wire.cut()
        #expect(wire.takeEvents(.vehicle) == [.failed(call, .flowClosed("reset"))])
        #expect(wire.takeEvents(.center).map(\.word) == ["incoming", "failed flowClosed(\"reset\")"])
        #expect(wire.vehicle.isQuiet && wire.center.isQuiet)
        #expect(wire.vehicle.nextDeadline == nil && wire.center.nextDeadline == nil)
    }

    @Test func aLostFlowLosesAnAnsweredCallAndFailsItsRequestsFirst() throws {
        var wire = Wire()
        let (call, incoming) = try wire.connect()
        wire.vehicle { $0.request(.info, in: call, headers: Headers(), body: [], at: $1).1 }
        wire.cut()
        #expect(
            wire.takeEvents(.vehicle).map(\.word) == [
                "failed request flowClosed(\"reset\")", "lost flowClosed(\"reset\")",
            ]
        )
        #expect(wire.takeEvents(.center) == [.lost(incoming, .flowClosed("reset"))])
        #expect(wire.vehicle.isQuiet && wire.center.isQuiet)
    }

    @Test func aFlowLostDuringOurByeEndsTheCallOnce() throws {
        var wire = Wire()
        let (call, _) = try wire.connect()
        wire.vehicle { $0.bye(call, at: $1) }
        wire.cut()
        #expect(wire.takeEvents(.vehicle) == [.ended(call)])
    }

    @Test func onlyTheCallsOfTheLostFlowAreLost() throws {
        var bench = Bench()
        let second = Flow(number: 2)
        _ = bench.open(second)
        let (call, _) = try bench.invite()
        let (other, _) = bench.agent.invite(try Wire.plan(), over: second, at: .boot)
        let outputs = bench.act { $0.flowClosed(second, because: "reset", at: $1) }
        #expect(outputs.events == [.failed(other, .flowClosed("reset"))])
        let flow = bench.flow
        let others = bench.act { $0.flowClosed(flow, because: "reset", at: $1) }
        #expect(others.events == [.failed(call, .flowClosed("reset"))])
    }

    @Test func aFlowOpenedAnewEndsWhatHungOnTheOldOne() throws {
        var bench = Bench()
        let (call, _) = try bench.invite()
        let reason = "the flow was opened anew"
        #expect(bench.open(bench.flow) == [.event(.failed(call, .flowClosed(reason)))])
    }

    @Test func aPingOfThePeerIsAnswered() {
        var bench = Bench()
        #expect(bench.receive([0x0D, 0x0A, 0x0D]).isEmpty)
        #expect(bench.receive([0x0A]) == [.transmit([0x0D, 0x0A], over: bench.flow)])
    }

    @Test func theOpeningSidePingsWithinItsInterval() {
        var wire = Wire(keepAlive: .seconds(100))
        wire.advance(by: .milliseconds(79_999), settling: true)
        #expect(wire.takeTrace() == ["> ping", "< pong"], "the first leaves with the connection")
        wire.advance(by: .milliseconds(20_001), settling: true)
        #expect(wire.takeTrace() == ["> ping", "< pong"])
        wire.advance(by: .seconds(1000), settling: true)
        let trace = wire.takeTrace()
        #expect((20...26).contains(trace.count))
        #expect(wire.closed.isEmpty)
    }

    @Test func withoutPongTheFlowIsClosedAndItsCallsAreLost() throws {
        var wire = Wire(keepAlive: .seconds(100))
        let (call, _) = try wire.connect()
        wire.advance(by: .milliseconds(79_999), settling: true)
        wire.advance(by: .milliseconds(20_001), settling: true)
        wire.advance(by: .seconds(110))
        #expect(wire.closed == [.vehicle])
        #expect(wire.takeEvents(.vehicle) == [.lost(call, .flowClosed("no pong within 10.0 seconds"))])
    }

    @Test func oneLineBreakBeforeAMessageMakesNobodyOweAPong() throws {
        var bench = Bench(keepAlive: .seconds(100))
        _ = bench.receive([0x0D, 0x0A] + Samples.options())
        let outputs = bench.advance(by: .seconds(1_000))
        #expect(!outputs.contains { if case .close = $0 { true } else { false } })
    }

    @Test func lineBreaksBeforeMessagesMakeNobodyOweAPong() throws {
        var bench = Bench(keepAlive: .seconds(100))
        let ping = UserAgent.Output.transmit([0x0D, 0x0A, 0x0D, 0x0A], over: bench.flow)
        for _ in 1...3 {
            // Right behind a ping, while its pong is awaited.
            _ = bench.receive([0x0D, 0x0A] + Samples.options())
            var isPinged = false
            for _ in 1...100 where !isPinged { isPinged = bench.advance(by: .seconds(1)).contains(ping) }
            #expect(isPinged)
        }
        #expect(!bench.advance(by: .seconds(1_000)).contains { if case .close = $0 { true } else { false } })
    }

    @Test func aLineBreakAfterTheTimeOfThePongIsNone() throws {
        var bench = Bench(keepAlive: .seconds(100))
        _ = bench.advance(by: .seconds(11))
        _ = bench.receive([0x0D, 0x0A] + Samples.options())
        _ = bench.advance(by: .seconds(100))
        _ = bench.receive([0x0D, 0x0A] + Samples.options())
        #expect(!bench.advance(by: .seconds(1_000)).contains { if case .close = $0 { true } else { false } })
    }

    @Test func aPeerThatDoesNotKnowPingsKeepsItsConnectionAndItsCalls() {
        var bench = Bench(keepAlive: .seconds(20))
        let outputs = bench.advance(by: .seconds(600))
        #expect(!outputs.contains { if case .close = $0 { true } else { false } })
        #expect(outputs.count { $0 == .transmit([0x0D, 0x0A, 0x0D, 0x0A], over: bench.flow) } >= 19)
    }

    @Test func aMessageThatIsNeverCompletedClosesTheFlow() {
        var bench = Bench()
        #expect(bench.receive(Samples.options().dropLast().map(\.self)).isEmpty)
        #expect(bench.advance(by: .milliseconds(31_999)).isEmpty)
        let reason = "a message was not completed within 32.0 seconds"
        #expect(bench.advance(by: .milliseconds(1)) == [.close(bench.flow, reason: reason)])
    }

    @Test func aMessageInOneOctetSegmentsIsServed() {
        var bench = Bench()
        var outputs: [UserAgent.Output] = []
        for octet in Samples.options() { outputs += bench.receive([octet]) }
        #expect(outputs.statuses == [200])
        #expect(bench.advance(by: .seconds(100)).isEmpty)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func mutatedMessagesNeitherCrashNorPileUp(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let samples = try Samples.names.map(Samples.octets) + [Samples.options(), Samples.invite().serialized()]
        var limits = Limits()
        limits.maximumCalls = 20
        limits.maximumServerTransactions = 30
        var bench = Bench(transport: .udp, limits: limits)
        for _ in 0..<400 {
            var octets = samples[Int.random(in: 0..<samples.count, using: &random)]
            for _ in 0..<Int.random(in: 1..<6, using: &random) {
                let place = Int.random(in: 0..<octets.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: octets[place] = UInt8.random(in: 0...255, using: &random)
                case 1: octets.remove(at: place)
                default: octets.insert(contentsOf: octets.suffix(Int.random(in: 0..<40, using: &random)), at: place)
                }
            }
            _ = bench.receive(octets)
            #expect(bench.agent.callCount <= 20, "seed \(seed)")
        }
        let flow = bench.flow
        let outputs = bench.act { $0.flowClosed(flow, because: "done", at: $1) }
        #expect(outputs.sent.isEmpty, "seed \(seed)")
        #expect(bench.agent.isQuiet, "seed \(seed)")
        #expect(bench.agent.nextDeadline == nil, "seed \(seed)")
    }
}
