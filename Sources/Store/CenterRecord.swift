/// What the response center puts on record.
package enum CenterRecord: Hashable, Sendable {
    case callReceived(CallOpening)
    case messageReceived(MessageRecord)
    case callChanged(id: String, CallChange)
    case callEnded(id: String, CallEnding)
    case event(EventRecord)
}

/// A call that has come in.
package struct CallOpening: Hashable, Sendable {
    /// Chosen by the caller: 64 bits of time since boot and 64 random ones, in hexadecimal.
    package let id: String
    /// The Call-ID of the dialog.
    package let callID: String
    package let received: Stamp
    /// The URI in From, as it came.
    package let from: String
    /// The Request-URI, such as `urn:service:sos.ecall.manual`.
    package let service: String
    /// `manual`, `automatic` or `test`.
    package let trigger: String
    /// The state that the call begins in, in the center's words.
    package let state: String

    package init(
        id: String,
        callID: String,
        received: Stamp,
        from: String,
        service: String,
        trigger: String,
        state: String
    ) {
        self.id = id
        self.callID = callID
        self.received = received
        self.from = from
        self.service = service
        self.trigger = trigger
        self.state = state
    }
}

/// What has changed of a call; `nil` leaves a value as it is.
package struct CallChange: Hashable, Sendable {
    /// What the center answered to an MSD.
    package enum Acknowledgement: String, Hashable, Sendable, CaseIterable {
        case positive, negative, none
    }

    package let state: String?
    /// The latest MSD as it came.
    package let msd: [UInt8]?
    package let messageIdentifier: UInt8?
    package let acknowledgement: Acknowledgement?
    /// The latest MSD decoded, as one JSON object.
    package let decoded: String?
    /// Where the vehicle is, as one JSON object.
    package let location: String?
    /// The latest data set of the vehicle (VEDS) as it came.
    package let dataSet: [UInt8]?

    package init(
        state: String? = nil,
        msd: [UInt8]? = nil,
        messageIdentifier: UInt8? = nil,
        acknowledgement: Acknowledgement? = nil,
        decoded: String? = nil,
        location: String? = nil,
        dataSet: [UInt8]? = nil
    ) {
        self.state = state
        self.msd = msd
        self.messageIdentifier = messageIdentifier
        self.acknowledgement = acknowledgement
        self.decoded = decoded
        self.location = location
        self.dataSet = dataSet
    }
}

/// How a call ended.
package struct CallEnding: Hashable, Sendable {
    package let state: String
    /// Why, in a few words.
    package let outcome: String
    package let ended: Stamp

    package init(state: String, outcome: String, ended: Stamp) {
        self.state = state
        self.outcome = outcome
        self.ended = ended
    }
}

/// A call as it is on record.
package struct StoredCall: Hashable, Sendable {
    /// Counts the calls of this store.
    package let number: Int64
    package let opening: CallOpening
    package let state: String
    package let msd: [UInt8]?
    package let messageIdentifier: UInt8?
    package let acknowledgement: CallChange.Acknowledgement?
    package let decoded: String?
    package let location: String?
    package let dataSet: [UInt8]?
    package let outcome: String?
    /// `nil` while the call goes on.
    package let ended: Stamp?
}
