import Timeline

/// What will happen, in order of time, and of arrival where times are equal.
struct EventQueue<Event> {
    private struct Entry {
        let at: Instant
        let order: Int
        let event: Event

        func isBefore(_ other: Entry) -> Bool {
            self.at == other.at ? self.order < other.order : self.at < other.at
        }
    }

    private var heap: [Entry] = []
    private var lastOrder = 0

    var next: Instant? { self.heap.first?.at }
    var isEmpty: Bool { self.heap.isEmpty }

    mutating func put(_ event: Event, at: Instant) {
        self.lastOrder += 1
        self.heap.append(Entry(at: at, order: self.lastOrder, event: event))
        var child = self.heap.count - 1
        while child > 0, self.heap[child].isBefore(self.heap[(child - 1) / 2]) {
            self.heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// The first event, when its time has come.
    mutating func takeDue(at now: Instant) -> Event? {
        guard let first = self.heap.first, first.at <= now else { return nil }
        self.heap.swapAt(0, self.heap.count - 1)
        self.heap.removeLast()
        var parent = 0
        while true {
            let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < self.heap.count }
            guard let least = children.min(by: { self.heap[$0].isBefore(self.heap[$1]) }),
                self.heap[least].isBefore(self.heap[parent])
            else { return first.event }
            self.heap.swapAt(parent, least)
            parent = least
        }
    }
}
