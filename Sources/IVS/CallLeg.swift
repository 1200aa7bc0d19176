internal import CallControl
internal import NGECall
internal import Net
internal import SIP

/// The two ends of an open connection, or of a way for datagrams.
struct Connection: Hashable, Sendable {
    let transport: Transport
    let local: FlowAddress
    let remote: FlowAddress
    /// What is known of its protection; `nil` when it has none.
    var security: FlowSecurity?
}

/// One SIP call of ours and what it was sent with.
struct CallLeg: Hashable, Sendable {
    let prepared: PreparedInvite
    /// Where its INVITE went.
    let requestURI: String
    let flow: Flow
    /// The Call-ID, by which the messages of this call are told from others.
    let callID: String
    /// The session as this side last described it.
    var session: SessionDescription?
    /// Whether the answer acknowledged the MSD, by the name that only its receiver knows.
    var isAcknowledged = false
    /// Whether it was answered with 2xx.
    var isAnswered = false
    /// Whether the peer has shown that it is the center, besides what the connection says.
    var isProven = false

    var attempt: Attempt { self.prepared.attempt }

    /// The Content-ID of the INVITE's MSD; `nil` when it carried none.
    var msdContentID: String? { self.prepared.msd?.contentID }
}
