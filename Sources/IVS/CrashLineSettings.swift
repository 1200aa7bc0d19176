internal import CallControl
internal import ConfigurationFile
internal import CrashSensing
internal import GPIO

/// The crash lines of a configuration, and the file with the profiles of what they carry.
enum CrashLineSettings {
    /// One crash line under its own name.
    static let line = Schema([
        Key(
            "profile",
            .string(Self.nameRule),
            .defaulted(.string(Self.plainLevel)),
            "What the line carries: level, or a profile of the file of lines.crashProfiles."
        ),
        Key(
            "side",
            .choice(ImpactSide.allCases.map(\.rawValue)),
            .defaulted(.string(ImpactSide.unknown.rawValue)),
            "The side of the vehicle whose impact it reports."
        ),
        Key("pin", .section(LinePins.pin), .optional, "Where the line is in the kernel; left out, pins.crash."),
    ])

    /// The profile that needs no file; its times are those of `lines.crash`.
    static let plainLevel = "level"

    /// As in a configuration that names none.
    static let defaultLines = [TableEntry(name: "crash", settings: Settings(Self.line, [:]))]

    static let nameRule = StringRule(
        "a name of letters, digits and hyphens that begins with a letter",
        length: 1...32,
        example: "level"
    ) { text in
        let letters = { (octet: UInt8) in (octet | 0x20) >= 0x61 && (octet | 0x20) <= 0x7A }
        return text.utf8.first.map(letters) ?? false
            && text.utf8.allSatisfy { letters($0) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D }
    }

    /// The file of profiles.
    static let file = Schema([
        Key(
            "profiles",
            .table(of: Self.profile, names: Self.nameRule, count: 1...32),
            .required,
            "Each a signal that some unit sends."
        )
    ])

    private static let profile = Schema([
        Key("idle", .section(Self.idle), .required, "What comes while all is well."),
        Key("crash", .section(Self.crash), .required, "What comes in a crash."),
        Key(
            "inverted",
            .boolean,
            .defaulted(.boolean(false)),
            "Whether high and low below are those in front of an inverting input."
        ),
        Key(
            "glitch",
            .duration(.zero ... .milliseconds(10)),
            .defaulted(.duration(.milliseconds(1))),
            "An interval shorter than this is none."
        ),
        Key(
            "startupBlank",
            .duration(.zero ... .seconds(120)),
            .defaulted(.duration(.seconds(1))),
            "How long after the start, or the ignition, what is missing is no fault."
        ),
        Key(
            "faultAfter",
            .duration(.seconds(6) ... .seconds(300)),
            .defaulted(.duration(.seconds(12))),
            "How long the line may carry nothing that fits before that is a fault."
        ),
        Key(
            "lockout",
            .duration(.zero ... .seconds(60)),
            .defaulted(.duration(.seconds(5))),
            "How long further bursts are part of the same crash."
        ),
        Key(
            "burst",
            .duration(.milliseconds(20) ... .seconds(10)),
            .defaulted(.duration(.milliseconds(200))),
            "How long a crash lasts when ecallctl line play makes one."
        ),
    ])

    private static let idle = Schema([
        Key("level", .choice(Self.levels), .optional, "The level at which the line rests."),
        Key("high", .duration(Self.parts), .optional, "The high part of a cycle."),
        Key("low", .duration(Self.parts), .optional, "The low part of a cycle."),
        Key("tolerance", .duration(Self.tolerances), .defaulted(.duration(.milliseconds(1))), Self.aboutTolerance),
        Key("tolerancePercent", .integer(0...40), .defaulted(.integer(0)), "The same in percent of the part."),
        Key("cycles", .integer(1...20), .defaulted(.integer(2)), "How many in a row show that the unit lives."),
    ])

    private static let crash = Schema([
        Key("level", .choice(Self.levels), .optional, "The level that lasts in a crash."),
        Key(
            "hold",
            .duration(.zero ... .seconds(5)),
            .defaulted(.duration(.milliseconds(100))),
            "How long that level must last."
        ),
        Key("high", .duration(Self.parts), .optional, "The high part of a cycle."),
        Key("low", .duration(Self.parts), .optional, "The low part of a cycle."),
        Key("tolerance", .duration(Self.tolerances), .defaulted(.duration(.milliseconds(1))), Self.aboutTolerance),
        Key("tolerancePercent", .integer(0...40), .defaulted(.integer(0)), "The same in percent of the part."),
        Key("cycles", .integer(1...20), .defaulted(.integer(3)), "How many in a row are a crash."),
    ])

    private static let levels = ["high", "low"]
    private static let parts = Duration.milliseconds(1) ... .seconds(5)
    private static let tolerances = Duration.zero ... .milliseconds(500)
    private static let aboutTolerance = "How far either part may be off; the larger of both allowances counts."
}

