import CrashSensing
import Seeds
import Testing
import Timeline

@Suite struct CrashWaveformTests {
    @Test func fiveToFiftyHertzIsAliveAt400AndACrashAt1060() {
        var line = Harness(.fiveToFifty)
        line.play(50, 150, 5)
        #expect(line.signs == [.alive])
        line.play(10, 10, 10)
        #expect(line.signs == [.alive, .crash(began: ms(1_000), counted: ms(1_060))])
    }

    @Test func aliveIsTakenAtTheEdgeThatClosesTheSecondCycle() {
        var line = Harness(.fiveToFifty)
        line.play(50, 150, 1)
        #expect(!line.machine.isAlive)
        line.play(50, 150, 1)
        #expect(line.machine.isAlive)
        #expect(line.time == 400)
    }

    @Test func aDutyThatSwapsIsACrashAt1300() {
        var line = Harness(.dutySwap)
        line.play(20, 80, 10)
        line.play(80, 20, 10)
        #expect(line.crashes == [ms(1_300)])
    }

    @Test func aBurstOnARestingLineIsACrashAt60() {
        var line = Harness(.burstOnly)
        line.play(4, 16, 10)
        #expect(line.signs == [.crash(began: ms(0), counted: ms(60))])
    }

    @Test func twoThirdsToOneThirdIsAliveAt90AndACrashAt690() {
        var line = Harness(.thirds)
        line.play(20, 10, 2)
        #expect(line.signs == [])
        line.play(20, 10, 18)
        line.play(10, 20, 10)
        #expect(line.signs == [.alive, .crash(began: ms(600), counted: ms(690))])
    }

    @Test func twoCrashCyclesAreNoCrash() {
        var line = Harness(.fiveToFifty)
        line.play(50, 150, 5)
        line.play(10, 10, 2)
        line.play(50, 150, 5)
        #expect(line.signs == [.alive])
    }

    @Test func aLowOf100MillisecondsIsACrashAfter100AndTenNever() {
        var line = Harness(.longLow)
        line.play(390, 10, 20)
        #expect(line.signs == [.alive])
        line.edge(high: false, at: line.time + 390)
        let began = line.time
        line.wait(until: began + 99)
        #expect(line.crashes == [])
        line.wait(until: began + 100)
        #expect(line.crashes == [ms(began + 100)])
    }

    @Test(arguments: [false, true], [CrashLineProfile.longLow, .fiveToFifty, .burstOnly])
    func aLineThatIsStuckFromTheStartIsAFaultOnceAndNoCrash(high: Bool, profile: CrashLineProfile) {
        var line = Harness(profile, high: high)
        line.wait(until: 60_000)
        let rests = profile.idle == .level(high: high)
        #expect(line.signs == (rests ? [] : [.faulty(.silent(high: high))]))
    }

    @Test func aUnitThatFallsSilentIsAFaultAfterTwelveSecondsAndAliveWhenItIsBack() {
        var line = Harness(.fiveToFifty)
        line.play(50, 150, 5)
        line.wait(until: 12_999)
        #expect(line.signs == [.alive])
        line.wait(until: 13_000)
        #expect(line.signs == [.alive, .faulty(.silent(high: true))])
        line.edge(high: false, at: 20_000)
        line.edge(high: true, at: 20_150)
        line.play(50, 150, 2)
        #expect(line.signs.suffix(2) == [.cleared, .alive])
    }

    @Test func aCrashCountsOnALineThatWasFaulty() {
        var line = Harness(.fiveToFifty)
        line.wait(until: 20_000)
        line.play(10, 10, 3)
        line.wait(until: 21_000)
        #expect(line.crashes == [ms(20_060)])
    }

    @Test func rightFrequencyAndWrongDutyIsAFaultAfterTwelveSecondsAndNoCrash() {
        var line = Harness(.dutySwap)
        line.play(20, 80, 10)
        line.play(50, 50, 125)
        #expect(line.crashes == [])
        #expect(line.signs == [.alive, .faulty(.invalid)])
        line.play(20, 80, 2)
        #expect(line.signs.suffix(2) == [.cleared, .alive])
    }

    @Test func anIntervalBelowAMillisecondIsTakenBackAndClearsTheCrashCount() {
        var line = Harness(.fiveToFifty)
        line.play(50, 150, 5)
        line.play(10, 10, 2)
        // A spike in the high part of the third cycle.
        line.edge(high: false, at: 1_045)
        line.edge(high: true, at: 1_045.4)
        line.edge(high: false, at: 1_050)
        line.edge(high: true, at: 1_060)
        line.wait(until: 1_060)
        #expect(line.crashes == [])
        line.play(10, 10, 3)
        line.wait(until: 1_200)
        #expect(line.crashes.count == 1)
    }

