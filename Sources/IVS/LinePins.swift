internal import ConfigurationFile
internal import CrashSensing
internal import GPIO

/// The pins of a real rig: the part of `lines` that says where each line is in the kernel.
enum LinePins {
    /// The chips of the Raspberry Pi 5, the 4 and those before it, by their labels.
    static let defaultChips = ["pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835"]

    static let schema = Schema([
        Key("button", .section(Self.pin), .optional, "The SOS button."),
        Key("cover", .section(Self.pin), .optional, "The switch of its cover, active while the cover is open."),
        Key("crash", .section(Self.pin), .optional, "The crash line."),
        Key("powerFail", .section(Self.pin), .optional, "Active while the vehicle's own power is gone."),
        Key("led", .section(Self.pin), .optional, "The green LED."),
        Key("lamp", .section(Self.pin), .optional, "The malfunction lamp, wired fail-lit."),
        Key("chime", .section(Self.pin), .optional, "The chime; left out, there is none."),
    ])

    static let chipRule = StringRule(
        "the label, the name or the path of a GPIO chip",
        length: 1...64,
        example: "pinctrl-bcm2711"
    )

    static let pin = Schema([
        Key("line", .string(Self.lineRule), .required, "The name that the kernel gives the line, or its number."),
        Key(
            "chips",
            .list(of: .string(Self.chipRule), count: 1...8),
            .optional,
            "The chips of this line alone, when they are not those of `lines.chips`."
        ),
        Key("activeLow", .boolean, .defaulted(.boolean(false)), "Whether a low voltage means active."),
        Key(
            "bias",
            .choice(LineWiring.Bias.allCases.map(\.rawValue)),
            .defaulted(.string(LineWiring.Bias.asIs.rawValue)),
            "The resistor inside the chip."
        ),
    ])

    private static let lineRule = StringRule(
        "the name or the number of a line",
        length: 1...31,
        example: "GPIO17"
    ) { $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }
}

extension VehicleConfiguration {
    /// Reads where each line is in the kernel; throws for every line of a real rig that has no pin.
    mutating func read(pinsOf settings: Settings) throws(ConfigurationMistakes) {
        guard !self.isSimulated else { return }
        let lines = settings.section("lines")
        let pins = lines.section("pins")
        let chips = lines.list("chips").map(\.string)
        let isKernelAsked = lines.string("debouncing") == "automatic"
        self.lines.chime = pins.optional("chime") == nil ? nil : self.lines.chime
        let wanted: [(key: String, lines: [LineName])] = [
            ("button", [self.lines.button]), ("cover", [self.lines.cover].compactMap(\.self)),
            ("powerFail", [self.lines.powerFail].compactMap(\.self)),
            ("led", [self.lines.led]), ("lamp", [self.lines.lamp]),
            ("chime", [self.lines.chime].compactMap(\.self)),
        ]
        var mistakes: [Mistake] = []
        let own = Dictionary(uniqueKeysWithValues: lines.table("crashLines").map { ($0.name, $0.settings) })
        let crash = self.lines.crash.keys.sorted().map { ("crash", $0, own[$0.text]?.optional("pin")?.section) }
        let others = wanted.flatMap { key, names in names.map { (key, $0, Settings?.none) } }
        let outputs = Set(self.lineSpecifications.filter { $0.direction == .output }.map(\.name))
        func wire(_ name: LineName, _ pin: Settings) {
            let isSignal = self.crashProfiles[name].map { !$0.isPlainLevel } ?? (self.ring?.place(of: name) != nil)
            self.wiring[name] = LineWiring(
                chips: pin.optional("chips")?.list.map(\.string) ?? chips,
                address: LineWiring.Address(pin.string("line")),
                bias: LineWiring.Bias(rawValue: pin.string("bias")) ?? .asIs,
                kernelDebounce: outputs.contains(name) || isSignal || !isKernelAsked ? .zero : self.lines.debounce
            )
            if pin.boolean("activeLow") { self.activeLow.insert(name) }
        }
        for (key, name, ownPin) in others + crash {
            guard let pin = ownPin ?? pins.optional(key)?.section else {
                mistakes.append(
                    pins.mistake(key, found: "no pin", expected: "the pin of \(name): the lines are the kernel's")
                )
                continue
            }
            wire(name, pin)
        }
        for name in self.actions.lines + (self.ring.map { $0.lines + $0.dimmers } ?? []) + self.selfTest.lines {
            let action = settings.optional("actions").flatMap { self.actions.section(of: name, in: $0.section) }
            let ring = settings.optional("ring").flatMap { self.ring?.section(of: name, in: $0.section) }
            let sense = settings.optional("selfTest").flatMap { self.selfTest.section(of: name, in: $0.section) }
            guard let section = action ?? ring ?? sense else { continue }  // Each of these lines comes from a section.
            guard let pin = section.optional("pin")?.section else {
                let expected = "the pin of \(name): the lines are the kernel's"
                mistakes.append(section.mistake("pin", found: "no pin", expected: expected))
                continue
            }
            wire(name, pin)
        }
        guard mistakes.isEmpty else { throw ConfigurationMistakes(mistakes) }
    }
}
