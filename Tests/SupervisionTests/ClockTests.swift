import Testing

@testable import Supervision

@Suite struct ClockTests {
    @Test func theMonotonicClockNeverGoesBack() {
        var last = MonotonicClock.now()
        for _ in 0..<1_000 {
            let next = MonotonicClock.now()
            #expect(next >= last)
            last = next
        }
    }

    @Test func aWallClockReadingIsWhole() {
        #expect((0..<1_000_000_000).contains(WallClock.now().nanoseconds))
    }

    @Test(
        arguments: [
            (0, 0, "1970-01-01T00:00:00.000Z"),
            (951_827_696, 7_999_999, "2000-02-29T12:34:56.007Z"),
            (-1, 999_000_000, "1969-12-31T23:59:59.999Z"),
            (253_402_300_799, 0, "9999-12-31T23:59:59.000Z"),
        ] as [(Int64, Int32, String)]
    )
    func writesAWallTimeInUTC(seconds: Int64, nanoseconds: Int32, text: String) {
        #expect(WallTime(seconds: seconds, nanoseconds: nanoseconds, isSynchronized: false).description == text)
    }

    @Test func theBootHasOneNameForItsWholeLife() throws {
        #expect(try BootID.current == BootID.current)
    }

    @Test(arguments: [
        "", "0f8fad5b-d9cb-469f-a165-70867728950", "0f8fad5b-d9cb-469f-a165-70867728950ee",
        "0F8FAD5B-D9CB-469F-A165-70867728950E", "0f8fad5bxd9cb-469f-a165-70867728950e",
        "0f8fad5b-d9cb-469f-a165-70867728950g", "-f8fad5b-d9cb-469f-a165-70867728950e",
    ])
    func refusesANameThatTheKernelDoesNotWrite(text: String) {
        #expect(BootID(text) == nil)
    }

    @Test func namesTheFileThatHoldsNoBootID() {
        #expect(throws: BootIDError(path: "/proc/sys/kernel/ostype", problem: .notUUID)) {
            try BootID(reading: "/proc/sys/kernel/ostype")
        }
        #expect(throws: BootIDError(path: "/proc/no-such-file", problem: .open(errno: 2))) {
            try BootID(reading: "/proc/no-such-file")
        }
    }
}
