import GPIO
import Testing
import Timeline

@Suite struct SimulatedLinesTests {
    private let button: LineName = "sos-button"
    private let led: LineName = "green-led"

    private func at(_ milliseconds: Int) -> Instant {
        .boot.advanced(by: .milliseconds(milliseconds))
    }

    private func edge(_ level: Level, at milliseconds: Int, _ sequence: UInt64) -> LineEvent {
        .edge(Edge(line: self.button, level: level, at: self.at(milliseconds), sequence: sequence))
    }

    @Test func startsByReportingEveryLevel() throws {
        let rig = try Rig()
        #expect(
            rig.reports() == [
                .level(line: self.button, level: .inactive, at: .boot),
                .level(line: "sos-cover", level: .active, at: .boot),
                .output(line: self.led, level: .inactive, at: .boot),
            ]
        )
    }

    @Test func anEdgeCarriesTheTimeItHappened() throws {
        let rig = try Rig()
        _ = rig.reports()
        rig.advance(by: .milliseconds(5))
        try rig.lines.set(self.button, .active)
        try rig.lines.set(self.button, .active)
        rig.advance(by: .milliseconds(5))
        try rig.lines.set(self.button, .inactive)
        #expect(rig.reports() == [self.edge(.active, at: 5, 1), self.edge(.inactive, at: 10, 2)])
    }

    @Test func aPulseEndsByItself() throws {
        let rig = try Rig()
        _ = rig.reports()
        try rig.lines.pulse(self.button, .milliseconds(1200))
        rig.advance(by: .milliseconds(1199))
        #expect(rig.reports() == [self.edge(.active, at: 0, 1)])
        #expect(try rig.lines.level(of: self.button) == .active)
        rig.advance(by: .milliseconds(1))
        #expect(rig.reports() == [self.edge(.inactive, at: 1200, 2)])
    }

    @Test func aLaterCommandReplacesTheRestOfAPulse() throws {
        let rig = try Rig()
        _ = rig.reports()
        try rig.lines.pulse(self.button, .milliseconds(100))
        rig.advance(by: .milliseconds(50))
        try rig.lines.set(self.button, .active)
        rig.advance(by: .seconds(10))
        #expect(rig.reports() == [self.edge(.active, at: 0, 1)])
    }

    @Test func aBounceEndsAtTheOtherLevel() throws {
        let rig = try Rig()
        _ = rig.reports()
        try rig.lines.bounce(self.button, times: 2, period: .milliseconds(3))
        rig.advance(by: .seconds(1))
        #expect(
            rig.reports() == [
                self.edge(.active, at: 0, 1), self.edge(.inactive, at: 3, 2), self.edge(.active, at: 6, 3),
                self.edge(.inactive, at: 9, 4), self.edge(.active, at: 12, 5),
            ]
        )
    }

    @Test func aStuckContactIgnoresTheHand() throws {
        let rig = try Rig()
        _ = rig.reports()
        try rig.lines.stick(self.button, .active)
        try rig.lines.set(self.button, .active)
        try rig.lines.set(self.button, .inactive)
        #expect(rig.reports() == [self.edge(.active, at: 0, 1)])
        try rig.lines.restore(self.button)
        #expect(rig.reports() == [self.edge(.inactive, at: 0, 2)])
    }

    @Test func aVanishedLineComesBackWithItsPresentLevel() throws {
        let rig = try Rig()
        _ = rig.reports()
        try rig.lines.set(self.button, .active)
        try rig.lines.set(self.button, .inactive)
        try rig.lines.vanish(self.button)
        try rig.lines.vanish(self.button)
        try rig.lines.set(self.button, .active)
        #expect(throws: LineError.unusable(self.button, .vanished(reason: "unplugged"))) {
            try rig.lines.level(of: self.button)
        }
        #expect(try rig.lines.health(of: self.button) == .vanished(reason: "unplugged"))
        try rig.lines.restore(self.button)
        try rig.lines.set(self.button, .inactive)
        #expect(
            rig.reports() == [
                self.edge(.active, at: 0, 1), self.edge(.inactive, at: 0, 2),
                .health(line: self.button, health: .vanished(reason: "unplugged")),
                .health(line: self.button, health: .good), .level(line: self.button, level: .active, at: .boot),
                self.edge(.inactive, at: 0, 1),
            ]
        )
    }

    @Test func aBusyLineNamesItsHolder() throws {
        let rig = try Rig()
        _ = rig.reports()
        try rig.lines.occupy(self.led, holder: "gpioset")
        #expect(rig.reports() == [.health(line: self.led, health: .busy(holder: "gpioset"))])
        #expect(throws: LineError.unusable(self.led, .busy(holder: "gpioset"))) {
            try rig.lines.drive(self.led, .active)
        }
    }

    @Test func lostEdgesShowAsAGapAndTheLevelFollows() throws {
        let rig = try Rig()
        _ = rig.reports()
        try rig.lines.drop(self.button, count: 2)
        try rig.lines.set(self.button, .active)
        try rig.lines.set(self.button, .inactive)
        #expect(rig.reports() == [])
        try rig.lines.set(self.button, .active)
        #expect(
            rig.reports() == [
                .lost(line: self.button, count: 2), self.edge(.active, at: 0, 3),
                .level(line: self.button, level: .active, at: .boot),
            ]
        )
    }

    @Test func aLineThatCameBackCountsItsEdgesAnew() throws {
        let rig = try Rig()
        for level in [Level.active, .inactive, .active, .inactive] {
            try rig.lines.set(self.button, level)
        }
        try rig.lines.vanish(self.button)
        try rig.lines.restore(self.button)
        _ = rig.reports()
        try rig.lines.drop(self.button, count: 1)
        try rig.lines.set(self.button, .active)
        try rig.lines.set(self.button, .inactive)
        #expect(rig.reports().prefix(2) == [.lost(line: self.button, count: 1), self.edge(.inactive, at: 0, 2)])
    }

    @Test func anOutputIsSeenWhenItChanges() throws {
        let rig = try Rig()
        _ = rig.reports()
        rig.advance(by: .milliseconds(7))
        try rig.lines.drive(self.led, .active)
        try rig.lines.drive(self.led, .active)
        #expect(rig.reports() == [.output(line: self.led, level: .active, at: self.at(7))])
        try rig.lines.vanish(self.led)
        try rig.lines.restore(self.led)
        #expect(rig.reports().last == .output(line: self.led, level: .inactive, at: self.at(7)))
    }

    @Test func aReceiverMayCallBackAndOrderIsKept() throws {
        let lines = try SimulatedLines(Rig.bench) {
            .boot
        } schedule: { _, _ in
        }
        let log = Log()
        lines.start { [weak lines] event in
            if case .edge(let edge) = event, edge.level == .active {
                log.attempt { try lines?.set("sos-button", .inactive) }
                log.attempt { try lines?.drive("green-led", .active) }
            }
            log.append(event)
        }
        try lines.set("sos-button", .active)
        #expect(
            log.events.suffix(3) == [
                self.edge(.active, at: 0, 1), self.edge(.inactive, at: 0, 2),
                .output(line: self.led, level: .active, at: .boot),
            ]
        )
    }

    @Test func aSignalIsPlayedOnTimeWhateverTheTimersDo() throws {
        let rig = try Rig()
        _ = rig.reports()
        let parts = [LineSignal.Part(.active, .milliseconds(10)), .init(.inactive, .milliseconds(5))]
        try rig.lines.play("sos-button", LineSignal(once: parts, again: [], rest: .inactive))
        rig.advance(by: .milliseconds(100))
        #expect(rig.reports().compactMap(\.stampedLevel) == ["active 0", "inactive 10"])
        try rig.lines.play("sos-button", LineSignal(once: [], again: parts, rest: .inactive))
        rig.advance(by: .milliseconds(38))
        #expect(
            rig.reports().compactMap(\.stampedLevel)
                == ["active 100", "inactive 110", "active 115", "inactive 125", "active 130"]
        )
        try rig.lines.set("sos-button", .inactive)
        rig.advance(by: .seconds(1))
        #expect(rig.reports().compactMap(\.stampedLevel) == ["inactive 138"])
    }

    @Test func readingTheLinesDeliversWhatASignalOwesUpToThen() throws {
        let rig = try Rig()
        let parts = [LineSignal.Part(.active, .milliseconds(10)), .init(.inactive, .milliseconds(10))]
        try rig.lines.play("sos-button", LineSignal(once: [], again: parts, rest: .inactive))
        _ = rig.reports()
        rig.skip(.milliseconds(35))
        rig.lines.read { #expect($0 == rig.now) }
        #expect(rig.reports().compactMap(\.stampedLevel) == ["inactive 10", "active 20", "inactive 30"])
    }

    @Test func aSignalOfPartsThatNoMachinePlaysIsRefused() throws {
        let rig = try Rig()
        let short = LineSignal(once: [.init(.active, .microseconds(100))], again: [], rest: .inactive)
        #expect(throws: LineError.self) { try rig.lines.play("sos-button", short) }
    }
}

extension LineEvent {
    /// An edge as its level and the millisecond of its stamp.
    fileprivate var stampedLevel: String? {
        guard case .edge(let edge) = self else { return nil }
        return "\(edge.level.rawValue) \(edge.at.nanosecondsSinceBoot / 1_000_000)"
    }
}
