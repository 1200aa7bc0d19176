import ConfigurationFile
import Testing

@Suite struct SchemaTests {
    @Test func theAnnotatedConfigurationIsReadWithoutAMistake() throws {
        let settings = try Example.read(Example.schema.annotatedYAML())
        #expect(settings.section("call").duration("hold") == .seconds(1))
        #expect(settings.list("centers").map(\.section).map { $0.string("uri") } == ["sip:center@127.0.0.1:5060"])
        #expect(settings.table("patterns").map(\.name) == ["ring"])
        #expect(settings.table("patterns").first?.settings.list("pattern").map(\.integer) == [200, 800])
    }

    @Test func theAnnotatedConfigurationSaysWhatIsAllowed() {
        #expect(
            Schema([
                Key("name", .string(Example.lineNames), .required, "Its name."),
                Key("hold", .duration(.zero...(.seconds(90))), .defaulted(.duration(.milliseconds(1500))), "How long."),
                Key("center", .section(Example.center), .optional, "Where to call."),
                Key("words", .list(of: .choice(["yes", "no: way"]), count: 1...2), .required, "Two words."),
            ]).annotatedYAML() == """
                # Its name. Allowed: a name of 1 to 20 letters, digits and dashes. Required.
                name: led

                # How long. Allowed: a duration from 0 s to 90 s.
                hold: 1.5 s

                # Where to call. Optional.
                # center:
                #   # Where it is. Allowed: a sip: URI. Required.
                #   uri: sip:center@127.0.0.1:5060
                #   # How much it is preferred. Allowed: a number from 0.0 to 1.0. Optional.
                #   # weight: 0.0

                # Two words. Allowed: a list of 1 to 2, each one of yes, no: way. Required.
                words: [yes]

                """
        )
    }

    @Test func suggestsOnlyANameThatIsNear() {
        let suggestion = { (name: String) -> Bool in
            Example.complaints("centers: [{uri: 'sip:a'}]\n\(name): 1\n").first?.contains("did you mean") == true
        }
        #expect(suggestion("lnies"))
        #expect(suggestion("Call"))
        #expect(suggestion("patern"))
        #expect(!suggestion("temperature"))
        #expect(!suggestion("x"))
    }

    @Test(
        arguments: [
            ("0 s", Duration.zero), ("20 ms", .milliseconds(20)), ("20ms", .milliseconds(20)), ("1.0 s", .seconds(1)),
            ("2 min", .seconds(120)), ("1 h", .seconds(3600)), ("1.5 h", .seconds(5400)),
            ("0.000000001 s", .nanoseconds(1)), ("0.25 ms", .microseconds(250)),
        ]
    )
    func readsADuration(text: String, duration: Duration) throws {
        #expect(DurationText.parse(text) == duration)
        #expect(DurationText.parse(DurationText.format(duration)) == duration)
    }

    @Test(
        arguments: [
            "", "1", "s", " 1 s", "1 s ", "1  m", "1 S", ".5 s", "1. s", "1.2.3 s", "-1 s", "+1 s", "1e3 s", "1,5 s",
            "0.0000000001 s", "0.0000001 ms", "1234567890123 s", "999999999999 h", "٣ s", "1 d",
        ]
    )
    func refusesAsADuration(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(
        arguments: [
            (Duration.zero, "0 s"), (.milliseconds(20), "20 ms"), (.milliseconds(1500), "1.5 s"),
            (.seconds(90), "90 s"), (.seconds(120), "2 min"), (.seconds(7200), "2 h"), (.microseconds(250), "0.25 ms"),
            (.seconds(-90), "-90 s"), (.milliseconds(1050), "1.05 s"),
        ]
    )
    func writesADuration(duration: Duration, text: String) {
        #expect(DurationText.format(duration) == text)
    }
}
