package import SIP

/// What a connection reports, in the order in which it happened on that connection.
///
/// A flow that was opened ends with `closed`, one that never opened with `failed`; nothing follows either.
package enum NetEvent: Hashable, Sendable {
    /// A connection asked for by `open` stands; over UDP, datagrams can be sent.
    case opened(Flow, Transport, local: FlowAddress, remote: FlowAddress)
    /// A peer connected to a listening address, or sent its first datagram there; the flow's number is `SIPTransport.firstAcceptedFlow` or above.
    case accepted(Flow, Transport, local: FlowAddress, remote: FlowAddress)
    /// The TCP connection to an address of a flow over TLS stands, and the handshake begins.
    case securing(Flow)
    /// What protects a connection over TLS; comes right before its `opened` or `accepted`.
    case secured(Flow, FlowSecurity)
    /// Octets as the stream delivered them, 1 to `NetLimits.readSize`, cut anywhere; over UDP one whole datagram.
    case received(Flow, [UInt8])
    /// The connection never stood.
    case failed(Flow, NetFailure)
    /// The connection is gone, whichever side ended it.
    case closed(Flow, NetFailure)
}
