import CrashSensing
import Foundation
import Seeds
import Testing
import Timeline

@Suite struct CrashDetectorTests {
    /// What a driver's day has in it, in g and seconds: none of it is an event.
    @Test(arguments: [
        (1.0, 2.0, false), (1.2, 2.0, false), (50, 0.003, true), (5, 0.020, true), (8, 0.030, true), (12, 0.020, true),
        (6, 0.050, true),
    ])
    func whatIsNoCrashIsNoEvent(peak: Double, seconds: Double, isHalfSine: Bool) {
        for (x, y) in [(-1.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
            var trace = Trace()
            if isHalfSine {
                trace.halfSine(x: x * peak, y: y * peak, seconds: seconds)
            } else {
                trace.play(seconds) { _ in PlanarVector(x: x * peak, y: y * peak) }
            }
            trace.rest(1)
            #expect(trace.events.isEmpty && trace.rollovers.isEmpty, "\(peak) g along \(x) \(y)")
        }
    }

    @Test func anEventBelowTheCallLimitsCallsNobody() {
        var trace = Trace()
        trace.halfSine(x: -7.2, seconds: 0.050)
        trace.rest(1)
        #expect(trace.events.count == 1 && trace.ended.count == 1 && trace.recorded.count == 1)
        #expect(trace.severe.isEmpty)
    }

    /// Peak in g, length, and the change of velocity that the closed form gives.
    @Test(arguments: [(20.0, 0.100, 44.95), (30, 0.120, 80.91)])
    func aFrontalCrashCallsWithTheChangeOfTheClosedForm(peak: Double, seconds: Double, expected: Double) throws {
        var trace = Trace()
        let begun = trace.now
        trace.halfSine(x: -peak, seconds: seconds)
        trace.rest(1)
        let record = try #require(trace.recorded.first)
        #expect(trace.severe == [.deltaV])
        #expect(abs(record.maximumLongitudinal + expected) < 0.5)
        #expect(abs(record.maximum.magnitude - expected) < 0.5)
        #expect(record.direction?.clock == 12 && record.direction?.side == .front)
        let length = record.timeZero.duration(to: begun.advanced(by: .seconds(seconds)))
        #expect(record.maximumAfter >= length && record.maximumAfter <= length + .milliseconds(25))
        #expect(record.changes.count == CrashRecord.count)
        #expect(record.changes.first == .zero)
        #expect(abs((record.changes.last?.x ?? 0) + expected) < 0.5)
        #expect(record.endAfter.map { $0 < .milliseconds(300) } == true)
        #expect(!record.isSaturated && !record.isIncomplete && record.number == 1)
    }

    @Test func aSideImpactCallsByItsLateralChange() {
        var trace = Trace()
        trace.halfSine(y: 14, seconds: 0.060)
        trace.rest(1)
        #expect(trace.severe == [.lateralDeltaV])
        #expect(trace.recorded.first?.direction?.side == .left)
        var hard = Trace()
        hard.halfSine(y: -25, seconds: 0.060)
        hard.rest(1)
        #expect(abs((hard.recorded.first?.maximumLateral ?? 0) + 33.72) < 0.5)
        #expect(hard.recorded.first?.direction?.side == .right)
    }

    @Test func aCallIsDecidedBeforeTheEventIsOver() throws {
        var trace = Trace()
        let begun = trace.now
        trace.halfSine(x: -20, seconds: 0.100)
        trace.rest(0.3)
        let order = trace.signs.map { sign -> String in
            switch sign {
            case .woke: "woke"
            case .calmed: "calmed"
            case .event: "event"
            case .severe: "severe"
            case .ended: "ended"
            case .recorded: "recorded"
            case .rollover: "rollover"
            case .badSample: "bad"
            }
        }
        #expect(order == ["woke", "event", "severe", "ended", "recorded"])
        guard case .severe(let record, _)? = trace.signs.dropFirst(2).first else { return }
        let decided = record.timeZero.advanced(by: record.maximumAfter)
        #expect(begun.duration(to: decided) < .milliseconds(60))
    }

    @Test func whatFollowsWithinFiveSecondsIsTheSecondEventOfTheSameCrash() {
        var trace = Trace()
        trace.halfSine(x: -20, seconds: 0.100)
        trace.rest(3)
        trace.halfSine(y: 10, seconds: 0.080)
        trace.rest(10)
        trace.halfSine(x: -20, seconds: 0.100)
        trace.rest(1)
        #expect(trace.recorded.map(\.number) == [1, 2, 1])
    }

    @Test func theRecordHasTheSamplesAroundTimeZero() throws {
        var trace = Trace()
        trace.halfSine(x: -20, seconds: 0.100)
        trace.rest(1)
        let record = try #require(trace.recorded.first)
        let first = try #require(record.samples.first)
        let last = try #require(record.samples.last)
        #expect(first.at.duration(to: record.timeZero) == .milliseconds(100))
        #expect(record.timeZero.duration(to: last.at) == .milliseconds(300))
        #expect(record.samples.map(\.x).min().map { $0 < -19.9 } == true, "raw, and not smoothed")
        #expect(zip(record.samples, record.samples.dropFirst()).allSatisfy { $0.at < $1.at })
    }

    @Test func theFastestSensorHasRoomForTheWholeRecord() throws {
        let rate = CrashLimits.rates.upperBound
        var detector = CrashDetector(rate: rate)
        var signs: [CrashDetector.Sign] = []
        for index in 0..<Int(rate * 2) {
            let at = Instant(nanosecondsSinceBoot: Int64(Double(index) * 1e9 / rate))
            let x = (1.5..<1.6).contains(Double(index) / rate) ? -15.0 : 0
            signs += detector.take(AccelerationSample(at: at, x: x, y: 0, z: 1))
        }
        let records = signs.compactMap { if case .recorded(let record) = $0 { record } else { nil } }
        let record = try #require(records.first)
        let (first, last) = try (#require(record.samples.first), #require(record.samples.last))
        let step = Duration.seconds(1 / rate)
        #expect(first.at.duration(to: record.timeZero) > CrashRecord.before - step)
        #expect(record.timeZero.duration(to: last.at) > CrashRecord.after - step)
        #expect(record.samples.count <= CrashRecord.maximumSamples)
    }

    @Test func aSensorAtItsEndIsSaidToBeThere() {
        var trace = Trace()
        trace.play(0.05, saturated: true) { _ in PlanarVector(x: -16, y: 0) }
        trace.rest(1)
        #expect(trace.recorded.first?.isSaturated == true)
    }

    @Test func aGapIsNotIntegratedAndTheRecordSaysSo() {
        var trace = Trace()
        trace.halfSine(x: -20, seconds: 0.050)
        trace.skip(40)
        trace.play(0.05) { PlanarVector(x: -20 * cos(Double.pi / 2 * $0 / 0.05), y: 0) }
        trace.rest(1)
        #expect(trace.recorded.first?.isIncomplete == true)
    }

    @Test func theMountingIsNoAcceleration() {
        var trace = Trace()
        trace.bias = PlanarVector(x: 0.12, y: 0.05)
        trace.rest(2)
        trace.halfSine(x: -20, seconds: 0.100)
        trace.rest(1)
        #expect(abs((trace.recorded.first?.maximumLongitudinal ?? 0) + 44.95) < 0.5)
    }

    @Test func brakingBeforeTheCrashIsNotLearnedAsBias() {
        var trace = Trace()
        trace.play(5) { _ in PlanarVector(x: -0.9, y: 0) }
        trace.halfSine(x: -20, seconds: 0.100)
        trace.rest(1)
        #expect((trace.recorded.first?.maximumLongitudinal ?? 0) < -44.4)
    }

    /// What keeps the detector from its rest, and the crash that follows within it.
    @Test(arguments: [(1.2, 0.0), (0.0, 1.3), (-1.2, 0.0)])
    func aCrashIsFeltWhileItIsNotCalm(x: Double, y: Double) throws {
        var trace = Trace()
        trace.play(1) { _ in PlanarVector(x: x, y: y) }
        trace.play(0.1) { PlanarVector(x: x - 20 * sin(Double.pi * $0 / 0.1), y: y) }
        trace.play(0.5) { _ in PlanarVector(x: x, y: y) }
        trace.rest(1)
        #expect(trace.severe == [.deltaV])
        let worst = try #require(trace.recorded.min { $0.maximumLongitudinal < $1.maximumLongitudinal })
        #expect(worst.maximumLongitudinal < -35 && worst.changes.count == CrashRecord.count)
        #expect(worst.changes.map(\.x).min().map { abs($0 - worst.maximumLongitudinal) < 3 } == true)
    }

    /// What does not let it rest, the crash beside it, and how long that one lasts: at no instant is it cut in two.
    @Test(arguments: [
        (-1.2, 0.0, 0.0, 15.6, 0.080), (-1.2, 0, 0, 13.4, 0.060), (-1.2, 0, 22.2, 0, 0.100), (-1.6, 0, 0, 13.4, 0.080),
    ])
    func aCrashCallsWheneverItComesIntoWhatIsNotCalm(
        x: Double,
        y: Double,
        peakX: Double,
        peakY: Double,
        seconds: Double
    ) {
        for offset in stride(from: 0.0, through: 0.9, by: 0.01) {
            var trace = Trace()
            trace.play(offset) { _ in PlanarVector(x: x, y: y) }
            trace.play(seconds) { time in
                let shape = sin(Double.pi * time / seconds)
                return PlanarVector(x: x + peakX * shape, y: y + peakY * shape)
            }
            trace.play(0.4) { _ in PlanarVector(x: x, y: y) }
            trace.rest(1)
            #expect(!trace.severe.isEmpty, "\(offset) s behind its begin")
            // Only what is an event by itself may be one beside the crash.
            #expect(trace.events.count == 1 || abs(x) > 1.5, "\(offset) s behind its begin")
        }
    }

    @Test func aTreeBehindAGuardRailIsAnEventOfItsOwn() throws {
        var trace = Trace()
        trace.play(0.35) { _ in PlanarVector(x: 0, y: 2) }
        let scraped = trace.events.count
        let begun = trace.now
        trace.halfSine(x: -20, seconds: 0.100)
        trace.rest(1)
        let tree = try #require(trace.recorded.last)
        #expect(scraped == 1 && tree.timeZero >= begun.advanced(by: .milliseconds(-150)))
        #expect(tree.maximumLongitudinal < -44 && tree.number == trace.events.count)
    }

    @Test func aShortTreeRightBehindARailThatHasCalledIsNotLost() throws {
        var trace = Trace()
        trace.play(0.30) { _ in PlanarVector(x: 0, y: 2.4) }
        try #require(!trace.severe.isEmpty, "the rail has called")
        trace.halfSine(x: -25, seconds: 0.060)
        trace.rest(1)
        let worst = try #require(trace.recorded.map(\.maximumLongitudinal).min())
        #expect(worst < -30 && trace.recorded.count > 1)
    }

    @Test func anAxisThatIsStuckDoesNotCallForEver() {
        var trace = Trace()
        trace.play(60) { _ in PlanarVector(x: -5, y: 0) }
        let last = trace.events.map(\.timeZero).max() ?? .boot
        #expect(Instant.boot.advanced(by: .seconds(1)).duration(to: last) < .seconds(12))
        trace.rest(1)
        trace.halfSine(x: -20, seconds: 0.100)
        trace.rest(1)
        #expect(trace.events.map(\.timeZero).max().map { $0 > last } == true, "once it is calm it feels again")
    }

    @Test func oneCrashWithALongTailIsOneEvent() {
        var trace = Trace()
        trace.halfSine(x: -20, seconds: 0.100)
        trace.play(2) { _ in PlanarVector(x: -1.2, y: 0) }
        trace.rest(1)
        #expect(trace.events.count == 1 && trace.severe == [.deltaV])
    }

    @Test func aSensorThatBeginsWhileTheCarBrakesFindsItsBias() {
        var trace = Trace(restSeconds: 0)
        trace.play(1.2) { _ in PlanarVector(x: -0.4, y: 0) }
        trace.rest(8)
        trace.halfSine(x: -20, seconds: 0.100)
        trace.rest(1)
        #expect(abs((trace.recorded.first?.maximumLongitudinal ?? 0) + 44.95) < 0.5)
    }

    @Test func aCrashIsFeltBeforeTheBiasIsKnown() {
        var trace = Trace(restSeconds: 0)
        trace.rest(0.2)
        trace.halfSine(x: -20, seconds: 0.100)
        trace.rest(1)
        #expect(trace.severe == [.deltaV])
    }

    @Test(arguments: [50.0, 100, 150, 208, 249, 400])
    func noRateMakesACrashOfNoise(rate: Double) {
        var detector = CrashDetector(rate: rate)
        var random = SeededGenerator(seed: 21)
        for index in 0..<Int(rate * 10) {
            let at = Instant(nanosecondsSinceBoot: Int64(Double(index) * 1e9 / rate))
            let x = Double.random(in: -0.01...0.01, using: &random)
            let signs = detector.take(AccelerationSample(at: at, x: x, y: 0, z: 1))
            #expect(signs.isEmpty)
        }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, -10_001])
    func aSampleThatNoSensorMeasuresIsSaidAndChangesNothing(_ value: Double) {
        var trace = Trace()
        trace.skip(1)
        trace.take(AccelerationSample(at: trace.now, x: value, y: 0, z: 1))
        #expect(trace.signs == [.badSample(at: trace.now)])
        trace.halfSine(x: -20, seconds: 0.100)
        trace.rest(1)
        #expect(trace.severe == [.deltaV])
    }

    @Test func samplesThatGoBackInTimeAreRefused() {
        var trace = Trace()
        trace.take(AccelerationSample(at: trace.now, x: 0, y: 0, z: 1))
        #expect(trace.signs == [.badSample(at: trace.now)])
    }

    @Test func noiseOfARoughRoadIsNoEvent() {
        var random = SeededGenerator(seed: 20)
        var trace = Trace()
        trace.play(20) { _ in
            PlanarVector(x: .random(in: -2...2, using: &random), y: .random(in: -2...2, using: &random))
        }
        #expect(trace.events.isEmpty)
    }
}

@Suite struct PrincipalDirectionTests {
    /// Change of velocity, degrees, hour.
    @Test(arguments: [
        (-40.0, 0.0, 0.0, 12), (-30, -10, 18.4, 1), (0, -25, 90, 3), (0, 25, 270, 9), (20, 0, 180, 6),
        (-20, 20, 315, 11), (-5, 30, 279.5, 9),
    ])
    func theForceComesFromWhereTheVehicleDidNotGo(x: Double, y: Double, degrees: Double, clock: Int) throws {
        let direction = try #require(PrincipalDirection(deltaV: PlanarVector(x: x, y: y)))
        #expect(abs(direction.degrees - degrees) < 0.05)
        #expect(direction.clock == clock)
    }

