/// A bounded queue of events that counts what it cannot hold.
struct Mailbox<Event: Sendable>: Sendable {
    /// What is to be handled next.
    enum Item {
        /// This many events found the mailbox full since this was last said.
        case overflow(Int)
        case event(Event)
    }

    private let capacity: Int
    /// A ring that grows to `capacity` and no further.
    private var slots: [Event?] = []
    private var head = 0
    private var count = 0
    private var lost = 0

    init(capacity: Int) {
        precondition(capacity > 0, "A mailbox holds at least one event.")
        self.capacity = capacity
    }

    var isEmpty: Bool { self.count == 0 && self.lost == 0 }

    mutating func put(_ event: Event) {
        guard self.count < self.capacity else {
            self.lost += 1
            return
        }
        if self.count == self.slots.count { self.grow() }
        self.slots[(self.head + self.count) % self.slots.count] = event
        self.count += 1
    }

    /// The overflow first, then the events in the order they came.
    mutating func take() -> Item? {
        guard self.lost == 0 else {
            defer { self.lost = 0 }
            return .overflow(self.lost)
        }
        guard self.count > 0, let event = self.slots[self.head].take() else { return nil }
        self.head = (self.head + 1) % self.slots.count
        self.count -= 1
        return .event(event)
    }

    mutating func removeAll() {
        self = Mailbox(capacity: self.capacity)
    }

    private mutating func grow() {
        let size = min(max(16, self.slots.count * 2), self.capacity)
        let ordered = self.slots[self.head...] + self.slots[..<self.head]
        self.slots = Array(ordered) + Array(repeating: nil, count: size - self.slots.count)
        self.head = 0
    }
}
