import CallControl
import ControlSocket
import GPIO
import Testing
import Timeline

@testable import IVS

/// What edges, stuck lines and vanished lines do.
@Suite struct LineTests {
    @Test func theCallStartsOnReachingTheHoldWithoutARelease() throws {
        let bench = VehicleBench.started()
        bench.edge("sos-button", .active)
        bench.advance(by: .milliseconds(999))
        #expect(bench.state == .idle)
        bench.advance(by: .milliseconds(1))
        #expect(bench.invites.count == 1)
    }

    @Test func aShortPressIsIgnoredWithItsReason() throws {
        let bench = VehicleBench.started()
        bench.press(for: .milliseconds(600))
        bench.advance(by: .seconds(5))
        #expect(bench.state == .idle)
        #expect(bench.reasons(of: .buttonIgnored) == ["held for 600 ms, less than the 1 s that count"])
    }

    @Test(arguments: [900, 960, 999])
    func aPressJustShortOfTheHoldIsNotMadeLongerByTheDebounce(_ milliseconds: Int) throws {
        let bench = VehicleBench.started()
        bench.press(for: .milliseconds(milliseconds))
        #expect(bench.state == .idle)
        #expect(bench.kinds.contains("buttonIgnored"))
    }

    @Test(arguments: [55, 70, 99])
    func aPulseShorterThanACrashIsNotMadeLongerByTheDebounce(_ milliseconds: Int) throws {
        let bench = VehicleBench.started()
        bench.edge("crash", .active)
        bench.advance(by: .milliseconds(milliseconds))
        bench.edge("crash", .inactive)
        bench.advance(by: .seconds(1))
        #expect(bench.state == .idle)
        #expect(bench.kinds.contains("crashIgnored"))
    }

    @Test func aContactThatOpensForAMomentAtTheHoldStillCounts() throws {
        let bench = VehicleBench.started()
        bench.edge("sos-button", .active)
        bench.advance(by: .milliseconds(995))
        bench.edge("sos-button", .inactive)
        bench.advance(by: .milliseconds(10))
        bench.edge("sos-button", .active)
        bench.advance(by: .milliseconds(10))
        #expect(bench.state == .connecting)
    }

    @Test func aBouncingContactIsOnePress() throws {
        let bench = VehicleBench.started()
        for index in 0..<9 {
            bench.edge("sos-button", index.isMultiple(of: 2) ? .active : .inactive)
            bench.advance(by: .milliseconds(3))
        }
        bench.advance(by: .seconds(2))
        #expect(bench.invites.count == 1)
        #expect(bench.kinds.count { $0 == "manualTrigger" } == 1)
    }

    @Test func aPressThroughTheClosedCoverCountsAndIsReported() throws {
        let bench = VehicleBench.started()
        bench.edge("sos-cover", .inactive)
        bench.advance(by: .seconds(1))
        bench.press()
        #expect(bench.invites.count == 1)
        #expect(bench.kinds.contains("buttonSuspicious"))
    }

    @Test func aPressUnderTheOpenCoverIsNotSuspicious() throws {
        let bench = VehicleBench.started()
        bench.press()
        #expect(!bench.kinds.contains("buttonSuspicious"))
    }

    @Test func aRigWithoutCoverSwitchSuspectsNothing() throws {
        let bench = VehicleBench.started(VehicleBench.configuration { $0.lines.cover = nil })
        bench.press()
        #expect(bench.invites.count == 1)
        #expect(!bench.kinds.contains("buttonSuspicious"))
    }

    @Test(arguments: ["sos-button", "crash"] as [LineName])
    func aLineThatIsActiveAtTheStartNeverCalls(_ line: LineName) throws {
        let bench = VehicleBench()
        bench.step(.started)
        bench.step(.line(.level(line: line, level: .active, at: bench.now)))
        bench.advance(by: .seconds(600))
        #expect(bench.state == .idle)
        #expect(bench.invites.isEmpty)
        #expect(bench.levels["lamp"] == .active)
        #expect(bench.kinds.count { $0 == "fault" } == 1)
    }

    @Test func aStuckButtonIsAFaultAndItsCallGoesOn() throws {
        let bench = VehicleBench.started()
        bench.edge("sos-button", .active)
        bench.advance(by: .seconds(2))
        try bench.answer()
        bench.advance(by: .seconds(30))
        #expect(bench.levels["lamp"] == .active)
        #expect(bench.state == .voiceSession)
        bench.edge("sos-button", .inactive)
        bench.advance(by: .seconds(3))
        #expect(bench.levels["lamp"] == .inactive)
        #expect(bench.kinds.contains("faultCleared"))
        try bench.clearDown()
        bench.advance(by: .seconds(10))
        bench.press()
        #expect(bench.invites.count == 2)
    }