    @Test func aSmallChangeHasNoDirection() {
        #expect(PrincipalDirection(deltaV: PlanarVector(x: 2, y: 2)) == nil)
        #expect(PrincipalDirection(deltaV: PlanarVector(x: 0, y: 3)) != nil)
    }

    @Test func theCornersAreFrontAndRear() throws {
        let sides = try [(-10.0, -10.0), (-10, 10), (10, -10), (10, 10), (0, -10), (0, 10)].map {
            try #require(PrincipalDirection(deltaV: PlanarVector(x: $0.0, y: $0.1))).side
        }
        #expect(sides == [.front, .front, .rear, .rear, .right, .left])
    }
}

@Suite struct RolloverTests {
    @Test func aTurnOntoTheRoofIsARolloverWithItsQuarters() {
        var trace = Trace()
        // A trip: to the side, then over at 200 degrees a second.
        trace.play(0.3, rollRate: 100) { _ in PlanarVector(x: 0, y: 0.9) }
        trace.play(0.75, z: 0.2, rollRate: 200) { _ in PlanarVector(x: 0, y: 0.5) }
        #expect(trace.rollovers.count == 1)
        #expect(trace.detector.quarterTurns == 2)
        trace.play(2, z: -1, rollRate: 0) { _ in .zero }
        #expect(trace.detector.orientation == .roof)
    }

