import CallControl
import Testing

@testable import IVS

@Suite struct PatternTextTests {
    @Test func readsEveryForm() {
        #expect(PatternText.pattern("off") == .off)
        #expect(PatternText.pattern("on") == .on)
        #expect(PatternText.pattern("on 500 ms off 500 ms") == .flash(.milliseconds(500)))
        #expect(PatternText.pattern("on 125 ms off 125 ms for 5 s") == .flash(.milliseconds(125), for: .seconds(5)))
        let uneven = Pattern([.init(on: true, for: .milliseconds(200)), .init(on: false, for: .seconds(1))])
        #expect(PatternText.pattern("on 200 ms off 1 s") == uneven)
    }

    @Test(arguments: [
        "", "blink", "on 500", "on ms", "on 500 ms off", "on 500 ms for", "on 500 ms for 5", "on 500 ms for 5 s 6 s",
        "for 5 s", "on 500 parsec", "on 0 ms", "on 19 ms", "on -1 s", "On", "on 500 ms off 500 ms for", "off on",
    ])
    func refusesWhatIsNoPattern(_ text: String) {
        #expect(PatternText.pattern(text) == nil)
    }

    @Test func refusesMoreStepsThanAnyoneNeeds() {
        let steps = { (count: Int) in Array(repeating: "on 100 ms", count: count).joined(separator: " ") }
        #expect(PatternText.pattern(steps(32)) != nil)
        #expect(PatternText.pattern(steps(33)) == nil)
    }

    @Test func theShortestStepIsWhatAnEyeCanFollow() {
        #expect(PatternText.pattern("on 20 ms off 20 ms") != nil)
    }
}
