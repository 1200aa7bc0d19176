internal import CallControl
internal import GPIO
internal import Timeline

/// The input lines: debounced, and turned into what they mean.
struct InputLines: Sendable {
    /// What a line meant.
    enum Sign: Hashable, Sendable {
        case button(ButtonMachine.Sign)
        case crash(LineName, CrashLevelMachine.Sign)
        case edgeMissed(LineName)
    }

    private let lines: VehicleConfiguration.Lines
    private let crashLimits: CrashLevelMachine.Limits
    private let buttonLimits: ButtonMachine.Limits
    private var button: ButtonMachine
    private var crash: [LineName: CrashLevelMachine] = [:]
    /// One for each input whose level is known.
    private var debouncers: [LineName: Debouncer] = [:]
    /// Lines that flood: what they say means nothing until they are quiet.
    private var noisy: Set<LineName> = []
    /// Levels that have settled and were not taken yet.
    private var settledLevels: [(line: LineName, isActive: Bool, at: Instant)] = []
    /// How the backend serves each line, as far as it has said.
    private var traits: [LineName: LineTraits] = [:]

    init(_ configuration: VehicleConfiguration) {
        self.lines = configuration.lines
        self.crashLimits = configuration.crash
        self.buttonLimits = configuration.button
        self.button = ButtonMachine(limits: configuration.button)
        for name in configuration.lines.crash { self.crash[name] = CrashLevelMachine(limits: configuration.crash) }
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
        self.debouncers[line]?.isActive
    }

    /// Levels that have settled since this was last asked.
    mutating func takeSettled() -> [(line: LineName, isActive: Bool, at: Instant)] {
        defer { self.settledLevels = [] }
        return self.settledLevels
    }

    /// A level that was read: the first one is the start of the line, or, when an earlier run has seen it active since
    /// `activeSince`, its continuation.
    mutating func level(
        _ line: LineName,
        active: Bool,
        at now: Instant,
        activeSince: Instant? = nil
    ) -> [Sign] {
        guard !self.noisy.contains(line) else { return [] }
        guard var debouncer = self.debouncers[line] else {
            self.debouncers[line] = Debouncer(period: self.debounce(of: line), active: active)
            guard active, let activeSince else {
                self.settledLevels.append((line, active, now))
                return self.started(line, active: active)
            }
            return self.started(line, active: false) + self.settled(line, active: true, at: activeSince)
        }
        let reports = debouncer.levelRead(active: active, at: now)
        self.debouncers[line] = debouncer
        return self.take(reports, of: line)
    }

    /// An edge; one on a line whose level was never read starts the line at the opposite level.
    mutating func edge(_ line: LineName, active: Bool, at stamp: Instant) -> [Sign] {
        guard !self.noisy.contains(line) else { return [] }
        var debouncer = self.debouncers[line] ?? Debouncer(period: self.debounce(of: line), active: !active)
        let reports = debouncer.edge(active: active, at: stamp)
        self.debouncers[line] = debouncer
        return self.take(reports, of: line)
    }

    /// The line cannot be used; when it comes back its level is a start again.
    ///
    /// What was going on when it was lost counts for nothing: nobody knows how it went on.
    mutating func lost(_ line: LineName) {
        self.noisy.remove(line)
        self.debouncers[line] = nil
        if line == self.lines.button { self.button = ButtonMachine(limits: self.buttonLimits) }
        if self.crash[line] != nil { self.crash[line] = CrashLevelMachine(limits: self.crashLimits) }
    }

    /// A line floods, or has become quiet; its level then is a start again.
    mutating func noise(of line: LineName, _ isNoisy: Bool) {
        self.lost(line)
        if isNoisy { self.noisy.insert(line) } else { self.noisy.remove(line) }
    }

    mutating func deadlineReached(at now: Instant) -> [Sign] {
        var signs: [Sign] = []
        for line in self.debouncers.keys.sorted() {
            guard var debouncer = self.debouncers[line] else { continue }
            let reports = debouncer.deadlineReached(at: now)
            self.debouncers[line] = debouncer
            signs += self.take(reports, of: line)
        }
        if !self.isLeaving(self.lines.button) { signs += self.button.deadlineReached(at: now).map(Sign.button) }
        for name in self.lines.crash where !self.isLeaving(name) {
            signs += self.crash[name]?.deadlineReached(at: now).map { .crash(name, $0) } ?? []
        }
        return signs
    }

    private mutating func started(_ line: LineName, active: Bool) -> [Sign] {
        if line == self.lines.button { return self.button.started(pressed: active).map(Sign.button) }
        return self.crash[line]?.started(active: active).map { .crash(line, $0) } ?? []
    }

    private mutating func take(_ reports: [Debouncer.Report], of line: LineName) -> [Sign] {
        reports.flatMap { report -> [Sign] in
            switch report {
            case .settled(let active, let stamp): self.settled(line, active: active, at: stamp)
            case .edgeMissed: [.edgeMissed(line)]
            }
        }
    }

    private mutating func settled(_ line: LineName, active: Bool, at stamp: Instant) -> [Sign] {
        self.settledLevels.append((line, active, stamp))
        if line == self.lines.button {
            let signs =
                active
                ? self.button.pressed(at: stamp, coverClosed: self.isCoverClosed) : self.button.released(at: stamp)
            return signs.map(Sign.button)
        }
        guard var machine = self.crash[line] else { return [] }
        let signs = active ? machine.activated(at: stamp) : machine.deactivated(at: stamp)
        self.crash[line] = machine
        return signs.map { .crash(line, $0) }
    }
}
