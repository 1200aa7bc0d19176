internal import ControlSocket
internal import CrashSensing
internal import Timeline

extension CrashRecord {
    /// What is known of the event, without its samples; velocities in km/h, times in milliseconds behind time zero.
    var json: JSONValue {
        [
            "timeZero": .int(Int(self.timeZero.nanosecondsSinceBoot)),
            "number": .int(self.number),
            "longitudinal": .array(self.changes.map { Self.tenths($0.x) }),
            "lateral": .array(self.changes.map { Self.tenths($0.y) }),
            "interval": .int(Self.interval.wholeMilliseconds),
            "maximum": Self.tenths(self.maximum.magnitude),
            "maximumAfter": Self.milliseconds(self.maximumAfter),
            "maximumLongitudinal": Self.tenths(self.maximumLongitudinal),
            "longitudinalAfter": Self.milliseconds(self.longitudinalAfter),
            "maximumLateral": Self.tenths(self.maximumLateral),
            "lateralAfter": Self.milliseconds(self.lateralAfter),
            "direction": self.direction.map { .double(Double(Self.bounded($0.degrees * 10) % 3_600) / 10) } ?? .null,
            "clock": self.direction.map { .int($0.clock) } ?? .null,
            "side": .string((self.direction?.side ?? .unknown).rawValue),
            "endAfter": self.endAfter.map(Self.milliseconds) ?? .null,
            "rollAngle": self.rollAngle.map { .int(Int(($0 / 10).rounded()) * 10) } ?? .null,
            "rolledOver": self.rollAngle == nil ? .null : .bool(self.hasRolledOver),
            "saturated": .bool(self.isSaturated),
            "incomplete": .bool(self.isIncomplete),
        ]
    }

    /// Each sample as `CrashSample` of the interface has it.
    var samplesJSON: JSONValue {
        .array(
            self.samples.map { sample in
                let (seconds, attoseconds) = self.timeZero.duration(to: sample.at).components
                let microseconds = Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
                return [
                    "at": .int(microseconds), "x": .int(Self.bounded(sample.x * 1_000)),
                    "y": .int(Self.bounded(sample.y * 1_000)), "z": .int(Self.bounded(sample.z * 1_000)),
                    "roll": sample.rollRate.map { .int(Self.bounded($0 * 10)) } ?? .null,
                ]
            }
        )
    }

    /// A finite value of any sensor as a whole number.
    private static func bounded(_ value: Double) -> Int { Int(max(-1e9, min(1e9, value)).rounded()) }

    private static func tenths(_ value: Double) -> JSONValue { .double(Double(self.bounded(value * 10)) / 10) }

    /// With the tenth that a sensor's time may have.
    private static func milliseconds(_ duration: Duration) -> JSONValue {
        let (seconds, attoseconds) = duration.components
        return .double(Double(Int(seconds) * 10_000 + Int(attoseconds / 100_000_000_000_000)) / 10)
    }
}
