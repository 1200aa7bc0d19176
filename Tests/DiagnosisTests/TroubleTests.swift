import Diagnosis
import Testing

/// The life of a fault, by its status byte.
@Suite struct TroubleTests {
    private func rules(cyclesToConfirm: Int = 2, warns: Bool) -> TroubleRules {
        var rules = TroubleRules()
        rules.cyclesToConfirm = cyclesToConfirm
        rules.warns = warns
        return rules
    }

    /// The published sequence of a fault that two cycles confirm, without a lamp and with one.
    @Test(arguments: [(false, 0x00), (true, 0x80)] as [(Bool, UInt8)])
    func theStatusByteGoesThroughThePublishedSequence(_ warns: Bool, _ lamp: UInt8) {
        let rules = self.rules(warns: warns)
        var trouble = Trouble()
        var seen: [UInt8] = [trouble.status.rawValue]
        let note = { (trouble: Trouble) in seen.append(trouble.status.rawValue) }
        trouble.passed()
        note(trouble)
        trouble.failed(rules)
        note(trouble)
        trouble.cycleBegins(rules)
        trouble.failed(rules)
        note(trouble)
        trouble.passed()
        note(trouble)
        trouble.cycleBegins(rules)
        note(trouble)
        trouble.passed()
        note(trouble)
        trouble.cycleBegins(rules)
        trouble.passed()
        note(trouble)
        #expect(seen == [0x50, 0x00, 0x27, 0x2F | lamp, 0x2E | lamp, 0x6C | lamp, 0x2C | lamp, 0x28 | lamp])
        for _ in 0..<2 { trouble.cycleBegins(rules); trouble.passed() }
        #expect(trouble.status.rawValue == 0x28, "three clean cycles have healed it")
        for _ in 0..<36 { trouble.cycleBegins(rules); trouble.passed() }
        #expect(trouble.status.rawValue == 0x28 && trouble.cleanCycles == 39)
        trouble.cycleBegins(rules)
        trouble.passed()
        #expect(trouble.status.rawValue == 0x20, "forty have aged it out")
        #expect(trouble.isOnRecord)
    }

    @Test func aCycleThatWasNotTestedProvesNothing() {
        let rules = self.rules(cyclesToConfirm: 1, warns: true)
        var trouble = Trouble()
        trouble.failed(rules)
        trouble.passed()
        let before = trouble.cleanCycles
        for _ in 0..<50 { trouble.cycleBegins(rules) }
        // The cycle in which it failed was tested, and not clean; the others were neither.
        #expect(trouble.cleanCycles == before)
        #expect(trouble.status.isSuperset(of: [.pending, .confirmed, .warningRequested]))
    }

    @Test func oneCycleBetweenTwoFailuresBeginsTheCountAnew() {
        let rules = self.rules(warns: true)
        var trouble = Trouble()
        trouble.failed(rules)
        for _ in 0..<2 { trouble.cycleBegins(rules); trouble.passed() }
        trouble.cycleBegins(rules)
        trouble.failed(rules)
        #expect(!trouble.status.contains(.confirmed))
        trouble.cycleBegins(rules)
        trouble.failed(rules)
        #expect(trouble.status.isSuperset(of: [.confirmed, .warningRequested]))
        #expect(trouble.occurrences == 2, "it goes on failing over the change of the cycle")
        trouble.passed()
        trouble.failed(rules)
        #expect(trouble.occurrences == 3)
    }

    @Test func aFaultThatOneFailureConfirmsWarnsAtOnceAndAgain() {
        let rules = self.rules(cyclesToConfirm: 1, warns: true)
        var trouble = Trouble()
        trouble.failed(rules)
        #expect(trouble.status.rawValue == 0xAF)
        for _ in 0..<3 { trouble.passed(); trouble.cycleBegins(rules) }
        trouble.passed()
        #expect(trouble.status.contains(.warningRequested), "the cycle of the failure was not clean")
        trouble.cycleBegins(rules)
        #expect(!trouble.status.contains(.warningRequested))
        trouble.failed(rules)
        #expect(trouble.status.contains(.warningRequested) && trouble.cleanCycles == 0)
    }

    @Test func whatIsOnRecordGoesOnWhereItWas() {
        let rules = self.rules(cyclesToConfirm: 1, warns: true)
        var trouble = Trouble()
        trouble.failed(rules)
        trouble.passed()
        trouble.cycleBegins(rules)
        var read = Trouble(
            status: trouble.status,
            failedCycles: trouble.failedCycles,
            cleanCycles: trouble.cleanCycles,
            occurrences: trouble.occurrences
        )
        #expect(read == trouble)
        for _ in 0..<3 { trouble.passed(); read.passed(); trouble.cycleBegins(rules); read.cycleBegins(rules) }
        #expect(read == trouble && !read.status.contains(.warningRequested))
        let broken = Trouble(status: .cleared, failedCycles: -3, cleanCycles: -1, occurrences: .min)
        #expect(broken == Trouble())
        var full = Trouble(status: [], failedCycles: .max, cleanCycles: .max, occurrences: .max)
        full.passed()
        full.cycleBegins(rules)
        full.failed(rules)
        #expect(full.occurrences == Trouble.maximumCount)
    }
}
