import MSD
import Positioning
import Testing
import Timeline

@Suite struct DeadReckoningTests {
    private let start = Instant.boot.advanced(by: .seconds(100))
    private let place = Position(positionLatitude: 173_745_360, positionLongitude: 41_162_400)

    private func reckoning(radius: Int? = 10, direction: UInt8? = 45, speed: Double? = 20) throws -> DeadReckoning? {
        let fix = Fix(
            position: self.place,
            radius95Meters: radius,
            direction: direction,
            takenAt: self.start,
            speedMetersPerSecond: speed
        )
        return DeadReckoning(from: try #require(fix))
    }

    private func after(_ milliseconds: Int) -> Instant {
        self.start.advanced(by: .milliseconds(milliseconds))
    }

    /// Drives at 20 m/s and tells the speed each second.
    private func drive(_ reckoning: inout DeadReckoning, seconds: Int, heading: Double? = nil) {
        for second in 1...seconds {
            reckoning.moved(speedMetersPerSecond: 20, headingDegrees: heading, at: self.after(second * 1_000))
        }
    }

    @Test func goesOnInTheLastDirection() throws {
        var reckoning = try #require(try self.reckoning())
        self.drive(&reckoning, seconds: 5)
        let fix = try #require(reckoning.fix(at: self.after(5_000)))
        // 100 m to the east at 48 degrees of latitude.
        #expect(fix.position.positionLatitude == self.place.positionLatitude)
        #expect(abs(fix.position.positionLongitude - self.place.positionLongitude - 4_863) <= 2)
        #expect(fix.direction == 45)
        // 10 m, 5 % of 100 m, and 100 m times the sine of half a step and 5 s of drift: 1.25 degrees.
        #expect(fix.radius95Meters == 18)
        #expect(fix.canBeTrusted(at: self.after(5_000)))
    }

    @Test func aMeasuredHeadingDriftsNoFurther() throws {
        var reckoning = try #require(try self.reckoning(direction: nil))
        reckoning.moved(speedMetersPerSecond: 20, headingDegrees: 180, at: self.start)
        self.drive(&reckoning, seconds: 50, heading: 180)
        let fix = try #require(reckoning.fix(at: self.after(50_000)))
        #expect(fix.radius95Meters == 60)
        #expect(fix.direction == 90)
        #expect(abs(self.place.positionLatitude - fix.position.positionLatitude - 32_376) <= 2)
    }

    @Test func isNotTrustedBeyondTheLimit() throws {
        var reckoning = try #require(try self.reckoning())
        self.drive(&reckoning, seconds: 60)
        #expect(try #require(reckoning.fix(at: self.after(60_000))).radius95Meters.map { $0 > 150 } == true)
        #expect(try #require(reckoning.fix(at: self.after(60_000))).canBeTrusted(at: self.after(60_000)) == false)
    }

    @Test func growsByTheWholeWayWithoutAHeading() throws {
        var reckoning = try #require(try self.reckoning(direction: nil))
        self.drive(&reckoning, seconds: 5)
        let fix = try #require(reckoning.fix(at: self.after(5_000)))
        #expect(fix.position == self.place)
        #expect(fix.radius95Meters == 115)
        #expect(fix.direction == nil)
    }

    @Test func knowsNothingOfTheErrorWhenTheSpeedIsOld() throws {
        var reckoning = try #require(try self.reckoning())
        #expect(try #require(reckoning.fix(at: self.after(2_000))).radius95Meters == 13)
        #expect(try #require(reckoning.fix(at: self.after(2_001))).radius95Meters == nil)
        reckoning.moved(speedMetersPerSecond: 20, at: self.after(3_000))
        #expect(try #require(reckoning.fix(at: self.after(3_000))).canBeTrusted(at: self.after(3_000)) == false)
        let blind = try #require(try self.reckoning(speed: nil))
        #expect(try #require(blind.fix(at: self.start)).radius95Meters == nil)
    }

    @Test func beginsWithAFixOfKnownErrorOnly() throws {
        #expect(try self.reckoning(radius: nil) == nil)
    }

    @Test(arguments: [-1, .nan, .infinity, 1e9]) func passesOverANumberThatIsNoSpeed(_ number: Double) throws {
        var reckoning = try #require(try self.reckoning())
        let before = reckoning
        reckoning.moved(speedMetersPerSecond: number, at: self.after(1_000))
        #expect(reckoning == before)
        reckoning.moved(speedMetersPerSecond: 20, headingDegrees: number, at: self.after(1_000))
        #expect(try #require(reckoning.fix(at: self.after(1_000))).direction == 45)
    }

    @Test func doesNotGoBackInTime() throws {
        var reckoning = try #require(try self.reckoning())
        reckoning.moved(speedMetersPerSecond: 20, at: self.after(1_000))
        let before = reckoning
        reckoning.moved(speedMetersPerSecond: 20, at: self.after(500))
        #expect(reckoning == before)
        #expect(reckoning.fix(at: self.after(500))?.position == before.fix(at: self.after(1_000))?.position)
    }
}
