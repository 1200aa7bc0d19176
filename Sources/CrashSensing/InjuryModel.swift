internal import Glibc

/// The logistic model that estimates how probable it is that somebody in the vehicle is severely hurt.
///
/// An aid for dispatch, and never a statement that nobody is: the cut of 20 % finds a quarter to a third of the severe
/// cases. The built-in coefficients were fitted on public accident data; docs/injury-estimate.md says which, and what
/// they are worth.
package struct InjuryModel: Hashable, Sendable {
    /// The side that was hit, as the model's data name it.
    package enum Direction: String, Hashable, Sendable, CaseIterable {
        case front
        case left
        case right
        case rear
    }

    /// The natural logarithm of the odds that each input adds.
    package struct Coefficients: Hashable, Sendable {
        package var intercept = -13.74
        /// For the logarithm of the change of velocity in miles per hour.
        package var logDeltaV = 3.04
        package var front = 0.0
        /// The driver's side where one drives on the right.
        package var left = 1.42
        package var right = 0.27
        package var rear = -0.48
        package var multipleImpacts = 1.03
        package var anyUnbelted = 1.61
        package var anyFemale = 0.32
        package var allBelow55 = -0.30
        package var any55OrOlder = 0.65
        package var rollover = 1.06
        package var ejection = 2.59

        package init() {}
    }

    /// The logarithm of the odds that somebody who is hurt in such a crash at 30 mph is hurt seriously (AIS 3 or more).
    ///
    /// Of those hurt alone, and so far above the probability of the band, which it never changes.
    package struct Seriousness: Hashable, Sendable {
        package var front = -0.452
        /// For the driver, whose side is the one that is known to be taken.
        package var nearSide = 1.643
        package var farSide = -0.088
        package var rear = -1.393

        package init() {}
    }

    /// The probabilities at which a band begins.
    package struct Cuts: Hashable, Sendable {
        /// The panel that asked for transport to a trauma center.
        package var high = 0.20
        package var elevatedPlanar = 0.10
        package var elevatedSide = 0.05

        package init() {}
    }

    /// The name of these coefficients, which goes along with each estimate.
    package var version = "R-ISP 1"
    package var coefficients = Coefficients()
    package var seriousness = Seriousness()
    package var cuts = Cuts()
    /// Whether one drives on the left, with the driver on the right.
    package var isRightHandDrive = false

    package init() {}

    /// What is known of a crash; `nil` is unknown, and is never taken for a value.
    package struct Inputs: Hashable, Sendable {
        /// km/h.
        package var deltaV: Double?
        package var direction: Direction?
        package var hasMultipleImpacts: Bool?
        package var anyUnbelted: Bool?
        package var anyFemale: Bool?
        package var any55OrOlder: Bool?
        package var hasRolledOver: Bool?
        package var hasEjection: Bool?

        package init() {}
    }

    package enum Band: String, Hashable, Sendable, CaseIterable {
        case low
        case elevated
        case high
    }

    /// Regions of the body that are hurt by such a crash more often than others.
    package enum Region: String, Hashable, Sendable, CaseIterable {
        case head
        case neck
        case chest
        case abdomen
        case spine
        case lowerLimbs
        case ejection
    }

    /// An estimate with everything that it rests on.
    package struct Estimate: Hashable, Sendable {
        /// `nil` without a change of velocity: then the band alone is told.
        package let probability: Double?
        package let band: Band
        package let regions: [Region]
        /// Which part of those hurt in such a crash is hurt seriously in the regions; for the wording, never for the band.
        ///
        /// `nil` without a change of velocity or a direction.
        package let serious: Double?
        /// The inputs that were not known, by name.
        package let unknown: [String]
        /// What it rests on, in words.
        package let basis: String
        package let version: String
    }

    package func estimate(_ inputs: Inputs) -> Estimate {
        let probability = self.logOdds(inputs).map { 1 / (1 + exp(-$0)) }
        return Estimate(
            probability: probability,
            band: self.band(probability, inputs),
            regions: Self.regions(inputs, isRightHandDrive: self.isRightHandDrive),
            serious: self.serious(inputs),
            unknown: Self.unknown(inputs),
            basis: Self.basis(inputs),
            version: self.version
        )
    }

    /// The logarithm of the odds; `nil` without a change of velocity.
    package func logOdds(_ inputs: Inputs) -> Double? {
        guard let deltaV = inputs.deltaV, deltaV.isFinite else { return nil }
        let milesPerHour = max(deltaV / Self.kilometersPerMile, Self.leastMilesPerHour)
        let terms = [
            (inputs.hasMultipleImpacts, self.coefficients.multipleImpacts),
            (inputs.anyUnbelted, self.coefficients.anyUnbelted),
            (inputs.anyFemale, self.coefficients.anyFemale),
            (inputs.hasRolledOver, self.coefficients.rollover),
            (inputs.hasEjection, self.coefficients.ejection),
        ]
        let sum = terms.reduce(0) { $1.0 == true ? $0 + $1.1 : $0 }
        return self.coefficients.intercept + self.coefficients.logDeltaV * log(milesPerHour)
            + self.term(of: inputs.direction) + sum + self.ageTerm(inputs.any55OrOlder)
    }

    private func serious(_ inputs: Inputs) -> Double? {
        guard let deltaV = inputs.deltaV, deltaV.isFinite, let direction = inputs.direction else { return nil }
        let milesPerHour = max(deltaV / Self.kilometersPerMile, Self.leastMilesPerHour)
        let atAnchor =
            switch direction {
            case .front: self.seriousness.front
            case .left: self.isRightHandDrive ? self.seriousness.farSide : self.seriousness.nearSide
            case .right: self.isRightHandDrive ? self.seriousness.nearSide : self.seriousness.farSide
            case .rear: self.seriousness.rear
            }
        let logOdds = atAnchor + self.coefficients.logDeltaV * log(milesPerHour / Self.anchorMilesPerHour)
        return 1 / (1 + exp(-logOdds))
    }

    /// At which change of velocity the figures of `seriousness` were published.
    private static let anchorMilesPerHour = 30.0
    private static let kilometersPerMile = 1.609344
    /// Below it the logarithm says nothing any more.
    private static let leastMilesPerHour = 1.0

    private func term(of direction: Direction?) -> Double {
        switch direction {
        case .front: self.coefficients.front
        case .left: self.isRightHandDrive ? self.coefficients.right : self.coefficients.left
        case .right: self.isRightHandDrive ? self.coefficients.left : self.coefficients.right
        case .rear: self.coefficients.rear
        case nil: 0
        }
    }

    private func ageTerm(_ any55OrOlder: Bool?) -> Double {
        switch any55OrOlder {
        case true?: self.coefficients.any55OrOlder
        case false?: self.coefficients.allBelow55
        case nil: 0
        }
    }

    private func band(_ probability: Double?, _ inputs: Inputs) -> Band {
        guard let probability else { return .elevated }
        if probability >= self.cuts.high { return .high }
        if inputs.hasRolledOver == true || inputs.hasEjection == true { return .elevated }
        let isSide = inputs.direction == .left || inputs.direction == .right
        return probability >= (isSide ? self.cuts.elevatedSide : self.cuts.elevatedPlanar) ? .elevated : .low
    }

    private static func regions(_ inputs: Inputs, isRightHandDrive: Bool) -> [Region] {
        var regions: [Region] = []
        if inputs.hasRolledOver == true { regions += [.head, .neck, .spine] }
        if inputs.hasEjection == true { regions.append(.ejection) }
        switch inputs.direction {
        case .front: regions += (inputs.anyUnbelted == false ? [] : [.head]) + [.chest, .lowerLimbs]
        case .left: regions += isRightHandDrive ? [.head, .chest, .abdomen] : [.chest, .abdomen]
        case .right: regions += isRightHandDrive ? [.chest, .abdomen] : [.head, .chest, .abdomen]
        case .rear: regions += [.neck, .spine]
        case nil: break
        }
        var seen: Set<Region> = []
        return regions.filter { seen.insert($0).inserted }
    }

    private static func unknown(_ inputs: Inputs) -> [String] {
        let known: [(String, Bool)] = [
            ("deltaV", inputs.deltaV != nil), ("direction", inputs.direction != nil),
            ("multipleImpacts", inputs.hasMultipleImpacts != nil), ("belts", inputs.anyUnbelted != nil),
            ("sex", inputs.anyFemale != nil), ("age", inputs.any55OrOlder != nil),
            ("rollover", inputs.hasRolledOver != nil), ("ejection", inputs.hasEjection != nil),
        ]
        return known.filter { !$0.1 }.map(\.0)
    }

    private static func basis(_ inputs: Inputs) -> String {
        var words = [inputs.direction?.rawValue ?? "direction unknown"]
        words.append(inputs.deltaV.map { "\(Int($0.rounded())) km/h" } ?? "change of velocity unknown")
        switch inputs.anyUnbelted {
        case true?: words.append("somebody unbelted")
        case false?: words.append("belted")
        case nil: words.append("belts unknown")
        }
        if inputs.hasMultipleImpacts == true { words.append("several impacts") }
        if inputs.hasRolledOver == true { words.append("rollover") }
        if inputs.hasEjection == true { words.append("ejection reported") }
        if inputs.any55OrOlder == true { words.append("somebody 55 or older") }
        return words.joined(separator: ", ")
    }
}
