/// A message that a vehicle has in its own languages and shows or says by number (RFC 8148 section 9.1, `msg-static`).
package struct StaticMessage: Hashable, Sendable {
    /// The registered number, `int-id`; 0 is reserved.
    package let number: UInt32
    /// What it means, in English; a vehicle has it in the language of its driver.
    package let meaning: String

    /// The registered messages in the order of their numbers (IANA, RFC 8148 section 14).
    ///
    /// The meaning is in our words: the register's sentence is the one to check translations against.
    package static let registered = [
        StaticMessage(
            number: 1,
            meaning: "The emergency service has your data and your position and cannot talk to you now. "
                + "Help is sent as soon as possible."
        )
    ]

    /// The message of that number, `nil` when none is registered.
    package init?(number: UInt32) {
        guard let message = Self.registered.first(where: { $0.number == number }) else { return nil }
        self = message
    }

    private init(number: UInt32, meaning: String) {
        self.number = number
        self.meaning = meaning
    }
}
