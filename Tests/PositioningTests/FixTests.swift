import MSD
import Testing
import Timeline

@testable import Positioning

@Suite struct FixTests {
    private let taken = Instant.boot.advanced(by: .seconds(100))

    private func fix(radius: Int?, taken: Instant?, speed: Double? = nil) throws -> Fix {
        try #require(
            Fix(
                position: Position(positionLatitude: 1, positionLongitude: 1),
                radius95Meters: radius,
                direction: nil,
                takenAt: taken,
                speedMetersPerSecond: speed
            )
        )
    }

    @Test func refuseAPlaceOutsideTheEarth() {
        for position in [
            Position(positionLatitude: 324_000_001, positionLongitude: 0),
            Position(positionLatitude: 0, positionLongitude: -648_000_001), .unknown,
        ] {
            #expect(Fix(position: position, radius95Meters: 1, direction: nil, takenAt: nil) == nil)
        }
    }

    @Test(arguments: [-0.1, .nan, .infinity]) func refusesANumberThatIsNoSpeed(_ speed: Double) {
        let position = Position(positionLatitude: 1, positionLongitude: 1)
        let fix = Fix(
            position: position,
            radius95Meters: 1,
            direction: nil,
            takenAt: nil,
            speedMetersPerSecond: speed
        )
        #expect(fix == nil)
    }

    @Test func aFixIsTrustedForFiveSecondsAndWithin150Meters() throws {
        let good = try self.fix(radius: 150, taken: self.taken, speed: 0)
        #expect(good.canBeTrusted(at: self.taken.advanced(by: .seconds(5))))
        #expect(!good.canBeTrusted(at: self.taken.advanced(by: .milliseconds(5_001))))
        #expect(try !self.fix(radius: 151, taken: self.taken).canBeTrusted(at: self.taken))
        #expect(try !self.fix(radius: nil, taken: self.taken).canBeTrusted(at: self.taken))
        #expect(try self.fix(radius: 1, taken: nil).canBeTrusted(at: self.taken))
    }

    @Test func aVehicleThatTellsNoSpeedMayBeAFastOne() throws {
        let unknown = try self.fix(radius: 50, taken: self.taken)
        #expect(unknown.canBeTrusted(at: self.taken.advanced(by: .seconds(2))))
        #expect(!unknown.canBeTrusted(at: self.taken.advanced(by: .milliseconds(2_001))))
    }

    @Test func theWaySinceThenIsPartOfTheRadius() throws {
        let fast = try self.fix(radius: 50, taken: self.taken, speed: 40)
        #expect(fast.canBeTrusted(at: self.taken.advanced(by: .milliseconds(2_500))))
        #expect(!fast.canBeTrusted(at: self.taken.advanced(by: .milliseconds(2_501))))
        let slow = try self.fix(radius: 50, taken: self.taken, speed: 1e-300)
        #expect(slow.canBeTrusted(at: self.taken.advanced(by: .seconds(5))))
        #expect(!slow.canBeTrusted(at: self.taken.advanced(by: .milliseconds(5_001))))
    }

    @Test(arguments: [
        (48.2626, 11.434, Int32(173_745_360), Int32(41_162_400)),
        (-33.8568, 151.2153, -121_884_480, 544_375_080),
        (90, -180, 324_000_000, -648_000_000),
    ])
    func degreesBecomeMilliarcseconds(_ latitude: Double, _ longitude: Double, _ north: Int32, _ east: Int32) {
        let position = Position(latitudeDegrees: latitude, longitudeDegrees: longitude)
        #expect(position == Position(positionLatitude: north, positionLongitude: east))
    }

    @Test func coursesBecomeStepsOfTwoDegrees() {
        #expect([0, 1, 87, 180, 359, 360].map(Direction.step(courseDegrees:)) == [0, 1, 44, 90, 0, 0])
        #expect([-1, 361, .nan].map(Direction.step(courseDegrees:)) == [255, 255, 255])
    }

    @Test(arguments: [
        (ErrorMeaning.sigmaPerAxis, 61.2, true), (.sigmaPerAxis, 61.3, false), (.drms, 86.6, true),
        (.drms, 86.7, false), (.percent95, 150, true), (.percent95, 150.1, false), (.percent95, 151, false),
    ])
    func theTrustedLimitFollowsTheMeaningOfTheFigure(_ meaning: ErrorMeaning, _ figure: Double, _ isTrusted: Bool) {
        let report = ReceiverReport(mode: .threeD, horizontalErrorMeters: figure)
        let radius = meaning.radius95Meters(of: report)
        #expect(radius.map { $0 <= Fix.maximumTrustedRadiusMeters } == isTrusted)
    }

    @Test func theRadiusComesFromTheBestFigureThereIs() {
        let radius = { (report: ReceiverReport) in ErrorMeaning.sigmaPerAxis.radius95Meters(of: report) }
        var report = ReceiverReport(mode: .twoD)
        #expect(radius(report) == nil)
        report.hdop = 5.1
        #expect(radius(report) == nil)
        report.hdop = 5
        #expect(radius(report) == ErrorMeaning.assumedRadiusMeters)
        report.longitudeErrorMeters = 10
        #expect(radius(report) == ErrorMeaning.assumedRadiusMeters, "one axis says nothing of the other")
        report.latitudeErrorMeters = 20
        #expect(radius(report) == 49)
        report.horizontalErrorMeters = 5
        #expect(radius(report) == 13)
        report.horizontalErrorMeters = 1e300
        #expect(radius(report) == 20_000_000)
    }

    @Test(arguments: [0, -1, .nan, .infinity]) func aFigureThatIsNoneCountsAsMissing(_ figure: Double) {
        let report = ReceiverReport(
            mode: .threeD,
            horizontalErrorMeters: figure,
            longitudeErrorMeters: figure,
            latitudeErrorMeters: figure,
            hdop: figure
        )
        for meaning in ErrorMeaning.allCases { #expect(meaning.radius95Meters(of: report) == nil) }
    }

    @Test func theGroundIsMeasuredInMeters() {
        let munich = Position(positionLatitude: 173_745_360, positionLongitude: 41_162_400)
        let there = Ground.position(from: munich, metersNorth: 300, metersEast: -400)
        #expect(abs(Ground.meters(from: munich, to: there) - 500) < 0.1)
        let west = Position(positionLatitude: 0, positionLongitude: -647_999_900)
        let east = Position(positionLatitude: 0, positionLongitude: 647_999_900)
        #expect(abs(Ground.meters(from: west, to: east) - 6.18) < 0.01)
        #expect(
            abs(Ground.meters(from: east, to: Ground.position(from: east, metersNorth: 0, metersEast: 50)) - 50) < 0.1
        )
        let pole = Position(positionLatitude: 324_000_000, positionLongitude: 0)
        #expect(Ground.position(from: pole, metersNorth: 9, metersEast: 9).isOnEarth)
    }
}
