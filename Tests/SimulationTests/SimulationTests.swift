import CallControl
import Foundation
import Testing

/// Both real ends against each other in a world that a seed makes; the seed is the bug report.
///
/// `ECALL_SEED=44` walks that seed alone and prints what happened; `ECALL_SEEDS=5000` walks so many.
@Suite struct SimulationTests {
    /// One walk by its seed.
    struct Seed: CustomTestStringConvertible, Sendable {
        let number: UInt64

        var testDescription: String { "ECALL_SEED=\(self.number)" }
    }

    /// What is left of a walk.
    struct Report: Sendable {
        let violations: [String]
        let marks: Set<String>
        let trace: [String]
        let steps: Int
    }

    /// How many seeds an ordinary run walks: all that fit a few seconds without optimization.
    private static let defaultCount = 200

    private static let single = Self.variable("ECALL_SEED")

    static let seeds: [Seed] =
        if let single = Self.single { [Seed(number: UInt64(single))] } else {
            (1...UInt64(max(1, Self.variable("ECALL_SEEDS") ?? Self.defaultCount))).map(Seed.init)
        }

    private static func variable(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap(Int.init)
    }

    private static func walk(_ seed: UInt64, keepsTrace: Bool) -> Report {
        let world = World(seed: seed)
        world.run()
        return Report(
            violations: world.watch.violations,
            marks: world.watch.marks,
            trace: keepsTrace ? world.trace : [],
            steps: world.steps
        )
    }

    /// Every walk once, for all tests.
    ///
    /// No more at once than there are processors: a walk does not suspend, and what other tests wait for would stand in
    /// line behind all of them.
    private static let reports = Task {
        await withTaskGroup(of: (UInt64, Report).self) { group in
            var reports: [UInt64: Report] = [:]
            var rest = Self.seeds[...]
            func begin() {
                guard let seed = rest.popFirst() else { return }
                group.addTask { (seed.number, Self.walk(seed.number, keepsTrace: Self.single != nil)) }
            }
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { begin() }
            while let (seed, report) = await group.next() {
                reports[seed] = report
                begin()
            }
            return reports
        }
    }

    @Test(arguments: Self.seeds)
    func everyWalkHoldsAndComesToRest(seed: Seed) async throws {
        let report = try #require(await Self.reports.value[seed.number])
        if Self.single != nil { print(report.trace.joined(separator: "\n")) }
        #expect(report.violations == [], "ECALL_SEED=\(seed.number)")
    }

    @Test(.enabled(if: Self.single == nil, "one seed reaches what it reaches"))
    func theWalksReachEveryStateAndEveryAction() async throws {
        let marks = await Self.reports.value.values.reduce(into: Set<String>()) { $0.formUnion($1.marks) }
        let states = CallState.allCases.map { "state \($0.rawValue)" }
        let actions = [
            "openIncident", "freezeMSD", "record", "invite", "cancel", "clearDown", "sendMSD", "announce",
            "closeIncident", "reopenIncident",
        ].map { "action \($0)" }
        let outcomes = [
            Outcome.cleared, .deliveredDeclined, .cancelled, .failed, .clearDownFallback, .superseded,
        ].map { "outcome \($0.rawValue)" }
        let announcements = Announcement.allCases.map { "announcement \($0.rawValue)" }
        let ways = [
            "invite over tcp", "invite over udp", "fallback to UDP", "redirected", "transferred", "not transferred",
            "fell back",
        ]
        let kills =
            ["idle", "connecting", "voiceSession"].map { "killed in \($0)" } + [
                "went on after a kill", "power cut", "clock set", "replayed",
            ]
        let callbacks = [
            "callback answered", "event callbackWindowKept", "event callbackWindowOver", "center callbackRefused",
        ]
        let garage = ["test in garage mode", "garage left"]
        let late = ["late data delivered", "lateDataFailed", "center lateData"]
        let asked = [
            "actionTaken", "actionRefused", "centerMessage", "action line at rest", "vehicleChanged", "vehicleCalls",
        ]
        let registrations = ["registered", "registrationFailed", "registrationRemoved", "left"]
        #expect(
            Set(
                states + actions + outcomes + announcements + ways + registrations + kills + callbacks
                    + late + garage
                    + asked
            )
            .subtracting(marks) == []
        )
    }

    @Test func theTraceOfASeedIsTheSameTwice() {
        for seed in Self.seeds.prefix(8) {
            let first = Self.walk(seed.number, keepsTrace: true)
            let second = Self.walk(seed.number, keepsTrace: true)
            #expect(!first.trace.isEmpty)
            let isSame = first.trace == second.trace
            #expect(isSame, "ECALL_SEED=\(seed.number)")
        }
    }
}
