/// Reads times in UTC as gpsd writes them: `2026-03-01T12:34:56.000Z` (ISO 8601).
enum UniversalTime {
    /// Seconds since 1970, `nil` when the text is none or the day does not exist.
    ///
    /// Years 1970 to 9999; a leap second counts as the first of the next minute.
    static func secondsSince1970(_ text: String) -> Double? {
        var octets = Array(text.utf8)[...]
        guard
            let year = Self.digits(4, of: &octets), Self.take("-", of: &octets),
            let month = Self.digits(2, of: &octets), Self.take("-", of: &octets),
            let day = Self.digits(2, of: &octets), Self.take("T", of: &octets),
            let hour = Self.digits(2, of: &octets), Self.take(":", of: &octets),
            let minute = Self.digits(2, of: &octets), Self.take(":", of: &octets),
            let second = Self.digits(2, of: &octets), let fraction = Self.fraction(of: &octets),
            Self.take("Z", of: &octets), octets.isEmpty
        else { return nil }
        guard
            year >= 1970, (1...12).contains(month), (1...Self.days(of: month, in: year)).contains(day), hour < 24,
            minute < 60, second <= 60
        else { return nil }
        let days = Self.daysSince1970(year, month, day)
        return Double(((days * 24 + hour) * 60 + minute) * 60 + second) + fraction
    }

    private static func take(_ character: Unicode.Scalar, of octets: inout ArraySlice<UInt8>) -> Bool {
        guard octets.first == UInt8(ascii: character) else { return false }
        octets.removeFirst()
        return true
    }

    private static func digits(_ count: Int, of octets: inout ArraySlice<UInt8>) -> Int? {
        guard octets.count >= count else { return nil }
        var number = 0
        for octet in octets.prefix(count) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) else { return nil }
            number = number * 10 + Int(octet - UInt8(ascii: "0"))
        }
        octets.removeFirst(count)
        return number
    }

    /// What follows a point, 0 without one; digits beyond the ninth say nothing and are passed over.
    private static func fraction(of octets: inout ArraySlice<UInt8>) -> Double? {
        guard Self.take(".", of: &octets) else { return 0 }
        var (number, scale, count) = (0.0, 1.0, 0)
        while let digit = Self.digits(1, of: &octets) {
            count += 1
            guard count <= 9 else { continue }
            number = number * 10 + Double(digit)
            scale *= 10
        }
        return count > 0 ? number / scale : nil
    }

    private static func isLeap(_ year: Int) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: Self.isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let before = year - 1
        // 719,162 days are from the year 1 to 1970 in the calendar that goes on backwards.
        let years = before * 365 + before / 4 - before / 100 + before / 400 - 719_162
        return (1..<month).reduce(years + day - 1) { $0 + Self.days(of: $1, in: year) }
    }
}
