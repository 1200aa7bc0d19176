package import Timeline

/// Why a call starts.
package enum Trigger: String, Hashable, Codable, Sendable, CaseIterable {
    /// An occupant held the SOS button.
    case manual
    /// A crash line fired.
    case automatic
    /// A person at the rig asked for a test call; never an emergency.
    case test
}

/// The state of the call, exactly these five; the detail is inside the machine.
package enum CallState: String, Hashable, Sendable, CaseIterable {
    case idle
    case triggered
    case connecting
    case voiceSession
    case ended
}

/// The name of one incident: 128 random bits in hexadecimal, given by whoever holds the random source.
package struct IncidentID: Hashable, Codable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var description: String { self.text }
}

/// One emergency from its trigger to its end, with all its attempts and callbacks.
package struct Incident: Hashable, Codable, Sendable {
    package let id: IncidentID
    /// What started it; later triggers never rewrite this (they are causes).
    package let trigger: Trigger
    /// When what made the trigger began, such as the press.
    package let startedAt: Instant
    /// Whether the vehicle places it by itself, to see that it could: nobody is told, and it is short.
    package let isSelfCheck: Bool
    /// Whether a crash signal followed a manual trigger before the call was connected.
    package internal(set) var crashFollowed = false
    /// The center that had the call last, by its position in the configured list; `nil` while none has answered.
    package internal(set) var connectedTo: Int?

    package init(
        id: IncidentID,
        trigger: Trigger,
        startedAt: Instant,
        isSelfCheck: Bool = false,
        crashFollowed: Bool = false,
        connectedTo: Int? = nil
    ) {
        self.id = id
        self.trigger = trigger
        self.startedAt = startedAt
        self.isSelfCheck = isSelfCheck
        self.crashFollowed = crashFollowed
        self.connectedTo = connectedTo
    }

    /// Whether a center has answered; from then on only the center ends the call, over any redial after a drop.
    package var wasConnected: Bool { self.connectedTo != nil }

    /// Whether an occupant may still end it: only a manual call that never was connected and that no crash followed.
    package var isCancellable: Bool {
        self.trigger == .manual && !self.crashFollowed && !self.wasConnected
    }
}

/// What an INVITE carries; less after a center refused the full form (RFC 8147 with RFC 6881: reach voice first).
package enum InviteForm: String, Hashable, Codable, Sendable {
    /// SDP, MSD, capabilities and, if known, the location.
    case full
    /// The same without a location, after 424 (Bad Location Information).
    case withoutLocation
    /// SDP alone, after 415, 420, 488 or 606, so that voice is reached.
    case voiceOnly
}

/// One INVITE of an incident: ours, or the center's when it rings back.
package struct Attempt: Hashable, Codable, Sendable {
    package let incident: IncidentID
    /// Counts from 1 within the incident.
    package let number: Int
    /// Position of the center in the configured list of preference.
    package let center: Int
    package let form: InviteForm
    /// Whether the center made it.
    package let isCallback: Bool

    package init(incident: IncidentID, number: Int, center: Int, form: InviteForm, isCallback: Bool = false) {
        self.incident = incident
        self.number = number
        self.center = center
        self.form = form
        self.isCallback = isCallback
    }
}

/// What the center said about the MSD in its final response (RFC 8147 section 9.1.3).
package enum Acknowledgement: String, Hashable, Codable, Sendable {
    case positive
    case negative
    case none
}

/// How an attempt ended without a call.
package enum AttemptEnd: Hashable, Codable, Sendable {
    /// 486, 600 or 603 with a valid acknowledgement on a verified connection: the center has the data.
    case declinedWithAcknowledgement(status: Int)
    /// 424: the location was refused.
    case badLocation
    /// 415, 420, 488 or 606: a body or option was refused.
    case bodyRefused(status: Int)
    /// Any other final response that is not 2xx.
    case rejected(status: Int)
    /// 487 after our CANCEL.
    case cancelled
    /// The 112 gate held it back; the sentence says why.
    case barred(String)
    /// No usable answer: refused connection, reset, time-out; the sentence names the cause.
    case failed(String)
}

/// How an incident ended.
package enum Outcome: String, Hashable, Codable, Sendable {
    /// The center cleared the call down.
    case cleared
    /// The center has the data and declined voice on purpose.
    case deliveredDeclined
    /// The occupant cancelled a manual call before it was connected.
    case cancelled
    /// Every attempt within the redial window failed.
    case failed
    /// The center never cleared down; T2 ended the call.
    case clearDownFallback
    /// A real trigger ended a test call.
    case superseded
    /// A test call that the vehicle placed by itself was long enough.
    case selfChecked
}

/// What the occupants are told by light and sound; the patterns are in the configured table.
package enum Indication: String, Hashable, Sendable, CaseIterable {
    case lampCheck
    case ready
    /// No call, and the button makes test calls.
    case garage
    case requested
    case connecting
    case connected
    case ended
    case cancelled
    case failed
}
