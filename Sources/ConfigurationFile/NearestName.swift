/// Finds the name that a mistyped one was meant to be.
enum NearestName {
    /// The known name with the fewest edits from `name`, `nil` when none is near.
    ///
    /// Near is an edit for each three characters, and at least one.
    static func among(_ known: [String], to name: String) -> String? {
        let allowed = max(1, name.count / 3)
        let ranked = known.map { (name: $0, distance: Self.distance(Array($0), Array(name))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= allowed else { return nil }
        return best.name
    }

    /// The number of insertions, deletions, replacements and swaps of neighbors between two texts.
    static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(last[column + 1] + 1, current[column] + 1, replaced)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