    @Test func theEdgeThatDecidesCountsOnlyWhenItIsNoGlitch() {
        var line = Harness(.burstOnly)
        line.play(4, 16, 3)
        line.edge(high: false, at: 60.5)
        line.wait(until: 500)
        #expect(line.crashes == [])
    }

    @Test func theSameBurstIsOneCrashAndTheNextWithinTheLockoutAFurtherImpact() {
        var line = Harness(.burstOnly)
        line.play(4, 16, 40)
        line.edge(high: false, at: line.time + 4)
        line.edge(high: true, at: 3_000)
        line.play(4, 16, 10)
        #expect(line.signs == [.crash(began: ms(0), counted: ms(60)), .furtherImpact(at: ms(3_000))])
        line.edge(high: false, at: line.time + 4)
        line.edge(high: true, at: 9_000)
        line.play(4, 16, 10)
        #expect(line.crashes == [ms(60), ms(9_060)])
    }

    @Test func goingBackToIdleTakesNothingBack() {
        var line = Harness(.dutySwap)
        line.play(80, 20, 3)
        line.play(20, 80, 30)
        #expect(line.crashes == [ms(300)])
    }

    @Test func edgesThatAreMissingMakeTheCountBeginAnew() {
        var line = Harness(.fiveToFifty)
        line.play(10, 10, 2)
        line.interrupt()
        line.play(10, 10, 2)
        #expect(line.crashes == [])
        line.play(10, 10, 2)
        line.wait(until: 200)
        #expect(line.crashes.count == 1)
    }

    @Test func withinASecondOfTheIgnitionNothingCounts() {
        var line = Harness(.burstOnly)
        line.ignition(on: false)
        line.wait(until: 10_000)
        line.ignition(on: true)
        line.play(4, 16, 10)
        #expect(line.signs == [.outsideIgnition(at: ms(10_060))])
        line.edge(high: false, at: line.time + 4)
        line.edge(high: true, at: 11_500)
        line.play(4, 16, 10)
        #expect(line.crashes == [ms(11_560)])
    }

    @Test func whatLastsBeyondThatSecondCounts() {
        var train = Harness(.burstOnly)
        var held = Harness(
            CrashLineProfile(
                idle: .cycles(.milliseconds(10, 40, count: 2, tolerance: 1)),
                crash: .level(high: true, hold: .milliseconds(100))
            )
        )
        train.ignition(on: false)
        train.wait(until: 10_000)
        train.ignition(on: true)
        held.ignition(on: false)
        held.wait(until: 10_000)
        held.ignition(on: true)
        train.play(4, 16, 100)
        #expect(train.crashes.count == 1 && train.crashes.allSatisfy { $0 >= ms(11_000) && $0 < ms(11_100) })
        held.edge(high: true, at: 10_100)
        held.wait(until: 12_000)
        #expect(held.crashes == [ms(11_000)])
    }

    @Test func anIgnitionThatIsToldFirstOrComesBackAtOnceBlanksNothing() {
        var first = Harness(.burstOnly)
        first.wait(until: 5_000)
        first.ignition(on: true)
        first.play(4, 16, 10)
        #expect(first.crashes == [ms(5_060)])
        var flicker = Harness(.burstOnly)
        flicker.ignition(on: true)
        flicker.wait(until: 20_000)
        flicker.ignition(on: false)
        flicker.wait(until: 20_030)
        flicker.ignition(on: true)
        flicker.play(4, 16, 10)
        #expect(flicker.crashes == [ms(20_090)])
    }

    @Test func anIgnitionThatNobodyTellsAnyMoreDeafensNothing() {
        var line = Harness(.burstOnly)
        line.ignition(on: false)
        line.wait(until: 60_000)
        line.ignition(on: nil)
        line.play(4, 16, 10)
        #expect(line.crashes == [ms(60_060)])
    }

    @Test func anIgnitionThatExpiredOverNightBlanksTheStartAllTheSame() {
        var line = Harness(.burstOnly)
        line.ignition(on: false)
        line.wait(until: 600_000)
        line.ignition(on: nil)
        line.wait(until: 700_000)
        line.ignition(on: true)
        line.play(4, 16, 10)
        #expect(line.crashes.isEmpty && line.signs == [.outsideIgnition(at: ms(700_060))])
    }