    /// A jolt with 1 g in it, as a connector makes one, and then the vehicle stands.
    @Test(arguments: [0.0, nil] as [Double?])
    func aJoltWithWhichASensorComesIsNoRollover(_ rollRate: Double?) {
        for isBack in [false, true] {
            var trace = Trace(restSeconds: 0)
            if isBack {
                trace.rest(2)
                trace.detector = CrashDetector(rate: 1_000, behind: trace.detector)
            }
            trace.play(0.002, z: 0.3, rollRate: rollRate) { _ in PlanarVector(x: 0.2, y: -0.95) }
            trace.play(3, rollRate: rollRate) { _ in .zero }
            #expect(trace.rollovers.isEmpty, "back: \(isBack)")
        }
    }

    @Test func aVehicleThatStandsAgainDoesNotRollOverByAPush() {
        var trace = Trace()
        trace.play(0.3, rollRate: 100) { _ in PlanarVector(x: 0, y: 0.9) }
        trace.play(1.65, z: 0.2, rollRate: 200) { _ in PlanarVector(x: 0, y: 0.5) }
        trace.play(5, rollRate: 0) { _ in .zero }
        #expect(trace.rollovers.count == 1 && trace.detector.orientation == .wheels)
        for _ in 0..<3 {
            trace.play(0.3, rollRate: 0) { _ in PlanarVector(x: 0, y: 0.6) }
            trace.play(5, rollRate: 0) { _ in .zero }
        }
        #expect(trace.rollovers.count == 1)
    }

