package import SIP

/// What a connection reports, in the order in which it happened on that connection.
///
/// A flow that was opened ends with `closed`, one that never opened with `failed`; nothing follows either.
package enum NetEvent: Hashable, Sendable {
    /// A connection asked for by `open` stands.
    case opened(Flow, Transport, local: FlowAddress, remote: FlowAddress)
    /// A peer connected to a listening address; the flow's number is `SIPTransport.firstAcceptedFlow` or above.
    case accepted(Flow, Transport, local: FlowAddress, remote: FlowAddress)
    /// Octets as the stream delivered them: 1 to `NetLimits.readSize`, cut anywhere.
    case received(Flow, [UInt8])
    /// The connection never stood.
    case failed(Flow, NetFailure)
    /// The connection is gone, whichever side ended it.
    case closed(Flow, NetFailure)
}
