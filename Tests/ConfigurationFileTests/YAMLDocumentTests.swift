import ConfigurationFile
import Foundation
import Testing

@Suite struct YAMLDocumentTests {
    private static let valid = """
        # The rules of the call
        call:
          hold: 1.5 s
          redial: {window: 2 min, attempts: 3}
        centers:
          - uri: sip:a@192.0.2.1   # first
          - uri: "sip:b@192.0.2.2"
            weight: 0.25
        lines:
          led: {pattern: [200, 800]}

        """

    @Test func saysWhereTheYAMLEnds() {
        #expect(
            Example.complaints("call:\n  hold: 1 s\n bad\n") == [
                "ecalld.yaml:3:2: found text that is no YAML (did not find expected key), expected valid YAML"
            ]
        )
        #expect(
            Example.complaints("call: [1\n") == [
                "ecalld.yaml:2:1: found text that is no YAML (did not find expected ',' or ']'), expected valid YAML"
            ]
        )
    }

    @Test func namesATabInTheIndentation() {
        #expect(
            Example.complaints("call:\n\thold: 1 s\n") == [
                "ecalld.yaml:2:1: found a tab, expected blanks as indentation"
            ]
        )
    }

    @Test func whatIsMissingAtTheEndIsMissingOnTheLastLine() {
        #expect(Example.complaints("? call").allSatisfy { $0.hasPrefix("ecalld.yaml:1:") })
    }

    @Test func refusesASecondDocument() {
        let complaints = Example.complaints("call: {}\n---\ncall: {}\n")
        #expect(complaints.count == 1)
        #expect(complaints.first?.hasPrefix("ecalld.yaml:2:1: found text that is no YAML") == true)
    }

    @Test func refusesAControlCharacter() {
        #expect(
            Example.complaints("call:\n  hold: \u{1}\n") == [
                "ecalld.yaml:2:9: found control characters are not allowed, expected printable characters"
            ]
        )
    }

    @Test func refusesAnchorsAndAliases() {
        let text = "call: &a {hold: 1 s}\ncenters:\n- &b {uri: 'sip:a'}\n- *b\n"
        #expect(
            Example.complaints(text) == [
                "ecalld.yaml:1:7: call: found an anchor, expected the value written out at each place",
                "ecalld.yaml:3:3: centers[1]: found an anchor, expected the value written out at each place",
                "ecalld.yaml:3:3: centers[2]: found an anchor, expected the value written out at each place",
            ]
        )
    }

    @Test func refusesAliasesThatMultiply() {
        let levels = (1...20).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1), *a\($0 - 1)]" }
        let text = (["a0: &a0 x"] + levels + ["? *a20", ": 1"]).joined(separator: "\n")
        #expect(
            Example.complaints(text) == [
                "ecalld.yaml:7:1: found more than 16 asterisks, expected each value written out, without aliases"
            ]
        )
    }

    @Test(arguments: ["[", "{", "- ", "? ", "a: [", "[{"])
    func survivesDeepNesting(opener: String) {
        for count in [10, 300, 999, 5000, 100_000] {
            let complaints = Example.complaints(String(repeating: opener, count: count))
            #expect(complaints.count == 1 || complaints.count == 2)
            let lines = Example.complaints(String(repeating: opener + "\n", count: count))
            #expect(!lines.isEmpty)
        }
    }

    @Test func survivesDeepIndentation() {
        let text = (0..<900).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n")
        #expect(Example.complaints(text).count == 1)
        let short = (0..<450).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n")
        #expect(Example.complaints(short).count == 2)
    }

    @Test func refusesAFileOfTooManyOctets() {
        let comment = String(repeating: "# 345678\n", count: 30_000)
        #expect(
            Example.complaints(comment) == ["ecalld.yaml: found more than 262144 octets, expected at most that many"]
        )
    }

    @Test func refusesDuplicatesBeyondItsPatience() {
        let text = String(repeating: "call: {}\n", count: 60)
        let complaints = Example.complaints(text)
        #expect(complaints.count == 1)
        #expect(complaints.first?.hasSuffix("found the key \"call\" more than once, expected each key once") == true)
    }

    @Test func everyPrefixIsAnswered() throws {
        _ = try Example.read(Self.valid)  // It is the whole text that is right.
        var accepted = 0
        for length in 0..<Self.valid.count where Example.complaints(String(Self.valid.prefix(length))).isEmpty {
            accepted += 1
        }
        #expect(accepted > 0)
    }

    @Test func everyFlippedBitIsAnswered() {
        let octets = Array(Self.valid.utf8)
        var refused = 0
        for index in octets.indices {
            for bit in 0..<8 {
                var damaged = octets
                damaged[index] ^= 1 << bit
                if let text = String(validating: damaged, as: UTF8.self), !Example.complaints(text).isEmpty {
                    refused += 1
                }
            }
        }
        #expect(refused > octets.count)
    }

    @Test func noLineEndHidesAliasesInAComment() {
        for end in ["\r", "\r\n", "\n", "\u{85}", "\u{2028}"] {
            let text = "a: &a 1\n" + (0..<20).map { "#\(end)k\($0): *a\n" }.joined()
            let complaints = Example.complaints(text)
            #expect(complaints.count == 1)
            #expect(complaints.first?.contains("more than 16 asterisks") == true)
        }
    }

    @Test func windowsLineEndsChangeNothing() throws {
        let long = Self.valid + String(repeating: "# comment\n", count: 500)
        let settings = try Example.read(long.replacing("\n", with: "\r\n"))
        #expect(settings.section("call").duration("hold") == .milliseconds(1500))
    }

    @Test func namesAFileThatCannotBeRead() {
        let path = "/nonexistent/ecalld.yaml"
        let error = #expect(throws: ConfigurationMistakes.self) {
            try ConfigurationReader.read(path: path, schema: Example.schema)
        }
        #expect(error?.mistakes.count == 1)
        #expect(error?.description.hasPrefix("\(path): found nothing readable (") == true)
    }

    @Test func readsAFileAndRefusesOneThatIsNoText() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ecall-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer {
            do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
        }
        let file = folder.appending(path: "ecalld.yaml")
        try Data(Self.valid.utf8).write(to: file)
        let settings = try ConfigurationReader.read(path: file.path, schema: Example.schema)
        #expect(settings.list("centers").count == 2)
        try Data([0x63, 0xFF, 0xFE]).write(to: file)
        let error = #expect(throws: ConfigurationMistakes.self) {
            try ConfigurationReader.read(path: file.path, schema: Example.schema)
        }
        #expect(error?.description == "\(file.path): found octets that are no text, expected a text in UTF-8")
    }
}