    @Test(arguments: [nil, 0.0])
    func aVehicleThatLiesThereFromTheStartDoesNotRollOver(rollRate: Double?) {
        for (y, z) in [(0.0, -1.0), (-1, 0), (1, 0)] {
            var trace = Trace(restSeconds: 0)
            trace.play(10, z: z, rollRate: rollRate) { _ in PlanarVector(x: 0, y: y) }
            // Whoever cuts it open shakes it.
            trace.play(0.02, z: 1, rollRate: rollRate) { _ in .zero }
            trace.play(3, z: z, rollRate: rollRate) { _ in PlanarVector(x: 0, y: y) }
            #expect(trace.rollovers.isEmpty)
        }
    }

    @Test func theAngleBeginsWhereGravitySaysAndNotWithTheGyro() {
        var roll = RolloverDetector()
        _ = roll.take(AccelerationSample(at: .boot, x: 3, y: -1, z: 0, rollRate: 0))
        #expect(roll.angle == nil)
        _ = roll.take(AccelerationSample(at: .boot.advanced(by: .milliseconds(1)), x: 0, y: -1, z: 0, rollRate: 0))
        #expect(roll.angle == 90)
    }

    @Test(arguments: [nil, 0.0])
    func aVehicleThatWasSetUprightMayRollOverAgain(rollRate: Double?) {
        var trace = Trace(restSeconds: 0)
        trace.play(3, z: -1, rollRate: rollRate) { _ in .zero }
        trace.play(30, rollRate: rollRate) { _ in .zero }
        trace.play(0.5, z: 0, rollRate: rollRate.map { _ in 200 }) { _ in PlanarVector(x: 0, y: -1) }
        #expect(trace.rollovers.count == 1)
    }

