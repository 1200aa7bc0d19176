import ConfigurationFile
import FuzzHarness

/// What must hold for the configuration reader, whatever the text.
enum ConfigurationProbe {
    /// The mistakes that are listed at most, duplicates and limits of the file included.
    private static let maximumMistakes = 100

    private static let name = StringRule("a name of 1 to 8 characters", length: 1...8, example: "a")

    private static let center = Schema([
        Key("uri", .string(StringRule("a URI", length: 1...40, example: "sip:a@b")), .required, "Where it is."),
        Key("weight", .number(0...1), .optional, "How much it is preferred."),
    ])

    private static let line = Schema([
        Key("activeLow", .boolean, .defaulted(.boolean(false)), "Whether a low voltage means active."),
        Key("pattern", .list(of: .integer(0...5_000), count: 0...4), .defaulted(.list([])), "Milliseconds."),
    ])

    /// A schema with every kind of key.
    private static let schema = Schema([
        Key("hold", .duration(.zero ... .seconds(600)), .defaulted(.duration(.seconds(1))), "Hold time."),
        Key("profile", .choice(["private", "112"]), .defaulted(.string("private")), "Whom to call."),
        Key("attempts", .integer(1...10), .optional, "How often."),
        Key("centers", .list(of: .section(Self.center), count: 1...3), .required, "The centers."),
        Key("lines", .table(of: Self.line, names: Self.name, count: 0...4), .defaulted(.table([])), "The lines."),
        Key("first", .section(Self.line), .required, "A line."),
    ])

    static func yaml(_ octets: [UInt8]) {
        // Octets that are no text are refused before.
        guard let text = String(validating: octets, as: UTF8.self) else { return }
        do throws(ConfigurationMistakes) {
            self.allowed(try ConfigurationReader.read(text: text, file: "f", schema: self.schema))
        } catch {
            self.placed(error, in: text)
        }
    }

    /// Asks for every value; one that is missing or of another kind traps.
    private static func allowed(_ settings: Settings) {
        require((.zero ... .seconds(600)).contains(settings.duration("hold")), "hold is \(settings.duration("hold"))")
        require(["private", "112"].contains(settings.string("profile")), "profile is \(settings.string("profile"))")
        if let attempts = settings.optional("attempts") {
            require((1...10).contains(attempts.integer), "attempts is \(attempts)")
        }
        let centers = settings.list("centers").map(\.section)
        require((1...3).contains(centers.count), "\(centers.count) centers")
        for center in centers {
            require((1...40).contains(center.string("uri").count), "uri is \(center.string("uri"))")
            if let weight = center.optional("weight") {
                require((0...1).contains(weight.number), "weight is \(weight)")
            }
        }
        let lines = settings.table("lines")
        require(lines.count <= 4 && Set(lines.map(\.name)).count == lines.count, "lines are \(lines)")
        for line in lines.map(\.settings) + [settings.section("first")] {
            let pattern = line.list("pattern").map(\.integer)
            require(pattern.count <= 4 && pattern.allSatisfy((0...5_000).contains), "pattern is \(pattern)")
            // Absent or not, it is a boolean.
            _ = line.boolean("activeLow")
        }
    }

    /// Every mistake is described and lies inside the text.
    private static func placed(_ error: ConfigurationMistakes, in text: String) {
        require(error.mistakes.count <= self.maximumMistakes, "\(error.mistakes.count) mistakes")
        require(!error.description.isEmpty, "a refusal says nothing")
        // One line more, for what is missing is missing at the end.
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).count + 1
        for position in error.mistakes.compactMap(\.position) {
            require((1...lines).contains(position.line), "\(error.mistakes) in \(lines) lines")
            require((1...text.unicodeScalars.count + 1).contains(position.column), "\(error.mistakes) is too far right")
        }
    }
}
