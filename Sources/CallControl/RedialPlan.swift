import Timeline

/// Decides which center the next attempt goes to, in which form and when, within the redial window.
///
/// A round tries every center once, in the order of preference, starting with `firstCenter`; rounds are separated by
/// the configured gaps. The window opens with the first failure of a set-up, or with the drop of a call.
struct RedialPlan: Hashable, Sendable {
    /// What to do after an attempt has ended.
    enum Decision: Hashable {
        case dial(Attempt, CallReason)
        case wait(until: Instant, CallReason)
        case giveUp(CallReason)
    }

    private let incident: IncidentID
    private let centers: Int
    private let firstCenter: Int
    /// Attempts of the incident so far, over all windows.
    private(set) var attempts: Int
    private var attemptsInWindow = 0
    private var round = 0
    private var positionInRound = 0
    private var form = InviteForm.full
    private var windowEnds: Instant?
    private let followsDrop: Bool

    /// A plan for a new incident.
    init(incident: IncidentID, centers: Int) {
        precondition(centers > 0, "A call needs at least one center; the configuration refuses an empty list.")
        self.incident = incident
        self.centers = centers
        self.firstCenter = 0
        self.attempts = 0
        self.followsDrop = false
    }

    /// A plan after a dropped call: the center that had the call comes first, and the window opens now.
    init(afterDropOf attempt: Attempt, centers: Int, at now: Instant, limits: CallLimits) {
        self.init(
            resuming: attempt.incident,
            attempts: attempt.number,
            firstCenter: attempt.center,
            centers: centers,
            at: now,
            limits: limits
        )
    }

    /// A plan for an incident of which `attempts` attempts were made before, the last of them to `firstCenter`.
    init(
        resuming incident: IncidentID,
        attempts: Int,
        firstCenter: Int,
        centers: Int,
        at now: Instant,
        limits: CallLimits
    ) {
        self.incident = incident
        self.centers = centers
        self.firstCenter = firstCenter
        self.attempts = attempts
        self.windowEnds = now.advanced(by: limits.redialWindow)
        self.followsDrop = true
    }

    /// Whether an earlier drop already opened the window that is still running.
    func isInsideDropWindow(at now: Instant) -> Bool {
        guard self.followsDrop, let windowEnds = self.windowEnds else { return false }
        return now < windowEnds
    }

    /// The attempt to make now.
    mutating func nextAttempt() -> Attempt {
        self.attempts += 1
        self.attemptsInWindow += 1
        let center = (self.firstCenter + self.positionInRound) % self.centers
        return Attempt(incident: self.incident, number: self.attempts, center: center, form: self.form)
    }

    /// What follows an attempt that ended without a call.
    mutating func decide(after end: AttemptEnd, at now: Instant, limits: CallLimits) -> Decision {
        if let lesser = self.lesserForm(after: end) {
            self.form = lesser
            return .dial(self.nextAttempt(), .lesserForm(end, lesser))
        }
        self.form = .full
        let windowEnds = self.windowEnds ?? now.advanced(by: limits.redialWindow)
        self.windowEnds = windowEnds
        guard now < windowEnds else { return .giveUp(.redialWindowOver(end, window: limits.redialWindow)) }
        guard limits.maximumAttempts == 0 || self.attemptsInWindow < limits.maximumAttempts else {
            return .giveUp(.attemptsUsedUp(end, maximum: limits.maximumAttempts))
        }
        self.positionInRound += 1
        if self.positionInRound < self.centers {
            return .dial(self.nextAttempt(), .nextCenter(end))
        }
        self.positionInRound = 0
        self.round += 1
        let gap = limits.gap(beforeRound: self.round)
        let due = now.advanced(by: gap)
        guard due < windowEnds else { return .giveUp(.redialWindowOver(end, window: limits.redialWindow)) }
        return .wait(until: due, .redialAfter(end, gap: gap))
    }

    /// The lesser form that the refusal asks for, once per center and round; `nil` when it was tried or none helps.
    private func lesserForm(after end: AttemptEnd) -> InviteForm? {
        switch (end, self.form) {
        case (.badLocation, .full): .withoutLocation
        case (.bodyRefused, .full), (.bodyRefused, .withoutLocation): .voiceOnly
        case (.badLocation, .withoutLocation), (.badLocation, .voiceOnly), (.bodyRefused, .voiceOnly): nil
        case (.rejected(let status), .full), (.rejected(let status), .withoutLocation):
            self.isLastOfRound && Self.statusesOfABodyNotUnderstood.contains(status) ? .voiceOnly : nil
        case (.rejected, .voiceOnly): nil
        case (.declinedWithAcknowledgement, _), (.cancelled, _), (.failed, _): nil
        }
    }

    /// What a telephone without eCall may answer to a body of several parts instead of 415: baresip 1.0 answers 500.
    ///
    /// A voice that is heard comes before a second round; other centers, which may take the data, come before that.
    private static let statusesOfABodyNotUnderstood: Set<Int> = [500, 501, 513]

    private var isLastOfRound: Bool { self.positionInRound + 1 == self.centers }
}
