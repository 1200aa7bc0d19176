import Foundation
import Testing

/// The house rules that a machine can hold.
@Suite struct TidyTests {
    /// Targets in which values come in and values go out.
    private static let pure: Set<String> = [
        "Timeline", "CallControl", "CrashSensing", "UPER", "MSD", "Positioning", "SIP", "NGECall", "SIPTrace",
    ]
    /// Those of them that need the functions of mathematics, which the system's library has.
    private static let mathematical: Set<String> = ["CrashSensing", "Positioning"]

    /// A word that does not belong, why, and what to use; `words.tsv` has them all.
    private struct Ban {
        enum Scope: String, CaseIterable {
            /// Nowhere in a target in which values come in and values go out.
            case pure
            case everywhere
            /// Only below a comment.
            case unexplained
        }

        let scope: Scope
        let word: String
        let reason: String
        let use: String

        /// Reads one line: scope, word between backticks, reason and replacement, with tabs between.
        init(line: Substring) throws {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            try #require(fields.count == 4 && fields.allSatisfy { !$0.isEmpty }, "four fields in \(line)")
            self.scope = try #require(Scope(rawValue: String(fields[0])), "a scope before \(line)")
            let isMarked = fields[1].count > 2 && fields[1].hasPrefix("`") && fields[1].hasSuffix("`")
            try #require(isMarked, "a word between backticks in \(line)")
            self.word = String(fields[1].dropFirst().dropLast())
            self.reason = String(fields[2])
            self.use = String(fields[3])
        }

        static func all(_ scope: Scope) throws -> [Ban] {
            try SourceTree.text("Tests/TidyTests/words.tsv").split(separator: "\n").map(Ban.init(line:))
                .filter { $0.scope == scope }
        }
    }

    /// Each place of a word of a scope that `isWrong` by the lines of its file.
    private func violations(
        _ files: [SourceFile],
        _ scope: Ban.Scope,
        where isWrong: (SourceFile, Int) -> Bool = { _, _ in true }
    ) throws -> [String] {
        let bans = try Ban.all(scope)
        return files.flatMap { file in
            file.lines.indices.flatMap { index in
                bans.filter { file.lines[index].contains($0.word) && isWrong(file, index) }.map {
                    "\(file.path):\(index + 1): found \"\($0.word)\", use instead: \($0.use), for \($0.reason)"
                }
            }
        }
    }

    @Test func everyScopeHasItsWords() throws {
        let counts = try Ban.Scope.allCases.map { try Ban.all($0).count }
        #expect(counts == [7, 10, 2], "a word was taken out or put in: the list is the rule")
    }

    @Test func pureTargetsReadNoClockNoFileAndNoNetwork() throws {
        let files = try SourceTree.swiftFiles(below: "Sources").filter { Self.pure.contains($0.target) }
        #expect(!files.isEmpty)
        let found = try self.violations(files, .pure) { file, index in
            !Self.mathematical.contains(file.target) || file.lines[index] != "internal import Glibc"
        }
        #expect(found == [])
    }

    @Test func nothingUsesWhatTheHouseRulesForbid() throws {
        #expect(try self.violations(SourceTree.swiftFiles(below: "Sources"), .everywhere) == [])
    }

    @Test func uncheckedSendabilityHasItsReasonBesideIt() throws {
        let files = try SourceTree.swiftFiles(below: "Sources")
        let found = try self.violations(files, .unexplained) { file, index in
            index == 0 || !file.lines[index - 1].contains("//")
        }
        #expect(found == [])
    }

    @Test func onlyToolsPrint() throws {
        let tools: Set<String> = ["ecallctl", "ecallcenter", "ecalld"]
        let files = try SourceTree.swiftFiles(below: "Sources").filter { !tools.contains($0.target) }
        let pattern = try Regex("(^|[^a-zA-Z_.])print\\(")
        let found = files.flatMap { file in
            file.lines.enumerated().filter { $0.element.contains(pattern) }.map { "\(file.path):\($0.offset + 1)" }
        }
        #expect(found == [])
    }

    @Test func stateMachinesListEveryCase() throws {
        let files = try SourceTree.swiftFiles(below: "Sources").filter { file in
            file.lines.contains { $0.contains("enum State") || $0.contains("enum Phase") }
        }
        #expect(files.count > 10)
        let found = files.flatMap { file in
            file.lines.enumerated().filter { $0.element.trimmingCharacters(in: .whitespaces).hasPrefix("default:") }
                .map { "\(file.path):\($0.offset + 1): name every case" }
        }
        #expect(found == [])
    }

