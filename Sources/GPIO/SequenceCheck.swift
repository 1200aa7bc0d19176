/// Finds lost edges by the gaps in a line's sequence numbers.
struct SequenceCheck: Hashable, Sendable {
    private var last: UInt64 = 0

    /// The number of edges missing before `sequence`; a number that does not advance shows nothing missing.
    mutating func missing(before sequence: UInt64) -> UInt64 {
        guard sequence > self.last else { return 0 }
        let gap = sequence - self.last - 1
        self.last = sequence
        return gap
    }
}
