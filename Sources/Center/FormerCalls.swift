/// Whom the latest calls that are over came from, by the numbers of the calls.
struct FormerCalls: Hashable, Sendable {
    /// Far more than a desk has in the hour in which a vehicle takes a callback.
    static let maximum = 1_000

    private var contacts: [Int: VehicleContact] = [:]
    /// The numbers in the order in which the calls ended.
    private var order: [Int] = []

    mutating func add(_ contact: VehicleContact, of number: Int) {
        self.contacts[number] = contact
        self.order.append(number)
        // Half at once, so that no call pays for moving the whole list.
        guard self.order.count > Self.maximum else { return }
        for old in self.order.prefix(Self.maximum / 2) { self.contacts[old] = nil }
        self.order.removeFirst(Self.maximum / 2)
    }

    /// The vehicle of a call that is over; `nil` for a call that is going on, too old, or never was.
    subscript(number: Int) -> VehicleContact? { self.contacts[number] }
}
