package import Timeline

/// What the self-test says of one item.
///
/// A verdict needs a physical means: without one the item is not monitored, and never good.
package struct SelfTestResult: Hashable, Sendable {
    package enum Verdict: String, Hashable, Sendable {
        case good
        case faulty
        /// Nothing on this rig could tell.
        case notMonitored
        /// Something could tell, and has not yet.
        case notTested
        /// There is no way to other machines, which is no fault of this system.
        case noCoverage
    }

    package let verdict: Verdict
    /// What was measured, and what it has to be.
    package var measured: String?
    package var limit: String?
    /// What to do about it.
    package var advice: String?
    /// When it was measured last.
    package var testedAt: Instant?

    package init(
        _ verdict: Verdict,
        measured: String? = nil,
        limit: String? = nil,
        advice: String? = nil,
        testedAt: Instant? = nil
    ) {
        self.verdict = verdict
        self.measured = measured
        self.limit = limit
        self.advice = advice
        self.testedAt = testedAt
    }
}
