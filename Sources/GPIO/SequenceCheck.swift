/// Finds lost edges by the gaps in a line's sequence numbers.
struct SequenceCheck: Hashable, Sendable {
    /// `nil` until the first number of a line that was counted before we saw it.
    private var last: UInt64?

    /// A check that begins after the edge with a number: with none at all, or, when it is `nil`, with whichever comes.
    init(after last: UInt64? = 0) {
        self.last = last
    }

    /// The number of edges missing before `sequence`; a number that does not advance shows nothing missing.
    mutating func missing(before sequence: UInt64) -> UInt64 {
        guard let last = self.last else {
            self.last = sequence
            return 0
        }
        guard sequence > last else { return 0 }
        self.last = sequence
        return sequence - last - 1
    }
}
