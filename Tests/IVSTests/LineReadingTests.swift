import CallControl
import GPIO
import Testing
import Timeline

@testable import IVS

/// Deadlines of lines that are read late, or in vain: the edges decide, and the loop's clock only where there are none.
@Suite struct LineReadingTests {
    /// A vehicle whose lines are never read.
    private static func unread() -> VehicleBench {
        let bench = VehicleBench.started()
        bench.lineReading = .never
        return bench
    }

    private func calls(_ bench: VehicleBench) -> Int { bench.reasons(of: .call(.automaticTrigger)).count }

    /// An edge of the crash line that comes now and happened at `stamp`.
    private func edge(_ bench: VehicleBench, _ level: Level, at stamp: Instant) {
        bench.step(.line(.edge(Edge(line: "crash", level: level, at: stamp, sequence: 1))))
    }

    @Test func anEdgeThatIsStillOnItsWayDecidesWhetherAHoldIsOver() throws {
        let bench = Self.unread()
        let active = bench.now
        bench.edge("crash", .active)
        // The loop's clock passes debounce and hold; the line chattered, and its edges come late.
        bench.advance(by: .milliseconds(200))
        #expect(self.calls(bench) == 0)
        for (number, milliseconds) in [30, 60, 90, 120, 140].enumerated() {
            let level: Level = number.isMultiple(of: 2) ? .inactive : .active
            self.edge(bench, level, at: active.advanced(by: .milliseconds(milliseconds)))
        }
        bench.lineReading = .atOnce
        bench.step(.linesRead(through: bench.now))
        bench.advance(by: .seconds(2))
        #expect(self.calls(bench) == 0)
    }

    @Test func linesThatAreNeverReadHoldACallBackForTwoSecondsOnly() throws {
        let bench = Self.unread()
        bench.edge("crash", .active)
        bench.advance(by: .seconds(2))
        #expect(self.calls(bench) == 0)
        bench.advance(by: .milliseconds(100))
        #expect(bench.reasons(of: .linesUnread).count == 1)
        #expect(self.calls(bench) == 1)
    }

    @Test func aLineThatKeepsMovingWhileItIsReadInVainStartsNoCall() throws {
        // The clock of the loop is ahead of edges that still wait to be read, so a level it saw last proves nothing.
        let bench = Self.unread()
        let begun = bench.now
        for round in 0..<200 {
            let stamp = begun.advanced(by: .milliseconds(round * 3))
            self.edge(bench, round.isMultiple(of: 2) ? .active : .inactive, at: stamp)
            bench.step(.line(.lost(line: "crash", count: 2)))
            bench.step(.line(.level(line: "crash", level: .active, at: stamp)))
            bench.advance(by: .milliseconds(50))
        }
        #expect(bench.reasons(of: .linesUnread).count >= 3)
        #expect(self.calls(bench) == 0)
    }

    @Test func aPulseThatEndedInVainlyReadLinesCallsAfterTwoSeconds() throws {
        let bench = Self.unread()
        bench.edge("crash", .active)
        bench.advance(by: .milliseconds(200))
        bench.edge("crash", .inactive)
        bench.advance(by: .milliseconds(1_900))
        #expect(self.calls(bench) == 1)
    }

    @Test func aCrashLevelWithSpikesCallsWhileTheLinesAreReadInVain() throws {
        let bench = Self.unread()
        bench.edge("crash", .active)
        for _ in 0..<3 {
            bench.advance(by: .milliseconds(1_500))
            bench.edge("crash", .inactive)
            bench.advance(by: .milliseconds(5))
            bench.edge("crash", .active)
        }
        #expect(self.calls(bench) == 1)
    }

    @Test func aLoopThatStoodStillAsksAgainBeforeItGoesByItsClock() throws {
        // A glitch is last seen active; its end waits in the kernel while the whole process stands still.
        let bench = Self.unread()
        let begun = bench.now
        bench.edge("crash", .active)
        bench.advance(by: .milliseconds(60))
        bench.standStill(for: .seconds(3))
        #expect(self.calls(bench) == 0)
        self.edge(bench, .inactive, at: begun.advanced(by: .milliseconds(70)))
        bench.lineReading = .atOnce
        bench.step(.linesRead(through: bench.now))
        bench.advance(by: .seconds(5))
        #expect(self.calls(bench) == 0)
        #expect(bench.reasons(of: .linesUnread) == [])
    }

    @Test func aCrashCallsWhileAnotherLineKeepsMovingAndIsReadInVain() throws {
        let bench = Self.unread()
        bench.edge("crash", .active)
        for round in 0..<50 {
            bench.edge("sos-button", round.isMultiple(of: 2) ? .active : .inactive)
            bench.advance(by: .milliseconds(50))
        }
        #expect(self.calls(bench) == 1)
    }
}
