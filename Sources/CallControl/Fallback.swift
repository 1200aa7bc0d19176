/// The emergency service behind a private one that does not work, and when a call goes there (EU 2017/79 Annex IV).
package struct Fallback: Hashable, Codable, Sendable {
    /// The positions of its hops in the list of centers; those before are the private centers, one at least.
    package let hops: Range<Int>
    /// After how many rounds over the private centers, 1 or more.
    package let rounds: Int
    /// After which time since the first attempt, should the rounds take longer.
    package let after: Duration

    package init(hops: Range<Int>, rounds: Int, after: Duration) {
        precondition(hops.lowerBound > 0 && !hops.isEmpty, "There are private centers, and hops behind them.")
        self.hops = hops
        self.rounds = rounds
        self.after = after
    }
}
