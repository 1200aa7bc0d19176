import NIOCore
import Testing

@testable import Net

@Suite struct ReadingShareTests {
    private func at(_ milliseconds: Int64) -> NIODeadline {
        .uptimeNanoseconds(5_000_000_000) + .milliseconds(milliseconds)
    }

    @Test func aPeerWaitsForTheEndOfTheTenthInWhichItHadItsShare() {
        var share = ReadingShare()
        #expect(share.pause(beyond: 1_000, at: self.at(0)) == nil)
        share.took(60, at: self.at(0))
        #expect(share.pause(beyond: 1_000, at: self.at(10)) == nil)
        share.took(40, at: self.at(20))
        #expect(share.pause(beyond: 1_000, at: self.at(20)) == .milliseconds(80))
        #expect(share.pause(beyond: 1_000, at: self.at(100)) == nil)
        share.took(60, at: self.at(100))
        #expect(share.pause(beyond: 1_000, at: self.at(100)) == nil, "the next tenth counts anew")
    }

    @Test func withoutABoundNobodyWaits() {
        var share = ReadingShare()
        share.took(.max / 2, at: self.at(0))
        #expect(share.pause(beyond: nil, at: self.at(0)) == nil)
    }
}
