internal import ConfigurationFile
package import Diagnosis
package import GPIO

/// The part of the configuration about what the system looks at by itself.
package struct SelfTestSettings: Hashable, Sendable {
    /// How often the machine is looked at.
    package var interval = Duration.seconds(30)
    /// The network adapter that has to be there; `nil` for none that is looked for.
    package var adapter: String?
    /// The Bluetooth adapter by the kernel's name, and the phone's address; `nil` for no Bluetooth.
    package var bluetooth: String?
    package var phone: String?
    /// The wires that have a line which senses them.
    package var senses: Set<CircuitSense> = []

    package init() {}

    /// The lines that sense wires, each an input.
    package var lines: [LineName] { self.senses.sorted().map(Self.line) }

    package static func line(_ sense: CircuitSense) -> LineName {
        LineName("sense-\(sense.circuit.rawValue)-\(sense.kind.rawValue)")
    }

    /// The wire that a line senses; `nil` for one that is no such line.
    func sense(of line: LineName) -> CircuitSense? {
        guard line.text.hasPrefix("sense-") else { return nil }
        return self.senses.first { Self.line($0) == line }
    }
}

extension SelfTestSettings {
    static let schema = Schema([
        Key(
            "interval",
            .duration(.seconds(5) ... .seconds(600)),
            .defaulted(.duration(.seconds(30))),
            "How often the machine is looked at: memory, disk, files, network."
        ),
        Key(
            "adapter",
            .string(Self.adapterRule),
            .optional,
            "The network adapter that has to be there, such as wwan0."
        ),
        Key("bluetooth", .section(Self.bluetooth), .optional, "The vehicle's Bluetooth, by BlueZ; left out, none."),
        Key(
            "circuits",
            .table(of: Self.circuit, names: Self.circuitRule, count: 1...Circuit.allCases.count),
            .optional,
            "The wires that have a line which senses them; a wire without one is not monitored."
        ),
    ])

    private static let bluetooth = Schema([
        Key("adapter", .string(Self.adapterRule), .defaulted(.string("hci0")), "The adapter, by the kernel's name."),
        Key("phone", .string(Self.phoneRule), .optional, "The address of the phone that belongs to the vehicle."),
    ])

    private static let circuit = Schema([
        Key("open", .section(Self.sense), .optional, "A line that is active while the wire is cut off."),
        Key("short", .section(Self.sense), .optional, "A line that is active while it is shorted."),
        Key(
            "current",
            .section(Self.sense),
            .optional,
            "Of led, lamp and chime: a line that is active while current flows."
        ),
    ])

    private static let sense = Schema([
        Key("pin", .section(LinePins.pin), .optional, "Where the line is in the kernel; for gpiod, where it must be.")
    ])

    private static let circuitRule = StringRule(
        "one of " + Circuit.allCases.map(\.rawValue).joined(separator: ", "),
        length: 1...32,
        example: Circuit.led.rawValue
    ) { Circuit(rawValue: $0) != nil }

    private static let adapterRule = StringRule("the name of an adapter", length: 1...15, example: "wwan0") {
        !$0.contains("/") && !$0.hasPrefix(".") && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    private static let phoneRule = StringRule(
        "an address such as 00:1B:44:11:3A:B7",
        length: 17...17,
        example: "00:1B:44:11:3A:B7"
    ) { text in
        text.split(separator: ":", omittingEmptySubsequences: false).allSatisfy {
            $0.count == 2 && $0.allSatisfy { $0.isHexDigit && !$0.isLowercase }
        }
    }

    /// What the settings say; throws for a sense that a wire cannot have.
    init(_ settings: Settings) throws(ConfigurationMistakes) {
        self.interval = settings.duration("interval")
        self.adapter = settings.optional("adapter")?.string
        if let bluetooth = settings.optional("bluetooth")?.section {
            self.bluetooth = bluetooth.string("adapter")
            self.phone = bluetooth.optional("phone")?.string
        }
        for entry in settings.optional("circuits")?.table ?? [] {
            guard let circuit = Circuit(rawValue: entry.name) else { continue }  // The schema has no other.
            for kind in CircuitSense.Kind.allCases where entry.settings.optional(kind.rawValue) != nil {
                guard (kind == .current) == circuit.isOutput else {
                    let expected = circuit.isOutput ? "current: it is driven from here" : "open or short"
                    throw ConfigurationMistakes([
                        entry.settings.mistake(kind.rawValue, found: kind.rawValue, expected: expected)
                    ])
                }
                self.senses.insert(CircuitSense(circuit, kind))
            }
        }
    }

    /// The section that has the pin of a line.
    func section(of line: LineName, in settings: Settings) -> Settings? {
        guard let sense = self.sense(of: line) else { return nil }
        let circuit = (settings.optional("circuits")?.table ?? []).first { $0.name == sense.circuit.rawValue }
        return circuit?.settings.optional(sense.kind.rawValue)?.section
    }
}
