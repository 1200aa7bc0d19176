internal import CallControl
internal import CrashSensing
internal import GPIO
internal import Supervision
internal import Timeline

// The crash lines: what their signals mean for the call, and what is wrong with them.
extension IVS {
    mutating func crash(_ line: LineName, _ sign: CrashLineSign, at now: Moment) {
        switch sign {
        case .crash(_, let counted):
            self.queue.append(.crash(line, at: counted))
        case .furtherImpact:
            let sentence = "a further impact on \(line) within the lockout of the first"
            self.note(.crashIgnored, sentence, at: now, fields: ["line": line.text])
        case .glitch(let duration):
            let hold = CallReason.text(self.configuration.crashProfiles[line]?.hold ?? .zero)
            let sentence = "\(line) was active for \(CallReason.text(duration)), less than the \(hold) of a crash"
            self.note(.crashIgnored, sentence, at: now, severity: .warning, fields: ["line": line.text])
        case .outsideIgnition:
            let sentence = "a crash signal of \(line) while its unit has only just come to power, or has none any more"
            self.note(.crashIgnored, sentence, at: now, severity: .warning, fields: ["line": line.text])
        case .alive:
            self.note(.crashLineAlive, "\(line) shows that its unit lives", at: now, fields: ["line": line.text])
        case .faulty(let fault): self.crashFault(fault, of: line, at: now)
        case .cleared: self.clearCrashFaults(of: line, at: now)
        }
    }

    private mutating func clearCrashFaults(of line: LineName, at now: Moment) {
        for fault in [Fault.crashLineStuck, .crashLineSilent, .crashLineInvalid] {
            self.clear(fault, of: line, at: now)
        }
    }

    private mutating func crashFault(_ fault: CrashLineFault, of line: LineName, at now: Moment) {
        let limit = CallReason.text(self.configuration.crashProfiles[line]?.faultAfter ?? .zero)
        switch fault {
        case .activeFromStart:
            self.raise(.crashLineStuck, of: line, "\(line) was active at the start and starts no call", at: now)
        case .stuckAtCrash:
            self.raise(.crashLineStuck, of: line, "\(line) has been active for \(limit)", at: now)
        case .silent(let high):
            let level = high ? "active" : "inactive"
            let sentence = "\(line) has been \(level) for \(limit) and its unit does not show that it lives"
            self.raise(.crashLineSilent, of: line, sentence, at: now)
        case .invalid:
            let sentence = "for \(limit) the signal of \(line) has been neither the one of idle nor the one of a crash"
            self.raise(.crashLineInvalid, of: line, sentence, at: now)
        }
    }
}
