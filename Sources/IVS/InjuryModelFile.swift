internal import ConfigurationFile
internal import CrashSensing

/// The file of the injury model's coefficients.
enum InjuryModelFile {
    static let schema = Schema(
        [
            Key(
                "version",
                .string(StringRule("a name of 1 to 40 characters", length: 1...40, example: "R-ISP 1")),
                .required,
                "The name of these coefficients, which goes along with each estimate."
            )
        ]
            + Self.coefficients.map { name, about, _ in
                Key(name, .number(-100...100), .required, about)
            }
            + Self.cuts.map { name, about, _ in Key(name, .number(0...1), .required, about) }
            + Self.seriousness.map { name, about, value, _ in
                Key(name, .number(-100...100), .defaulted(.number(value)), about)
            }
    )

    static let coefficients: [(String, String, @Sendable (inout InjuryModel.Coefficients, Double) -> Void)] = [
        ("intercept", "What every crash begins with.", { $0.intercept = $1 }),
        ("logDeltaV", "For the logarithm of the change of velocity in miles per hour.", { $0.logDeltaV = $1 }),
        ("front", "An impact to the front.", { $0.front = $1 }),
        ("left", "To the left, the driver's side where one drives on the right.", { $0.left = $1 }),
        ("right", "To the right.", { $0.right = $1 }),
        ("rear", "To the rear.", { $0.rear = $1 }),
        ("multipleImpacts", "Several impacts.", { $0.multipleImpacts = $1 }),
        ("anyUnbelted", "Somebody without a belt.", { $0.anyUnbelted = $1 }),
        ("anyFemale", "A woman on board.", { $0.anyFemale = $1 }),
        ("allBelow55", "Everybody younger than 55.", { $0.allBelow55 = $1 }),
        ("any55OrOlder", "Somebody of 55 or older.", { $0.any55OrOlder = $1 }),
        ("rollover", "A rollover.", { $0.rollover = $1 }),
        ("ejection", "An ejection that was reported.", { $0.ejection = $1 }),
    ]

    static let cuts: [(String, String, @Sendable (inout InjuryModel.Cuts, Double) -> Void)] = [
        ("high", "The probability at which the band high begins.", { $0.high = $1 }),
        ("elevatedPlanar", "Elevated, after an impact to front or rear.", { $0.elevatedPlanar = $1 }),
        ("elevatedSide", "Elevated, after an impact to the side.", { $0.elevatedSide = $1 }),
    ]

    /// Left out, the built-in ones: a table of another model need not have them.
    static let seriousness: [(String, String, Double, @Sendable (inout InjuryModel.Seriousness, Double) -> Void)] = [
        ("seriousFront", "Of those hurt at 30 mph, seriously: front.", -0.452, { $0.front = $1 }),
        ("seriousNearSide", "To the driver's side.", 1.643, { $0.nearSide = $1 }),
        ("seriousFarSide", "To the other side.", -0.088, { $0.farSide = $1 }),
        ("seriousRear", "To the rear.", -1.393, { $0.rear = $1 }),
    ]
}

extension InjuryModel {
    /// The model of a checked file.
    init(_ file: Settings) {
        self.init()
        self.version = file.string("version")
        for (name, _, set) in InjuryModelFile.coefficients { set(&self.coefficients, file.number(name)) }
        for (name, _, set) in InjuryModelFile.cuts { set(&self.cuts, file.number(name)) }
        for (name, _, _, set) in InjuryModelFile.seriousness { set(&self.seriousness, file.number(name)) }
    }
}
