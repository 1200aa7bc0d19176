internal import CallControl
internal import ConfigurationFile
package import GPIO
package import NGECall

/// The part of the configuration about what the vehicle does when a private center asks for it (RFC 8148 section 9.1).
package struct ActionSettings: Hashable, Sendable {
    /// The horn, which never sounds longer than its limit at one request.
    package struct Horn: Hashable, Sendable {
        package var line: LineName = "horn"
        package var limit = Duration.seconds(5)

        package init() {}
    }

    /// The lamps that can be switched, and the line of each.
    package var lamps: [VehicleAction.Lamp: LineName] = [:]
    package var horn: Horn?
    /// The line whose pulse locks all doors, and the one that unlocks them; `nil` where that is never done.
    package var lock: LineName?
    package var unlock: LineName?
    /// How long the pulse of either is.
    package var doorPulse = Duration.milliseconds(500)
    /// Whether something in the vehicle shows or says what the center writes.
    package var showsMessages = false
    /// The language of the occupants (RFC 5646).
    package var language = "en"

    package init() {}

    /// The lines of all of it, each an output that rests inactive.
    package var lines: [LineName] {
        (Array(self.lamps.values) + [self.horn?.line, self.lock, self.unlock].compactMap(\.self)).sorted()
    }

    /// What a center is told of it, and may ask for.
    package var abilities: VehicleAbilities {
        var abilities = VehicleAbilities.msdOnly
        abilities.lamps = VehicleAction.Lamp.allCases.filter { self.lamps[$0] != nil }
        abilities.highestStaticMessage = self.showsMessages ? StaticMessage.highest : nil
        abilities.showsDynamicMessages = self.showsMessages
        abilities.honks = self.horn != nil
        abilities.locksDoors = self.lock != nil || self.unlock != nil
        return abilities
    }

    /// What a line is for; `nil` for one that is none of these.
    func role(of line: LineName) -> String? {
        if self.lamps.values.contains(line) { return "requestedLamp" }
        if line == self.horn?.line { return "horn" }
        if line == self.lock { return "doorLock" }
        return line == self.unlock ? "doorUnlock" : nil
    }
}

extension ActionSettings {
    static let schema = Schema([
        Key(
            "lamps",
            .table(of: Self.output, names: Self.lampRule, count: 1...VehicleAction.Lamp.allCases.count),
            .optional,
            "The lamps that a center may switch, by their registered names; each is a line, lamp-NAME."
        ),
        Key("horn", .section(Self.horn), .optional, "The horn, the line horn; left out, there is none."),
        Key("doors", .section(Self.doors), .optional, "The central locking; left out, no door is touched."),
        Key(
            "messages",
            .boolean,
            .defaulted(.boolean(false)),
            "Whether something in the vehicle shows or says what ecalld hands over of the center's messages."
        ),
        Key("language", .string(Self.languageRule), .defaulted(.string("en")), "The language of the occupants."),
    ])

    private static let output = Schema([
        Key("pin", .section(LinePins.pin), .optional, "Where the line is in the kernel; for gpiod, where it must be.")
    ])

    private static let horn = Schema([
        Key("pin", .section(LinePins.pin), .optional, "Where the line is in the kernel; for gpiod, where it must be."),
        Key(
            "limit",
            .duration(.milliseconds(500) ... .seconds(60)),
            .defaulted(.duration(.seconds(5))),
            "How long one request may sound it."
        ),
    ])

    private static let doors = Schema([
        Key("lock", .section(Self.output), .optional, "The line door-lock; left out, no request locks a door."),
        Key("unlock", .section(Self.output), .optional, "The line door-unlock; left out, no request unlocks one."),
        Key(
            "pulse",
            .duration(.milliseconds(100) ... .seconds(5)),
            .defaulted(.duration(.milliseconds(500))),
            "How long either line is active."
        ),
    ])

    private static let lampRule = StringRule(
        "a registered lamp: " + VehicleAction.Lamp.allCases.map(\.rawValue).joined(separator: ", "),
        length: 1...32,
        example: VehicleAction.Lamp.hazard.rawValue
    ) { VehicleAction.Lamp(rawValue: $0) != nil }

    private static let languageRule = StringRule("a language such as en or de-AT", length: 2...35, example: "en") {
        $0.utf8.allSatisfy { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D }
    }

    /// What the settings say; throws for doors that have no line.
    init(_ settings: Settings) throws(ConfigurationMistakes) {
        for entry in settings.optional("lamps")?.table ?? [] {
            guard let lamp = VehicleAction.Lamp(rawValue: entry.name) else { continue }  // The schema has no other.
            self.lamps[lamp] = Self.line(of: lamp)
        }
        if let horn = settings.optional("horn")?.section {
            self.horn = Horn()
            self.horn?.limit = horn.duration("limit")
        }
        if let doors = settings.optional("doors")?.section {
            self.lock = doors.optional("lock") == nil ? nil : "door-lock"
            self.unlock = doors.optional("unlock") == nil ? nil : "door-unlock"
            self.doorPulse = doors.duration("pulse")
            guard self.abilities.locksDoors else {
                let mistake = doors.mistake("lock", found: "neither lock nor unlock", expected: "one of them at least")
                throw ConfigurationMistakes([mistake])
            }
        }
        self.showsMessages = settings.boolean("messages")
        self.language = settings.string("language")
    }

    /// The section that has the pin of a line.
    func section(of line: LineName, in settings: Settings) -> Settings? {
        if line == self.horn?.line { return settings.optional("horn")?.section }
        let doors = settings.optional("doors")?.section
        if line == self.lock { return doors?.optional("lock")?.section }
        if line == self.unlock { return doors?.optional("unlock")?.section }
        let lamp = self.lamps.first { $0.value == line }?.key
        return (settings.optional("lamps")?.table ?? []).first { $0.name == lamp?.rawValue }?.settings
    }

    static func line(of lamp: VehicleAction.Lamp) -> LineName { LineName("lamp-\(lamp.rawValue)") }
}
