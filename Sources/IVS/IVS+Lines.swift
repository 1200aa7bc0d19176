internal import Supervision
internal import CallControl
internal import CrashSensing
internal import GPIO
internal import Timeline

extension IVS {
    /// An edge, a level or the health of a line.
    mutating func lineEvent(_ event: LineEvent, at now: Moment) {
        switch event {
        case .edge(let edge) where self.ringLine(edge.line, isActive: edge.level == .active, at: edge.at, now: now):
            break
        case .edge(let edge) where self.senseLine(edge.line, isActive: edge.level == .active, at: edge.at): break
        case .edge(let edge):
            self.reading.moved(edge.line, at: now.instant, stamp: edge.at)
            self.noteEdge(edge, at: now)
            for sign in self.inputs.edge(edge.line, active: edge.level == .active, at: edge.at) {
                self.take(sign, at: now)
            }
        case .level(let line, let level, let stamp):
            self.readiness.heard(of: line)
            guard !self.ringLine(line, isActive: level == .active, at: stamp, now: now),
                !self.senseLine(line, isActive: level == .active, at: stamp)
            else { return }
            for sign in self.inputs.level(line, active: level == .active, at: stamp) { self.take(sign, at: now) }
        case .lost(let line, let count):
            self.noteLoss(of: line, count, "at least \(count) edges of \(line) are lost", at: now)
            self.inputs.edgesMissed(of: line, count: count, at: now.instant)
        case .output(let line, _, _):
            self.readiness.heard(of: line)
        case .health(let line, let health):
            self.health(of: line, health, at: now)
        case .traits(let line, let traits):
            self.inputs.serve(line, traits)
        case .noise(let line, let isNoisy):
            self.noise(of: line, isNoisy, at: now)
        }
    }

    /// Tells an edge; not those of a signal, which never ends.
    private mutating func noteEdge(_ edge: Edge, at now: Moment) {
        guard self.configuration.crashProfiles[edge.line]?.isPlainLevel ?? true else { return }
        let stamp = String(edge.at.nanosecondsSinceBoot)
        let fields = ["line": edge.line.text, "level": edge.level.rawValue, "stamp": stamp]
        self.note(.edge, "\(edge.line) is \(edge.level.rawValue)", at: now, severity: .debug, fields: fields)
    }

    /// Tells a loss of edges at most once a second for each line: one that floods has a loss with each reading.
    private mutating func noteLoss(of line: LineName, _ count: UInt64, _ sentence: String, at now: Moment) {
        guard let held = self.losses[line, default: Throttle(every: .seconds(1))].pass(at: now.instant) else { return }
        let more = held > 0 ? ", and \(held) losses more since the last that was told" : ""
        self.note(
            .lineLost,
            sentence + more,
            at: now,
            severity: .warning,
            fields: ["line": line.text, "count": String(count), "untold": String(held)]
        )
    }

    /// Keeps what the inputs mean so far, for a run that may have to go on from here.
    ///
    /// A line whose trigger is not on record is kept as just that: a run that dies now has told nobody of it.
    mutating func keepInputs(at now: Moment) {
        var memory = self.inputs.memory
        self.unrecorded.overlay(&memory, at: now.instant)
        guard memory != self.keptInputs else { return }
        self.keptInputs = memory
        // Before all else: what was read of a line is nowhere else any more.
        self.outputs.insert(.keepInputs(memory.text), at: 0)
    }

    /// A hold time or a debounce may be over; whether it is, the edges decide that are still on their way.
    mutating func lineDeadlineReached(at now: Moment) {
        guard let due = self.inputs.nextDeadline, due <= now.instant else { return }
        switch self.reading.due(at: now.instant) {
        case .ask: self.outputs.append(.readLines)
        case .wait: break
        case .goAhead(let known):
            let waited = CallReason.text(LineReading.maximumWait)
            self.note(.linesUnread, "the lines were not read within \(waited)", at: now, severity: .error)
            for sign in self.inputs.deadlineReached(at: now.instant, known: known) { self.take(sign, at: now) }
        }
    }

