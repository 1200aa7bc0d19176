import MSD
import Positioning
import Testing
import Timeline

@Suite struct PositionFilterTests {
    /// A receiver at 48.2626, 11.434 that drives north.
    private struct Drive {
        var filter = PositionFilter()
        var template = ReceiverReport(
            mode: .threeD,
            heightMeters: 500,
            trackDegrees: 0,
            speedMetersPerSecond: 20,
            horizontalErrorMeters: 4,
            verticalErrorMeters: 10
        )

        static func instant(_ seconds: Double) -> Instant {
            .boot.advanced(by: .milliseconds(100_000 + Int(seconds * 1_000)))
        }

        /// The report of a second; `north` is how many meters the receiver is north of where it began.
        func report(_ seconds: Double, north: Double) -> ReceiverReport {
            var report = self.template
            report.latitudeDegrees = 48.2626 + north / 111_195
            report.longitudeDegrees = 11.434
            report.time = 1_700_000_000 + seconds
            return report
        }

        mutating func tell(
            _ seconds: Double,
            north: Double,
            _ change: (inout ReceiverReport) -> Void = { _ in }
        ) -> PositionFilter.Outcome {
            var report = self.report(seconds, north: north)
            change(&report)
            return self.filter.report(report, at: Self.instant(seconds))
        }
    }

    private func refusal(_ outcome: PositionFilter.Outcome) -> PositionRefusal? {
        guard case .refused(let refusal) = outcome else { return nil }
        return refusal
    }

    private func isJump(_ outcome: PositionFilter.Outcome) -> Bool {
        guard case .refused(.jump) = outcome else { return false }
        return true
    }

    @Test func aGoodReportBecomesAFix() throws {
        var drive = Drive()
        guard case .accepted(let fix) = drive.tell(0, north: 0) else { throw Missing() }
        #expect(fix.position == Position(positionLatitude: 173_745_360, positionLongitude: 41_162_400))
        #expect(fix.radius95Meters == 10)
        #expect(fix.direction == 0)
        #expect(fix.takenAt == Drive.instant(0))
        #expect(fix.speedMetersPerSecond == 20)
        #expect(fix.heightMeters == 500)
        #expect(fix.heightError95Meters == 19.6)
        #expect(drive.filter.fix == fix)
    }

    @Test func aReportWithoutAPlaceIsRefusedByName() {
        let changes: [(PositionRefusal, (inout ReceiverReport) -> Void)] = [
            (.noFix, { $0.mode = .none }),
            (.noFix, { $0.mode = .unknown }),
            (.noCoordinates, { $0.latitudeDegrees = nil }),
            (.noCoordinates, { $0.longitudeDegrees = nil }),
            (.notFinite, { $0.latitudeDegrees = .nan }),
            (.notFinite, { $0.longitudeDegrees = .infinity }),
            (.offTheEarth, { $0.latitudeDegrees = 90.0001 }),
            (.offTheEarth, { $0.longitudeDegrees = -180.0001 }),
            (.offTheEarth, { $0.latitudeDegrees = 1e300 }),
            (
                .nullIsland,
                {
                    $0.latitudeDegrees = 0
                    $0.longitudeDegrees = -0.0
                }
            ),
        ]
        for (expected, change) in changes {
            var drive = Drive()
            #expect(self.refusal(drive.tell(0, north: 0, change)) == expected)
            #expect(drive.filter.fix == nil)
            #expect(!expected.description.isEmpty)
        }
    }

    @Test func numbersThatAreNoneAreLeftOut() throws {
        var drive = Drive()
        let outcome = drive.tell(0, north: 0) {
            $0.heightMeters = .nan
            $0.trackDegrees = 400
            $0.speedMetersPerSecond = -1
            $0.verticalErrorMeters = .infinity
            $0.time = .nan
        }
        guard case .accepted(let fix) = outcome else { throw Missing() }
        #expect(fix.direction == nil && fix.speedMetersPerSecond == nil)
        #expect(fix.heightMeters == nil && fix.heightError95Meters == nil)
    }

    @Test func aHeightTakesThreeDimensions() {
        var drive = Drive()
        #expect(self.refusal(drive.tell(0, north: 0) { $0.mode = .twoD }) == nil)
        #expect(drive.filter.fix?.heightMeters == nil)
    }

