package import SIPTrace

/// What the vehicle puts on record.
package enum VehicleRecord: Hashable, Sendable {
    case incidentOpened(IncidentOpening)
    case event(EventRecord)
    case attempt(AttemptRecord)
    case messageSent(MessageRecord)
    case incidentChanged(id: String, IncidentChange)
    case incidentClosed(id: String, IncidentClosing)
    case level(LevelRecord)
    /// How many messages of an incident's trace are not kept; stands before its first message.
    case traceOmission(incident: String, count: Int)
    case traced(TraceRecord)
    /// The MSD to be offered late, should no center acknowledge one.
    case lateDataKept(incident: String, octets: [UInt8])
    /// What a sensor saw of an event, or what more is known of it.
    case crashRecorded(CrashEventRecord)
    /// What is kept of a fault by now.
    case troubleChanged(TroubleRecord)
    /// One fault of one unit is forgotten, one of all units, or everything.
    case troublesCleared(fault: String?, unit: String?)
    /// This program has started; the run that has started then ends in order.
    case runBegan(Stamp)
    case runEnded(Stamp)
    /// Data is offered late no more.
    case lateDataEnded(incident: String, LateResult)
}

/// What an event data recorder keeps of one event, in the words of whoever recorded it.
package struct CrashEventRecord: Hashable, Sendable {
    /// The emergency that it belongs to; `nil` for an event that called nobody.
    package let incident: String?
    /// When the event began, by which it is known.
    package let began: Stamp
    /// A JSON object.
    package let summary: String
    /// A JSON array of what was measured.
    package let samples: String

    package init(incident: String?, began: Stamp, summary: String, samples: String) {
        self.incident = incident
        self.began = began
        self.summary = summary
        self.samples = samples
    }

    /// Octets of either text; a sensor of 6.4 kHz makes 2,560 samples.
    package static let maximumText = 262_144
}

/// Whether an emergency goes on, and how it ended otherwise.
package enum IncidentState: String, Hashable, Sendable, CaseIterable {
    case open, delivered, undelivered, cancelled
}

/// A trigger that starts an emergency.
package struct IncidentOpening: Hashable, Sendable {
    /// Random, chosen by the caller: 128 bits in hexadecimal.
    package let id: String
    package let profile: String
    package let trigger: String
    package let isTest: Bool
    package let started: Stamp
    /// Seconds since 1970 as in the MSD, 0 when the time was not known.
    package let msdTimestamp: UInt32
    /// Whether the lines were simulated; `nil` when the record does not say.
    package let isSimulated: Bool?

    package init(
        id: String,
        profile: String,
        trigger: String,
        isTest: Bool,
        started: Stamp,
        msdTimestamp: UInt32,
        isSimulated: Bool? = nil
    ) {
        self.id = id
        self.profile = profile
        self.trigger = trigger
        self.isTest = isTest
        self.started = started
        self.msdTimestamp = msdTimestamp
        self.isSimulated = isSimulated
    }
}

/// What has changed of an emergency; `nil` leaves a value as it is.
package struct IncidentChange: Hashable, Sendable {
    /// The profile that the call goes out with now.
    package let profile: String?
    /// The last messageIdentifier that was used.
    package let messageIdentifier: UInt8?
    /// Whether the center has acknowledged an MSD.
    package let isAcknowledged: Bool?
    /// The center that has answered, as the configuration names it.
    package let connectedTo: String?
    /// Whether a crash followed a manual trigger.
    package let crashFollowed: Bool?
    /// How many runs have gone on with it after the one that began it.
    package let resumptions: Int?
    /// Whether it goes on after its end, because the center rings back.
    package let isReopened: Bool
    /// When it was still going on.
    package let seen: Stamp?
    /// What is known of the crash by now, in the IVS's own words.
    package let crash: String?

    package init(
        profile: String? = nil,
        messageIdentifier: UInt8? = nil,
        isAcknowledged: Bool? = nil,
        connectedTo: String? = nil,
        crashFollowed: Bool? = nil,
        resumptions: Int? = nil,
        isReopened: Bool = false,
        seen: Stamp? = nil,
        crash: String? = nil
    ) {
        self.profile = profile
        self.messageIdentifier = messageIdentifier
        self.isAcknowledged = isAcknowledged
        self.connectedTo = connectedTo
        self.crashFollowed = crashFollowed
        self.resumptions = resumptions
        self.isReopened = isReopened
        self.seen = seen
        self.crash = crash
    }
}

