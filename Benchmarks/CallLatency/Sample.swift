/// Waits that were measured, and what they come to.
struct Sample {
    private var waits: [Duration] = []

    mutating func add(_ wait: Duration) {
        self.waits.append(wait)
    }

    /// The median, the 90th and the 99th percentile and the longest wait, by nearest rank.
    var figures: [(name: String, value: Duration)] {
        let sorted = self.waits.sorted()
        guard let longest = sorted.last else { return [] }
        func percentile(_ percent: Int) -> Duration { sorted[(sorted.count * percent + 99) / 100 - 1] }
        return [
            ("median", percentile(50)), ("90th percentile", percentile(90)), ("99th percentile", percentile(99)),
            ("longest", longest),
        ]
    }
}
