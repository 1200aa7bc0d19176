import MSD
import Positioning
import Seeds
import Testing
import Timeline

/// Random reports, good and bad: no trap, nothing off the earth, and a filter that finds back.
@Suite struct PositionWalkTests {
    /// One seed of a walk, printed in a failing line.
    struct Seed: CustomTestStringConvertible {
        let number: UInt64
        var testDescription: String { "ECALL_SEED=\(self.number)" }
    }

    private static let oddities: [Double?] = [
        nil, 0, -0.0, -1, 90, -180, 181, 360, 1e9, -1e300, .nan, .infinity, -.infinity, .greatestFiniteMagnitude,
        .leastNonzeroMagnitude,
    ]

    private func good(_ second: Int) -> ReceiverReport {
        ReceiverReport(
            mode: .threeD,
            latitudeDegrees: 48 + Double(second) * 1e-4,
            longitudeDegrees: 11,
            trackDegrees: 0,
            speedMetersPerSecond: 11,
            horizontalErrorMeters: 4,
            time: 1_700_000_000 + Double(second)
        )
    }

    private func spoiled(_ report: ReceiverReport, using random: inout SeededGenerator) -> ReceiverReport {
        var report = report
        let fields: [WritableKeyPath<ReceiverReport, Double?>] = [
            \.latitudeDegrees, \.longitudeDegrees, \.heightMeters, \.trackDegrees, \.speedMetersPerSecond,
            \.horizontalErrorMeters, \.longitudeErrorMeters, \.latitudeErrorMeters, \.verticalErrorMeters, \.hdop,
            \.time,
        ]
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let field = fields[Int.random(in: 0..<fields.count, using: &random)]
            report[keyPath: field] = Self.oddities[Int.random(in: 0..<Self.oddities.count, using: &random)]
        }
        return report
    }

    @Test(arguments: (1...40).map(Seed.init)) func whateverComesTheFilterFindsBack(_ seed: Seed) throws {
        var random = SeededGenerator(seed: seed.number)
        var filter = PositionFilter(meaning: ErrorMeaning.allCases[Int(seed.number % 3)])
        var recent = RecentLocations()
        var refusals = 0
        for second in 0..<300 {
            let now = Instant.boot.advanced(by: .seconds(second))
            let isBad = second < 280 && Bool.random(using: &random)
            let report = isBad ? self.spoiled(self.good(second), using: &random) : self.good(second)
            if Int.random(in: 0..<50, using: &random) == 0 { filter.crashed(at: now) }
            if Int.random(in: 0..<50, using: &random) == 0 { filter.released() }
            switch filter.report(report, at: now) {
            case .accepted(let fix):
                #expect(fix.position.isOnEarth)
                recent.update(fix)
                var reckoning = DeadReckoning(from: fix)
                reckoning?.moved(speedMetersPerSecond: report.speedMetersPerSecond, at: now.advanced(by: .seconds(1)))
                if let reckoned = reckoning?.fix(at: now.advanced(by: .seconds(2))) {
                    #expect(reckoned.position.isOnEarth)
                }
            case .refused(let refusal):
                refusals += 1
                #expect(!refusal.description.isEmpty)
            }
        }
        let end = Instant.boot.advanced(by: .seconds(299))
        let found = try #require(filter.trustedFix(at: end), "ECALL_SEED=\(seed.number)")
        #expect(found.takenAt == end)
        #expect(refusals > 20)
        #expect(LocationDelta.range.contains(recent.deltas.n1.latitudeDelta))
    }
}
