internal import CallControl
internal import CrashSensing
internal import GPIO
internal import Timeline

/// The input lines: debounced, and turned into what they mean.
struct InputLines: Sendable {
    /// What a line meant.
    enum Sign: Hashable, Sendable {
        case button(ButtonMachine.Sign)
        case crash(LineName, CrashLineSign)
        case edgeMissed(LineName)
        /// Whether the vehicle's own power is gone.
        case powerFail(Bool)
    }

    private let lines: VehicleConfiguration.Lines
    private let profiles: [LineName: CrashLineProfile]
    private let buttonLimits: ButtonMachine.Limits
    private var button: ButtonMachine
    private var crash: [LineName: CrashLineDecoder]
    /// One for each input whose level is known.
    private var debouncers: [LineName: Debouncer] = [:]
    /// Lines that flood: what they say means nothing until they are quiet.
    private var noisy: Set<LineName> = []
    /// What an earlier run has kept, each until its line is there.
    private var earlier: InputMemory
    /// How the backend serves each line, as far as it has said.
    private var traits: [LineName: LineTraits] = [:]
    /// How often the trigger of a line that this run has made again was made again in all, until that is asked for.
    private var remakes: [LineName: Int] = [:]
    /// What was told of the ignition last, for a line that begins anew.
    private var toldIgnition: Told?

    private struct Told: Hashable {
        let isOn: Bool?
        let at: Instant
    }

    init(_ configuration: VehicleConfiguration, earlier: InputMemory = InputMemory()) {
        self.earlier = earlier
        self.lines = configuration.lines
        self.buttonLimits = configuration.button
        self.button = ButtonMachine(limits: configuration.button)
        self.profiles = configuration.crashProfiles
        self.crash = configuration.crashProfiles.mapValues(CrashLineDecoder.init)
    }

    var nextDeadline: Instant? {
        let levels = self.debouncers.values.compactMap(\.nextDeadline).min()
        let button = self.isLeaving(self.lines.button) ? nil : self.button.nextDeadline
        let crash = self.crash.filter { !self.isLeaving($0.key) }.values.compactMap(\.nextDeadline).min()
        return Instant.earliest(levels, button, crash)
    }

    /// Whether the line may be on its way back to rest: how long it was active is only known when that has settled.
    private func isLeaving(_ line: LineName) -> Bool {
        self.debouncers[line]?.isLeaving ?? false
    }

    /// Whether the cover is there and known to be closed; its line is active while it is open.
    private var isCoverClosed: Bool {
        guard let cover = self.lines.cover, let debouncer = self.debouncers[cover] else { return false }
        return !debouncer.isActive
    }

    /// Takes back that triggers up to an instant are to be made again: they are on record.
    ///
    /// `false`, and nothing is taken back, when a later one is among them.
    mutating func forgetUnrecorded(upTo instant: Instant) -> Bool {
        for case .unrecorded(let at, _) in self.earlier.states.values where at > instant { return false }
        self.earlier = self.earlier.recorded
        return true
    }

    /// How a line is served from now on; its level comes next.
    mutating func serve(_ line: LineName, _ traits: LineTraits) {
        self.traits[line] = traits
    }

    /// How a line is served; `nil` while the backend has not said.
    func traits(of line: LineName) -> LineTraits? { self.traits[line] }

    /// How long the contact of a line must be quiet: not at all where the kernel has waited for that.
    private func debounce(of line: LineName) -> Duration {
        self.traits[line]?.isKernelDebounced == true ? .zero : self.lines.debounce
    }

    /// The level of an input, `nil` before it is known.
    func isActive(_ line: LineName) -> Bool? {
        self.debouncers[line].map { $0.isActive != self.isReversed(line) } ?? self.crash[line]?.isHigh
    }

    /// Whether a plain crash line has its crash level where others are inactive.
    private func isReversed(_ line: LineName) -> Bool {
        guard let profile = self.profiles[line], profile.isPlainLevel, case .level(let high, _) = profile.crash else {
            return false
        }
        return !high
    }

