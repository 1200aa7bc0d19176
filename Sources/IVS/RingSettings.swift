internal import ConfigurationFile
package import Diagnosis
package import GPIO

/// The part of the configuration about the optical ring of the vehicle's sound system.
package struct RingSettings: Hashable, Sendable {
    /// In the order of the light, the head unit first.
    package var units: [RingUnit]
    /// Which lines each unit has.
    package var senses: [Set<RingMonitor.Sense>]

    package init(units: [RingUnit], senses: [Set<RingMonitor.Sense>]) {
        self.units = units
        self.senses = senses
    }

    /// The lines of all units, each an input.
    package var lines: [LineName] {
        self.units.indices.flatMap { unit in
            RingMonitor.Sense.allCases.filter(self.senses[unit].contains).map { Self.line($0, of: unit) }
        }
    }

    /// The lines that dim the light of a unit, each an output.
    package var dimmers: [LineName] {
        self.units.indices.filter { self.units[$0].canBeDimmed }.map(Self.dimmer(of:))
    }

    /// The name of the line that dims the light of a unit.
    package static func dimmer(of unit: Int) -> LineName { LineName("ring-\(unit + 1)-dim") }

    /// The name of a line; units are counted from 1 in it.
    package static func line(_ sense: RingMonitor.Sense, of unit: Int) -> LineName {
        LineName("ring-\(unit + 1)-\(sense.rawValue)")
    }

    /// What a line tells of which unit; `nil` for one that is none of these.
    func place(of line: LineName) -> (unit: Int, sense: RingMonitor.Sense)? {
        guard line.text.hasPrefix("ring-") else { return nil }
        for unit in self.units.indices {
            for sense in self.senses[unit] where Self.line(sense, of: unit) == line { return (unit, sense) }
        }
        return nil
    }
}

extension RingSettings {
    static let schema = Schema([
        Key(
            "units",
            .list(of: .section(Self.unit), count: 2...16),
            .required,
            "The units in the order of the light, the head unit first."
        )
    ])

    private static let unit = Schema(
        [
            Key("name", .string(Self.nameRule), .required, "What the sentences call it, such as amplifier."),
            Key("place", .string(Self.textRule), .optional, "Where it sits."),
            Key("fuse", .string(Self.textRule), .optional, "The fuse that feeds it."),
            Key("remedy", .string(Self.textRule), .optional, "What is usually done about it."),
            Key("nodes", .integer(1...2), .defaulted(.integer(1)), "As how many nodes it counts."),
            Key("controller", .boolean, .defaulted(.boolean(false)), "Whether this system's own controller is in it."),
        ] + RingMonitor.Sense.allCases.map { Key($0.rawValue, .section(Self.sense), .optional, Self.about($0)) }
            + [Key("dim", .section(Self.sense), .optional, "A line that dims its light by 3 dB, for a weak link.")]
    )

    private static let sense = Schema([
        Key("pin", .section(LinePins.pin), .optional, "Where the line is in the kernel; for gpiod, where it must be.")
    ])

    private static func about(_ sense: RingMonitor.Sense) -> String {
        switch sense {
        case .supply: "A line that is active while there is voltage behind its fuse."
        case .alive: "A line that toggles twice a second while the unit lives."
        case .light: "A line that is active while light comes to the unit."
        case .bypass: "A line that is active while a loop is plugged in its place."
        }
    }

    private static let nameRule = StringRule("a name of 1 to 32 characters", length: 1...32, example: "amplifier")
    private static let textRule = StringRule("1 to 120 characters", length: 1...120, example: "luggage compartment")

    /// What the settings say; throws for two units of one name, by which faults and sentences tell them apart.
    init(_ settings: Settings) throws(ConfigurationMistakes) {
        let sections = settings.list("units").map(\.section)
        self.units = sections.map { section in
            var unit = RingUnit(section.string("name"))
            unit.place = section.optional("place")?.string
            unit.fuse = section.optional("fuse")?.string
            unit.remedy = section.optional("remedy")?.string
            unit.nodes = section.integer("nodes")
            unit.hasController = section.boolean("controller")
            unit.canBeDimmed = section.optional("dim") != nil
            return unit
        }
        var names: Set<String> = []
        for section in sections where !names.insert(section.string("name")).inserted {
            let found = "\"\(section.string("name"))\" again"
            throw ConfigurationMistakes([
                section.mistake("name", found: found, expected: "a name that no other unit has")
            ])
        }
        self.senses = sections.map { section in
            Set(RingMonitor.Sense.allCases.filter { section.optional($0.rawValue) != nil })
        }
    }

    /// The section that has the pin of a line.
    func section(of line: LineName, in settings: Settings) -> Settings? {
        let dimmed = self.units.indices.first { Self.dimmer(of: $0) == line }
        if let dimmed { return settings.list("units")[dimmed].section.optional("dim")?.section }
        guard let (unit, sense) = self.place(of: line) else { return nil }
        return settings.list("units")[unit].section.optional(sense.rawValue)?.section
    }
}
