import CallControl
import CrashSensing
import GPIO
import Testing
import Timeline

@testable import IVS

/// Edges of one line become what they mean.
@Suite struct InputLinesTests {
    private func at(_ milliseconds: Int) -> Instant {
        Instant.boot.advanced(by: .milliseconds(milliseconds))
    }

    private func lines(_ change: (inout VehicleConfiguration) -> Void = { _ in }) -> InputLines {
        var lines = InputLines(VehicleBench.configuration(change))
        for line in ["sos-button", "crash"] as [LineName] { _ = lines.level(line, active: false, at: .boot) }
        _ = lines.level("sos-cover", active: true, at: .boot)
        return lines
    }

    /// Lets the deadlines come up to `end` and collects what they mean.
    private func run(_ lines: inout InputLines, until end: Int) -> [InputLines.Sign] {
        var signs: [InputLines.Sign] = []
        var turns = 0
        while let next = lines.nextDeadline, next <= self.at(end), turns < 100 {
            signs += lines.deadlineReached(at: next)
            turns += 1
        }
        #expect(turns < 100, "the deadlines never end")
        return signs
    }

    @Test func theHoldCountsFromTheFirstEdgeOfTheBurst() {
        var lines = self.lines()
        for (index, time) in [0, 4, 9].enumerated() {
            #expect(lines.edge("sos-button", active: index.isMultiple(of: 2), at: self.at(time)) == [])
        }
        #expect(lines.nextDeadline == self.at(59))
        #expect(self.run(&lines, until: 999) == [])
        #expect(self.run(&lines, until: 1_000) == [.button(.held(since: self.at(0), coverClosed: false))])
    }

    @Test func theClosedCoverIsNotedWithThePress() {
        var lines = self.lines()
        _ = lines.level("sos-cover", active: false, at: self.at(0))
        _ = self.run(&lines, until: 100)
        _ = lines.edge("sos-button", active: true, at: self.at(100))
        #expect(self.run(&lines, until: 1_100) == [.button(.held(since: self.at(100), coverClosed: true))])
    }

    @Test func aReleaseThatHasNotSettledStopsTheHold() {
        var lines = self.lines()
        _ = lines.edge("sos-button", active: true, at: self.at(0))
        _ = self.run(&lines, until: 980)
        _ = lines.edge("sos-button", active: false, at: self.at(980))
        #expect(self.run(&lines, until: 2_000) == [.button(.tooShort(.milliseconds(980)))])
    }

    @Test func aCrashPulseShorterThanItsHoldIsAGlitch() {
        var lines = self.lines()
        _ = lines.edge("crash", active: true, at: self.at(0))
        _ = self.run(&lines, until: 60)
        _ = lines.edge("crash", active: false, at: self.at(60))
        #expect(self.run(&lines, until: 500) == [.crash("crash", .glitch(.milliseconds(60)))])
    }

    @Test func aHoldInWhichEdgesAreMissingBeginsAnew() {
        for line in ["crash", "sos-button"] as [LineName] {
            var lines = self.lines()
            _ = lines.edge(line, active: true, at: self.at(0))
            #expect(self.run(&lines, until: 60) == [])
            lines.edgesMissed(of: line, count: 604, at: self.at(0))
            // The time up to here would have been enough for either.
            #expect(lines.edge(line, active: false, at: self.at(2_000)) == [])
            let signs = self.run(&lines, until: 3_000)
            let crash = InputLines.Sign.crash("crash", .glitch(.zero))
            #expect(signs == [line == "crash" ? crash : .button(.tooShort(.zero))])
        }
    }

    @Test func aHoldWhoseLineOverranTheQueueBeginsAnewWhereTheQueueWasRead() {
        var lines = self.lines()
        _ = lines.level("crash", active: false, at: self.at(0))
        _ = lines.edge("crash", active: true, at: self.at(10))
        // The queue was full: what came behind its last edge is unknown up to its reading.
        lines.edgesMissed(of: "crash", count: 2, at: self.at(0))
        #expect(lines.level("crash", active: true, at: self.at(500)) == [])
        #expect(self.run(&lines, until: 550) == [], "half a second of nothing known is no hold")
        #expect(self.run(&lines, until: 700).count == 1, "a level that lasts from there on is a crash")
    }

    @Test func aCrashWhoseLastEdgeIsMissingIsNotLost() {
        var lines = self.lines()
        _ = lines.edge("crash", active: true, at: self.at(0))
        #expect(self.run(&lines, until: 60) == [])
        lines.edgesMissed(of: "crash", count: 1, at: self.at(0))
        _ = lines.level("crash", active: false, at: self.at(220))
        #expect(self.run(&lines, until: 400) == [.crash("crash", .crash(began: self.at(0), counted: self.at(100)))])
    }

    @Test func twoEdgesToTheSameLevelMeanThatOneIsMissing() {
        var lines = self.lines()
        #expect(lines.edge("crash", active: false, at: self.at(5)) == [.edgeMissed("crash")])
    }

    @Test func anEdgeOnALineThatWasNeverReadStartsAtTheOtherLevel() {
        var lines = InputLines(VehicleBench.configuration())
        #expect(lines.isActive("crash") == nil)
        _ = lines.edge("crash", active: true, at: self.at(0))
        #expect(self.run(&lines, until: 100) == [.crash("crash", .crash(began: self.at(0), counted: self.at(100)))])
        #expect(lines.isActive("crash") == true)
    }

    @Test func aLineThatComesBackStartsAnew() {
        var lines = self.lines()
        lines.lost("crash")
        #expect(lines.isActive("crash") == nil)
        #expect(lines.level("crash", active: true, at: self.at(10)) == [.crash("crash", .faulty(.activeFromStart))])
    }

    @Test func withoutDebounceOfOursAnEdgeSettlesAtOnce() {
        var lines = self.lines { $0.lines.debounce = .zero }
        _ = lines.edge("crash", active: true, at: self.at(0))
        #expect(lines.isActive("crash") == true)
        #expect(lines.edge("crash", active: false, at: self.at(99)) == [.crash("crash", .glitch(.milliseconds(99)))])
    }

    @Test func aContactThatTheKernelDebouncesNeedsNoSecondWait() {
        var lines = InputLines(VehicleBench.configuration())
        lines.serve("crash", LineTraits(isKernelDebounced: true, lossDetection: .sequence))
        _ = lines.level("crash", active: false, at: .boot)
        _ = lines.edge("crash", active: true, at: self.at(10))
        #expect(self.run(&lines, until: 109) == [])
        #expect(self.run(&lines, until: 110) == [.crash("crash", .crash(began: self.at(10), counted: self.at(110)))])
    }
}
