import ConfigurationFile
import Testing

@Suite struct ConfigurationReaderTests {
    @Test func readsEveryKindAndFillsInDefaults() throws {
        let settings = try Example.read(
            """
            call:
              hold: 500 ms
              profile: 112
            centers:
              - uri: sip:a@192.0.2.1
                weight: 0.5
              - uri: "sip:b@192.0.2.2"
            lines:
              sos-button: {active-low: true}
              led:
                pattern: [200, 800]
            """
        )
        let call = settings.section("call")
        #expect(call.duration("hold") == .milliseconds(500))
        #expect(call.string("profile") == "112")
        #expect(call.section("redial").duration("window") == .seconds(120))
        #expect(call.section("redial").integer("attempts") == 5)
        let centers = settings.list("centers").map(\.section)
        #expect(centers.map { $0.string("uri") } == ["sip:a@192.0.2.1", "sip:b@192.0.2.2"])
        #expect(centers.map { $0.optional("weight")?.number } == [0.5, nil])
        let lines = settings.table("lines")
        #expect(lines.map(\.name) == ["sos-button", "led"])
        #expect(lines.map { $0.settings.boolean("active-low") } == [true, false])
        #expect(lines.last?.settings.list("pattern").map(\.integer) == [200, 800])
        #expect(settings.table("patterns").map(\.name) == ["ring"])
    }

    @Test func reportsEveryMistakeInOneGoInTheOrderOfTheFile() {
        let complaints = Example.complaints(
            """
            call:
              holdd: 1 s
              redial:
                window: 12 parsec
                attempts: 11
              profile: 911
            centers:
              - weight: heavy
              - uri: http://x
            lines:
              led: {active-low: yes}
              "two words": {}
            call:
              hold: 2 s
            color: red
            """
        )
        let names = "a name of 1 to 20 letters, digits and dashes"
        let keys = "call, centers, lines, patterns"
        #expect(
            complaints == [
                "ecalld.yaml:2:3: call.holdd: found an unknown key, expected one of hold, redial, profile; "
                    + "did you mean \"hold\"?",
                "ecalld.yaml:4:13: call.redial.window: found \"12 parsec\", expected a duration from 0 s to 10 min",
                "ecalld.yaml:5:15: call.redial.attempts: found \"11\", expected an integer from 1 to 10",
                "ecalld.yaml:6:12: call.profile: found \"911\", expected one of private, 112",
                "ecalld.yaml:8:5: centers[1].uri: found no such key, expected a sip: URI",
                "ecalld.yaml:8:13: centers[1].weight: found \"heavy\", expected a number from 0.0 to 1.0",
                "ecalld.yaml:9:10: centers[2].uri: found \"http://x\", expected a sip: URI",
                "ecalld.yaml:11:21: lines.led.active-low: found \"yes\", expected true or false",
                "ecalld.yaml:12:3: lines.two words: found a section of this name, expected \(names) as its name",
                "ecalld.yaml:13:1: call: found the key a second time, expected it once; the first is on line 1",
                "ecalld.yaml:15:1: color: found an unknown key, expected one of \(keys)",
            ]
        )
    }

    @Test func anEmptyFileMissesWhatIsRequired() {
        let expected = [
            "ecalld.yaml:1:1: centers: found no such key, expected a list of 1 to 3, "
                + "each a section with keys of its own"
        ]
        #expect(Example.complaints("") == expected)
        #expect(Example.complaints("# nothing\n---\n") == expected)
    }

    @Test(
        arguments: [
            ("hold:", "nothing"), ("hold: [1 s]", "a list"), ("hold: {a: 1}", "a section"), ("hold: 1", "\"1\""),
            ("hold: 11 s", "\"11 s\""), ("hold: 1 s s", "\"1 s s\""), ("hold: -1 s", "\"-1 s\""),
            ("hold: " + String(repeating: "x", count: 60), "\"" + String(repeating: "x", count: 40) + "…\""),
        ]
    )
    func refusesAsADuration(line: String, found: String) {
        #expect(
            Example.complaints("centers: [{uri: 'sip:a'}]\ncall:\n  \(line)") == [
                "ecalld.yaml:3:\(line == "hold:" ? 8 : 9): call.hold: found \(found), "
                    + "expected a duration from 100 ms to 10 s"
            ]
        )
    }

    @Test(arguments: ["\"5\"", "5.0", "0x5", "5_0", "five", "1e1", "99999999999999999999", "~", "true"])
    func refusesAsAnInteger(text: String) {
        let complaints = Example.complaints("centers: [{uri: 'sip:a'}]\ncall: {redial: {attempts: \(text)}}")
        #expect(complaints.count == 1)
        #expect(complaints.first?.hasPrefix("ecalld.yaml:2:27: call.redial.attempts: found ") == true)
    }

    @Test(arguments: [".inf", ".nan", "inf", "nan", "0x1p-1", "1.5", "\"0.5\"", "0,5", "1e999"])
    func refusesAsANumber(text: String) {
        let complaints = Example.complaints("centers:\n- uri: sip:a\n  weight: \(text)")
        #expect(complaints.count == 1)
        #expect(complaints.first?.hasPrefix("ecalld.yaml:3:11: centers[1].weight: found ") == true)
    }

    @Test func refusesControlCharactersInsideAString() {
        let complaints = Example.complaints("centers:\n- uri: \"sip:a\\r\\nVia: x\"")
        #expect(complaints.count == 1)
        #expect(complaints.first?.hasSuffix("expected a sip: URI") == true)
    }

    @Test(arguments: [0, 4])
    func refusesAListOfThatLength(count: Int) {
        let list = Array(repeating: "{uri: 'sip:a'}", count: count).joined(separator: ", ")
        #expect(
            Example.complaints("centers: [\(list)]") == [
                "ecalld.yaml:1:10: centers: found \(count) of them, expected a list of 1 to 3, "
                    + "each a section with keys of its own"
            ]
        )
    }

    @Test func aKeyGivenThreeTimesIsReportedTwice() {
        let text = "centers: [{uri: 'sip:a'}]\ncall: {hold: 1 s, \"hold\": 2 s, 'hold': 3 s}\n"
        #expect(
            Example.complaints(text) == [
                "ecalld.yaml:2:19: call.hold: found the key a second time, expected it once; the first is on line 2",
                "ecalld.yaml:2:32: call.hold: found the key a second time, expected it once; the first is on line 2",
            ]
        )
    }

    @Test func rulesBetweenKeysAreReportedLikeOtherMistakes() throws {
        let settings = try Example.read("centers: [{uri: 'sip:a'}]\ncall:\n  hold: 5 s\n")
        let mistake = settings.section("call").mistake("hold", found: "5 s", expected: "less than the window")
        #expect(mistake.description == "ecalld.yaml:3:3: call.hold: found 5 s, expected less than the window")
    }

    @Test func listsAHundredMistakesAndCountsTheRest() {
        let text = (1...130).map { "key-\($0): 1" }.joined(separator: "\n")
        do {
            _ = try Example.read(text)  // Only the refusal is wanted.
            Issue.record("accepted")
        } catch {
            #expect(error.mistakes.count == 100)
            #expect(error.unlisted == 31)
            #expect(error.description.hasSuffix("\nand 31 more mistakes"))
        }
    }
}
