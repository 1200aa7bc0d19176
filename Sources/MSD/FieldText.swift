/// How the values of fields are written for people.
enum FieldText {
    /// The names sent as TRUE, then those sent as FALSE, which only some encoders send.
    static func names<Name>(_ booleans: OptionalBooleans<Name>, none: String) -> String {
        let names = booleans.trueNames.map(\.rawValue)
        let refused = Name.allCases.filter { booleans[$0] == false }.map(\.rawValue)
        let text = names.isEmpty ? none : names.joined(separator: ", ")
        return refused.isEmpty ? text : "\(text) (FALSE: \(refused.joined(separator: ", ")))"
    }

    static func names(_ storage: PropulsionStorage) -> String {
        Self.names(storage, none: "unknown")
    }

    /// Seconds since 1970 as ISO 8601 in UTC; 0 means unknown.
    static func time(_ timestamp: UInt32) -> String {
        if timestamp == 0 { return "unknown" }
        let (days, seconds) = Int(timestamp).quotientAndRemainder(dividingBy: 86_400)
        let date = Self.civilDate(daysSince1970: days)
        let day = "\(date.year)-\(Self.padded(date.month, 2))-\(Self.padded(date.day, 2))"
        let (hour, rest) = seconds.quotientAndRemainder(dividingBy: 3600)
        return "\(day)T\(Self.padded(hour, 2)):\(Self.padded(rest / 60, 2)):\(Self.padded(rest % 60, 2))Z"
    }

    /// Milliarcseconds as degrees with six decimals.
    static func coordinate(_ milliarcseconds: Int32, within range: ClosedRange<Int32>) -> String {
        if milliarcseconds == Position.unknownCoordinate { return "unknown" }
        guard range.contains(milliarcseconds) else { return "\(milliarcseconds) mas, which is not on Earth" }
        // A degree has 3,600,000 milliarcseconds, so a millionth of it is 3.6 of them.
        let millionths = (Int(milliarcseconds.magnitude) * 10 + 18) / 36
        let (whole, fraction) = millionths.quotientAndRemainder(dividingBy: 1_000_000)
        let sign = milliarcseconds < 0 && millionths > 0 ? "-" : ""
        return "\(sign)\(whole).\(Self.padded(fraction, 6)) degrees (\(milliarcseconds) mas)"
    }

    static func direction(_ step: UInt8) -> String {
        if Direction.steps.contains(step) { return "\(Int(step) * 2) degrees" }
        return step == Direction.unknown ? "unknown" : "\(step), which is reserved"
    }

    /// Units of 100 milliarcseconds as arcseconds.
    static func delta(_ units: Int) -> String {
        let (whole, tenths) = Int(units.magnitude).quotientAndRemainder(dividingBy: 10)
        return "\(units < 0 ? "-" : "")\(whole).\(tenths) arcseconds"
    }

    /// The Gregorian date of a day; years are counted from 1 March so that the leap day is the last.
    private static func civilDate(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
        let daysPerEra = 146_097
        // 719,468 days lie between 1 March of year 0 and 1 January 1970.
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainder(dividingBy: daysPerEra)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // Five months from March have 153 days.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
