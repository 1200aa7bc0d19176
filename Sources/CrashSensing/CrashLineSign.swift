package import Timeline

/// What the signal of a crash line means.
package enum CrashLineSign: Hashable, Sendable {
    /// A crash that began at one instant and counted at another, both of them of the line's own edges.
    case crash(began: Instant, counted: Instant)
    /// Another burst within the lockout: a multiple impact, no second trigger.
    case furtherImpact(at: Instant)
    /// A crash signal at a time when the unit behind the line may send anything, or has no power.
    case outsideIgnition(at: Instant)
    /// The crash level ended too early to count.
    case glitch(Duration)
    /// The unit behind the line shows that it lives.
    case alive
    /// The line is faulty; it starts no call for that.
    case faulty(CrashLineFault)
    /// A faulty line is as it should be.
    case cleared
}

/// What is wrong with a crash line; none of it is a crash.
package enum CrashLineFault: Hashable, Sendable {
    /// At crash level since the line was opened.
    case activeFromStart
    /// At crash level since then, for longer than any unit signals; the call it started goes on.
    case stuckAtCrash(since: Instant)
    /// No edge any more from a unit that should show that it lives, with the level that stayed.
    case silent(high: Bool)
    /// Edges come, and their times are neither those of idle nor those of a crash.
    case invalid
}
