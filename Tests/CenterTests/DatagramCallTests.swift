import SIP
import Testing
import Timeline

@testable import Center

/// Calls of vehicles over UDP, where no connection says that somebody is there.
@Suite struct DatagramCallTests {
    private func holds(_ bench: CenterBench) -> [String] {
        bench.trail.filter { $0.hasPrefix("hold") || $0.hasPrefix("release") }
    }

    @Test func aFlowIsHeldFromItsFirstCallToItsLast() throws {
        let bench = CenterBench()
        let flow = bench.connect(over: .udp)
        let (first, _) = try bench.call(on: flow)
        let (second, _) = try bench.call(on: flow)
        bench.advance(by: .seconds(2))
        #expect(self.holds(bench) == ["hold 1"])
        #expect(bench.events.last { $0.kind == .callReceived }?.fields["transport"] == "udp")
        bench.vehicles { $0.bye(first, at: $1) }
        #expect(self.holds(bench) == ["hold 1"])
        bench.vehicles { $0.bye(second, at: $1) }
        #expect(self.holds(bench) == ["hold 1", "release 1"])
        #expect(bench.center.callCount == 0)
    }

    @Test func aConnectionIsNotHeld() throws {
        let bench = CenterBench()
        try bench.answeredCall()
        #expect(self.holds(bench) == [])
    }

    @Test func callsThatNobodyConfirmsHoldNoMoreThanTheirShareAndAConfirmedOneHolds() throws {
        let bench = CenterBench { $0.ringing = nil }
        let most = Center.maximumUnprovenHolds
        for _ in 0..<most { try bench.call(on: bench.connect(over: .udp)) }
        #expect(self.holds(bench).count == most)
        let (_, flow) = try bench.call(on: bench.connect(over: .udp))
        #expect(self.holds(bench).count == most, "whoever is not there could be invented")
        bench.command("answer \(most + 1)")
        #expect(self.holds(bench).last == "hold \(flow.number)", "its ACK came")
    }

    @Test func callsOverConnectionsTakeNothingOfTheShareOfUDP() throws {
        let bench = CenterBench { $0.ringing = nil }
        let connection = bench.connect()
        for _ in 0..<Center.maximumUnprovenHolds { try bench.call(on: connection) }
        let (_, flow) = try bench.call(on: bench.connect(over: .udp))
        #expect(self.holds(bench) == ["hold \(flow.number)"])
    }

    @Test func aCallOverUDPLivesThroughSilenceUntilTheVehicleMustHaveEndedIt() throws {
        let bench = CenterBench()
        let flow = bench.connect(over: .udp)
        let (call, _) = try bench.call(on: flow)
        bench.advance(by: .seconds(7_202))
        #expect(bench.center.callCount == 1)
        bench.vehicles { $0.bye(call, at: $1) }
        #expect(bench.events.last?.kind == .vehicleCleared)
        try bench.call(on: flow)
        bench.advance(by: .seconds(7_500))
        #expect(bench.reasons(of: .lost) == ["the call was lost: the vehicle has been silent for 7260.0 seconds"])
        #expect(bench.center.callCount == 0 && bench.center.connections.isEmpty)
    }

    @Test func aCallOverAConnectionIsNeverLostForSilence() throws {
        let bench = CenterBench()
        try bench.answeredCall()
        bench.advance(by: .seconds(7_400))
        #expect(bench.center.callCount == 1)
    }

    @Test func aCallThatNobodyEndsIsClearedDownAfterTheLongestThereIs() throws {
        let bench = CenterBench()
        try bench.answeredCall()
        bench.advance(by: .seconds(7_441))
        #expect(bench.sentWords.last == "BYE")
        #expect(bench.center.callCount == 0)
    }

    @Test func aCallThatNobodyAnswersIsRefusedInTheEnd() throws {
        let bench = CenterBench { $0.ringing = nil }
        try bench.call()
        bench.advance(by: .seconds(601))
        #expect(bench.sentWords == ["180", "480"])
    }

    @Test func aFlowThatEndsWithItsCallIsReleasedByItsEnd() throws {
        let bench = CenterBench()
        let flow = bench.connect(over: .udp)
        try bench.call(on: flow)
        bench.disconnect(flow)
        #expect(bench.center.callCount == 0)
        #expect(self.holds(bench) == ["hold 1"])
    }
}
