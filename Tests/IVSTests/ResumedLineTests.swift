import CallControl
import GPIO
import Store
import Testing
import Timeline

@testable import IVS

/// Lines taken over from an earlier run, which had kept what they meant.
@Suite struct ResumedLineTests {
    private static let start = Duration.seconds(100)

    /// A daemon that began 100 s after boot and took over `line`, active up to `at` or still, from a run that had kept
    /// `memory`.
    private func bench(
        _ line: LineName,
        memory: String,
        falling: Duration? = nil,
        isResumed: Bool = true
    ) -> VehicleBench {
        let bench = VehicleBench(earlierInputs: memory)
        bench.advance(by: Self.start)
        bench.step(.started)
        let edge = falling.map { Instant.boot.advanced(by: $0) }
        bench.take(over: line, .active, at: edge, isResumed: isResumed)
        if let edge { bench.step(.line(.edge(Edge(line: line, level: .inactive, at: edge, sequence: 1)))) }
        return bench
    }

    private func nanoseconds(_ milliseconds: Int) -> String { String(milliseconds * 1_000_000) }

    private func calls(_ bench: VehicleBench) -> Int {
        bench.reasons(of: .call(.manualTrigger)).count + bench.reasons(of: .call(.automaticTrigger)).count
    }

    @Test func aButtonHeldOverARestartCountsFromItsFirstEdge() {
        let bench = self.bench("sos-button", memory: "sos-button pending \(self.nanoseconds(99_500))\n")
        bench.advance(by: .milliseconds(499))
        #expect(self.calls(bench) == 0)
        bench.advance(by: .milliseconds(1))
        #expect(self.calls(bench) == 1)
    }

    @Test func aButtonReleasedInTheGapCountsWhenItWasHeldLongEnough() {
        let memory = "sos-button pending \(self.nanoseconds(98_500))\n"
        let long = self.bench("sos-button", memory: memory, falling: .milliseconds(99_600))
        long.advance(by: .seconds(3))
        #expect(self.calls(long) == 1)
        let short = self.bench("sos-button", memory: memory, falling: .milliseconds(99_400))
        short.advance(by: .seconds(3))
        #expect(self.calls(short) == 0)
    }

    @Test func aCrashPulseThatEndedInTheGapCalls() {
        let memory = "crash pending \(self.nanoseconds(99_700))\n"
        let bench = self.bench("crash", memory: memory, falling: .milliseconds(99_900))
        bench.advance(by: .seconds(1))
        #expect(self.calls(bench) == 1)
    }

    /// Presses the button as long as it needs, at a disk that takes its time.
    private func pressed(_ disk: Duration) -> (VehicleBench, Instant) {
        let bench = VehicleBench.started()
        bench.disk = .takes(disk)
        self.press(bench)
        return (bench, bench.now)
    }

    private func press(_ bench: VehicleBench) {
        bench.step(.line(.edge(Edge(line: "sos-button", level: .active, at: bench.now, sequence: 1))))
        bench.advance(by: .seconds(1))
    }

    private func release(_ bench: VehicleBench) {
        bench.step(.line(.edge(Edge(line: "sos-button", level: .inactive, at: bench.now, sequence: 2))))
        bench.advance(by: .milliseconds(100))
    }

    /// A daemon that began so many seconds after boot, takes over a line at `level` or finds it anew, and had
    /// `memory` kept for it.
    private func resumed(
        _ memory: String,
        after seconds: Int,
        _ line: LineName,
        _ level: Level,
        isResumed: Bool = true,
        disk: VehicleBench.Disk = .works
    ) -> VehicleBench {
        let bench = VehicleBench(earlierInputs: memory)
        bench.disk = disk
        bench.advance(by: .seconds(seconds))
        bench.step(.started)
        bench.take(over: line, level, isResumed: isResumed)
        return bench
    }

