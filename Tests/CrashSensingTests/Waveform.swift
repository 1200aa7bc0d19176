import CrashSensing
import Timeline

/// Milliseconds since boot.
func ms(_ milliseconds: Double) -> Instant {
    Instant(nanosecondsSinceBoot: Int64((milliseconds * 1_000_000).rounded()))
}

func at(_ seconds: Double) -> Instant { ms(seconds * 1_000) }

/// A crash line and what it was found to mean, each sign with the time it came at.
struct Harness {
    private(set) var machine: CrashWaveformMachine
    private(set) var signs: [CrashLineSign] = []
    /// The millisecond at which the signal goes on.
    private(set) var time = 0.0

    /// A line that rests low, before its signal begins at 0 with a rising edge.
    init(_ profile: CrashLineProfile, high: Bool = false) {
        self.machine = CrashWaveformMachine(profile, high: high, at: ms(0))
    }

    var crashes: [Instant] {
        self.signs.compactMap { if case .crash(_, let counted) = $0 { counted } else { nil } }
    }

    /// Every deadline up to now, then an edge.
    mutating func edge(high: Bool, at milliseconds: Double) {
        self.wait(until: milliseconds)
        self.signs += self.machine.edge(high: high, at: ms(milliseconds))
    }

    mutating func wait(until milliseconds: Double) {
        self.time = max(self.time, milliseconds)
        while let due = self.machine.nextDeadline, due <= ms(milliseconds) {
            self.signs += self.machine.deadlineReached(at: due)
        }
    }

    /// Cycles of so many milliseconds high, then low; ends with the edge that closes the last one.
    mutating func play(_ high: Double, _ low: Double, _ count: Int) {
        for _ in 0..<count {
            if !self.machine.isHigh { self.edge(high: true, at: self.time) }
            self.edge(high: false, at: self.time + high)
            self.edge(high: true, at: self.time + low)
        }
    }

    mutating func interrupt() {
        self.machine.interrupted(at: ms(self.time))
    }

    mutating func ignition(on: Bool?) {
        self.machine.ignition(isOn: on, at: ms(self.time))
    }
}

extension CrashLineProfile {
    /// A unit that shows its life with one train and a crash with another.
    static func trains(_ idle: (Int, Int, count: Int), _ crash: (Int, Int), tolerance: Int = 1) -> CrashLineProfile {
        CrashLineProfile(
            idle: .cycles(.milliseconds(idle.0, idle.1, count: idle.count, tolerance: tolerance)),
            crash: .cycles(.milliseconds(crash.0, crash.1, count: 3, tolerance: tolerance))
        )
    }

    static let fiveToFifty = Self.trains((50, 150, count: 2), (10, 10), tolerance: 2)
    static let dutySwap = Self.trains((20, 80, count: 2), (80, 20), tolerance: 2)
    static let thirds = Self.trains((20, 10, count: 3), (10, 20), tolerance: 2)
    static let burstOnly = CrashLineProfile(
        idle: .level(high: false),
        crash: .cycles(.milliseconds(4, 16, count: 3, tolerance: 1))
    )
    static let longLow = CrashLineProfile(
        idle: .cycles(.milliseconds(390, 10, count: 2, tolerance: 1, percent: 5)),
        crash: .level(high: false, hold: .milliseconds(100))
    )
}

extension CrashLineProfile.Cycle {
    static func milliseconds(
        _ high: Int,
        _ low: Int,
        count: Int,
        tolerance: Int,
        percent: Int = 0
    ) -> CrashLineProfile.Cycle {
        CrashLineProfile.Cycle(
            high: .milliseconds(high),
            low: .milliseconds(low),
            tolerance: .milliseconds(tolerance),
            tolerancePercent: percent,
            count: count
        )
    }
}
