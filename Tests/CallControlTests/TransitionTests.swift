import CallControl
import Seeds
import Testing
import Timeline

/// The table of transitions is what the machine does: every row of it, and nothing else.
@Suite struct TransitionTests {
    /// A machine that is told whatever may be told in its state, at random.
    private struct Walk {
        var random: SeededGenerator
        var machine: CallStateMachine
        var now = Instant.boot
        private var incidents = 0

        init(seed: UInt64) {
            self.random = SeededGenerator(seed: seed)
            var limits = CallLimits()
            limits.cancelWindow = Int.random(in: 0...1, using: &self.random) == 0 ? .zero : .seconds(5)
            limits.maximumAttempts = Int.random(in: 1...6, using: &self.random)
            self.machine = CallStateMachine(centers: 2, limits: limits)
        }

        private mutating func newIncident() -> IncidentID {
            self.incidents += 1
            return IncidentID("incident-\(self.incidents)")
        }

        mutating func step() -> [CallAction] {
            self.now = self.now.advanced(by: .milliseconds(Int.random(in: 0...3_000, using: &self.random)))
            if Int.random(in: 0..<4, using: &self.random) == 0, let due = self.machine.nextDeadline {
                self.now = max(self.now, due)
            }
            return self.machine.take(self.stimulus(), at: self.now)
        }

        private mutating func stimulus() -> CallStimulus {
            let attempt = self.machine.attempt
            switch Int.random(in: 0..<12, using: &self.random) {
            case 0: return .buttonHeld(newIncident: self.newIncident(), began: nil)
            case 1: return .crashDetected(newIncident: self.newIncident())
            case 2...3: return .testRequested(newIncident: self.newIncident(), isSelfCheck: false)
            case 4: return .callbackArrived(center: Int.random(in: 0...1, using: &self.random), isProven: true)
            case 5 where !self.machine.isGoingOn || self.machine.incident?.trigger == .test:
                let incident = Incident(id: self.newIncident(), trigger: .automatic, startedAt: self.now)
                return .resumed(incident, attempts: 1, center: 0, after: .seconds(10))
            case 6...7: return attempt.map { .attemptAnswered($0, .positive) } ?? .deadlineReached
            case 8: return attempt.map { .attemptEnded($0, .rejected(status: 503)) } ?? .deadlineReached
            case 9: return attempt.map { .clearedDown($0, isProven: true) } ?? .deadlineReached
            case 10: return attempt.map { .callLost($0, cause: "the connection is gone") } ?? .deadlineReached
            case _: return .deadlineReached
            }
        }
    }

    @Test func everyRowOfTheTableIsTakenAndNothingElse() {
        var seen: Set<CallTransition> = []
        for seed in 1...60 as ClosedRange<UInt64> {
            var walk = Walk(seed: seed)
            for _ in 0..<600 {
                for case .record(let record) in walk.step() where record.from != record.to {
                    seen.insert(CallTransition(from: record.from, event: record.event, to: record.to))
                }
            }
        }
        let table = Set(CallTransition.all)
        #expect(table.count == CallTransition.all.count, "no row is there twice")
        #expect(seen.subtracting(table) == [])
        #expect(table.subtracting(seen) == [])
    }
}