    @Test func aJumpIsRefusedAndTheCarGoesOn() {
        var drive = Drive()
        #expect(!self.isJump(drive.tell(0, north: 0)))
        // 60 m in the second, and three radii of 10 m.
        #expect(self.isJump(drive.tell(1, north: 91)))
        #expect(!self.isJump(drive.tell(2, north: 40)))
        #expect(drive.filter.fix?.takenAt == Drive.instant(2))
        #expect(!self.isJump(drive.tell(3, north: 129)))
    }

    @Test func aRadiusBeyondAllTrustOpensTheGateNoFurther() {
        var drive = Drive()
        _ = drive.tell(0, north: 0)
        #expect(self.isJump(drive.tell(6, north: 2_000) { $0.horizontalErrorMeters = 100_000 }))
    }

    @Test func aNewPlaceIsAcceptedWhenTheReceiverStaysThere() {
        var drive = Drive()
        _ = drive.tell(0, north: 0)
        for second in 1...4 {
            #expect(self.isJump(drive.tell(Double(second), north: 50_000 + 20 * Double(second))))
        }
        #expect(self.refusal(drive.tell(5, north: 50_100)) == nil)
        #expect(drive.filter.fix?.takenAt == Drive.instant(5))
    }

    @Test func aNewPlaceTakesTimeHoweverOftenItIsTold() {
        var drive = Drive()
        _ = drive.tell(0, north: 0)
        for step in 1...39 {
            #expect(self.isJump(drive.tell(Double(step) / 10, north: 50_000 + Double(step))))
        }
        #expect(self.isJump(drive.tell(4.05, north: 50_041)))
        #expect(self.refusal(drive.tell(4.2, north: 50_042)) == nil)
    }

    @Test func placesThatContradictEachOtherAreNeverAccepted() {
        var drive = Drive()
        _ = drive.tell(0, north: 0)
        for second in 1...60 {
            #expect(self.isJump(drive.tell(Double(second), north: second.isMultiple(of: 2) ? 50_000 : -50_000)))
        }
    }

    @Test func aReplayedFixIsRefused() {
        var drive = Drive()
        for second in 0...10 { _ = drive.tell(Double(second), north: 20 * Double(second)) }
        let old = drive.report(4, north: 80)
        for second in 11...30 {
            #expect(self.refusal(drive.filter.report(old, at: Drive.instant(Double(second)))) == .oldFix(seconds: 6))
        }
        #expect(drive.filter.trustedFix(at: Drive.instant(16)) == nil)
    }

    @Test func aClockThatWasSetBackGoesOnFromThere() {
        var drive = Drive()
        _ = drive.tell(0, north: 0)
        for second in 1...4 {
            let outcome = drive.tell(Double(second), north: 20 * Double(second)) { $0.time = Double(second) }
            #expect(self.refusal(outcome) == .oldFix(seconds: 1_700_000_000 - second))
        }
        #expect(self.refusal(drive.tell(5, north: 100) { $0.time = 5 }) == nil)
        #expect(self.refusal(drive.tell(6, north: 120) { $0.time = 6 }) == nil)
    }

    @Test func aReceiverThatRepeatsOneSecondAges() {
        var drive = Drive()
        _ = drive.tell(0, north: 0) { $0.speedMetersPerSecond = 0 }
        let same = drive.report(0, north: 0)
        for second in 1...20 {
            let now = Drive.instant(Double(second))
            #expect(self.refusal(drive.filter.report(same, at: now)) == .repeatedTime)
            #expect((drive.filter.trustedFix(at: now) != nil) == (second <= 5))
            #expect(drive.filter.age(at: now) == .seconds(second))
        }
    }

    @Test func aBetterReportOfTheSameSecondIsTakenAndIsAsOld() throws {
        var drive = Drive()
        _ = drive.tell(0, north: 0) { $0.horizontalErrorMeters = nil }
        #expect(drive.filter.fix?.radius95Meters == nil)
        guard case .accepted(let fix) = drive.filter.report(drive.report(0, north: 0), at: Drive.instant(0.5)) else {
            throw Missing()
        }
        #expect(fix.radius95Meters == 10)
        #expect(fix.takenAt == Drive.instant(0))
    }

