import Diagnosis
import Seeds
import Testing

/// Where a ring is broken, by the light of a model of it.
@Suite struct RingBreakTests {
    /// Head unit, amplifier, telematics unit and satellite tuner.
    private static let units: [RingUnit] = {
        var units = ["head unit", "amplifier", "telematics unit", "satellite tuner"].map { RingUnit($0) }
        units[1].place = "luggage compartment, left"
        units[1].fuse = "F31"
        units[1].remedy = "a used unit, or a bypass loop for good"
        units[2].hasController = true
        return units
    }()

    /// A row of the table of single faults: the light after a restart, the loops that were asked for, and the verdict.
    struct Row: Sendable {
        let fault: RingModel.Fault?
        let light: [Bool?]
        let position: Int?
        var loops: [String] = []
        let verdict: RingVerdict
    }

    private static func lit(_ pattern: String) -> [Bool?] { pattern.map { $0 == "1" } }

    private static let rows = [
        Row(fault: nil, light: Self.lit("1111"), position: nil, verdict: .closed),
        Row(fault: .dead(1), light: Self.lit("1001"), position: 2, verdict: .dead(1)),
        Row(fault: .dead(2), light: Self.lit("1100"), position: 1, verdict: .dead(2)),
        Row(fault: .dead(3), light: Self.lit("0110"), position: 0, verdict: .dead(3)),
        Row(
            fault: .transmitter(1),
            light: Self.lit("1101"),
            position: 2,
            loops: ["1 closed"],
            verdict: .transmitter(1)
        ),
        Row(
            fault: .transmitter(2),
            light: Self.lit("1110"),
            position: 1,
            loops: ["2 closed"],
            verdict: .transmitter(2)
        ),
        Row(
            fault: .transmitter(3),
            light: Self.lit("0111"),
            position: 0,
            loops: ["3 closed"],
            verdict: .transmitter(3)
        ),
        Row(fault: .receiver(1), light: Self.lit("1011"), position: 3, loops: ["1 closed"], verdict: .receiver(1)),
        Row(
            fault: .receiver(2),
            light: Self.lit("1101"),
            position: 2,
            loops: ["1 open", "2 closed"],
            verdict: .receiver(2)
        ),
        Row(
            fault: .receiver(3),
            light: Self.lit("1110"),
            position: 1,
            loops: ["2 open", "3 closed"],
            verdict: .receiver(3)
        ),
        Row(
            fault: .fibre(from: 1),
            light: Self.lit("1101"),
            position: 2,
            loops: ["1 open", "2 open"],
            verdict: .fibre(from: 1, to: 2)
        ),
        Row(
            fault: .fibre(from: 2),
            light: Self.lit("1110"),
            position: 1,
            loops: ["2 open", "3 open"],
            verdict: .fibre(from: 2, to: 3)
        ),
        Row(
            fault: .fibre(from: 0),
            light: Self.lit("1011"),
            position: 3,
            loops: ["1 open"],
            verdict: .fibreOrHeadUnit(from: 0, to: 1)
        ),
        Row(
            fault: .transmitter(0),
            light: Self.lit("1011"),
            position: 3,
            loops: ["1 open"],
            verdict: .fibreOrHeadUnit(from: 0, to: 1)
        ),
        Row(
            fault: .fibre(from: 3),
            light: Self.lit("0111"),
            position: 0,
            loops: ["3 open"],
            verdict: .fibreOrHeadUnit(from: 3, to: 0)
        ),
        Row(
            fault: .receiver(0),
            light: Self.lit("0111"),
            position: 0,
            loops: ["3 open"],
            verdict: .fibreOrHeadUnit(from: 3, to: 0)
        ),
    ]

