import Store
import Testing
import Timeline

/// The runs of a program, as the next one finds them.
@Suite struct RunTests {
    private func stamp(_ seconds: Int) -> Stamp {
        Stamp(boot: "boot", at: Instant.boot.advanced(by: .seconds(seconds)), wallMilliseconds: nil)
    }

    @Test func aRunIsOrderlyOnlyWhenItHasSaidThatItEnds() throws {
        let store = try VehicleStore.inMemory()
        #expect(try store.runs() == [])
        #expect(store.writeNow([.runBegan(self.stamp(1))]) == nil)
        #expect(store.writeNow([.runEnded(self.stamp(1))]) == nil)
        #expect(store.writeNow([.runBegan(self.stamp(2))]) == nil)
        #expect(store.writeNow([.runBegan(self.stamp(3))]) == nil)
        // One whose beginning was not written excuses no other.
        #expect(store.writeNow([.runEnded(self.stamp(4))]) == nil)
        let runs = try store.runs()
        #expect(runs.map(\.started) == [self.stamp(3), self.stamp(2), self.stamp(1)])
        #expect(runs.map(\.isOrderly) == [false, false, true])
    }

    @Test func oldRunsAreForgotten() throws {
        let store = try VehicleStore.inMemory()
        for number in 0..<300 { #expect(store.writeNow([.runBegan(self.stamp(number))]) == nil) }
        #expect(try store.runs().count <= 100)
        #expect(try store.runs().first?.started == self.stamp(299))
    }
}
