import CallControl
import Testing
import Timeline

@Suite struct GarageModeTests {
    private static func entered() -> GarageMode {
        var garage = GarageMode()
        garage.entered(for: .seconds(60), at: at(10))
        return garage
    }

    @Test(arguments: [(11, 12, true), (10, 12, true), (9, 12, false), (69, 70, false), (68, 69, true), (80, 81, false)])
    func onlyAPressThatLiesInsideIsOneOfTheMode(_ from: Double, _ to: Double, _ isCovered: Bool) {
        #expect(Self.entered().covers(pressFrom: at(from), to: at(to)) == isCovered)
        #expect(!GarageMode().covers(pressFrom: at(from), to: at(to)))
    }

    @Test func itEndsByItselfAndOnce() {
        var garage = Self.entered()
        #expect(garage.endsAt == at(70))
        let ended = [69.999, 70, 71].map { garage.deadlineReached(at: at($0)) }
        #expect(ended == [false, true, false])
        #expect(garage.endsAt == nil)
    }

    @Test func itIsProlongedFromTheMomentItIsAskedForAgain() {
        var garage = Self.entered()
        garage.entered(for: .seconds(60), at: at(50))
        #expect(garage.endsAt == at(110))
        #expect(garage.covers(pressFrom: at(20), to: at(21)))
    }

    @Test func leavingTellsWhetherItWasOn() {
        var garage = Self.entered()
        let (first, second) = (garage.left(), garage.left())
        #expect(first && !second)
    }
}