    /// Plays the mechanic on a model, and says what loops were asked for and what came of each.
    private func diagnose(
        _ model: RingModel,
        _ units: [RingUnit],
        position: Int? = nil,
        criticalUnlocks: Int = 0,
        isRestartLeftOn: Bool = false,
        seen: (RingReading) -> RingReading = { $0 }
    ) -> (verdict: RingVerdict?, loops: [String], restart: RingReading?) {
        var model = model
        var diagnosis = RingBreakDiagnosis(units, seen(model.reading), criticalUnlocks: criticalUnlocks)
        var loops: [String] = []
        var restart: RingReading?
        for _ in 0..<20 {
            #expect(!diagnosis.sentence.isEmpty)
            switch diagnosis.step {
            case .restart:
                model.isRestarted = true
                restart = model.reading
                if let position {
                    diagnosis.restarted(headUnitPosition: position)
                } else {
                    diagnosis.done(seen(model.reading))
                }
                model.isRestarted = isRestartLeftOn
            case .position:
                guard let position else { return (nil, loops, restart) }
                diagnosis.restarted(headUnitPosition: position)
            case .dim(let unit):
                model.attenuated = unit
                diagnosis.done(seen(model.reading))
            case .bypass(let unit):
                // What does not fit the step changes nothing.
                let before = diagnosis
                if seen(model.reading).units[unit].isBypassed != nil {
                    diagnosis.done(seen(model.reading))
                    #expect(diagnosis == before)
                }
                model.bypassed = [unit]
                loops.append("\(unit) \(model.reading.isClosed == true ? "closed" : "open")")
                diagnosis.done(seen(model.reading))
            case .putBack(let unit):
                #expect(Array(model.bypassed) == [unit])
                model.bypassed = []
                diagnosis.done(seen(model.reading))
            case .done(let verdict):
                return (verdict, loops, restart)
            }
        }
        return (nil, loops, restart)
    }