    /// The name under which a trigger of the accelerometer is kept, as that of a line is.
    static let accelerometer: LineName = "accelerometer"

    /// A trigger of the accelerometer that an earlier run had not put on record, and that is to be made again.
    mutating func takeSensorTrigger(at now: Instant) -> Instant? {
        let earlier = self.earlier.states.removeValue(forKey: Self.accelerometer)
        guard case .unrecorded(let instant, let remakes)? = earlier, remakes < Self.maximumRemakes,
            Self.isWorthRemaking(instant, at: now)
        else { return nil }
        self.remakes[Self.accelerometer] = remakes + 1
        return instant
    }

    /// What the button and the crash lines mean so far; a line that floods or is away means nothing.
    ///
    /// One that has not told its level yet means what an earlier run has kept: a run that dies before that has changed
    /// nothing.
    var memory: InputMemory {
        var memory = self.earlier
        if let debouncer = self.debouncers[self.lines.button] {
            memory.states[self.lines.button] = Self.state(
                debouncer,
                pendingSince: self.button.pendingSince,
                isAtRest: self.button.isAtRest
            )
        }
        for (line, decoder) in self.crash {
            if decoder.isHigh != nil { memory.states[line] = decoder.isAtRest ? .rest : .used }
            guard let debouncer = self.debouncers[line] else { continue }
            memory.states[line] = Self.state(
                debouncer,
                pendingSince: decoder.pendingSince,
                isAtRest: decoder.isAtRest
            )
        }
        return memory
    }

    private static func state(
        _ debouncer: Debouncer,
        pendingSince: Instant?,
        isAtRest: Bool
    ) -> InputMemory.State {
        if let pendingSince { return .pending(since: pendingSince) }
        guard isAtRest else { return .used }
        return debouncer.becomingActiveSince.map { .pending(since: $0) } ?? .rest
    }

    /// A level that was read: the first one is the start of the line, or the continuation of what an earlier run saw.
    mutating func level(_ line: LineName, active: Bool, at now: Instant) -> [Sign] {
        guard !self.noisy.contains(line) else { return [] }
        if self.crash[line]?.readsWaveform == true { return self.signalLevel(line, high: active, at: now) }
        let active = active != self.isReversed(line)
        guard var debouncer = self.debouncers[line] else {
            self.debouncers[line] = Debouncer(period: self.debounce(of: line), active: active)
            // What an earlier run has kept is of this level and of no later one.
            let earlier = self.earlier.states.removeValue(forKey: line)
            if case .unrecorded(let instant, let remakes)? = earlier, self.traits[line]?.isResumed == true,
                remakes < Self.maximumRemakes, Self.isWorthRemaking(instant, at: now)
            {
                self.remakes[line] = remakes + 1
                return self.countAgain(line, at: instant, active: active, now)
            }
            guard active, let earlier, let since = self.activeSince(line, earlier, at: now) else {
                return self.started(line, active: active)
            }
            return self.started(line, active: false) + self.settled(line, active: true, at: since)
        }
        let reports = debouncer.levelRead(active: active, at: now)
        self.debouncers[line] = debouncer
        return self.take(reports, of: line)
    }

    /// An edge; one on a line whose level was never read starts the line at the opposite level.
    mutating func edge(_ line: LineName, active: Bool, at stamp: Instant) -> [Sign] {
        guard !self.noisy.contains(line) else { return [] }
        if self.crash[line]?.readsWaveform == true {
            if self.crash[line]?.isHigh == nil { self.begin(line, high: !active, at: stamp, isInBurst: false) }
            return self.crash[line]?.edge(high: active, at: stamp).map { .crash(line, $0) } ?? []
        }
        let active = active != self.isReversed(line)
        var debouncer = self.debouncers[line] ?? Debouncer(period: self.debounce(of: line), active: !active)
        let reports = debouncer.edge(active: active, at: stamp)
        self.debouncers[line] = debouncer
        return self.take(reports, of: line)
    }

