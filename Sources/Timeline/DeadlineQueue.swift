/// Deadlines by key, the earliest at hand: a binary heap whose entries know their places.
///
/// Equal deadlines come out in the order in which they were set, so that a run is the same twice.
package struct DeadlineQueue<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Sendable {
        let key: Key
        let due: Instant
        let order: UInt64
    }

    private var heap: [Entry] = []
    private var places: [Key: Int] = [:]
    private var lastOrder: UInt64 = 0

    package init() {}

    /// The earliest deadline.
    package var next: Instant? { self.heap.first?.due }

    package var count: Int { self.heap.count }

    /// Sets, moves or, with `nil`, removes the deadline of a key.
    package mutating func set(_ key: Key, _ due: Instant?) {
        guard let due else { return self.remove(key) }
        if let place = self.places[key], self.heap[place].due == due { return }
        self.remove(key)
        self.lastOrder += 1
        self.heap.append(Entry(key: key, due: due, order: self.lastOrder))
        self.places[key] = self.heap.count - 1
        self.raise(self.heap.count - 1)
    }

    /// Takes out the key whose deadline is earliest and reached.
    package mutating func takeReached(at now: Instant) -> Key? {
        guard let first = self.heap.first, first.due <= now else { return nil }
        self.remove(first.key)
        return first.key
    }

    private mutating func remove(_ key: Key) {
        guard let place = self.places.removeValue(forKey: key) else { return }
        let last = self.heap.removeLast()
        guard place < self.heap.count else { return }
        self.heap[place] = last
        self.places[last.key] = place
        self.raise(place)
        self.sink(place)
    }

    private func isEarlier(_ left: Int, _ right: Int) -> Bool {
        let (a, b) = (self.heap[left], self.heap[right])
        return a.due < b.due || a.due == b.due && a.order < b.order
    }

    private mutating func exchange(_ left: Int, _ right: Int) {
        self.heap.swapAt(left, right)
        self.places[self.heap[left].key] = left
        self.places[self.heap[right].key] = right
    }

    private mutating func raise(_ place: Int) {
        var child = place
        while child > 0 {
            let parent = (child - 1) / 2
            guard self.isEarlier(child, parent) else { return }
            self.exchange(child, parent)
            child = parent
        }
    }

    private mutating func sink(_ place: Int) {
        var parent = place
        while true {
            let left = 2 * parent + 1
            let right = left + 1
            var earliest = parent
            if left < self.heap.count, self.isEarlier(left, earliest) { earliest = left }
            if right < self.heap.count, self.isEarlier(right, earliest) { earliest = right }
            guard earliest != parent else { return }
            self.exchange(parent, earliest)
            parent = earliest
        }
    }
}
