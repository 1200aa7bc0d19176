package import Timeline

/// Takes the reports of a receiver and gives the position that the MSD carries.
///
/// A report is accepted or refused with its reason. The last accepted fix stays, and ages. Without a crash a fix that
/// cannot be trusted waits until the last one cannot either; after a crash the trusted one stays until another comes.
package struct PositionFilter: Hashable, Sendable {
    /// The fastest that a car is believed to be, 216 km/h; what is farther away is a jump.
    package static let maximumSpeedMetersPerSecond = 60.0

    /// How many radii of 95 % two fixes may lie apart beyond what a car drives.
    static let jumpRadii = 3.0

    /// The least time that a car is given between two fixes: those of two seconds may arrive together.
    static let minimumStep = Duration.seconds(1)

    /// How many reports in a row that agree with each other make a new place, or a new time, the true one.
    package static let confirmingReports = 5

    /// How long those reports have to take at the least: that of five at one in a second.
    package static let confirmingTime = Duration.seconds(4)

    /// What became of a report.
    package enum Outcome: Hashable, Sendable {
        case accepted(Fix)
        case refused(PositionRefusal)
    }

    private enum State: Hashable {
        /// There was no fix so far. Becomes `following` or `crashed`.
        case searching
        /// The last accepted fix. Becomes `crashed`.
        case following(AcceptedFix)
        /// The car has crashed; the last accepted fix, if any. Becomes `following` or `searching` when released.
        case crashed(AcceptedFix?)
    }

    /// Reports that were refused for where or when they are, and agree with each other.
    private struct Run: Hashable {
        var latest: Candidate
        let since: Instant
        var count: Int
    }

    private let meaning: ErrorMeaning
    private var state = State.searching
    private var run: Run?
    private var course = CourseHold()

    package init(meaning: ErrorMeaning = .sigmaPerAxis) {
        self.meaning = meaning
    }

    /// The last accepted fix; whether it can be trusted is a matter of the time.
    package var fix: Fix? {
        self.accepted?.fix
    }

    /// The last fix if it can be trusted at `now`.
    package func trustedFix(at now: Instant) -> Fix? {
        self.fix.flatMap { $0.canBeTrusted(at: now) ? $0 : nil }
    }

    /// How old the last accepted fix is.
    package func age(at now: Instant) -> Duration? {
        self.fix?.takenAt.map { max(.zero, $0.duration(to: now)) }
    }

    /// When the last fix stops being trusted without another; `nil` when it is not trusted at `now`.
    package func nextDeadline(after now: Instant) -> Instant? {
        guard let fix = self.trustedFix(at: now), let taken = fix.takenAt, let trusted = fix.trustedFor else {
            return nil
        }
        // The last instant of trust still counts.
        return taken.advanced(by: trusted + .nanoseconds(1))
    }

    /// Takes one report, as it arrives.
    package mutating func report(_ report: ReceiverReport, at now: Instant) -> Outcome {
        let candidate: Candidate
        do throws(PositionRefusal) {
            candidate = try Candidate(report, meaning: self.meaning, at: now)
        } catch {
            // A receiver without a fix now and then may still agree with itself; one with a wrong place does not.
            if error != .noFix { self.run = nil }
            return .refused(error)
        }
        if let last = self.accepted {
            if let refusal = self.disagreement(of: candidate, with: last) {
                guard self.confirms(candidate, refusal, at: now) else { return .refused(refusal) }
            } else if candidate.time != nil, candidate.time == last.candidate.time {
                return self.refine(last, with: candidate, report)
            }
            if let refusal = self.preference(for: last, over: candidate, at: now) {
                self.run = nil
                return .refused(refusal)
            }
        }
        return self.accept(candidate, report, takenAt: now)
    }

    /// The car has crashed: from now on a trusted fix gives way to another trusted one only.
    package mutating func crashed(at now: Instant) {
        switch self.state {
        case .searching:
            self.state = .crashed(nil)
        case .following(var accepted):
            accepted.isKept = accepted.fix.canBeTrusted(at: now)
            self.state = .crashed(accepted)
        case .crashed:
            break  // A second impact changes nothing: the fix is as good as it was.
        }
    }

    /// The incident is over: the newest fix counts again.
    package mutating func released() {
        guard case .crashed(let last) = self.state else { return }
        guard var accepted = last else {
            self.state = .searching
            return
        }
        accepted.isKept = false
        self.state = .following(accepted)
    }

    private var accepted: AcceptedFix? {
        switch self.state {
        case .searching: nil
        case .following(let accepted): accepted
        case .crashed(let accepted): accepted
        }
    }

    /// What speaks against a fix after the last one: its time or its place.
    private func disagreement(of candidate: Candidate, with last: AcceptedFix) -> PositionRefusal? {
        if let time = candidate.time, let before = last.candidate.time, time < before {
            return .oldFix(seconds: Int(min(before - time, Candidate.maximumTime).rounded(.up)))
        }
        return candidate.jump(from: last.candidate)
    }

    /// Whether the reports that disagree with the last fix agree with each other for long enough to be right.
    private mutating func confirms(_ candidate: Candidate, _ refusal: PositionRefusal, at now: Instant) -> Bool {
        guard var run = self.run, candidate.jump(from: run.latest) == nil else {
            self.run = Run(latest: candidate, since: now, count: 1)
            return false
        }
        if let time = candidate.time, let before = run.latest.time, time <= before {
            // The same again is no confirmation; a time that goes back is a new beginning.
            if time < before { self.run = Run(latest: candidate, since: now, count: 1) }
            return false
        }
        run.latest = candidate
        run.count += 1
        self.run = run
        return run.count >= Self.confirmingReports && run.since.duration(to: now) >= Self.confirmingTime
    }

    /// Several reports may tell of one second: a better one replaces the fix, which stays as old as it is.
    private mutating func refine(
        _ last: AcceptedFix,
        with candidate: Candidate,
        _ report: ReceiverReport
    ) -> Outcome {
        guard let radius = candidate.radius95Meters, last.fix.radius95Meters.map({ radius < $0 }) ?? true else {
            return .refused(.repeatedTime)
        }
        return self.accept(candidate, report, takenAt: last.candidate.at)
    }

    /// Why the last fix stays although the new one may be right.
    private func preference(for last: AcceptedFix, over candidate: Candidate, at now: Instant) -> PositionRefusal? {
        guard last.isKept || last.fix.canBeTrusted(at: now), !candidate.canBeTrusted else { return nil }
        // Where the circles do not meet the car has moved on, and the old place is wrong.
        let reach = Double(min(candidate.doubtMeters + last.candidate.doubtMeters, Int(Int32.max)))
        guard Ground.meters(from: last.fix.position, to: candidate.position) <= reach else { return nil }
        return candidate.radius95Meters.map(PositionRefusal.worse(radiusMeters:)) ?? .noErrorFigure
    }

    private mutating func accept(
        _ candidate: Candidate,
        _ report: ReceiverReport,
        takenAt: Instant
    ) -> Outcome {
        var candidate = candidate
        candidate.at = takenAt
        var course = self.course
        course.moved(trackDegrees: report.trackDegrees, speedMetersPerSecond: candidate.speed)
        guard let fix = candidate.fix(direction: course.direction, report, self.meaning) else {
            // Its numbers are checked; should one slip through, a report is lost and not the call.
            return .refused(.notFinite)
        }
        self.run = nil
        self.course = course
        switch self.state {
        case .searching, .following:
            self.state = .following(AcceptedFix(fix: fix, candidate: candidate, isKept: false))
        case .crashed:
            self.state = .crashed(AcceptedFix(fix: fix, candidate: candidate, isKept: candidate.canBeTrusted))
        }
        return .accepted(fix)
    }
}
