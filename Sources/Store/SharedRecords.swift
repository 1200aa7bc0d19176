/// Something that happened, for `why`, `watch` and the engineer; it carries neither VIN nor coordinates.
package struct EventRecord: Hashable, Sendable {
    /// The incident or call that it belongs to, if any.
    package let subject: String?
    package let at: Stamp
    /// What kind of event, as `ecallctl watch` names it.
    package let kind: String
    /// The event's own fields as one JSON object.
    package let fields: String

    package init(subject: String?, at: Stamp, kind: String, fields: String = "{}") {
        self.subject = subject
        self.at = at
        self.kind = kind
        self.fields = fields
    }
}

/// An event as it is on record.
package struct StoredEvent: Hashable, Sendable {
    /// Grows with each event, also across restarts, and is never used twice.
    package let sequence: Int64
    package let event: EventRecord
}

/// An MSD as it went over the wire.
package struct MessageRecord: Hashable, Sendable {
    /// The SIP request that carried it.
    package enum Carrier: String, Hashable, Sendable {
        case invite, info, message
    }

    /// The incident or call that it belongs to.
    package let subject: String
    package let at: Stamp
    /// `nil` when the octets could not be decoded.
    package let messageIdentifier: UInt8?
    package let octets: [UInt8]
    package let carrier: Carrier

    package init(subject: String, at: Stamp, messageIdentifier: UInt8?, octets: [UInt8], carrier: Carrier) {
        self.subject = subject
        self.at = at
        self.messageIdentifier = messageIdentifier
        self.octets = octets
        self.carrier = carrier
    }
}
