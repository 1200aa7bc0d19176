import Testing
import Timeline

@testable import GPIO

/// When edges are left in the kernel.
@Suite struct BacklogTests {
    private func at(_ milliseconds: Int) -> Instant { Instant.boot.advanced(by: .milliseconds(milliseconds)) }

    @Test func aLoopThatHandlesNothingForAWhileIsHandedNothingMore() {
        var backlog = Backlog()
        #expect(!backlog.isFull(at: self.at(1_000)))
        backlog.handedOver(1, at: self.at(1_000))
        #expect(!backlog.isFull(at: self.at(1_199)))
        #expect(backlog.isFull(at: self.at(1_200)))
        backlog.handled(at: self.at(1_300))
        #expect(!backlog.isFull(at: self.at(9_000)))
    }

    @Test func aLoopThatIsSlowButHandlesGoesOn() {
        var backlog = Backlog()
        backlog.handedOver(10, at: self.at(0))
        for turn in 1...9 {
            #expect(!backlog.isFull(at: self.at(turn * 150)))
            backlog.handled(at: self.at(turn * 150))
        }
        #expect(backlog.count == 1)
    }

    @Test func moreThanOneTurnHandlesWaits() {
        var backlog = Backlog()
        backlog.handedOver(Backlog.maximumEvents - 1, at: self.at(0))
        #expect(!backlog.isFull(at: self.at(0)))
        backlog.handedOver(1, at: self.at(0))
        #expect(backlog.isFull(at: self.at(0)))
        backlog.handled(at: self.at(1))
        #expect(!backlog.isFull(at: self.at(1)))
    }
}
