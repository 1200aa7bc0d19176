import Testing

@testable import GPSD

@Suite struct UniversalTimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0.0), ("1970-01-01T00:00:01.25Z", 1.25), ("2000-02-29T12:00:00.000Z", 951_825_600),
        ("2000-03-01T00:00:00Z", 951_868_800), ("2026-03-01T12:34:56.500Z", 1_772_368_496.5),
        ("2016-12-31T23:59:60Z", 1_483_228_800), ("2100-03-01T00:00:00Z", 4_107_542_400),
        ("9999-12-31T23:59:59Z", 253_402_300_799), ("1970-01-01T00:00:00.1234567890123456789Z", 0.123456789),
    ])
    func countsTheSecondsSince1970(_ text: String, _ seconds: Double) throws {
        #expect(try abs(#require(UniversalTime.secondsSince1970(text)) - seconds) < 1e-6)
    }

    @Test(arguments: [
        "", "Z", "1969-12-31T23:59:59Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+01:00", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00ZZ", "+026-01-01T00:00:00Z",
        "20260101T000000Z", "2026-1-1T00:00:00Z", "２０２６-01-01T00:00:00Z",
    ])
    func refusesWhatIsNoTime(_ text: String) {
        #expect(UniversalTime.secondsSince1970(text) == nil)
    }

    @Test func daysFollowEachOther() throws {
        var expected = 0.0
        for year in 1970...2105 {
            for month in 1...12 {
                let isLeap = year % 4 == 0 && year != 2100
                let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
                let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
                let text = "\(year)-\(two(month))-01T00:00:00Z"
                #expect(UniversalTime.secondsSince1970(text) == expected, "\(text)")
                expected += Double(days) * 86_400
            }
        }
    }
}
