import MSD
import Positioning
import Testing
import Timeline

@Suite struct RecentLocationsTests {
    private func fix(_ latitude: Int32, _ longitude: Int32, at seconds: Int) throws -> Fix {
        try self.fix(latitude, longitude, radius: 15, taken: .boot.advanced(by: .seconds(seconds)))
    }

    private func fix(_ latitude: Int32, _ longitude: Int32, radius: Int, taken: Instant?) throws -> Fix {
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
        #expect(recent.deltas.n1 == .init(latitudeDelta: 0, longitudeDelta: 0))
        #expect(recent.deltas.n2 == .init(latitudeDelta: 0, longitudeDelta: 0))
    }

    @Test func stayWithinTenBits() throws {
        var recent = RecentLocations()
        recent.update(try self.fix(0, 0, at: 0))
        recent.update(try self.fix(60_000, -60_000, at: 5))
        #expect(recent.deltas.n1 == .init(latitudeDelta: -512, longitudeDelta: 511))
    }

    @Test func keepNoTwoPositionsCloserThanFiveSeconds() throws {
        var recent = RecentLocations()
        for second in 0...20 {
            recent.update(try self.fix(Int32(second * 1_000), 0, at: second))
        }
        #expect(recent.deltas.n1 == .init(latitudeDelta: -50, longitudeDelta: 0))
        #expect(recent.deltas.n2 == .init(latitudeDelta: -50, longitudeDelta: 0))
    }

    @Test func refuseAPlaceOutsideTheEarth() {
        for position in [
            Position(positionLatitude: 324_000_001, positionLongitude: 0),
            Position(positionLatitude: 0, positionLongitude: -648_000_001), .unknown,
        ] {
            #expect(Fix(position: position, radius95Meters: 1, direction: nil, takenAt: nil) == nil)
        }
    }

    @Test func aFixIsTrustedForFiveSecondsAndWithin150Meters() throws {
        let taken = Instant.boot.advanced(by: .seconds(100))
        let good = try self.fix(0, 0, radius: 150, taken: taken)
        #expect(good.canBeTrusted(at: taken.advanced(by: .seconds(5))))
        #expect(!good.canBeTrusted(at: taken.advanced(by: .milliseconds(5_001))))
        #expect(try !self.fix(0, 0, radius: 151, taken: taken).canBeTrusted(at: taken))
        #expect(try self.fix(0, 0, radius: 1, taken: nil).canBeTrusted(at: taken))
    }
}