    @Test func aTriggerIsKeptAsUnrecordedUntilItIsOnDisk() throws {
        let (bench, counted) = self.pressed(.seconds(3))
        #expect(self.calls(bench) == 1)
        let kept = "crash rest\nsos-button unrecorded \(counted.nanosecondsSinceBoot) 0\n"
        #expect(bench.keptInputs == kept)
        self.release(bench)
        bench.advance(by: .milliseconds(2_800))
        #expect(bench.keptInputs == kept, "whatever the line does and however the call goes on")
        bench.advance(by: .milliseconds(200))
        #expect(bench.keptInputs == "crash rest\nsos-button rest\n")
    }

    @Test func aTriggerThatCannotBeRecordedIsKeptUntilItsIncidentIsOver() throws {
        let bench = VehicleBench.started()
        bench.disk = .fails(.closed)
        self.press(bench)
        #expect(bench.keptInputs == "crash rest\nsos-button unrecorded \(bench.now.nanosecondsSinceBoot) 0\n")
        try bench.answer()
        try bench.clearDown()
        #expect(bench.keptInputs == "crash rest\nsos-button used\n")
    }

    @Test func aTriggerWhoseRecordFailedOnceIsKeptWhateverIsWrittenAfterIt() throws {
        let bench = VehicleBench.started()
        bench.disk = .fails(.closed)
        self.press(bench)
        let kept = bench.keptInputs
        #expect(kept.contains("sos-button unrecorded "))
        bench.disk = .works
        try bench.answer()
        #expect(bench.trail.contains { $0.hasPrefix("written ") }, "the disk works again")
        #expect(bench.keptInputs == kept)
        try bench.clearDown()
        #expect(bench.keptInputs == "crash rest\nsos-button used\n")
    }

    @Test(arguments: ["rest", "used", "pending 99700000000", "unrecorded 99700000000 1"])
    func aRunThatDiesBeforeTheFirstLevelLeavesWhatWasKept(_ state: String) {
        let kept = "crash \(state)\n"
        let bench = VehicleBench(earlierInputs: kept)
        bench.advance(by: Self.start)
        bench.step(.started)
        bench.step(.line(.level(line: "sos-button", level: .inactive, at: bench.now)))
        #expect(bench.keptInputs == kept + "sos-button rest\n")
    }

    @Test func aTriggerToBeMadeAgainWaitsUntilItsLineIsQuiet() {
        let bench = VehicleBench(earlierInputs: "crash unrecorded \(self.nanoseconds(99_000)) 0\n")
        bench.advance(by: Self.start)
        bench.step(.started)
        bench.step(.line(.traits(line: "crash", traits: .init(lossDetection: .sequence, isResumed: true))))
        bench.step(.line(.noise(line: "crash", isNoisy: true)))
        #expect(self.calls(bench) == 0)
        bench.advance(by: .seconds(5))
        bench.step(.line(.noise(line: "crash", isNoisy: false)))
        bench.step(.line(.level(line: "crash", level: .inactive, at: bench.now)))
        #expect(self.calls(bench) == 1)
    }

    @Test func aPressThatCancelsIsNoTriggerToBeMadeAgain() throws {
        let (bench, _) = self.pressed(.seconds(30))
        self.release(bench)
        self.press(bench)
        #expect(bench.reasons(of: .call(.cancelRequested)).count == 1)
        bench.advance(by: .seconds(2))
        #expect(bench.state == .ended)
        #expect(bench.keptInputs == "crash rest\nsos-button used\n")
        #expect(self.calls(self.resumed(bench.keptInputs, after: 40, "sos-button", .inactive)) == 0)
    }

    @Test func aCrashThatFollowsAManualCallIsKeptToo() throws {
        let (bench, _) = self.pressed(.seconds(30))
        bench.step(.line(.edge(Edge(line: "crash", level: .active, at: bench.now, sequence: 1))))
        bench.advance(by: .milliseconds(200))
        #expect(bench.keptInputs.contains("crash unrecorded ") && bench.keptInputs.contains("sos-button unrecorded "))
    }