    @Test func filesStayUnder500Lines() throws {
        let long = try (SourceTree.swiftFiles(below: "Sources") + SourceTree.swiftFiles(below: "Tests")).filter {
            $0.lines.count > 500
        }
        #expect(long.map(\.path) == [])
    }

    @Test func functionsFitAScreen() throws {
        var long: [String] = []
        for file in try SourceTree.swiftFiles(below: "Sources") {
            var start: (line: Int, indent: Int)?
            for (index, line) in file.lines.enumerated() {
                let indent = line.prefix { $0 == " " }.count
                if let open = start, indent == open.indent, line.hasPrefix(String(repeating: " ", count: indent) + "}")
                {
                    if index - open.line > 70 { long.append("\(file.path):\(open.line + 1)") }
                    start = nil
                } else if start == nil, !line.hasSuffix("{}"), line.contains("func ") || line.contains(" init(") {
                    start = (index, indent)
                }
            }
        }
        #expect(long == [])
    }

    @Test func aCModuleIsImportedByItsOwnEdgeOnly() throws {
        let owners = [
            "CEpoll": "Net", "CExpat": "NGECall", "CGPIOD": "GPIO", "CNotify": "Supervision", "CTimex": "Supervision",
            "CSDBus": "BlueZ",
        ]
        let found = try SourceTree.swiftFiles(below: "Sources").flatMap { file in
            owners.filter { module, owner in
                file.target != owner && file.lines.contains { $0.hasSuffix("import \(module)") }
            }.map { "\(file.path) imports \($0.key)" }
        }
        #expect(found == [])
    }

    @Test func anErrorIsDroppedOnlyWithItsReasonBesideIt() throws {
        let found = try SourceTree.swiftFiles(below: "Sources").flatMap { file in
            file.lines.enumerated().filter { index, line in
                guard line.contains("try?") else { return false }
                let before = file.lines[max(0, index - 3)...index]
                return !before.contains { $0.contains("// ") }
            }.map { "\(file.path):\($0.offset + 1)" }
        }
        #expect(found == [])
    }

    @Test func importsGoOneWay() throws {
        let edges: Set<String> = [
            "Authority", "BlueZ", "ConfigurationFile", "ControlSocket", "Digests", "GPIO", "GPSD", "Host", "Net",
            "Sensors", "Store", "Supervision",
        ]
        let assembly: Set<String> = ["IVS", "Center"]
        let pages: Set<String> = ["Panel"]
        let programs: Set<String> = [
            "ecalld", "ecallctl", "ecallcenter", "ecall-lamp", "ecall-bluetooth", "ecallpanel",
        ]
        let ours = Self.pure.union(edges).union(assembly).union(pages).union(programs)
        var found: [String] = []
        for file in try SourceTree.swiftFiles(below: "Sources") {
            let imports = Set(file.lines.filter { $0.contains("import ") }.compactMap { $0.split(separator: " ").last })
            let targets = Set(imports.map(String.init)).intersection(ours).subtracting([file.target])
            let allowed: Set<String>
            switch file.target {
            case let target where Self.pure.contains(target): allowed = Self.pure
            case let target where edges.contains(target): allowed = Self.pure
            case let target where assembly.contains(target): allowed = Self.pure.union(edges)
            case let target where pages.contains(target): allowed = Self.pure.union(edges).union(assembly)
            // Whoever works on anything else does not wait for a web server.
            case "ecallpanel": allowed = ours.subtracting(programs)
            default: allowed = ours.subtracting(programs).subtracting(pages)
            }
            found += targets.subtracting(allowed).map { "\(file.path) imports \($0)" }
        }
        #expect(found.sorted() == [])
    }

    @Test func noNameSaysNothing() throws {
        let pattern = try Regex("(class|struct|enum|actor|protocol) [A-Za-z]*(Manager|Helper|Utils|Impl)\\b")
        let found = try SourceTree.swiftFiles(below: "Sources").flatMap { file in
            file.lines.filter { $0.contains(pattern) }.map { "\(file.path): \($0)" }
        }
        #expect(found == [])
    }
}
