internal import CallControl
internal import GPIO
internal import Timeline

/// The output lines: what the LED, the chime and the malfunction lamp show, driven only when a level changes.
struct IndicatorOutputs: Sendable {
    private let table: IndicatorTable
    private let lines: VehicleConfiguration.Lines
    private var led = PatternPlayer()
    private var chime = PatternPlayer()
    private var driven: [LineName: Level] = [:]
    private var lampCheckUntil: Instant?
    private var shown: Indication?
    private var changed: Indication?

    init(table: IndicatorTable, lines: VehicleConfiguration.Lines) {
        self.table = table
        self.lines = lines
    }

    /// What the LED shows now.
    var indication: Indication { self.shown ?? .ready }

    func level(of line: LineName) -> Level? { self.driven[line] }

    func nextDeadline(after now: Instant) -> Instant? {
        let check = self.lampCheckUntil.flatMap { now < $0 ? $0 : nil }
        return Instant.earliest(check, self.led.nextDeadline(after: now), self.chime.nextDeadline(after: now))
    }

    /// Lights LED and lamp for a while, so that a person sees that they work.
    mutating func startLampCheck(for duration: Duration, at now: Instant) {
        self.lampCheckUntil = now.advanced(by: duration)
    }

    /// Whether LED and lamp burn for a person to look at them.
    func isChecking(at now: Instant) -> Bool { self.lampCheckUntil.map { now < $0 } ?? false }

    mutating func announce(_ announcement: Announcement, at now: Instant) {
        self.chime.restart(self.table.chime(for: announcement), at: now)
    }

    /// A line that came back has to be driven anew.
    mutating func forget(_ line: LineName) {
        self.driven[line] = nil
    }

    /// The levels that change now; a call ends the lamp check of the LED.
    mutating func drive(_ indication: Indication, hasFault: Bool, at now: Instant) -> [(LineName, Level)] {
        let isChecking = self.isChecking(at: now)
        let show = isChecking && indication == .ready ? Indication.lampCheck : indication
        if show != self.shown {
            self.shown = show
            self.changed = show
        }
        self.led.play(self.table.led(for: show), at: now)
        let wanted = [
            (self.lines.led, self.led.isOn(at: now)),
            (self.lines.chime, self.chime.isOn(at: now)),
            (self.lines.lamp, hasFault || isChecking),
        ]
        return wanted.compactMap { line, isOn in
            guard let line else { return nil }
            let level: Level = isOn ? .active : .inactive
            guard self.driven[line] != level else { return nil }
            self.driven[line] = level
            return (line, level)
        }
    }

    /// The indication that is new since this was last asked.
    mutating func takeChangedIndication() -> Indication? {
        defer { self.changed = nil }
        return self.changed
    }
}