    @Test func aRecordWhoseAnswerWasLostIsCoveredByTheNext() throws {
        var triggers = UnrecordedTriggers()
        triggers.opened(IncidentID("1"), by: "crash", at: .boot, remakes: 0)
        triggers.handedOver(4)
        triggers.opened(IncidentID("1"), by: "sos-button", at: .boot, remakes: 0)
        triggers.handedOver(5)
        triggers.recorded(3)
        var memory = InputMemory()
        triggers.overlay(&memory, at: .boot)
        #expect(memory.states.count == 2)
        triggers.recorded(4)
        memory = InputMemory()
        triggers.overlay(&memory, at: .boot)
        #expect(memory.states == ["sos-button": .unrecorded(at: .boot, remakes: 0)])
        memory = InputMemory()
        triggers.overlay(&memory, at: Instant.boot.advanced(by: Resumption.longestGap))
        #expect(memory.states.isEmpty, "too old to hide what the line is")
    }

    @Test(arguments: ["sos-button", "crash"] as [LineName], [Level.active, .inactive])
    func aTriggerThatDiedBeforeItWasOnRecordIsMadeAgain(line: LineName, level: Level) throws {
        let memory = "\(line) unrecorded \(self.nanoseconds(98_000)) 0\n"
        let bench = self.resumed(memory, after: 100, line, level)
        #expect(self.calls(bench) == 1)
        // The line is as it is now: it does not count a second time, and the next press or crash does.
        bench.advance(by: .seconds(6))
        #expect(self.calls(bench) == 1)
        #expect(bench.reasons(of: .fault) == [])
        #expect(bench.keptInputs.contains("\(line) \(level == .active ? "used" : "rest")\n"))
    }