extension VehicleConfiguration {
    /// The crash lines with what each carries; a file of profiles that is not absolute is beside the configuration.
    mutating func read(crashLinesOf lines: Settings, folder: String) throws(ConfigurationMistakes) {
        var known = [CrashLineSettings.plainLevel: CrashLineProfile(plain: lines.section("crash"))]
        if let path = lines.optional("crashProfiles")?.string {
            let place = path.hasPrefix("/") ? path : folder + path
            let file = try ConfigurationReader.read(path: place, schema: CrashLineSettings.file)
            try known.merge(Self.profiles(file)) { plain, _ in plain }
        }
        self.lines.crash = [:]
        self.crashProfiles = [:]
        var mistakes: [Mistake] = []
        for entry in lines.table("crashLines") {
            let name = LineName(entry.name)
            let wanted = entry.settings.string("profile")
            let isTaken = name == InputLines.accelerometer || self.lineSpecifications.contains { $0.name == name }
            guard !isTaken else {
                let expected = "a name that no other line has"
                mistakes.append(lines.mistake("crashLines", found: entry.name, expected: expected))
                continue
            }
            guard let profile = known[wanted] else {
                let expected = "one of \(known.keys.sorted().joined(separator: ", "))"
                mistakes.append(entry.settings.mistake("profile", found: wanted, expected: expected))
                continue
            }
            self.lines.crash[name] = ImpactSide(rawValue: entry.settings.string("side")) ?? .unknown
            self.crashProfiles[name] = profile
        }
        self.knownCrashProfiles = known
        guard mistakes.isEmpty else { throw ConfigurationMistakes(mistakes) }
    }

    /// The profiles of a file, each of which can tell a crash from rest.
    static func profiles(_ file: Settings) throws(ConfigurationMistakes) -> [String: CrashLineProfile] {
        var profiles: [String: CrashLineProfile] = [:]
        var mistakes: [Mistake] = []
        for entry in file.table("profiles") {
            guard entry.name != CrashLineSettings.plainLevel else {
                let expected = "another name: \(entry.name) is built in"
                mistakes.append(file.mistake("profiles", found: entry.name, expected: expected))
                continue
            }
            do throws(ConfigurationMistakes) {
                profiles[entry.name] = try CrashLineProfile(entry.settings)
            } catch {
                mistakes += error.mistakes
            }
        }
        guard mistakes.isEmpty else { throw ConfigurationMistakes(mistakes) }
        return profiles
    }
}

extension CrashLineProfile {
    /// The plain level with the times of `lines.crash`.
    fileprivate init(plain crash: Settings) {
        self = .level
        self.crash = .level(high: true, hold: crash.duration("hold"))
        self.lockout = crash.duration("lockout")
        self.faultAfter = crash.duration("stuckAfter")
    }

    fileprivate init(_ settings: Settings) throws(ConfigurationMistakes) {
        let isInverted = settings.boolean("inverted")
        let idle = settings.section("idle")
        let crash = settings.section("crash")
        let idleLevel = try Self.level(of: idle, isInverted)
        let crashLevel = try Self.level(of: crash, isInverted)
        self.init(
            idle: idleLevel.map { .level(high: $0) } ?? .cycles(Cycle(idle, isInverted)),
            crash: crashLevel.map { .level(high: $0, hold: crash.duration("hold")) }
                ?? .cycles(Cycle(crash, isInverted))
        )
        self.glitch = settings.duration("glitch")
        self.startupBlank = settings.duration("startupBlank")
        self.faultAfter = settings.duration("faultAfter")
        self.lockout = settings.duration("lockout")
        self.burst = settings.duration("burst")
        guard let contradiction = self.contradiction else { return }
        throw ConfigurationMistakes([
            settings.mistake("crash", found: contradiction, expected: "a crash that nothing else looks like")
        ])
    }

    /// The level of a section that has one; `nil` for one with both parts of a cycle.
    private static func level(of section: Settings, _ isInverted: Bool) throws(ConfigurationMistakes) -> Bool? {
        let parts = ["high", "low"].filter { section.optional($0) != nil }
        switch (section.optional("level")?.string, parts.count) {
        case (let level?, 0): return (level == "high") != isInverted
        case (nil, 2): return nil
        case (_?, _), (nil, _):
            let found = (parts + (section.optional("level") == nil ? [] : ["level"])).joined(separator: " and ")
            throw ConfigurationMistakes([
                section.mistake(
                    "level",
                    found: found.isEmpty ? "nothing" : found,
                    expected: "either a level, or the parts high and low"
                )
            ])
        }
    }
}

extension CrashLineProfile.Cycle {
    /// The two parts of a section that has both.
    fileprivate init(_ section: Settings, _ isInverted: Bool) {
        let high = section.optional("high")?.duration ?? .zero
        let low = section.optional("low")?.duration ?? .zero
        self.init(
            high: isInverted ? low : high,
            low: isInverted ? high : low,
            tolerance: section.duration("tolerance"),
            tolerancePercent: section.integer("tolerancePercent"),
            count: section.integer("cycles")
        )
    }
}
