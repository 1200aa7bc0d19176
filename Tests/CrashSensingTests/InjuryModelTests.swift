import CrashSensing
import Testing

@Suite struct InjuryModelTests {
    struct Case: Sendable {
        let id: String
        let milesPerHour: Double
        let direction: InjuryModel.Direction
        var unbelted: Bool? = false
        var multiple = false
        var female: Bool?
        var old: Bool?
        var rollover = false
        let logOdds: Double
        let probability: Double
        let band: InjuryModel.Band
    }

    static let worked = [
        Case(id: "T1", milesPerHour: 30, direction: .front, logOdds: -3.4004, probability: 0.0323, band: .low),
        Case(
            id: "T2",
            milesPerHour: 30,
            direction: .front,
            unbelted: true,
            logOdds: -1.7904,
            probability: 0.1430,
            band: .elevated
        ),
        Case(id: "T3", milesPerHour: 25, direction: .left, logOdds: -2.5346, probability: 0.0735, band: .elevated),
        Case(id: "T4", milesPerHour: 25, direction: .right, logOdds: -3.6846, probability: 0.0245, band: .low),
        Case(id: "T5", milesPerHour: 30, direction: .rear, logOdds: -3.8804, probability: 0.0202, band: .low),
        Case(
            id: "T6",
            milesPerHour: 40,
            direction: .front,
            multiple: true,
            logOdds: -1.4958,
            probability: 0.1831,
            band: .elevated
        ),
        Case(
            id: "T7",
            milesPerHour: 35,
            direction: .front,
            unbelted: true,
            multiple: true,
            female: true,
            old: true,
            logOdds: 0.6783,
            probability: 0.6633,
            band: .high
        ),
        Case(id: "T8", milesPerHour: 15, direction: .front, logOdds: -5.5075, probability: 0.0040, band: .low),
        Case(id: "T9", milesPerHour: 50, direction: .front, logOdds: -1.8475, probability: 0.1362, band: .elevated),
        Case(
            id: "T10",
            milesPerHour: 20,
            direction: .left,
            unbelted: true,
            multiple: true,
            old: true,
            logOdds: 0.0770,
            probability: 0.5192,
            band: .high
        ),
        Case(id: "T11", milesPerHour: 0.2, direction: .front, logOdds: -13.74, probability: 0, band: .low),
        Case(
            id: "T12",
            milesPerHour: 10,
            direction: .front,
            unbelted: true,
            rollover: true,
            logOdds: -4.0701,
            probability: 0.0168,
            band: .elevated
        ),
        Case(
            id: "T13",
            milesPerHour: 30,
            direction: .front,
            old: false,
            logOdds: -3.7004,
            probability: 0.0241,
            band: .low
        ),
    ]

    private func inputs(_ worked: Case) -> InjuryModel.Inputs {
        var inputs = InjuryModel.Inputs()
        inputs.deltaV = worked.milesPerHour * 1.609344
        inputs.direction = worked.direction
        inputs.anyUnbelted = worked.unbelted
        inputs.hasMultipleImpacts = worked.multiple
        inputs.anyFemale = worked.female
        inputs.any55OrOlder = worked.old
        inputs.hasRolledOver = worked.rollover
        return inputs
    }

    @Test(arguments: Self.worked)
    func theWorkedExamplesComeOut(_ worked: Case) throws {
        let model = InjuryModel()
        let logOdds = try #require(model.logOdds(self.inputs(worked)))
        let estimate = model.estimate(self.inputs(worked))
        #expect(abs(logOdds - worked.logOdds) < 0.0005)
        #expect(abs((estimate.probability ?? -1) - worked.probability) < 0.0005)
        #expect(estimate.band == worked.band)
    }

