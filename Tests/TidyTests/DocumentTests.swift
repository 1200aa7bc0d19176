import Foundation
import Testing

/// The pages name what the code has, and nothing that it has not.
@Suite struct DocumentTests {
    /// Words that stand between `before` and `after` in the text, in their order.
    private func words(in text: String, between before: String, and after: String) throws -> [String] {
        let pattern = try Regex("\(before)([A-Za-z0-9]+)\(after)", as: (Substring, Substring).self)
        return text.matches(of: pattern).map { String($0.output.1) }
    }

    /// The text from `start` to the next `end`.
    private func part(of text: String, from start: String, to end: String) throws -> String {
        let first = try #require(text.range(of: start), "\"\(start)\" is not there")
        let rest = text[first.upperBound...]
        let last = try #require(rest.range(of: end), "\"\(end)\" does not follow \"\(start)\"")
        return String(rest[..<last.lowerBound])
    }

    /// The kinds that docs/events.md describes from one heading to the next of its rank: tables whose head says Kind.
    private func describedKinds(under heading: String) throws -> [String] {
        let page = try SourceTree.text("docs/events.md") + "\n# End\n"
        var kinds: [String] = []
        var isTableOfKinds = false
        for line in try self.part(of: page, from: "\n# \(heading)\n", to: "\n# ").split(separator: "\n") {
            if !line.hasPrefix("|") {
                isTableOfKinds = false
            } else if line.hasPrefix("| Kind |") {
                isTableOfKinds = true
            } else if isTableOfKinds {
                kinds += try self.words(in: String(line), between: "^\\| `", and: "` \\|")
            }
        }
        return kinds.sorted()
    }

    @Test func theProseOfThePagesKeepsToTheColumns() throws {
        let folders = ["", "docs", "docs/decisions"]
        let pages = try folders.flatMap { folder in
            try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.appending(path: folder).path)
                .filter { $0.hasSuffix(".md") }.sorted().map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
        }
        #expect(pages.count > 20)
        var found: [String] = []
        for page in pages {
            var isCode = false
            for (index, line) in try SourceTree.text(page).split(separator: "\n", omittingEmptySubsequences: false)
                .enumerated()
            {
                if line.drop(while: { $0 == " " }).hasPrefix("```") { isCode.toggle() }
                // A table's row is one line, however long, and an indented line is code.
                let isProse = !isCode && !line.hasPrefix("|") && !line.hasPrefix("    ")
                if isProse, line.count > 120 { found.append("\(page):\(index + 1)") }
            }
        }
        #expect(found == [])
    }

    @Test func thePageOfEventsHasEveryConditionThatDecides() throws {
        let source = try SourceTree.text("Sources/CallControl/CallReason.swift")
        let part = try self.part(of: source, from: "var guardName: String?", to: "\n    }\n")
        let names = try self.words(in: part, between: "\"", and: "\"")
        #expect(names.count > 5)
        let page = try SourceTree.text("docs/events.md")
        let row = try #require(page.split(separator: "\n").first { $0.hasPrefix("| `guard` |") })
        #expect(try Set(self.words(in: String(row), between: "`", and: "`")).subtracting(["guard"]) == Set(names))
    }

    @Test func everyShippedDefectHasATestThatIsThere() throws {
        let page = try SourceTree.text("docs/shipped-defects.md")
        let named = try self.words(in: page, between: "\\| `", and: "` \\|")
        #expect(named.count > 15)
        let tests = try SourceTree.swiftFiles(below: "Tests").flatMap(\.lines).joined(separator: "\n")
        #expect(named.filter { !tests.contains("func \($0)(") } == [])
    }

    @Test func thePageOfEventsHasEveryKindOfTheVehicle() throws {
        let source = try SourceTree.text("Sources/IVS/VehicleEvent.swift")
        let own = try self.words(in: source, between: "case \\.[A-Za-z]+: \"", and: "\"")
        let actions = try SourceTree.text("Sources/CallControl/CallAction.swift")
        let call = try self.words(
            in: self.part(of: actions + "\n", from: "enum CallEvent:", to: "\n}\n"),
            between: "\n    case ",
            and: ""
        )
        #expect(own.count > 20 && call.count > 10)
        #expect(try self.describedKinds(under: "The vehicle") == (own + call).sorted())
    }

    @Test func thePageOfEventsHasEveryKindOfTheCenter() throws {
        let source = try SourceTree.text("Sources/Center/CenterIO.swift")
        let kinds = try self.words(
            in: self.part(of: source, from: "enum Kind: String", to: "\n    }\n"),
            between: "\n        case ",
            and: ""
        )
        #expect(kinds.count > 15)
        #expect(try self.describedKinds(under: "The center") == kinds.sorted())
    }

    @Test func everyKeyOfTheSchemaIsInThePageAndInTheShippedConfiguration() throws {
        let schema = try SourceTree.text("Sources/IVS/VehicleSchema.swift")
        let indications = try SourceTree.text("Sources/CallControl/Vocabulary.swift")
        let announcements = try SourceTree.text("Sources/CallControl/CallAction.swift")
        let keys =
            try self.words(in: schema, between: "Key\\(\\s*\"", and: "\"")
            + self.words(
                in: self.part(of: indications + "\n", from: "enum Indication:", to: "\n}\n"),
                between: "\n    case ",
                and: ""
            )
            + self.words(
                in: self.part(of: announcements, from: "enum Announcement:", to: "\n}\n"),
                between: "\n    case ",
                and: ""
            )
        #expect(keys.count > 60)
        let page = try SourceTree.text("docs/configuration.md")
        let shipped = try SourceTree.text("config/ecalld.yaml")
        let undescribed = keys.filter { key in !["`", ".", "### "].contains { page.contains($0 + key) } }
        #expect(undescribed == [])
        #expect(keys.filter { !shipped.contains(" \($0):") && !shipped.contains("\n\($0):") } == [])
    }
}