    @Test func theDirectionStaysWhileTheCarIsSlow() {
        var drive = Drive()
        let steps: [(speed: Double?, track: Double?, direction: UInt8?)] = [
            (1.9, 90, nil), (2.4, 90, nil), (2.5, 90, 45), (2.1, 100, 50), (1.9, 200, 50), (2.4, 200, 50),
            (0, 10, 50), (2.6, nil, 50), (2.6, 180, 90), (nil, 20, 90), (3, 20, 10), (3, .nan, 10),
        ]
        for (second, step) in steps.enumerated() {
            _ = drive.tell(Double(second), north: Double(second)) {
                $0.speedMetersPerSecond = step.speed
                $0.trackDegrees = step.track
            }
            #expect(drive.filter.fix?.direction == step.direction, "at \(second)")
        }
    }

    @Test func aFixWithoutAnErrorFigureIsToldAndNotTrusted() {
        var drive = Drive()
        _ = drive.tell(0, north: 0) { $0.horizontalErrorMeters = nil }
        #expect(drive.filter.fix != nil)
        #expect(drive.filter.trustedFix(at: Drive.instant(0)) == nil)
        _ = drive.tell(1, north: 20) {
            $0.horizontalErrorMeters = nil
            $0.hdop = 1.2
        }
        #expect(drive.filter.trustedFix(at: Drive.instant(1))?.radius95Meters == ErrorMeaning.assumedRadiusMeters)
    }

    @Test func aTrustedFixGivesWayToAnUntrustedOneWhenItIsOld() {
        var drive = Drive()
        _ = drive.tell(0, north: 0)
        #expect(self.refusal(drive.tell(1, north: 20) { $0.horizontalErrorMeters = 100 }) == .worse(radiusMeters: 245))
        #expect(self.refusal(drive.tell(2, north: 40) { $0.horizontalErrorMeters = nil }) == .noErrorFigure)
        #expect(self.refusal(drive.tell(6, north: 120) { $0.horizontalErrorMeters = 100 }) == nil)
        #expect(drive.filter.trustedFix(at: Drive.instant(6)) == nil)
    }

    @Test func afterACrashTheLastTrustedFixStaysUntilThereIsAnother() {
        var drive = Drive()
        _ = drive.tell(0, north: 0)
        drive.filter.crashed(at: Drive.instant(0.5))
        for second in 1...60 {
            let outcome = drive.tell(Double(second), north: 30) { $0.horizontalErrorMeters = 100 }
            #expect(self.refusal(outcome) == .worse(radiusMeters: 245))
        }
        #expect(drive.filter.fix?.takenAt == Drive.instant(0))
        #expect(drive.filter.trustedFix(at: Drive.instant(60)) == nil, "it ages all the same")
        #expect(self.refusal(drive.tell(61, north: 35)) == nil)
        #expect(self.refusal(drive.tell(62, north: 35) { $0.horizontalErrorMeters = nil }) == .noErrorFigure)
        #expect(self.refusal(drive.tell(80, north: 35) { $0.horizontalErrorMeters = nil }) == .noErrorFigure)
        drive.filter.released()
        #expect(self.refusal(drive.tell(81, north: 35) { $0.horizontalErrorMeters = nil }) == nil)
    }

    @Test func afterACrashACarThatMovesAwayIsNotHeldAtTheOldPlace() {
        var drive = Drive()
        _ = drive.tell(0, north: 0)
        drive.filter.crashed(at: Drive.instant(0.5))
        #expect(self.refusal(drive.tell(60, north: 500) { $0.horizontalErrorMeters = 100 }) == nil)
        #expect(drive.filter.fix?.takenAt == Drive.instant(60))
    }

    @Test func aFixThatWasNotTrustedAtTheCrashIsNotKept() {
        var drive = Drive()
        _ = drive.tell(0, north: 0)
        drive.filter.crashed(at: Drive.instant(20))
        #expect(self.refusal(drive.tell(21, north: 100) { $0.horizontalErrorMeters = 100 }) == nil)
        var early = PositionFilter()
        early.crashed(at: Drive.instant(0))
        early.released()
        #expect(early.fix == nil)
    }

    @Test func theDeadlineIsTheEndOfTrust() throws {
        var drive = Drive()
        #expect(drive.filter.nextDeadline(after: Drive.instant(0)) == nil)
        _ = drive.tell(0, north: 0) { $0.speedMetersPerSecond = 40 }
        let end = try #require(drive.filter.nextDeadline(after: Drive.instant(1)))
        #expect(drive.filter.trustedFix(at: Instant(nanosecondsSinceBoot: end.nanosecondsSinceBoot - 1)) != nil)
        #expect(drive.filter.trustedFix(at: end) == nil)
        #expect(drive.filter.nextDeadline(after: end) == nil)
    }

    private struct Missing: Error {}
}