    /// km/h at which the estimate reaches 5 % and 20 %: belted, unbelted, belted with several impacts, both.
    @Test(arguments: [
        (InjuryModel.Direction.front, [56.1, 33.0, 40.0, 23.5, 93.6, 55.1, 66.7, 39.3]),
        (.left, [35.2, 20.7, 25.1, 14.8, 58.7, 34.6, 41.8, 24.6]),
        (.right, [51.3, 30.2, 36.6, 21.5, 85.7, 50.5, 61.1, 36.0]),
        (.rear, [65.7, 38.7, 46.8, 27.6, 109.7, 64.6, 78.1, 46.0]),
    ])
    func theCutsAreReachedAtTheSpeedsOfTheTable(direction: InjuryModel.Direction, speeds: [Double]) {
        let ways = [(false, false), (true, false), (false, true), (true, true)]
        for (index, speed) in speeds.enumerated() {
            var inputs = InjuryModel.Inputs()
            inputs.direction = direction
            (inputs.anyUnbelted, inputs.hasMultipleImpacts) = ways[index % 4]
            inputs.deltaV = speed
            let probability = InjuryModel().estimate(inputs).probability ?? 0
            #expect(abs(probability - (index < 4 ? 0.05 : 0.20)) < 0.002, "\(direction) \(speed)")
        }
    }

    @Test(arguments: [
        (InjuryModel.Direction.front, false, 0.389), (.left, false, 0.838), (.right, false, 0.478),
        (.rear, false, 0.199),
        (.left, true, 0.478), (.right, true, 0.838),
    ])
    func ofThoseHurtAsManyAreHurtSeriouslyAsWasPublished(
        _ direction: InjuryModel.Direction,
        _ isRightHandDrive: Bool,
        _ expected: Double
    ) throws {
        var model = InjuryModel()
        model.isRightHandDrive = isRightHandDrive
        var inputs = InjuryModel.Inputs()
        inputs.deltaV = 30 * 1.609344
        inputs.direction = direction
        #expect(abs(try #require(model.estimate(inputs).serious) - expected) < 0.0005)
        inputs.deltaV = 60 * 1.609344
        #expect(try #require(model.estimate(inputs).serious) > expected)
        let band = model.estimate(inputs).band
        model.seriousness = InjuryModel.Seriousness()
        model.seriousness.front = 50
        #expect(model.estimate(inputs).band == band, "it never changes the band")
        inputs.direction = nil
        #expect(model.estimate(inputs).serious == nil)
    }

    @Test func withoutAChangeOfVelocityNothingIsComputedAndTheBandIsElevated() {
        let estimate = InjuryModel().estimate(InjuryModel.Inputs())
        #expect(estimate.probability == nil && estimate.band == .elevated)
        #expect(
            estimate.unknown
                == ["deltaV", "direction", "multipleImpacts", "belts", "sex", "age", "rollover", "ejection"]
        )
    }

    @Test func whatIsUnknownIsNamedAndNotTakenForAValue() {
        var inputs = InjuryModel.Inputs()
        inputs.deltaV = 48
        inputs.direction = .front
        let estimate = InjuryModel().estimate(inputs)
        #expect(estimate.unknown.contains("belts"))
        #expect(estimate.basis == "front, 48 km/h, belts unknown")
        #expect(estimate.regions.contains(.head), "somebody may be unbelted")
    }

    @Test func leftAndRightChangeSidesWithTheDriver() {
        var inputs = InjuryModel.Inputs()
        inputs.deltaV = 40
        inputs.direction = .left
        var model = InjuryModel()
        let near = model.estimate(inputs).probability ?? 0
        model.isRightHandDrive = true
        let far = model.estimate(inputs).probability ?? 0
        #expect(near > far)
        inputs.direction = .right
        #expect(model.estimate(inputs).probability == near)
    }

    @Test func rolloverAndEjectionAreNeverLow() {
        var inputs = InjuryModel.Inputs()
        inputs.deltaV = 5
        inputs.hasRolledOver = true
        #expect(InjuryModel().estimate(inputs).band == .elevated)
        inputs.hasRolledOver = false
        inputs.hasEjection = true
        #expect(InjuryModel().estimate(inputs).band == .elevated)
    }
}