    @Test func aTriggerThatEndsEachRunIsMadeAgainTwiceAndKeepsItsTime() throws {
        var memory = "crash unrecorded \(self.nanoseconds(50_000)) 0\n"
        for (run, calls) in [1, 1, 0].enumerated() {
            let bench = self.resumed(memory, after: 51 + run, "crash", .inactive, disk: .takes(.seconds(3_600)))
            #expect(self.calls(bench) == calls, "run \(run)")
            if calls == 1 { #expect(bench.keptInputs == "crash unrecorded \(self.nanoseconds(50_000)) \(run + 1)\n") }
            memory = bench.keptInputs
        }
        #expect(memory == "crash rest\n")
    }

    @Test func theNextTriggerOfALineCountsAnew() throws {
        let bench = self.resumed("crash unrecorded \(self.nanoseconds(99_000)) 1\n", after: 100, "crash", .inactive)
        try bench.answer()
        try bench.clearDown()
        bench.advance(by: .seconds(30))
        bench.disk = .takes(.seconds(3_600))
        bench.crash()
        #expect(self.calls(bench) == 2)
        #expect(bench.keptInputs.hasPrefix("crash unrecorded ") && bench.keptInputs.hasSuffix(" 0\n"))
    }

    @Test func whatIsOnRecordIsUsed() {
        let memory = InputMemory(text: "crash unrecorded 7 1\nsos-button pending 8\n")
        #expect(memory.recorded.text == "crash used\nsos-button pending 8\n")
    }

    @Test func aTriggerOfLongAgoOrOfAnotherLineIsNotMadeAgain() throws {
        for (seconds, isResumed, calls) in [(0, true, 1), (599, true, 1), (600, true, 0), (0, false, 0)] {
            let memory = "crash unrecorded \(self.nanoseconds(50_000)) 0\n"
            let bench = self.resumed(memory, after: 50 + seconds, "crash", .inactive, isResumed: isResumed)
            #expect(self.calls(bench) == calls, "\(seconds) s, resumed \(isResumed)")
        }
    }

    @Test(arguments: ["sos-button", "crash"] as [LineName])
    func aLineThatHadCountedOrWasAFaultDoesNotCountAgain(_ line: LineName) {
        let bench = self.bench(line, memory: "\(line) used\n")
        bench.advance(by: .seconds(20))
        #expect(self.calls(bench) == 0)
    }

    @Test(arguments: ["sos-button", "crash"] as [LineName])
    func aLineThatIsNewHereDoesNotCountWhateverWasKept(_ line: LineName) {
        let memory = "\(line) pending \(self.nanoseconds(99_900))\n"
        let bench = self.bench(line, memory: memory, isResumed: false)
        bench.advance(by: .seconds(20))
        #expect(self.calls(bench) == 0)
    }

    @Test(arguments: [("sos-button", 60_000), ("crash", 80_000)] as [(LineName, Int)])
    func aLineActiveForLongerThanAnySignalIsAFault(line: LineName, since: Int) {
        let bench = self.bench(line, memory: "\(line) pending \(self.nanoseconds(since))\n")
        bench.advance(by: .seconds(5))
        #expect(self.calls(bench) == 0)
        #expect(bench.reasons(of: .fault).count == 1)
    }

    @Test func anEdgeThatDiedWithTheEarlierRunIsMadeGood() {
        // At rest when last kept, active now: the edge was read and lost.
        let crash = self.bench("crash", memory: "crash rest\n", falling: .milliseconds(99_900))
        crash.advance(by: .seconds(1))
        #expect(self.calls(crash) == 1)
        let button = self.bench("sos-button", memory: "sos-button rest\n")
        button.advance(by: .milliseconds(999))
        #expect(self.calls(button) == 0)
        button.advance(by: .milliseconds(1))
        #expect(self.calls(button) == 1)
        let tap = self.bench("sos-button", memory: "sos-button rest\n", falling: .milliseconds(99_900))
        tap.advance(by: .seconds(3))
        #expect(self.calls(tap) == 0)
    }

    @Test func whatIsKeptFollowsTheLineFromItsFirstEdge() {
        let bench = VehicleBench.started()
        #expect(bench.keptInputs == "crash rest\nsos-button rest\n")
        let pressed = bench.now
        bench.step(.line(.edge(Edge(line: "sos-button", level: .active, at: pressed, sequence: 1))))
        #expect(bench.keptInputs == "crash rest\nsos-button pending \(pressed.nanosecondsSinceBoot)\n")
        bench.advance(by: .milliseconds(999))
        #expect(bench.keptInputs == "crash rest\nsos-button pending \(pressed.nanosecondsSinceBoot)\n")
        bench.advance(by: .milliseconds(1))
        #expect(bench.keptInputs == "crash rest\nsos-button used\n")
        bench.step(.line(.noise(line: "crash", isNoisy: true)))
        #expect(bench.keptInputs == "sos-button used\n")
    }

    @Test(arguments: [
        "", "sos-button", "sos-button pending", "sos-button pending soon", "sos-button rest now", "crash unrecorded",
        "crash unrecorded now", "crash unrecorded 7 -1", "crash unrecorded soon 1", "\u{0}", "crash gone",
    ])
    func whatCannotBeReadIsNoMemory(_ text: String) {
        #expect(InputMemory(text: text).states.isEmpty)
    }

    @Test func whatIsWrittenIsRead() {
        let text = "crash pending 12\ncrash-2 unrecorded 7 1\nsos-button used\nsos-cover rest\n"
        #expect(InputMemory(text: text).text == text)
    }

    @Test func lostEventsMakeEveryLevelBeToldAnew() {
        let bench = VehicleBench.started()
        bench.step(.overflow(3))
        #expect(bench.trail.contains("report the levels"))
    }

    @Test func whatWasKeptIsOfTheFirstLevelOnly() {
        let bench = VehicleBench(earlierInputs: "crash rest\n")
        bench.step(.started)
        bench.take(over: "crash", .inactive)
        bench.step(.line(.noise(line: "crash", isNoisy: true)))
        bench.step(.line(.noise(line: "crash", isNoisy: false)))
        bench.step(.line(.level(line: "crash", level: .active, at: bench.now)))
        bench.advance(by: .seconds(3))
        #expect(self.calls(bench) == 0)
    }
}
