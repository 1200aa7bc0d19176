import CrashSensing
import Testing
import Timeline

@Suite struct CrashAccountTests {
    private func record(_ zero: Double, x: Double, y: Double = 0, number: Int = 1) -> CrashRecord {
        var record = CrashRecord(timeZero: at(zero), number: number)
        record.maximum = PlanarVector(x: x, y: y)
        return record
    }

    @Test func theLargestChangeCountsAndSeveralImpactsAreSaid() {
        var account = CrashAccount()
        account.took(self.record(1, x: -10), at: at(1))
        account.took(self.record(3, x: 0, y: -30, number: 2), at: at(3))
        account.took(self.record(3, x: 0, y: -32, number: 2), at: at(3.2))
        #expect(account.records.count == 2)
        #expect(account.worst?.maximum.y == -32)
        #expect(account.side == .right)
        #expect(account.injuryInputs.deltaV == 32 && account.injuryInputs.hasMultipleImpacts == true)
        #expect(account.injuryInputs.direction == .right)
    }

    @Test func withoutAccelerationsTheLineNamesTheSide() {
        var account = CrashAccount()
        account.fired(.unknown, at: at(1))
        #expect(account.side == .unknown)
        account.fired(.left, at: at(1))
        #expect(account.side == .left)
        account.fired(.front, at: at(1))
        #expect(account.side == .unknown, "two lines do not agree")
        #expect(account.injuryInputs.deltaV == nil && account.injuryInputs.hasRolledOver == nil)
    }

    @Test func whatNothingCouldSeeIsUnknownAndWhatWasNotSeenIsNot() {
        var account = CrashAccount()
        account.took(self.record(1, x: -10), at: at(1))
        #expect(account.hasRolledOver == nil)
        var seen = self.record(2, x: -10)
        seen.rollAngle = 3
        account.took(seen, at: at(2))
        #expect(account.hasRolledOver == false)
        account.rolledOver(at: at(2))
        account.took(seen, at: at(2.1))
        #expect(account.hasRolledOver == true)
    }

    @Test func aMinuteLaterItIsAnotherCrash() {
        var account = CrashAccount()
        account.fired(.front, at: at(1))
        account.expire(at: at(60.9))
        #expect(!account.isEmpty)
        account.expire(at: at(61))
        #expect(account.isEmpty && account.side == .unknown)
    }
}
