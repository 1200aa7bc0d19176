import Diagnosis
import Testing
import Timeline

/// Wires by the lines that sense them.
@Suite struct CircuitWatchTests {
    private func at(_ milliseconds: Int) -> Instant { Instant.boot.advanced(by: .milliseconds(milliseconds)) }

    @Test(arguments: Circuit.allCases.filter { !$0.isOutput })
    func aWireIsBadWhenItIsSoForItsTime(_ circuit: Circuit) {
        let sense = CircuitSense(circuit, .open)
        var watch = CircuitWatch([sense])
        #expect(watch.nextDeadline == nil && watch.judgements[sense] == .some(nil))
        let wait = Int(circuit.faultAfter.components.seconds) * 1_000
        watch.told(sense, isActive: true, at: self.at(0))
        watch.deadlineReached(at: self.at(wait - 1))
        #expect(watch.faults.isEmpty && watch.nextDeadline == self.at(wait))
        // What vibrates begins anew.
        watch.told(sense, isActive: false, at: self.at(wait - 1))
        watch.told(sense, isActive: true, at: self.at(wait))
        watch.deadlineReached(at: self.at(wait + 1))
        #expect(watch.faults.isEmpty)
        watch.deadlineReached(at: self.at(2 * wait))
        #expect(watch.faults == [sense] && watch.nextDeadline == nil)
        watch.told(sense, isActive: false, at: self.at(2 * wait))
        watch.deadlineReached(at: self.at(3 * wait))
        #expect(watch.faults.isEmpty && watch.judgements[sense] == .some(false))
    }

    @Test func whatIsDrivenNeedsACurrentAndWhatIsDarkSaysNothing() {
        let sense = CircuitSense(.led, .current)
        var watch = CircuitWatch([sense])
        watch.told(sense, isActive: false, at: self.at(0))
        watch.deadlineReached(at: self.at(10_000))
        #expect(watch.judgements[sense] == .some(nil))
        watch.drives(.led, isOn: true, at: self.at(10_000))
        watch.told(sense, isActive: true, at: self.at(10_050))
        watch.deadlineReached(at: self.at(10_350))
        #expect(watch.judgements[sense] == .some(false))
        watch.drives(.led, isOn: false, at: self.at(11_000))
        watch.told(sense, isActive: false, at: self.at(11_000))
        #expect(watch.nextDeadline == nil)
        watch.drives(.led, isOn: true, at: self.at(12_000))
        watch.deadlineReached(at: self.at(12_299))
        #expect(watch.faults.isEmpty)
        watch.deadlineReached(at: self.at(12_300))
        #expect(watch.faults == [sense])
    }

    @Test func aLineThatIsLostTellsNothing() {
        let sense = CircuitSense(.button, .short)
        var watch = CircuitWatch([sense])
        watch.told(sense, isActive: true, at: self.at(0))
        watch.deadlineReached(at: self.at(2_000))
        #expect(watch.faults == [sense])
        watch.lost(sense)
        #expect(watch.faults.isEmpty && watch.judgements[sense] == .some(nil) && watch.nextDeadline == nil)
        watch.told(CircuitSense(.crash, .open), isActive: true, at: self.at(0))
        #expect(watch.judgements.count == 1, "a line that is not configured")
    }
}

/// What of a machine is a fault.
@Suite struct HostLimitsTests {
    @Test func whatIsNotKnownIsNoFault() {
        #expect(HostLimits().faults(of: HostReading()).isEmpty)
        var reading = HostReading()
        reading.unresolved = ["psap.example"]
        #expect(HostLimits().faults(of: reading) == [.unresolved(["psap.example"])])
    }
}
