import Timeline

/// Decides which center the next attempt goes to, in which form and when, within the redial window.
///
/// A round tries every center once, in the order of preference, starting with `firstCenter`; rounds are separated by
/// the configured gaps. The window opens with the first failure of a set-up, or with the drop of a call. Where there is
/// a fallback, the first rounds go over the private centers; then, at once and with a window of their own, the rounds go
/// over the hops of the emergency service first and the private centers behind them.
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
    private let fallback: Fallback?
    private let begunAt: Instant
    /// Attempts of the incident so far, over all windows.
    private(set) var attempts: Int
    private var attemptsInWindow = 0
    private var round = 0
    /// The centers of this round, and the place of the present one among them.
    private var order: [Int] = []
    private var positionInRound = 0
    private var form = InviteForm.full
    private var windowEnds: Instant?
    private let followsDrop: Bool
    private var hasFallenBack = false
    /// Hops that the 112 gate holds back; they are not asked again.
    private var barred: Set<Int> = []

    /// A plan for a new incident.
    init(incident: IncidentID, centers: Int, at now: Instant, limits: CallLimits) {
        precondition(centers > 0, "A call needs at least one center; the configuration refuses an empty list.")
        self.incident = incident
        self.centers = centers
        self.firstCenter = 0
        self.fallback = limits.fallback
        self.begunAt = now
        self.attempts = 0
        self.followsDrop = false
        self.order = self.nextOrder
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
        self.fallback = limits.fallback
        self.begunAt = now
        self.attempts = attempts
        self.windowEnds = now.advanced(by: limits.redialWindow)
        self.followsDrop = true
        self.hasFallenBack = limits.fallback?.hops.contains(firstCenter) ?? false
        self.order = self.nextOrder
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
        let center = self.order[self.positionInRound]
        return Attempt(incident: self.incident, number: self.attempts, center: center, form: self.form)
    }

    /// What follows an attempt that ended without a call.
    mutating func decide(after end: AttemptEnd, at now: Instant, limits: CallLimits) -> Decision {
        if let lesser = self.lesserForm(after: end) {
            self.form = lesser
            return .dial(self.nextAttempt(), .lesserForm(end, lesser))
        }
        self.form = .full
        self.noteBarred(end)
        let windowEnds = self.windowEnds ?? now.advanced(by: limits.redialWindow)
        self.windowEnds = windowEnds
        let isUsedUp = limits.maximumAttempts > 0 && self.attemptsInWindow >= limits.maximumAttempts
        if self.fallsBack(isOver: now >= windowEnds || isUsedUp, at: now) {
            self.fallBack(at: now, limits: limits)
            return .dial(self.nextAttempt(), .fallsBack(end))
        }
        guard now < windowEnds else { return .giveUp(.redialWindowOver(end, window: limits.redialWindow)) }
        guard !isUsedUp else { return .giveUp(.attemptsUsedUp(end, maximum: limits.maximumAttempts)) }
        self.positionInRound += 1
        if self.positionInRound < self.order.count {
            return .dial(self.nextAttempt(), .nextCenter(end))
        }
        self.beginRound(self.round + 1)
        let gap = limits.gap(beforeRound: self.round)
        let due = now.advanced(by: gap)
        if let fallback = self.fallback, !self.hasFallenBack {
            guard due < windowEnds else {
                self.fallBack(at: now, limits: limits)
                return .dial(self.nextAttempt(), .fallsBack(end))
            }
            // No pause lasts longer than the private service may take.
            let until = min(due, self.begunAt.advanced(by: fallback.after))
            return .wait(until: until, .redialAfter(end, gap: now.duration(to: until)))
        }
        guard due < windowEnds else { return .giveUp(.redialWindowOver(end, window: limits.redialWindow)) }
        return .wait(until: due, .redialAfter(end, gap: gap))
    }

    /// The attempt behind a pause: to the emergency service, where the time of the private one is over by then.
    mutating func attemptAfterPause(at now: Instant, limits: CallLimits) -> Attempt {
        if let fallback = self.fallback, !self.hasFallenBack, self.begunAt.duration(to: now) >= fallback.after {
            self.fallBack(at: now, limits: limits)
        }
        return self.nextAttempt()
    }

    private mutating func fallBack(at now: Instant, limits: CallLimits) {
        self.hasFallenBack = true
        self.windowEnds = now.advanced(by: limits.redialWindow)
        self.attemptsInWindow = 0
        self.beginRound(0)
    }

    private mutating func beginRound(_ round: Int) {
        self.round = round
        self.positionInRound = 0
        self.order = self.nextOrder
    }

    /// The centers of the round that begins now.
    private var nextOrder: [Int] {
        let all = (0..<self.centers).map { (self.firstCenter + $0) % self.centers }
        guard let hops = self.fallback?.hops else { return all }
        let own = all.filter { !hops.contains($0) }
        return self.hasFallenBack ? all.filter { hops.contains($0) && !self.barred.contains($0) } + own : own
    }

    /// Whether the private centers have had what they may have: their rounds, their time, or all that there is.
    private func fallsBack(isOver: Bool, at now: Instant) -> Bool {
        guard let fallback = self.fallback, !self.hasFallenBack else { return false }
        let isLastRound = self.isLastOfRound && self.round + 1 >= fallback.rounds
        return isOver || isLastRound || self.begunAt.duration(to: now) >= fallback.after
    }

    /// A hop that the gate holds back is not asked again in this plan, and takes no attempt from the others.
    private mutating func noteBarred(_ end: AttemptEnd) {
        let center = self.order[self.positionInRound]
        guard case .barred = end, self.fallback?.hops.contains(center) == true else { return }
        self.barred.insert(center)
        self.attemptsInWindow -= 1
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
        case (.declinedWithAcknowledgement, _), (.cancelled, _), (.failed, _), (.barred, _): nil
        }
    }

    /// What a telephone without eCall may answer to a body of several parts instead of 415: baresip 1.0 answers 500.
    ///
    /// A voice that is heard comes before a second round; other centers, which may take the data, come before that.
    private static let statusesOfABodyNotUnderstood: Set<Int> = [500, 501, 513]

    private var isLastOfRound: Bool { self.positionInRound + 1 == self.order.count }
}
