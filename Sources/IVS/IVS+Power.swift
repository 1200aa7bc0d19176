internal import CallControl
internal import ControlSocket
internal import Supervision
internal import Timeline

// The vehicle's own power, and the battery behind it.
extension IVS {
    /// The power-fail line has settled.
    mutating func powerFailed(_ hasFailed: Bool, at now: Moment) {
        self.tell(self.power.failLine(hasFailed), at: now)
    }

    /// The supplies were read.
    mutating func powerRead(_ reading: PowerState.Reading, at now: Moment) {
        self.selfTest.power = reading
        var reading = reading
        for injection in self.selfTest.injected { injection.override(&reading) }
        self.tell(self.power.read(reading), at: now)
    }

    private mutating func tell(_ news: [PowerState.News], at now: Moment) {
        for one in news {
            switch one {
            case .lost:
                let reason = "the vehicle's power is gone: what no call needs stops"
                self.note(.powerLost, reason, at: now, severity: .warning, fields: self.powerFields)
            case .back: self.note(.powerBack, "the vehicle's power is back", at: now, fields: self.powerFields)
            case .insufficient(let available, let needed):
                self.raise(
                    .batteryInsufficient,
                    "the battery holds \(Self.text(available)) of the \(Self.text(needed)) that a call and an hour need",
                    at: now
                )
            case .sufficient: self.clear(.batteryInsufficient, at: now)
            case .battery(let trouble):
                self.clear(.batteryFailing, at: now)
                self.raise(.batteryFailing, trouble, at: now)
            case .batteryGood: self.clear(.batteryFailing, at: now)
            }
        }
    }

    private var powerFields: [String: String] {
        self.power.charge.map { ["charge": String($0)] } ?? [:]
    }

    /// Watt hours with one digit behind the point.
    private static func text(_ wattHours: Double) -> String {
        let tenths = Int((wattHours * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) Wh"
    }

    /// The part of `Status` about the power; `null` where nothing is configured.
    var powerStatus: JSONValue {
        guard self.configuration.power != nil || self.configuration.lines.powerFail != nil else { return .null }
        let budget = self.configuration.power?.budget
        let charge = self.power.charge
        let left = budget.flatMap { budget in charge.map { budget.standbyLeft(percent: $0) } }
        return [
            "onBattery": .bool(self.power.isOnBattery),
            "charge": charge.map(JSONValue.int) ?? .null,
            "availableMilliwattHours": budget.flatMap { budget in
                charge.map { .int(Int((budget.available(percent: $0) * 1_000).rounded())) }
            } ?? .null,
            "neededMilliwattHours": budget.map { .int(Int(($0.needed * 1_000).rounded())) } ?? .null,
            "standbyLeft": left.map { .int($0.wholeMilliseconds) } ?? .null,
        ]
    }
}
