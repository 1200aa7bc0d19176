import ConfigurationFile

/// A schema with every kind of key.
enum Example {
    static let uri = StringRule("a sip: URI", length: 5...200, example: "sip:center@127.0.0.1:5060") {
        $0.hasPrefix("sip:")
    }
    static let lineNames = StringRule("a name of 1 to 20 letters, digits and dashes", length: 1...20, example: "led") {
        $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }
    static let call = Schema([
        Key("hold", .duration(.milliseconds(100)...(.seconds(10))), .defaulted(.duration(.seconds(1))), "Hold time."),
        Key("redial", .section(redial), .required, "Calling again."),
        Key("profile", .choice(["private", "112"]), .defaulted(.string("private")), "Whom to call."),
    ])
    static let redial = Schema([
        Key("window", .duration(.zero...(.seconds(600))), .defaulted(.duration(.seconds(120))), "How long."),
        Key("attempts", .integer(1...10), .defaulted(.integer(5)), "How often at most."),
    ])
    static let center = Schema([
        Key("uri", .string(uri), .required, "Where it is."),
        Key("weight", .number(0...1), .optional, "How much it is preferred."),
    ])
    static let line = Schema([
        Key("active-low", .boolean, .defaulted(.boolean(false)), "Whether a low voltage means active."),
        Key("pattern", .list(of: .integer(0...5000), count: 0...4), .defaulted(.list([])), "Milliseconds on and off."),
    ])
    static let ring = Settings(line, ["pattern": .list([.integer(200), .integer(800)])])
    static let schema = Schema([
        Key("call", .section(call), .required, "The rules of the call."),
        Key("centers", .list(of: .section(center), count: 1...3), .required, "The centers in order of preference."),
        Key("lines", .table(of: line, names: lineNames, count: 0...4), .defaulted(.table([])), "The lines of the rig."),
        Key(
            "patterns",
            .table(of: line, names: lineNames, count: 0...4),
            .defaulted(.table([TableEntry(name: "ring", settings: ring)])),
            "Patterns."
        ),
    ])

    static func read(_ text: String) throws(ConfigurationMistakes) -> Settings {
        try ConfigurationReader.read(text: text, file: "ecalld.yaml", schema: self.schema)
    }

    /// The lines that a refused text is answered with; empty when it was accepted.
    static func complaints(_ text: String) -> [String] {
        do {
            _ = try self.read(text)  // Only the refusal is wanted.
            return []
        } catch {
            return error.mistakes.map(\.description)
        }
    }
}
