import Testing
import Timeline

@testable import Sensors

@Suite struct ReadStampsTests {
    private func at(_ milliseconds: Double) -> Instant {
        Instant(nanosecondsSinceBoot: Int64((milliseconds * 1_000_000).rounded()))
    }

    /// All stamps of reads of so many scans at so many milliseconds.
    private func stamps(rate: Double = 1_000, _ reads: [(Int, Double)]) throws -> [Instant] {
        var clock = try #require(ReadStamps(rate: rate))
        var all: [Instant] = []
        for (count, time) in reads { all += clock.stamps(count, readAt: self.at(time)) }
        return all
    }

    @Test func theLastOfTheFirstBatchHasTheTimeOfTheRead() throws {
        #expect(try self.stamps([(3, 100)]) == [98, 99, 100].map(self.at))
        #expect(try self.stamps([(0, 100)]).isEmpty)
    }

    @Test func whatIsReadLateKeepsItsDistances() throws {
        // The machine is away for 100 ms, and then reads all at once.
        let late = (0..<6).map { (16, 216 + Double($0) / 100) }
        let found = try self.stamps([(16, 100), (16, 116)] + late + [(4, 216.1)])
        let steps = zip(found, found.dropFirst()).map { $0.duration(to: $1) }
        #expect(steps.allSatisfy { $0 >= .microseconds(899) && $0 <= .microseconds(1_101) })
        #expect(found.last.map { $0.duration(to: self.at(216)).magnitude < .milliseconds(8) } == true)
    }

    @Test(arguments: [0.7, 0.8, 0.95, 1, 1.05, 1.09, 1.18, 1.5])
    func aRateThatIsOffAddsUpToNothing(slower: Double) throws {
        let found = try self.stamps((1...500).map { (16, 1_000 + Double($0) * 16 * slower) })
        #expect(found.count == 8_000)
        #expect(zip(found, found.dropFirst()).allSatisfy { $0 < $1 })
        let last = self.at(1_000 + 500 * 16 * slower)
        #expect(found.last.map { $0.duration(to: last).magnitude <= .milliseconds(2) } == true)
        // Once the rate is known no second has a gap, and a push has its length.
        let steps = zip(found, found.dropFirst()).map { $0.duration(to: $1) }.suffix(4_000)
        let wanted = Duration.microseconds(1_000 * slower)
        #expect(steps.allSatisfy { $0 > wanted * 0.88 && $0 < wanted * 1.12 })
    }

    @Test func whatIsLostIsAGap() throws {
        let found = try self.stamps([(2, 100), (2, 102), (2, 1_000), (2, 1_002)])
        let steps = zip(found, found.dropFirst()).map { $0.duration(to: $1) }
        #expect(steps.count { $0 > .milliseconds(50) } == 1)
        #expect(found.last == self.at(1_002))
    }

    /// The kernel keeps what came first and drops what comes when it is full: the gap is behind what waited.
    @Test func whatWaitedInTheKernelKeepsItsDistancesInFrontOfTheGap() throws {
        let backlog = (0..<16).map { (16, 516 + Double($0) / 100) }
        let live = (1...20).map { (16, 517 + Double($0) * 16) }
        let found = try self.stamps([(16, 100), (16, 116)] + backlog + live)
        let steps = zip(found, found.dropFirst()).map { $0.duration(to: $1) }
        #expect(steps.allSatisfy { $0 >= .microseconds(899) })
        let gaps = steps.indices.filter { steps[$0] > .microseconds(1_101) }
        #expect(gaps == [18 * 16 - 1], "behind the 256 that waited, and nowhere else")
        #expect(found[18 * 16 - 1] == self.at(116 + 256))
        #expect(found.last == self.at(517 + 320))
    }

    @Test func noClockMakesThemGoBack() throws {
        let found = try self.stamps([(4, 100), (4, 100), (4, 90), (4, 120)])
        #expect(zip(found, found.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test(arguments: [0, -1, Double.nan, .infinity, 1e30])
    func aRateThatIsNoneHasNoStamps(rate: Double) {
        #expect(ReadStamps(rate: rate) == nil)
    }
}

extension Duration {
    fileprivate var magnitude: Duration { self < .zero ? .zero - self : self }
}