    @Test func aBankedCurveIsNone() {
        var trace = Trace()
        trace.play(2, rollRate: 10) { _ in PlanarVector(x: 0, y: 0.6) }
        trace.play(5, rollRate: 0) { _ in PlanarVector(x: 0, y: 0.6) }
        #expect(trace.rollovers.isEmpty)
    }

    @Test func aGyroThatDriftsIsCorrectedByGravity() {
        var trace = Trace()
        trace.play(120, rollRate: 2) { _ in .zero }
        #expect(trace.rollovers.isEmpty)
    }

    @Test func aFastTurnCountsOnlyWithAnAccelerationThatConfirmsIt() {
        var alone = Trace()
        alone.play(0.28, rollRate: 200) { _ in PlanarVector(x: 0.3, y: 0) }
        #expect(alone.rollovers.isEmpty)
        var confirmed = Trace()
        confirmed.play(0.28, rollRate: 200) { _ in PlanarVector(x: 0.3, y: 0.8) }
        #expect(confirmed.rollovers.count == 1)
    }

    @Test func withoutAGyroTheSideOnWhichItLiesTellsIt() {
        var trace = Trace()
        trace.bias = .zero
        trace.play(2, z: 0) { _ in PlanarVector(x: 0, y: -1) }
        #expect(trace.rollovers.count == 1)
        #expect(trace.detector.orientation == .rightSide)
    }
}