    /// So many edges of a line are missing before the next.
    ///
    /// One may be the end of a crash pulse, up to which its level lasted, and a crash is not lost for it. From two on
    /// the line has been at both levels, nobody knows when.
    ///
    /// A signal is counted anew: nobody knows which of its times are whole.
    mutating func edgesMissed(of line: LineName, count: UInt64, at now: Instant) {
        if self.crash[line]?.readsWaveform == true { self.crash[line]?.interrupted(at: now) }
        guard count > 1 else { return }
        self.debouncers[line]?.edgesMissed()
    }

    /// The line cannot be used; when it comes back its level is a start again.
    ///
    /// What was going on when it was lost counts for nothing: nobody knows how it went on.
    mutating func lost(_ line: LineName) {
        self.noisy.remove(line)
        self.debouncers[line] = nil
        if line == self.lines.button { self.button = ButtonMachine(limits: self.buttonLimits) }
        if let profile = self.profiles[line] { self.crash[line] = CrashLineDecoder(profile) }
    }

    /// Whether the units of the crash lines have power, as far as that is known.
    mutating func ignition(isOn: Bool?, at stamp: Instant) {
        self.toldIgnition = Told(isOn: isOn, at: stamp)
        for line in self.crash.keys { self.crash[line]?.ignition(isOn: isOn, at: stamp) }
    }

    /// A line floods, or has become quiet; its level then is a start again.
    mutating func noise(of line: LineName, _ isNoisy: Bool) {
        self.lost(line)
        // A trigger that is to be made again has been one, whatever its line does now.
        if case .unrecorded? = self.earlier.states[line] {} else { self.earlier.states[line] = nil }
        if isNoisy { self.noisy.insert(line) } else { self.noisy.remove(line) }
    }

    /// Time has come to `nextDeadline`; for the lines in `known` only up to the instants there.
    mutating func deadlineReached(at now: Instant, known: [LineName: Instant] = [:]) -> [Sign] {
        var signs: [Sign] = []
        for line in self.debouncers.keys.sorted() {
            guard var debouncer = self.debouncers[line] else { continue }
            let reports = debouncer.deadlineReached(at: known[line] ?? now)
            self.debouncers[line] = debouncer
            signs += self.take(reports, of: line)
        }
        let button = self.lines.button
        if !self.isLeaving(button) {
            signs += self.button.deadlineReached(at: known[button] ?? now).map(Sign.button)
        }
        for name in self.crash.keys.sorted() where !self.isLeaving(name) {
            signs += self.crash[name]?.deadlineReached(at: known[name] ?? now).map { .crash(name, $0) } ?? []
        }
        return signs
    }

    /// Since when a line that was taken over from an earlier run, and is active, has been so without being counted.
    ///
    /// `nil` when it was counted, is a fault, or has been active for longer than anybody presses or any unit signals.
    private func activeSince(_ line: LineName, _ state: InputMemory.State, at now: Instant) -> Instant? {
        guard self.traits[line]?.isResumed == true else { return nil }
        let crash = self.profiles[line]
        switch state {
        case .used, .unrecorded: return nil
        case .pending(let since):
            let limit = crash?.faultAfter ?? self.buttonLimits.stuckAfter
            return since.duration(to: now) < limit ? since : nil
        case .rest:
            // The earlier run died with the edge in its hands. A crash level that lasted up to `now` counts, a press
            // has to go on for its hold.
            return crash.map { now.advanced(by: .zero - $0.hold) } ?? now
        }
    }

    /// How often a trigger is made again: one that ends the daemon each time must not keep it from serving the next.
    static let maximumRemakes = 2

    /// How often the trigger that comes of a line now was made again: 0 but for the first one of a run that does so.
    mutating func takeRemakes(of line: LineName) -> Int { self.remakes.removeValue(forKey: line) ?? 0 }

