import MSD
import Positioning
import Testing
import Timeline

@Suite struct RecentLocationsTests {
    private func fix(_ latitude: Int32, _ longitude: Int32, at seconds: Int) throws -> Fix {
        try self.fix(latitude, longitude, radius: 15, taken: .boot.advanced(by: .seconds(seconds)))
    }

    private func fix(_ latitude: Int32, _ longitude: Int32, radius: Int?, taken: Instant?) throws -> Fix {
        let position = Position(positionLatitude: latitude, positionLongitude: longitude)
        return try #require(Fix(position: position, radius95Meters: radius, direction: nil, takenAt: taken))
    }

    @Test func showTheApproachOfADriveToTheNorthEast() throws {
        var recent = RecentLocations()
        recent.update(try self.fix(173_740_320, 41_151_600, at: 0))
        recent.update(try self.fix(173_742_840, 41_157_000, at: 5))
        recent.update(try self.fix(173_745_360, 41_162_400, at: 10))
        #expect(recent.deltas.n1 == .init(latitudeDelta: -25, longitudeDelta: -54))
        #expect(recent.deltas.n2 == .init(latitudeDelta: -25, longitudeDelta: -54))
    }

    @Test func areZeroWithoutEarlierPositions() throws {
        var recent = RecentLocations()
        recent.update(try self.fix(1_000, 1_000, at: 0))
        #expect(recent.deltas.n1 == .zero)
        #expect(recent.deltas.n2 == .zero)
    }

    @Test func stayWithinTenBits() throws {
        var recent = RecentLocations()
        recent.update(try self.fix(0, 0, at: 0))
        recent.update(try self.fix(60_000, -60_000, at: 5))
        #expect(recent.deltas.n1 == .init(latitudeDelta: -512, longitudeDelta: 511))
    }

    /// Where a car at `metersPerSecond` to the north is after so many seconds, in milliarcseconds.
    private func latitude(after seconds: Int, metersPerSecond: Double) -> Int32 {
        Int32(Double(seconds) * metersPerSecond / 0.030887)
    }

    @Test(arguments: [3.0, 14, 36, 60]) func keepNoTwoPositionsCloserThanFiveSeconds(_ speed: Double) throws {
        var recent = RecentLocations()
        // What the least of five seconds makes of the way, in units of 100 mas, and half a unit of rounding.
        let least = Int(-(5 * speed / 3.0887) + 1)
        var withBoth = 0
        for second in 0...600 {
            recent.update(try self.fix(self.latitude(after: second, metersPerSecond: speed), 0, at: second))
            let (n1, n2) = recent.deltas
            if second >= 5 { #expect(n1.latitudeDelta <= least, "N1 at \(second) s") }
            if n2 != .zero {
                withBoth += 1
                #expect(n2.latitudeDelta <= least, "N2 at \(second) s")
            }
            #expect(n1.latitudeDelta > LocationDelta.range.lowerBound)
            #expect(n2.latitudeDelta > LocationDelta.range.lowerBound)
        }
        #expect(withBoth > 150, "both are there for a good part of the time")
    }

    @Test func lieApartByAWayThatDiffersAndSaysNothingOfTheTime() throws {
        var ways: Set<Int> = []
        for speed in [7.0, 20, 50] {
            var recent = RecentLocations()
            for second in 0...2_000 {
                recent.update(try self.fix(self.latitude(after: second, metersPerSecond: speed), 0, at: second))
                // The first kilometer of a drive has the first two, which are kept as soon as they are worth it.
                guard Double(second) * speed > 1_100, recent.deltas.n2 != .zero else { continue }
                let meters = Double(-recent.deltas.n2.latitudeDelta) * 3.0887
                #expect((295...(505 + speed)).contains(meters), "\(meters) m at \(speed) m/s")
                ways.insert(recent.deltas.n2.latitudeDelta)
            }
        }
        #expect(ways.count > 20)
    }

    @Test func keepNoPositionOfACarThatStands() throws {
        var recent = RecentLocations()
        for second in 0...60 {
            recent.update(try self.fix(Int32(second % 3) * 100, 0, at: second))
        }
        #expect(recent.deltas.n2 == .zero)
        #expect(abs(recent.deltas.n1.latitudeDelta) <= 2)
    }

    @Test(arguments: [nil, 151]) func keepNoPositionThatCannotBeTrusted(_ radius: Int?) throws {
        var recent = RecentLocations()
        for second in 0...20 {
            let taken = Instant.boot.advanced(by: .seconds(second))
            recent.update(try self.fix(Int32(second) * 1_000, 0, radius: radius, taken: taken))
        }
        #expect(recent.deltas.n1 == .zero)
        #expect(recent.current?.position.positionLatitude == 20_000)
    }

    @Test func showTheApproachOnceFrozenWhereverTheCarIsThen() throws {
        var recent = RecentLocations()
        for (second, latitude) in [(0, 0), (5, 5_000), (10, 10_000)] {
            recent.update(try self.fix(Int32(latitude), 0, at: second))
        }
        recent.freeze()
        for second in 11...300 {
            recent.update(try self.fix(10_000 + Int32(second) * 100, 0, at: second))
        }
        #expect(recent.deltas.n1 == .init(latitudeDelta: -350, longitudeDelta: 0))
        #expect(recent.deltas.n2 == .init(latitudeDelta: -50, longitudeDelta: 0))
        recent.thaw()
        for second in 301...600 {
            recent.update(try self.fix(10_000 + Int32(second) * 100, 0, at: second))
        }
        #expect(recent.deltas.n1 != .init(latitudeDelta: -512, longitudeDelta: 0))
    }

    @Test func freezeLeavesOutAPositionThatIsTooYoung() throws {
        var recent = RecentLocations()
        for (second, latitude) in [(0, 0), (5, 5_000), (6, 6_000)] {
            recent.update(try self.fix(Int32(latitude), 0, at: second))
        }
        recent.freeze()
        #expect(recent.deltas.n1 == .init(latitudeDelta: -60, longitudeDelta: 0))
        #expect(recent.deltas.n2 == .zero)
        recent.update(try self.fix(6_000, 0, at: 60))
        #expect(recent.deltas.n1 == .init(latitudeDelta: -60, longitudeDelta: 0))
    }

    @Test func takeASurveyedPlaceWithoutATime() throws {
        var recent = RecentLocations()
        for latitude: Int32 in [0, 5_000, 10_000] {
            recent.update(try self.fix(latitude, 0, radius: 1, taken: nil))
        }
        #expect(recent.deltas.n1 == .init(latitudeDelta: -50, longitudeDelta: 0))
        #expect(recent.deltas.n2 == .init(latitudeDelta: -50, longitudeDelta: 0))
    }
}