    @Test func aStuckCrashLineIsAFaultAndCallsOnce() throws {
        let bench = VehicleBench.started()
        bench.edge("crash", .active)
        bench.advance(by: .milliseconds(200))
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(600))
        #expect(bench.invites.count == 1)
        #expect(bench.levels["lamp"] == .active)
        bench.edge("crash", .inactive)
        bench.advance(by: .seconds(1))
        #expect(bench.levels["lamp"] == .inactive)
    }

    @Test func furtherImpactsOfOneCrashStartNoSecondCall() throws {
        let bench = VehicleBench.started()
        bench.crash()
        bench.crash()
        bench.crash()
        #expect(bench.invites.count == 1)
        #expect(bench.kinds.count { $0 == "crashIgnored" } == 2)
    }

    @Test func aVanishedLineIsAFaultAndWorksAgainWhenItComesBack() throws {
        let bench = VehicleBench.started()
        bench.step(.line(.health(line: "sos-button", health: .vanished(reason: "unplugged"))))
        #expect(bench.reasons(of: .fault) == ["line sos-button is vanished: unplugged"])
        let lines = try bench.reply(.status)["lines"]?.asArray ?? []
        #expect(lines.first { $0["name"] == "sos-button" }?["health"] == "vanished")
        bench.step(.line(.health(line: "sos-button", health: .good)))
        bench.step(.line(.level(line: "sos-button", level: .inactive, at: bench.now)))
        bench.advance(by: .seconds(1))
        #expect(bench.levels["lamp"] == .inactive)
        bench.press()
        #expect(bench.invites.count == 1)
    }

    @Test func aLineThatComesBackActiveStartsNoCall() throws {
        let bench = VehicleBench.started()
        bench.step(.line(.health(line: "crash", health: .vanished(reason: "unplugged"))))
        bench.step(.line(.health(line: "crash", health: .good)))
        bench.step(.line(.level(line: "crash", level: .active, at: bench.now)))
        bench.advance(by: .seconds(60))
        #expect(bench.invites.isEmpty)
        #expect(bench.levels["lamp"] == .active)
    }

    @Test func anOutputThatComesBackIsDrivenAnew() throws {
        let bench = VehicleBench.started()
        bench.press()
        bench.step(.line(.health(line: "led", health: .vanished(reason: "unplugged"))))
        let before = bench.drives.count { $0.line == "led" }
        bench.step(.line(.health(line: "led", health: .good)))
        #expect(bench.drives.count { $0.line == "led" } > before)
        #expect(bench.levels["led"] == .active)
    }

    @Test func lostAndMissingEdgesAreEvents() throws {
        let bench = VehicleBench.started()
        bench.step(.line(.lost(line: "crash", count: 3)))
        bench.edge("sos-button", .inactive)
        #expect(bench.kinds.count { $0 == "lineLost" } == 2)
        bench.step(.overflow(17))
        #expect(bench.kinds.contains("eventsLost"))
        #expect(try bench.reply(.status)["dropped"] == 17)
    }

    @Test func aLineThatFloodsIsAFaultUntilItIsQuiet() throws {
        let bench = VehicleBench.started()
        bench.step(.line(.noise(line: "crash", isNoisy: true)))
        #expect(bench.reasons(of: .fault) == ["line crash makes more edges than any signal and means nothing"])
        #expect(bench.levels["lamp"] == .active)
        bench.step(.line(.noise(line: "crash", isNoisy: false)))
        #expect(bench.levels["lamp"] == .inactive)
    }

    @Test func theDaemonServesWhenEveryLineWasHeardOfAndTheSocketWasTried() throws {
        let bench = VehicleBench()
        bench.step(.started)
        bench.step(.controlSocketFailed("no folder"))
        let lines = VehicleBench.configuration().lineSpecifications
        for line in lines.dropLast() {
            bench.step(.line(.health(line: line.name, health: .missing(reason: "no chip"))))
        }
        #expect(!bench.trail.contains("ready"))
        bench.step(.line(.output(line: lines[lines.count - 1].name, level: .active, at: bench.now)))
        #expect(bench.trail.count { $0 == "ready" } == 1)
        bench.step(.heartbeat)
        #expect(bench.trail.suffix(1) == ["feed the watchdog"])
        let status = try #require(bench.statuses.last)
        #expect(status.hasPrefix("call idle; ") && status.contains("line sos-button is missing: no chip"))
    }

    @Test func lossesOfALineAreToldOnceASecondWithTheirNumber() throws {
        let bench = VehicleBench.started()
        for _ in 0..<30 {
            bench.step(.line(.lost(line: "crash", count: 2)))
            bench.advance(by: .milliseconds(100))
        }
        let told = bench.events.filter { $0.kind == .lineLost }
        #expect(told.map { $0.fields["untold"] } == ["0", "9", "9"])
        bench.step(.line(.lost(line: "sos-button", count: 2)))
        #expect(bench.kinds.count { $0 == "lineLost" } == 4, "another line is told at once")
    }

    @Test func aCrashLineThatWasActiveBeforeItFloodedStartsNoCallAfterIt() throws {
        let bench = VehicleBench.started()
        bench.step(.line(.edge(Edge(line: "crash", level: .active, at: bench.now, sequence: 1))))
        bench.step(.line(.noise(line: "crash", isNoisy: true)))
        bench.step(.line(.level(line: "crash", level: .active, at: bench.now)))
        bench.advance(by: .seconds(3))
        bench.step(.line(.noise(line: "crash", isNoisy: false)))
        bench.step(.line(.level(line: "crash", level: .active, at: bench.now)))
        bench.advance(by: .seconds(3))
        #expect(bench.reasons(of: .call(.automaticTrigger)) == [])
        #expect(bench.reasons(of: .fault).contains("crash was active at the start and starts no call"))
    }
}