    /// Every edge before `through` has been handed over.
    mutating func linesRead(through: Instant, at now: Moment) {
        self.reading.answered()
        for sign in self.inputs.deadlineReached(at: min(through, now.instant)) { self.take(sign, at: now) }
    }

    /// A line that floods is served as far as its share goes; nothing of it hides another line.
    private mutating func noise(of line: LineName, _ isNoisy: Bool, at now: Moment) {
        self.inputs.noise(of: line, isNoisy)
        if isNoisy {
            self.ringLineLost(line)
            self.senseLineLost(line, at: now)
        }
        guard isNoisy else { return self.clear(.lineNoisy, of: line, at: now) }
        self.raise(.lineNoisy, of: line, "line \(line) makes more edges than any signal and means nothing", at: now)
    }

    private mutating func health(of line: LineName, _ health: LineHealth, at now: Moment) {
        let fields = ["line": line.text, "health": health.description]
        self.health[line] = health
        self.readiness.heard(of: line)
        switch health {
        case .good:
            self.indicators.forget(line)
            self.equipment.forget(line)
            self.clear(.lineUnusable, of: line, at: now)
            self.note(.lineHealth, "\(line) is good", at: now, fields: fields)
        case .busy, .missing, .vanished:
            self.inputs.lost(line)
            self.ringLineLost(line)
            self.senseLineLost(line, at: now)
            for fault in [Fault.buttonStuck, .crashLineStuck, .crashLineSilent, .crashLineInvalid, .lineNoisy] {
                self.end(fault, unit: line.text, isProven: false, at: now)
            }
            self.indicators.forget(line)
            self.equipment.forget(line)
            self.note(.lineHealth, "\(line) is \(health)", at: now, severity: .warning, fields: fields)
            self.raise(.lineUnusable, of: line, "line \(line) is \(health)", at: now)
        }
    }

    /// What a line meant.
    mutating func take(_ sign: InputLines.Sign, at now: Moment) {
        switch sign {
        case .button(let sign): self.button(sign, at: now)
        case .crash(let line, let sign): self.crash(line, sign, at: now)
        case .powerFail(let hasFailed): self.powerFailed(hasFailed, at: now)
        case .edgeMissed(let line):
            self.noteLoss(of: line, 1, "an edge of \(line) is missing: two to the same level", at: now)
        }
    }

    private mutating func button(_ sign: ButtonMachine.Sign, at now: Moment) {
        let line = self.configuration.lines.button
        switch sign {
        case .held(let since, let coverClosed):
            if coverClosed {
                self.note(
                    .buttonSuspicious,
                    "the button was held through its closed cover; it counts",
                    at: now,
                    severity: .warning
                )
            }
            self.queue.append(.buttonHeld(at: since.advanced(by: self.configuration.button.hold)))
        case .tooShort(let duration):
            let hold = self.configuration.button.hold
            let event = self.note(
                .buttonIgnored,
                "held for \(CallReason.text(duration)), less than the \(CallReason.text(hold)) that count",
                at: now,
                fields: ["held": CallReason.text(duration), "hold": CallReason.text(hold)]
            )
            self.ledger.explanation = Explanation(
                event: event,
                from: self.call.state,
                to: self.call.state,
                guardName: "heldLongEnough",
                timerName: "lines.button.hold",
                timerValue: hold
            )
            self.announce(.pressTooShort, at: now)
        case .heldFromStart:
            self.raise(.buttonStuck, of: line, "the button was down at the start and does not count", at: now)
        case .stuck:
            let limit = CallReason.text(self.configuration.button.stuckAfter)
            self.raise(.buttonStuck, of: line, "the button has been down for \(limit)", at: now)
        case .cleared:
            self.clear(.buttonStuck, of: line, at: now)
        }
    }
}