/// How an emergency ended.
package struct IncidentClosing: Hashable, Sendable {
    package let state: IncidentState
    /// Why, in a few words.
    package let outcome: String
    package let ended: Stamp
    /// The center that may ring back; `nil` leaves it to be the one that had the call last.
    package let holder: String?

    package init(state: IncidentState, outcome: String, ended: Stamp, holder: String? = nil) {
        self.state = state
        self.outcome = outcome
        self.ended = ended
        self.holder = holder
    }
}

/// One INVITE of an emergency, the vehicle's or the center's.
package struct AttemptRecord: Hashable, Sendable {
    package let incident: String
    /// Counted from 1 within the incident.
    package let number: Int
    /// The center as the configuration names it.
    package let center: String
    package let at: Stamp
    /// What came of it, `nil` until it is over; writing the same number again replaces it.
    package let outcome: String?
    /// Whether the center rang back.
    package let isCallback: Bool

    package init(
        incident: String,
        number: Int,
        center: String,
        at: Stamp,
        outcome: String?,
        isCallback: Bool = false
    ) {
        self.incident = incident
        self.number = number
        self.center = center
        self.at = at
        self.outcome = outcome
        self.isCallback = isCallback
    }
}

/// One message of an incident's SIP trace; it holds what the vehicle and the center said, VIN and place too.
package struct TraceRecord: Hashable, Sendable {
    package let incident: String
    /// The boot that the message's instant counts from.
    package let boot: String
    package let message: TraceMessage

    package init(incident: String, boot: String, message: TraceMessage) {
        self.incident = incident
        self.boot = boot
        self.message = message
    }
}

/// A part of an incident's SIP trace, in its order.
package struct TracePage: Hashable, Sendable {
    package let incident: String
    package let messages: [TraceMessage]
    /// Messages of the incident that are not kept.
    package let omitted: Int
    /// Whether more follows behind the last message.
    package let hasMore: Bool
}

/// The last settled level of a line.
package struct LevelRecord: Hashable, Sendable {
    package let line: String
    package let isActive: Bool
    package let at: Stamp

    package init(line: String, isActive: Bool, at: Stamp) {
        self.line = line
        self.isActive = isActive
        self.at = at
    }
}

/// How much of an incident's SIP trace is on record.
package struct StoredTrace: Hashable, Sendable {
    /// The number of the last message that is kept.
    package let lastNumber: Int
    package let messages: Int
    package let octets: Int
    package let omitted: Int

    package init(lastNumber: Int = 0, messages: Int = 0, octets: Int = 0, omitted: Int = 0) {
        self.lastNumber = lastNumber
        self.messages = messages
        self.octets = octets
        self.omitted = omitted
    }
}

/// An emergency as it is on record.
package struct StoredIncident: Hashable, Sendable {
    /// Counts the incidents of this store.
    package let number: Int64
    package let opening: IncidentOpening
    package let state: IncidentState
    /// The profile that the last call went out with.
    package let profile: String
    package let messageIdentifier: UInt8?
    package let isAcknowledged: Bool
    /// Whether a center has answered.
    package let wasConnected: Bool
    /// The center that had the call last, or has its data; `nil` while none has.
    package let holder: String?
    /// Whether a crash followed a manual trigger.
    package let crashFollowed: Bool
    /// How many runs have gone on with it after the one that began it.
    package let resumptions: Int
    /// When it was last known to be going on.
    package let seen: Stamp
    /// How many attempts and callbacks it had.
    package let attempts: Int
    /// The number of the last of them, 0 before the first.
    package let lastAttempt: Int
    /// The center that it went to, or came from.
    package let lastCenter: String?
    /// Whether the last of them was a callback.
    package let lastIsCallback: Bool
    package let trace: StoredTrace
    package let outcome: String?
    package let ended: Stamp?
    /// What came of its data that was offered late; `nil` where it was not, or not yet.
    package var late: LateResult?
    /// What its IVS knew of the crash, in its own words; `nil` for nothing.
    package var crash: String?

    /// Whether it began before `other`: by the boot clock within a boot, else by when it came on record, which a failing
    /// disk may turn around.
    package func began(before other: StoredIncident) -> Bool {
        let (own, others) = (self.opening.started, other.opening.started)
        return own.boot == others.boot && own.at != others.at ? own.at < others.at : self.number < other.number
    }
}
