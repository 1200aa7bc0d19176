import Foundation
import Testing

/// The house rules that a machine can hold.
@Suite struct TidyTests {
    /// Targets in which values come in and values go out.
    private static let pure: Set<String> = [
        "Timeline", "CallControl", "UPER", "MSD", "Positioning", "SIP", "NGECall", "SIPTrace",
    ]

    /// A word that does not belong, and what to use.
    private struct Ban {
        let word: String
        let use: String
        /// Files that may use it, with the reason beside the use.
        var allowedIn: Set<String> = []
    }

    private static let bannedInPureTargets = [
        Ban(word: "import Foundation", use: "[UInt8], Duration and Instant"),
        Ban(word: "import Glibc", use: "integer arithmetic; only CrashSensing and Positioning may take mathematics"),
        Ban(word: " Date(", use: "the `now` that comes in"),
        Ban(word: "Clock.now", use: "the `now` that comes in"),
        Ban(word: "Task {", use: "an action that the assembly performs"),
        Ban(word: "await ", use: "an action that the assembly performs"),
        Ban(word: "SystemRandomNumberGenerator", use: "the generator that comes in"),
    ]

    /// Words that stand here as text to be found, each with why it does not belong.
    private static let bannedEverywhere = [
        // An error that ends the process ends the call with it.
        Ban(word: "try!", use: "a typed error"),
        // A value of another type is bad input, which is told and ends nothing.
        Ban(word: "as!", use: "a checked cast with its own error"),
        // It says nothing of whose mistake it was.
        Ban(word: "fatalError(", use: "preconditionFailure with a sentence, for our own errors only"),
        // Nobody ends such a task, and nobody hears of its errors.
        Ban(word: "Task.detached", use: "a child task or an event"),
        // A thread that sleeps misses the edge or the message that comes meanwhile.
        Ban(word: "Thread.sleep", use: "a deadline"),
        // The same sleep by its name in C.
        Ban(word: "usleep(", use: "a deadline"),
        // What is left to do is forgotten in a comment.
        Ban(word: "TODO", use: "an issue"),
        // A known defect belongs where it is planned, not where it hides.
        Ban(word: "FIXME", use: "an issue"),
        // It reads a clock that may not be set, and does not say so.
        Ban(word: "Date()", use: "WallClock"),
        // One word, one spelling.
        Ban(word: " centre", use: "center"),
    ]

    private func violations(_ files: [SourceFile], _ bans: [Ban]) -> [String] {
        files.flatMap { file in
            file.lines.enumerated().flatMap { index, line in
                bans.filter { !$0.allowedIn.contains(file.path) && line.contains($0.word) }.map {
                    "\(file.path):\(index + 1): found \"\($0.word)\", use instead: \($0.use)"
                }
            }
        }
    }

    @Test func pureTargetsReadNoClockNoFileAndNoNetwork() throws {
        let files = try SourceTree.swiftFiles(below: "Sources").filter { Self.pure.contains($0.target) }
        #expect(!files.isEmpty)
        #expect(self.violations(files, Self.bannedInPureTargets) == [])
    }

    @Test func nothingUsesWhatTheHouseRulesForbid() throws {
        let files = try SourceTree.swiftFiles(below: "Sources")
        #expect(self.violations(files, Self.bannedEverywhere) == [])
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

    @Test func uncheckedSendabilityHasItsReasonBesideIt() throws {
        let found = try SourceTree.swiftFiles(below: "Sources").flatMap { file in
            file.lines.enumerated().filter { index, line in
                // The compiler checks neither, so that only a reason can.
                guard line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") else { return false }
                return !(index > 0 && file.lines[index - 1].contains("//"))
            }.map { "\(file.path):\($0.offset + 1)" }
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
                } else if start == nil, line.contains("func ") || line.contains(" init(") || line.contains("  init(") {
                    start = (index, indent)
                }
            }
        }
        #expect(long == [])
    }

    @Test func aCModuleIsImportedByItsOwnEdgeOnly() throws {
        let owners = [
            "CEpoll": "Net", "CExpat": "NGECall", "CGPIOD": "GPIO", "CNotify": "Supervision", "CTimex": "Supervision",
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
        let edges: Set<String> = ["Configuration", "ControlSocket", "Digests", "GPIO", "Net", "Store", "Supervision"]
        let assembly: Set<String> = ["IVS", "Center"]
        let programs: Set<String> = ["ecalld", "ecallctl", "ecallcenter"]
        let ours = Self.pure.union(edges).union(assembly).union(programs)
        var found: [String] = []
        for file in try SourceTree.swiftFiles(below: "Sources") {
            let imports = Set(file.lines.filter { $0.contains("import ") }.compactMap { $0.split(separator: " ").last })
            let targets = Set(imports.map(String.init)).intersection(ours).subtracting([file.target])
            let allowed: Set<String>
            switch file.target {
            case let target where Self.pure.contains(target): allowed = Self.pure
            case let target where edges.contains(target): allowed = Self.pure
            case let target where assembly.contains(target): allowed = Self.pure.union(edges)
            default: allowed = ours.subtracting(programs)
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
