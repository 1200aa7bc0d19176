internal import CallControl
internal import ControlSocket
internal import Supervision
internal import Timeline

// The timers of the standards: T1, T2, T9 and T10, on record and for whoever asks.
extension IVS {
    /// Tells which of them have started, stopped or run out in this step.
    mutating func tellTimers(at now: Moment) {
        let running = self.call.timers
        guard running != self.shownTimers else { return }
        let before = self.shownTimers
        self.shownTimers = running
        for timer in before where !running.contains(timer) {
            let isOver = timer.endsAt <= now.instant
            let reason =
                isOver ? "\(timer.timer.rawValue) is over: \(timer.timer.meaning)" : "\(timer.timer.rawValue) stops"
            self.note(isOver ? .timerExpired : .timerStopped, timer, reason, at: now)
        }
        for timer in running where !before.contains(timer) {
            let left = CallReason.text(Self.left(timer.endsAt, at: now.instant))
            self.note(.timerStarted, timer, "\(timer.timer.rawValue): in \(left) \(timer.timer.meaning)", at: now)
        }
    }

    private mutating func note(_ kind: VehicleEvent.Kind, _ timer: RunningTimer, _ reason: String, at now: Moment) {
        let fields = [
            "timer": timer.timer.rawValue, "left": CallReason.text(Self.left(timer.endsAt, at: now.instant)),
        ]
        self.note(kind, reason, at: now, fields: fields, incident: timer.incident)
    }

    /// The reply to `Timers`.
    func timerStatus(at now: Moment) -> JSONValue {
        let running = self.call.timers
        let timers = CallTimer.allCases.map { timer -> JSONValue in
            let own = running.first { $0.timer == timer }
            let length = self.call.length(of: timer).map { JSONValue.int($0.wholeMilliseconds) }
            return [
                "name": .string(timer.rawValue),
                "meaning": .string(timer.meaning),
                "milliseconds": length ?? .null,
                "left": own.map { .int(Self.left($0.endsAt, at: now.instant).wholeMilliseconds) } ?? .null,
                "incident": own.map { .string($0.incident.text) } ?? .null,
            ]
        }
        return ["timers": .array(timers)]
    }

    /// The whole milliseconds until an instant, none when it has passed.
    private static func left(_ instant: Instant, at now: Instant) -> Duration {
        .milliseconds(max(0, now.duration(to: instant).wholeMilliseconds))
    }
}
