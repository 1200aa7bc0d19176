import CrashSensing
import Testing
import Timeline

@Suite struct CrashLevelTests {
    @Test func aCrashLevelCountsAfterItsHold() {
        var line = CrashLevelMachine()
        _ = line.activated(at: at(1))
        #expect(line.nextDeadline == at(1.1))
        #expect(line.deadlineReached(at: at(1.1)) == [.crash(began: at(1), counted: at(1.1))])
    }

    @Test func aGlitchIsNotACrash() {
        var line = CrashLevelMachine()
        _ = line.activated(at: at(1))
        #expect(line.deactivated(at: at(1.05)) == [.glitch(.milliseconds(50))])
        #expect(line.deadlineReached(at: at(2)) == [])
    }

    @Test func aLineActiveFromStartIsAFaultAndNeverACall() {
        var line = CrashLevelMachine()
        #expect(line.started(active: true) == [.faulty(.activeFromStart)])
        #expect(line.nextDeadline == nil)
        #expect(line.activated(at: at(5)) == [])
        #expect(line.deactivated(at: at(6)) == [.cleared])
        _ = line.activated(at: at(7))
        #expect(line.deadlineReached(at: at(7.1)) == [.crash(began: at(7), counted: at(7.1))])
    }

    @Test func furtherImpactsWithinTheLockoutAreNoSecondTrigger() {
        var line = CrashLevelMachine()
        _ = line.activated(at: at(1))
        _ = line.deadlineReached(at: at(1.1))
        _ = line.deactivated(at: at(1.2))
        _ = line.activated(at: at(2))
        #expect(line.deactivated(at: at(2.2)) == [.furtherImpact(at: at(2))])
        _ = line.activated(at: at(6.5))
        #expect(line.deactivated(at: at(6.7)) == [.crash(began: at(6.5), counted: at(6.6))])
    }

    @Test func aLevelThatStaysIsAStuckLine() {
        var line = CrashLevelMachine()
        _ = line.activated(at: at(1))
        _ = line.deadlineReached(at: at(1.1))
        #expect(line.deadlineReached(at: at(13)) == [.faulty(.stuckAtCrash(since: at(1)))])
        #expect(line.deactivated(at: at(20)) == [.cleared])
    }
}