    @Test(arguments: Self.rows.indices)
    func everySingleFaultOfTheTableIsFound(_ index: Int) throws {
        let row = Self.rows[index]
        var model = RingModel(count: 4)
        if let fault = row.fault { model.faults = [fault] }
        let found = self.diagnose(model, Self.units)
        #expect(found.verdict == row.verdict)
        #expect(found.loops == row.loops)
        model.isRestarted = true
        #expect(model.reading.units.map(\.hasLight) == row.light)
        if let restart = found.restart { #expect(restart.units.map(\.hasLight) == row.light) }
        #expect(model.reading.units.map(\.isAlive) == (0..<4).map { row.fault != .dead($0) })
    }

    @Test func everySingleFaultIsFoundByThePositionOfTheHeadUnitToo() {
        for row in Self.rows where !row.loops.isEmpty {
            var model = RingModel(count: 4)
            if let fault = row.fault { model.faults = [fault] }
            let found = self.diagnose(model, Self.units, position: row.position)
            #expect(found.verdict == row.verdict && found.loops == row.loops, "\(row)")
        }
    }

    @Test func everySingleFaultIsFoundWhileTheUnitsStillSendByThemselves() {
        for row in Self.rows {
            var model = RingModel(count: 4)
            if let fault = row.fault { model.faults = [fault] }
            #expect(self.diagnose(model, Self.units, isRestartLeftOn: true).verdict == row.verdict, "\(row)")
        }
    }

    @Test func everySingleFaultIsFoundWithoutALineThatTellsOfTheLoop() {
        for row in Self.rows {
            var model = RingModel(count: 4)
            if let fault = row.fault { model.faults = [fault] }
            let found = self.diagnose(model, Self.units) { reading in
                RingReading(
                    units: reading.units.map {
                        RingReading.Unit(hasSupply: $0.hasSupply, isAlive: $0.isAlive, hasLight: $0.hasLight)
                    }
                )
            }
            #expect(found.verdict == row.verdict && found.loops == row.loops, "\(row)")
        }
    }

    @Test func everySingleFaultIsFoundWithTheLightOfTheHeadUnitAndItsPositionAlone() {
        for row in Self.rows where !row.loops.isEmpty {
            var model = RingModel(count: 4)
            if let fault = row.fault { model.faults = [fault] }
            let onlyHead = { (reading: RingReading) in
                RingReading(
                    units: reading.units.enumerated().map { unit, values in
                        RingReading.Unit(hasLight: unit == 0 ? values.hasLight : nil)
                    }
                )
            }
            let found = self.diagnose(model, Self.units, seen: onlyHead)
            // The light of the head unit tells that the break is in front of it; else the position has to be asked for.
            let isInFrontOfHead = row.position == 0
            #expect((found.verdict != nil) == isInFrontOfHead, "\(row)")
            var diagnosis = RingBreakDiagnosis(Self.units, onlyHead(model.reading))
            model.isRestarted = true
            diagnosis.done(onlyHead(model.reading))
            if isInFrontOfHead { continue }
            #expect(diagnosis.step == .position && diagnosis.sentence.contains("relative position"))
            diagnosis.restarted(headUnitPosition: row.position ?? -1)
            #expect(diagnosis.step == .bypass(Int(row.loops[0].prefix(1)) ?? -1), "\(row)")
        }
    }

    @Test(arguments: 2...6)
    func aDeadUnitIsFoundWithoutALineOfLife(_ count: Int) {
        for dead in 1..<count {
            var model = RingModel(count: count)
            model.faults = [.dead(dead)]
            let units = (0..<count).map { RingUnit("unit \($0)") }
            for hasSupplyLine in [false, true] {
                let found = self.diagnose(model, units) { reading in
                    RingReading(
                        units: reading.units.map {
                            RingReading.Unit(hasSupply: hasSupplyLine ? $0.hasSupply : nil, hasLight: $0.hasLight)
                        }
                    )
                }
                #expect(found.verdict == (hasSupplyLine ? .dead(dead) : .deadOrUnpowered(dead)), "\(dead) of \(count)")
            }
        }
    }

    @Test func aWeakLinkIsFoundByDimmingOneUnitAfterAnother() {
        var units = Self.units
        for unit in units.indices { units[unit].canBeDimmed = true }
        for weak in units.indices {
            var model = RingModel(count: 4)
            model.faults = [.weak(from: weak)]
            #expect(self.diagnose(model, units).verdict == .closed, "nothing has told of it")
            let found = self.diagnose(model, units, criticalUnlocks: 1)
            #expect(found.verdict == .weakLink(from: weak, to: (weak + 1) % 4))
        }
        #expect(self.diagnose(RingModel(count: 4), units, criticalUnlocks: 9).verdict == .closed)
        #expect(self.diagnose(RingModel(count: 4), Self.units, criticalUnlocks: 9).verdict == .closed)
    }

    @Test func aPositionCountsTheNodesOfEachUnit() {
        var units = Self.units
        units[3].nodes = 2
        for (position, zero) in [(0, 0), (2, 3), (3, 2), (4, 1)] {
            var model = RingModel(count: 4)
            model.faults = [.fibre(from: (zero + 3) % 4)]
            let found = self.diagnose(model, units, position: position)
            let culprits = found.verdict.map(\.culprits) ?? []
            #expect(culprits == [(zero + 3) % 4, zero], "\(position)")
        }
        var diagnosis = RingBreakDiagnosis(
            units,
            RingReading(units: Array(repeating: .init(hasLight: false), count: 4))
        )
        for position in [-1, 1, 5, 99] { diagnosis.restarted(headUnitPosition: position) }
        #expect(diagnosis.step == .restart, "no unit of this ring can give these")
    }

    /// Every single fault of rings of two to eight units.
    @Test(arguments: 2...8)
    func theRuleHoldsForEverySizeOfRing(_ count: Int) {
        let units = (0..<count).map { RingUnit("unit \($0)") }
        for unit in 0..<count {
            let (last, next) = ((unit + count - 1) % count, (unit + 1) % count)
            let expected: [(RingModel.Fault, RingVerdict)] = [
                (.supply(unit), .noSupply([unit])), (.dead(unit), .dead(unit)),
                (.transmitter(unit), unit == 0 ? .fibreOrHeadUnit(from: 0, to: 1) : .transmitter(unit)),
                (.receiver(unit), unit == 0 ? .fibreOrHeadUnit(from: last, to: 0) : .receiver(unit)),
                (
                    .fibre(from: unit),
                    unit == 0 || next == 0 ? .fibreOrHeadUnit(from: unit, to: next) : .fibre(from: unit, to: next)
                ),
            ]
            for (fault, verdict) in expected {
                var model = RingModel(count: count)
                model.faults = [fault]
                #expect(self.diagnose(model, units).verdict == verdict, "\(fault) of \(count)")
            }
        }
    }

    @Test func severalFaultsAreNeverTakenForAnother() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            let count = Int.random(in: 3...8, using: &random)
            let all: [RingModel.Fault] = (0..<count).flatMap {
                [.supply($0), .dead($0), .transmitter($0), .receiver($0), .fibre(from: $0)]
            }
            var model = RingModel(count: count)
            let first = all[Int.random(in: all.indices, using: &random)]
            let second = all[Int.random(in: all.indices, using: &random)]
            model.faults = [first, second]
            let verdict = self.diagnose(model, (0..<count).map { RingUnit("unit \($0)") }).verdict
            let touched = Set(model.faults.flatMap { Self.units(of: $0, count) })
            #expect(verdict != nil && verdict != .closed && verdict != .intermittent, "\(model.faults)")
            let culprits = Set(verdict.map(\.culprits) ?? [])
            #expect(
                culprits.isSubset(of: touched),
                "\(model.faults) \(String(describing: verdict))"
            )
        }
    }

    /// The units that a fault concerns: itself, or both ends of the light that it takes.
    private static func units(of fault: RingModel.Fault, _ count: Int) -> [Int] {
        switch fault {
        case .supply(let unit), .dead(let unit): [unit]
        case .transmitter(let unit), .fibre(let unit), .weak(let unit): [unit, (unit + 1) % count]
        case .receiver(let unit): [unit, (unit + count - 1) % count]
        }
    }

    @Test func withoutALineNothingIsClaimed() {
        let dark = RingReading(units: Array(repeating: .init(), count: 4))
        #expect(RingBreakDiagnosis(Self.units, dark).step == .done(.notMonitored))
        var unpowered = dark
        unpowered.units[1].isAlive = false
        #expect(RingBreakDiagnosis(Self.units, unpowered).step == .done(.deadOrUnpowered(1)))
        let sentence = RingVerdict.deadOrUnpowered(1).mechanicSentence(Self.units)
        #expect(sentence.contains("fuse F31") && sentence.contains("luggage compartment, left"))
    }

    @Test func aRingThatRunsAgainAfterTheRestartIsIntermittent() {
        var diagnosis = RingBreakDiagnosis(
            Self.units,
            RingReading(units: Array(repeating: .init(hasSupply: true, isAlive: true, hasLight: false), count: 4))
        )
        diagnosis.done(RingModel(count: 4).reading)
        #expect(diagnosis.step == .done(.intermittent))
    }

    @Test func theSentencesNameTheUnitItsPlaceItsFuseAndItsRemedy() {
        let dead = RingVerdict.dead(1)
        #expect(dead.driverSentence(Self.units).hasPrefix("SOS call malfunction: the amplifier does not answer."))
        #expect(dead.mechanicSentence(Self.units).contains("Remedy: a used unit, or a bypass loop for good."))
        let own = RingVerdict.receiver(2).mechanicSentence(Self.units)
        #expect(own.contains("Its optical interface: the controller in it lives."))
        #expect(RingVerdict.noSupply([1]).mechanicSentence(Self.units).contains("fuse F31"))
        #expect(RingVerdict.noSupply([0, 1, 2, 3]).mechanicSentence(Self.units).contains("all of them share"))
        let fibre = RingVerdict.fibre(from: 1, to: 2)
        #expect(fibre.driverSentence(Self.units).contains("between the amplifier and the telematics unit"))
        for verdict in [dead, fibre, .severalBreaks(zeroUnits: [1, 3]), .intermittent, .weakLink(from: 2, to: 3)] {
            #expect(verdict.driverSentence(Self.units).contains("emergency call is possible"))
        }
        // A number that no unit has is told all the same.
        #expect(RingVerdict.dead(9).mechanicSentence(Self.units).contains("unit 9"))
    }

    @Test func aWeakLinkBreaksWhenItsOwnLightIsDimmed() {
        var model = RingModel(count: 4)
        model.faults = [.weak(from: 2)]
        #expect(model.reading.isClosed == true)
        let broken = (0..<4).filter { unit in
            model.attenuated = unit
            return model.reading.isClosed == false
        }
        #expect(broken == [2])
    }
}
