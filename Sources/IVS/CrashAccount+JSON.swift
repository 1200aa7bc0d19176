internal import ControlSocket
internal import CrashSensing
internal import Timeline

// What is known of a crash as it stands on record with its incident, for a next run that has to go on with the call.
extension CrashAccount {
    /// Velocities in tenths of km/h, times in nanoseconds, angles in degrees; without samples.
    var json: JSONValue {
        [
            "sides": .array(self.sides.map(\.rawValue).sorted().map(JSONValue.string)),
            "rolledOver": self.hasRolledOver.map(JSONValue.bool) ?? .null,
            "events": .array(self.records.map(Self.json)),
        ]
    }

    /// As `CrashSummary` of the interface has it.
    var summary: JSONValue {
        [
            "sides": .array(self.sides.map(\.rawValue).sorted().map(JSONValue.string)),
            "side": .string(self.side.rawValue), "rolledOver": self.hasRolledOver.map(JSONValue.bool) ?? .null,
            "impacts": .int(self.records.count),
        ]
    }

    private static func json(_ record: CrashRecord) -> JSONValue {
        [
            "timeZero": .int(Int(record.timeZero.nanosecondsSinceBoot)), "number": .int(record.number),
            "x": Self.tenths(record.maximum.x), "y": Self.tenths(record.maximum.y),
            "after": .int(record.maximumAfter.wholeMilliseconds),
            "roll": record.rollAngle.map { .int(Int(max(-Self.largestAngle, min(Self.largestAngle, $0)).rounded())) }
                ?? .null,
            "rolledOver": .bool(record.hasRolledOver), "saturated": .bool(record.isSaturated),
        ]
    }

    /// What an earlier run knew, its last sign at that instant; `nil` for a text that is no such account.
    init?(text: String, at now: Instant) {
        guard let json = try? JSONValue(decoding: text.utf8, maximumValues: Self.maximumValues),
            let sides = json["sides"]?.asArray, let events = json["events"]?.asArray,
            !(sides + events).isEmpty
                || json["rolledOver"]?.asBool != nil
        else { return nil }
        self.init()
        for side in sides.compactMap({ $0.asString.flatMap(ImpactSide.init(rawValue:)) }) { self.fired(side, at: now) }
        for event in events {
            guard let record = CrashRecord(accountOf: event) else { return nil }
            self.took(record, at: now)
        }
        if json["rolledOver"]?.asBool == true { self.rolledOver(at: now) }
    }

    /// Every member of as many events as are counted.
    private static let maximumValues = 256

    /// More than a vehicle ever turns, in degrees.
    private static let largestAngle = 36_000.0

    private static func tenths(_ value: Double) -> JSONValue {
        .int(Int(max(-10_000, min(10_000, value * 10)).rounded()))
    }
}

extension CrashRecord {
    /// What an account keeps of an event; `nil` for what is none.
    fileprivate init?(accountOf event: JSONValue) {
        guard let timeZero = event["timeZero"]?.asInt, timeZero >= 0, let number = event["number"]?.asInt,
            let x = event["x"]?.asInt, let y = event["y"]?.asInt, let after = event["after"]?.asInt
        else { return nil }
        self.init(timeZero: Instant(nanosecondsSinceBoot: Int64(timeZero)), number: number)
        self.maximum = PlanarVector(x: Double(x) / 10, y: Double(y) / 10)
        self.maximumAfter = .milliseconds(after)
        self.rollAngle = event["roll"]?.asInt.map(Double.init)
        self.hasRolledOver = event["rolledOver"]?.asBool ?? false
        self.isSaturated = event["saturated"]?.asBool ?? false
    }
}
