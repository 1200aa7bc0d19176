/// The waits and counts of the call machine, each configurable within the range its clause leaves open.
package struct CallLimits: Hashable, Codable, Sendable {
    /// T1: how long a manual call waits before dialling; the maker's choice (EN 16062), here none.
    package var cancelWindow = Duration.zero
    /// How long attempts go on after the first failure or drop: 2 minutes (EN 16062 redial, secondary sources).
    package var redialWindow = Duration.seconds(120)
    /// How many attempts fit in one redial window; 0 means that only the window bounds them.
    package var maximumAttempts = 10
    /// The pause before each further round over the centers; the last one repeats.
    package var redialGaps: [Duration] = [.zero, .seconds(5), .seconds(10), .seconds(20), .seconds(30)]
    /// Where a call goes that the private service does not take; `nil` for nowhere.
    package var fallback: Fallback?
    /// How long one attempt may ring: RFC 3261 timer C asks for more than 3 minutes.
    package var answerWait = Duration.seconds(181)
    /// How long a session lasts before its drop opens a redial window of its own; a center that answers and drops
    /// sooner is redialled by the rounds of the running window, so that attempts stay bounded.
    package var stableSession = Duration.seconds(30)
    /// T2: how long a call that the center never clears may last: 60 minutes (EN 16062).
    package var clearDownFallback = Duration.seconds(3_600)
    /// T9: how long after its call the center may ring back: 1 hour, and not later (EN 16062, EU 2017/79 Annex VIII).
    package var callbackWindow = Duration.seconds(3_600)
    /// T10: how long behind a call the vehicle stays connected, 12 hours (EN 16062); `nil` where it always is.
    package var deregistration: Duration?
    /// How long a test call that the vehicle places by itself lasts once it is answered.
    package var selfCheckLength = Duration.seconds(5)
    /// How long the end of a call stays on the indicator before the system is idle again.
    package var endedHold = Duration.seconds(5)

    package init() {}

    /// The shortest pause between two rounds: refused connections fail in microseconds, and must not become a storm.
    package static let minimumGap = Duration.seconds(1)

    /// How long a call may last once it is answered.
    func longest(_ incident: Incident) -> Duration {
        incident.isSelfCheck ? self.selfCheckLength : self.clearDownFallback
    }

    /// The pause before round `round`, where round 0 is the first round of the window.
    func gap(beforeRound round: Int) -> Duration {
        guard let last = self.redialGaps.last else { return Self.minimumGap }
        return max(Self.minimumGap, round < self.redialGaps.count ? self.redialGaps[round] : last)
    }
}
