import Testing
import Timeline

@testable import GPIO

/// What one line of the kernel is told to have done.
@Suite struct LineWatchTests {
    private static let numbered = LineTraits(lossDetection: .sequence)

    private func at(_ milliseconds: Int) -> Instant { Instant.boot.advanced(by: .milliseconds(milliseconds)) }

    private func held(_ traits: LineTraits = Self.numbered, level: Level = .inactive) -> LineWatch {
        var watch = LineWatch(LineSpecification(name: "crash", direction: .input))
        _ = watch.taken(level: level, traits: traits, at: .boot)
        return watch
    }

    private func edge(_ level: Level, _ milliseconds: Int, _ sequence: UInt64) -> KernelEdge {
        KernelEdge(level: level, at: self.at(milliseconds), sequence: sequence)
    }

    private func told(_ level: Level, _ milliseconds: Int, _ sequence: UInt64) -> LineEvent {
        .edge(Edge(line: "crash", level: level, at: self.at(milliseconds), sequence: sequence))
    }

    @Test func aLineSaysHowItIsServedBeforeItsFirstLevel() {
        var watch = LineWatch(LineSpecification(name: "crash", direction: .input))
        #expect(
            watch.taken(level: .active, traits: Self.numbered, at: self.at(3)) == [
                .traits(line: "crash", traits: Self.numbered), .level(line: "crash", level: .active, at: self.at(3)),
            ]
        )
    }

    @Test func aLineThatIsAskedForInVainSaysSoOnce() {
        var watch = LineWatch(LineSpecification(name: "led", direction: .output))
        let busy = LineHealth.busy(holder: "gpioset")
        #expect(watch.refused(busy) == [.health(line: "led", health: busy)])
        #expect(watch.refused(busy) == [])
        let missing = LineHealth.missing(reason: "no chip")
        #expect(watch.refused(missing) == [.health(line: "led", health: missing)])
        #expect(
            watch.taken(level: .inactive, traits: Self.numbered, at: self.at(5)) == [
                .health(line: "led", health: .good), .traits(line: "led", traits: Self.numbered),
                .output(line: "led", level: .inactive, at: self.at(5)),
            ]
        )
    }

    @Test func aFullQueueOfUncountedEdgesIsALossAndWhatTheLineWasDoingBeginsAnew() {
        var watch = self.held(LineTraits(lossDetection: .levels))
        let edges = (1...KernelLine.edgesPerReading).map { self.edge($0 % 2 == 0 ? .inactive : .active, $0, 0) }
        let fewer = Array(edges.dropLast())
        #expect(watch.edges(fewer, at: self.at(300)).count == fewer.count, "a queue that was not full lost nothing")
        let events = watch.edges(edges, at: self.at(300))
        #expect(
            events.suffix(2) == [
                .lost(line: "crash", count: 2), .level(line: "crash", level: .inactive, at: self.at(300)),
            ]
        )
    }

    /// Edges every 250 us from `start` on, as many as the kernel keeps, in microseconds since boot.
    private func queue(from start: Int, _ count: Int = KernelLine.edgesPerReading) -> [KernelEdge] {
        (0..<count).map { number in
            KernelEdge(
                level: number.isMultiple(of: 2) ? .active : .inactive,
                at: Instant.boot.advanced(by: .microseconds(start + 250 * number)),
                sequence: 0
            )
        }
    }

    private static func isNoise(_ event: LineEvent) -> Bool {
        if case .noise(_, true) = event { true } else { false }
    }

    @Test func aFloodIsToldHoweverSlowlyItIsRead() throws {
        // A reader that comes every 80 ms sees 19 edges each time of the 320 that there were: far fewer than make a
        // flood by their number.
        var watch = self.held(LineTraits(lossDetection: .levels))
        var told: Int?
        for round in 0..<10 where told == nil {
            let begun = round * 80_000
            var events = watch.edges(self.queue(from: begun), at: self.at(round * 80 + 79))
            events += watch.edges(self.queue(from: begun + 79_250, 3), at: self.at(round * 80 + 80))
            if events.contains(where: Self.isNoise) { told = round }
        }
        #expect(told == 3, "with the first reading beyond a window")
        #expect(watch.closedUntil == self.at(320).advanced(by: EdgeGate.window))
    }

    @Test func aFloodBehindALongHumIsToldWithinASecond() {
        // Ten seconds of 100 edges a second, read as they come; then the flood, read every 80 ms.
        var watch = self.held(LineTraits(lossDetection: .levels))
        for number in 0..<1_000 {
            let hum = watch.edges(
                [self.edge(number.isMultiple(of: 2) ? .active : .inactive, number * 10, 0)],
                at: self.at(number * 10)
            )
            #expect(!hum.contains(where: Self.isNoise))
        }
        let isTold = (0..<12).contains { round in
            let begun = 10_000 + round * 80
            var events = watch.edges(self.queue(from: begun * 1_000), at: self.at(begun + 79))
            events += watch.edges(self.queue(from: begun * 1_000 + 79_250, 3), at: self.at(begun + 80))
            return events.contains(where: Self.isNoise)
        }
        #expect(isTold)
    }

    /// A line that floods, and is open again at the instant that is returned.
    private func flooded() throws -> (LineWatch, Instant) {
        var watch = self.held(LineTraits(lossDetection: .levels))
        for round in 0..<5 { _ = watch.edges(self.queue(from: round * 80_000), at: self.at(round * 80 + 79)) }
        let opening = try #require(watch.closedUntil)
        let isOpen = watch.opened(at: opening)
        #expect(isOpen)
        _ = watch.resumed(.inactive, at: opening)
        return (watch, opening)
    }

    @Test func aLineKnownToFloodIsClosedAgainAfterAMoment() throws {
        var (watch, _) = try self.flooded()
        _ = watch.edges(self.queue(from: 700_000), at: self.at(730))
        _ = watch.edges(self.queue(from: 731_000), at: self.at(760))
        #expect(watch.closedUntil == nil, "35 ms may be two bounces")
        _ = watch.edges(self.queue(from: 761_000), at: self.at(770))
        #expect(watch.closedUntil == self.at(770).advanced(by: EdgeGate.window))
    }

    @Test func pressesAfterAFloodDoNotKeepTheLineNoisy() throws {
        var (watch, _) = try self.flooded()
        var events: [LineEvent] = []
        for round in 0..<8 {
            // 34 bounces within 9 ms, read as they come; then the contact rests.
            let begun = 700_000 + round * 500_000
            events += watch.edges(self.queue(from: begun), at: self.at(begun / 1_000 + 4))
            events += watch.edges(self.queue(from: begun + 4_100), at: self.at(begun / 1_000 + 9))
            events += watch.edges(self.queue(from: begun + 8_200, 2), at: self.at(begun / 1_000 + 9))
            events += watch.settled(.inactive, at: self.at(begun / 1_000 + 300))
        }
        #expect(events.contains(.noise(line: "crash", isNoisy: false)))
        #expect(!events.contains(where: Self.isNoise))
    }

    @Test func aPressReadTooLateWithItsReleaseIsNoFlood() throws {
        // Its bounces fill the queue, nobody reads for 250 ms, and the release bounces just after that.
        var watch = self.held(LineTraits(lossDetection: .levels))
        _ = watch.edges(self.queue(from: 0), at: self.at(254))
        let events = watch.edges(self.queue(from: 258_000), at: self.at(262))
        #expect(!events.contains(where: Self.isNoise))
    }

    @Test func aContactThatBouncesThroughFullQueuesIsNoFlood() {
        // Pressed and left every 90 ms with 40 bounces, read late each time: it is seen at rest in between.
        var watch = self.held(LineTraits(lossDetection: .levels))
        for round in 0..<20 {
            let events = watch.edges(self.queue(from: round * 90_000), at: self.at(round * 90 + 60))
            #expect(!events.contains(where: Self.isNoise), "round \(round)")
        }
        #expect(watch.closedUntil == nil)
    }

    @Test func aSignalOfAHundredEdgesASecondReadInFullQueuesIsNoFlood() {
        var watch = self.held(LineTraits(lossDetection: .levels))
        for round in 0..<20 {
            let edges = (0..<KernelLine.edgesPerReading).map { number in
                self.edge(number.isMultiple(of: 2) ? .active : .inactive, round * 160 + number * 10, 0)
            }
            let events = watch.edges(edges, at: self.at(round * 160 + 155))
            #expect(!events.contains(where: Self.isNoise), "round \(round)")
        }
        #expect(watch.closedUntil == nil)
    }

    @Test func aFullQueueOfCountedEdgesIsNoLoss() {
        var watch = self.held()
        let edges = (1...KernelLine.edgesPerReading).map {
            self.edge($0 % 2 == 0 ? .inactive : .active, $0, UInt64($0))
        }
        #expect(watch.edges(edges, at: self.at(300)).count == edges.count)
    }

    @Test func aVanishedLineStaysVanishedWhileItsChipIsAway() {
        var watch = self.held()
        let vanished = LineHealth.vanished(reason: "no such device")
        #expect(watch.refused(vanished) == [.health(line: "crash", health: vanished)])
        #expect(watch.refused(.missing(reason: "no chip")) == [])
        #expect(watch.health == vanished)
        #expect(watch.edges([self.edge(.active, 1, 1)], at: self.at(1)) == [])
    }

    @Test func aGapInTheNumbersIsToldBeforeTheEdgeThatShowsIt() {
        var watch = self.held()
        let edges = [self.edge(.active, 1, 1), self.edge(.inactive, 9, 4)]
        #expect(
            watch.edges(edges, at: self.at(9)) == [
                self.told(.active, 1, 1), .lost(line: "crash", count: 2), self.told(.inactive, 9, 4),
            ]
        )
    }

    @Test func aLineTakenOverFromAnEarlierRunBeginsAtTheNumberThatComes() {
        var watch = self.held(LineTraits(lossDetection: .sequence, isResumed: true))
        #expect(watch.edges([self.edge(.active, 1, 77)], at: self.at(1)) == [self.told(.active, 1, 1)])
        let next = watch.edges([self.edge(.inactive, 2, 79)], at: self.at(2))
        #expect(next.first == .lost(line: "crash", count: 1))
    }

    @Test func aLevelThatGoesOnContradictingTheLastEdgeIsALostEdge() {
        var watch = self.held(LineTraits(lossDetection: .levels))
        #expect(watch.settled(.active, at: self.at(100)) == [])
        #expect(watch.recheckAt == self.at(100).advanced(by: LineWatch.doubt))
        #expect(
            watch.settled(.active, at: self.at(120)) == [
                .lost(line: "crash", count: 1), .level(line: "crash", level: .active, at: self.at(120)),
            ]
        )
        #expect(watch.recheckAt == nil)
    }

    @Test func aLevelWhoseEdgeComesALittleLaterIsNoLoss() {
        var watch = self.held(LineTraits(lossDetection: .levels))
        #expect(watch.settled(.active, at: self.at(100)) == [])
        #expect(watch.edges([self.edge(.active, 100, 0)], at: self.at(101)) == [self.told(.active, 100, 1)])
        #expect(watch.recheckAt == nil)
        #expect(watch.settled(.active, at: self.at(130)) == [])
    }

    @Test func aFloodClosesTheLineForTheRestOfItsWindow() {
        var watch = self.held(LineTraits(lossDetection: .levels))
        var noises = 0
        for number in 0..<EdgeGate.maximumEdges {
            let level: Level = number.isMultiple(of: 2) ? .active : .inactive
            let events = watch.edges([self.edge(level, number / 10, 0)], at: self.at(number / 10))
            noises += events.count { $0 == .noise(line: "crash", isNoisy: true) }
        }
        #expect(noises == 1)
        #expect(watch.closedUntil == Instant.boot.advanced(by: EdgeGate.window))
        let isOpen = [249, 250, 251].map { watch.opened(at: self.at($0)) }
        #expect(isOpen == [false, true, false])
        #expect(
            watch.resumed(.active, at: self.at(250)) == [.level(line: "crash", level: .active, at: self.at(250))]
        )
        #expect(watch.closedUntil == nil)
        #expect(watch.settled(.active, at: self.at(1_000)) == [])
        #expect(
            watch.settled(.active, at: self.at(2_050)) == [
                .noise(line: "crash", isNoisy: false), .level(line: "crash", level: .active, at: self.at(2_050)),
            ]
        )
    }

    @Test func edgesThatAreLostCountForAFlood() {
        var watch = self.held()
        let edges = [self.edge(.active, 1, 1), self.edge(.inactive, 9, 400)]
        #expect(watch.edges(edges, at: self.at(9)).last == .noise(line: "crash", isNoisy: true))
        #expect(watch.closedUntil != nil)
    }

    @Test func aBouncingContactAndTheFastestCrashSignalAreNoFlood() {
        var watch = self.held(LineTraits(lossDetection: .levels))
        // A second at 100 edges a second, with a burst of 100 bounces in it.
        for number in 0..<100 {
            let level: Level = number.isMultiple(of: 2) ? .active : .inactive
            let time = self.at(number * 10)
            #expect(watch.edges([KernelEdge(level: level, at: time, sequence: 0)], at: time).count == 1)
            guard number == 50 else { continue }
            for bounce in 0..<100 {
                let level: Level = bounce.isMultiple(of: 2) ? .inactive : .active
                _ = watch.edges([KernelEdge(level: level, at: time, sequence: 0)], at: time)
            }
        }
        #expect(watch.closedUntil == nil)
    }

    @Test func anOutputTellsALevelOnlyWhenItChanges() {
        var watch = LineWatch(LineSpecification(name: "led", direction: .output))
        _ = watch.taken(level: .inactive, traits: Self.numbered, at: .boot)
        #expect(watch.driven(.inactive, at: self.at(1)) == [])
        #expect(watch.driven(.active, at: self.at(2)) == [.output(line: "led", level: .active, at: self.at(2))])
        #expect(watch.level == .active)
    }

    @Test func aClosedGateAsksForNoReading() {
        var watch = self.held(LineTraits(lossDetection: .levels))
        let edges = (0..<EdgeGate.maximumEdges).map { self.edge($0.isMultiple(of: 2) ? .active : .inactive, 1, 0) }
        _ = watch.settled(.active, at: self.at(1))
        #expect(watch.recheckAt != nil)
        _ = watch.edges(edges, at: self.at(1))
        _ = watch.settled(.active, at: self.at(2))
        #expect(watch.closedUntil != nil && watch.recheckAt == nil)
    }

    @Test func aLineIsToldAnewAsItStands() {
        var watch = self.held(level: .active)
        #expect(watch.report(at: self.at(7)) == [.level(line: "crash", level: .active, at: self.at(7))])
        _ = watch.refused(.missing(reason: "no chip"))
        #expect(watch.report(at: self.at(8)) == [.health(line: "crash", health: .missing(reason: "no chip"))])
    }
}