    /// Whether a trigger of that instant would still be made again: for as long as a call is gone on with.
    static func isWorthRemaking(_ instant: Instant, at now: Instant) -> Bool {
        instant.duration(to: now) < Resumption.longestGap
    }

    /// What made a trigger in an earlier run, which died before that was on record, makes it again; then the line is as
    /// it is now.
    private mutating func countAgain(_ line: LineName, at instant: Instant, active: Bool, _ now: Instant) -> [Sign] {
        let isButton = line == self.lines.button
        let hold = isButton ? self.buttonLimits.hold : self.profiles[line]?.hold ?? .zero
        var signs = self.started(line, active: false)
        signs += self.settled(line, active: true, at: instant.advanced(by: .zero - hold))
        if isButton {
            signs += self.button.deadlineReached(at: instant).map(Sign.button)
        } else {
            signs += self.crash[line]?.deadlineReached(at: instant).map { .crash(line, $0) } ?? []
        }
        return active ? signs : signs + self.settled(line, active: false, at: now)
    }

    private mutating func started(_ line: LineName, active: Bool) -> [Sign] {
        if line == self.lines.button { return self.button.started(pressed: active).map(Sign.button) }
        if line == self.lines.powerFail { return [.powerFail(active)] }
        return self.crash[line]?.started(active: active).map { .crash(line, $0) } ?? []
    }

    private mutating func take(_ reports: [Debouncer.Report], of line: LineName) -> [Sign] {
        reports.flatMap { report -> [Sign] in
            switch report {
            case .settled(let active, let stamp): self.settled(line, active: active, at: stamp)
            case .edgeMissed: [.edgeMissed(line)]
            case .interrupted(let stamp): self.interrupted(line, at: stamp)
            }
        }
    }

    /// A hold that may have been left in between begins anew; it is no sign of its own, the loss has been told.
    private mutating func interrupted(_ line: LineName, at stamp: Instant) -> [Sign] {
        if line == self.lines.button { self.button.interrupted(at: stamp) }
        self.crash[line]?.interrupted(at: stamp)
        return []
    }

    private mutating func settled(_ line: LineName, active: Bool, at stamp: Instant) -> [Sign] {
        if line == self.lines.button {
            let signs =
                active
                ? self.button.pressed(at: stamp, coverClosed: self.isCoverClosed) : self.button.released(at: stamp)
            return signs.map(Sign.button)
        }
        if line == self.lines.powerFail { return [.powerFail(active)] }
        return self.crash[line]?.settled(active: active, at: stamp).map { .crash(line, $0) } ?? []
    }

    /// The level of a line whose edges are a signal; the first one begins it, and tells what an earlier run has kept.
    private mutating func signalLevel(_ line: LineName, high: Bool, at now: Instant) -> [Sign] {
        let earlier = self.crash[line]?.isHigh == nil ? self.earlier.states.removeValue(forKey: line) : nil
        let isResumed = self.traits[line]?.isResumed == true
        self.begin(line, high: high, at: now, isInBurst: isResumed && earlier == .used)
        guard case .unrecorded(let instant, let remakes)? = earlier, isResumed, remakes < Self.maximumRemakes,
            Self.isWorthRemaking(instant, at: now)
        else { return [] }
        self.remakes[line] = remakes + 1
        return self.crash[line]?.countedAgain(at: instant).map { .crash(line, $0) } ?? []
    }

    /// A level of such a line; one that begins it is told what is known of the ignition.
    private mutating func begin(_ line: LineName, high: Bool, at now: Instant, isInBurst: Bool) {
        let isFirst = self.crash[line]?.isHigh == nil
        self.crash[line]?.levelRead(high: high, at: now, isInBurst: isInBurst)
        guard isFirst, let told = self.toldIgnition else { return }
        self.crash[line]?.ignition(isOn: told.isOn, at: told.at)
    }
}
