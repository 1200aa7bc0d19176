/// The ceilings of the control socket; what a client can choose ends at one of these.
package enum ControlLimits {
    /// Octets of one call without its NUL; the largest call of the interface is under 1 KiB.
    package static let maximumCallOctets = 64 * 1_024
    /// Octets of one reply without its NUL, as a client accepts it; a whole outgoing backlog fits.
    package static let maximumReplyOctets = Self.maximumOutgoingOctets
    /// Octets that wait to be written to one client before it counts as a slow reader: about 4,000 watch events.
    package static let maximumOutgoingOctets = 1_024 * 1_024
    /// Octets of calls a client may send ahead; the longest call fits, and beyond it the socket is read no further.
    package static let maximumWaitingOctets = Self.maximumCallOctets
    /// Octets taken from a socket in one read, which come on top of those that wait.
    package static let maximumReadOctets = 16 * 1_024
    /// Calls of one connection taken in a row before the other connections of the event loop get their turn.
    package static let maximumCallsPerTurn = 16
    /// Clients at one time; a harness, a panel and a few terminals need fewer than ten.
    package static let maximumConnections = 32
    /// Clients the kernel may hold before they are accepted.
    package static let acceptBacklog: Int32 = 32
    /// How long a begun call may stay without its end; a local writer needs microseconds.
    package static let halfMessageWait = Duration.seconds(10)
    /// Values in one call; the decoder takes about 2 microseconds for each, and the event loop waits for it.
    package static let maximumCallValues = 2_048
    /// Values in one reply, as a client accepts it.
    package static let maximumReplyValues = 128 * 1_024
    /// Nesting of one message; the time the decoder takes grows with its cube.
    package static let maximumDepth = 32
    /// Nesting of a type in an interface file.
    package static let maximumTypeDepth = 32
    /// How long a client waits for an answer; the daemon answers from memory or one short database read.
    package static let answerWait = Duration.seconds(10)
    /// How long a client waits to be accepted.
    package static let connectWait = Duration.seconds(5)
    /// Replies of one stream that wait for their reader in the client before the stream fails as too slow.
    package static let maximumStreamReplies = 1_024
    /// Octets of a socket path without its NUL: `sun_path` of unix(7) has 108.
    package static let maximumPathOctets = 107
}