    @Test func aUnitThatRanOnBehindTheIgnitionStartsWithItAgain() {
        var line = Harness(.fiveToFifty)
        line.ignition(on: false)
        line.play(50, 150, 50)
        line.wait(until: 60_000)
        line.ignition(on: true)
        line.play(10, 10, 10)
        line.wait(until: 60_900)
        #expect(line.crashes.isEmpty)
        // One that lives all the while has not started: nothing of it is blanked.
        var lives = Harness(.fiveToFifty)
        lives.ignition(on: false)
        lives.play(50, 150, 100)
        lives.ignition(on: true)
        lives.play(10, 10, 10)
        lives.wait(until: lives.time + 5)
        #expect(lives.crashes.count == 1)
    }

    @Test func aUnitThatLivesHasPowerWhateverWasTold() {
        var line = Harness(.fiveToFifty)
        line.ignition(on: false)
        line.play(50, 150, 100)
        line.play(10, 10, 10)
        line.wait(until: line.time + 5)
        #expect(line.crashes.count == 1)
    }

    @Test func aCrashCountsForFiveSecondsWithoutIgnitionAndThenNoMore() {
        var line = Harness(.burstOnly)
        line.ignition(on: true)
        line.wait(until: 10_000)
        line.ignition(on: false)
        line.wait(until: 14_900)
        line.play(4, 16, 10)
        #expect(line.crashes == [ms(14_960)])
        line.edge(high: false, at: line.time + 4)
        line.wait(until: 30_000)
        line.play(4, 16, 10)
        #expect(line.crashes == [ms(14_960)])
    }

    @Test func whatIsMissingIsNoFaultBeforeTheUnitHasStarted() {
        var profile = CrashLineProfile.dutySwap
        profile.startupBlank = .seconds(45)
        var line = Harness(profile)
        line.wait(until: 44_999)
        #expect(line.signs == [])
        line.wait(until: 45_000)
        #expect(line.signs == [.faulty(.silent(high: false))])
    }

    @Test func aStrayLevelOnARestingLineIsGoodAgainAfterTwoSecondsOfRest() {
        var line = Harness(.burstOnly)
        line.edge(high: true, at: 1_000)
        line.wait(until: 13_000)
        #expect(line.signs == [.faulty(.silent(high: true))])
        line.edge(high: false, at: 14_000)
        line.wait(until: 16_000)
        #expect(line.signs == [.faulty(.silent(high: true)), .cleared])
    }

    @Test func aProfileThatCannotTellCrashFromIdleSaysSo() {
        #expect(CrashLineProfile.trains((10, 10, count: 2), (11, 9)).contradiction != nil)
        #expect(CrashLineProfile.fiveToFifty.contradiction == nil)
        var short = CrashLineProfile.trains((10, 10, count: 2), (4, 4))
        #expect(short.contradiction == nil)
        short.glitch = .milliseconds(5)
        #expect(short.contradiction != nil, "every part of the crash would be taken back")
        short.glitch = .milliseconds(3)
        #expect(short.contradiction != nil, "the shortest that fits is one of 3 ms")
        short.glitch = .microseconds(2_999)
        #expect(short.contradiction == nil)
        let slack = CrashLineProfile.Cycle(
            high: .milliseconds(300),
            low: .milliseconds(90),
            tolerancePercent: 20,
            count: 2
        )
        let low = CrashLineProfile.Crash.level(high: false, hold: .milliseconds(100))
        #expect(
            CrashLineProfile(idle: .cycles(slack), crash: low).contradiction != nil,
            "a low of 105 ms is a healthy one"
        )
        #expect(CrashLineProfile.longLow.contradiction == nil)
        #expect(CrashLineProfile(idle: .level(high: true), crash: .level(high: true, hold: .zero)).contradiction != nil)
        let long = CrashLineProfile.Cycle.milliseconds(10, 120, count: 2, tolerance: 1)
        let held = CrashLineProfile.Crash.level(high: false, hold: .milliseconds(100))
        #expect(CrashLineProfile(idle: .cycles(long), crash: held).contradiction != nil)
    }

    @Test func noiseOfEverySortIsNeverACrashUnlessItFits() {
        var random = SeededGenerator(seed: 6)
        for _ in 0..<2_000 {
            var line = Harness(.fiveToFifty)
            var high = true
            for _ in 0..<60 {
                // Never within 2 ms of 10 ms.
                let part =
                    Bool.random(using: &random)
                    ? Double.random(in: 0.1...7.9, using: &random) : Double.random(in: 12.1...300, using: &random)
                line.edge(high: high, at: line.time + part)
                high.toggle()
            }
            #expect(line.crashes == [])
        }
    }
}
