/// Ceilings on everything that a peer may choose.
///
/// Beyond them a message is refused, a flow closed, or a call answered 503.
package struct Limits: Hashable, Sendable {
    /// Octets of a start line; RFC 4475 3.1.1.7 asks for long URIs, none of its lines reaches a quarter of this.
    package var startLineBytes = 4096
    /// Octets of one header field with its folded lines; a Via or Record-Route list of twenty hops fits.
    package var headerLineBytes = 8192
    /// Header fields of one message; an eCall INVITE has about 25.
    package var headerCount = 256
    /// Octets from the start line to the empty line.
    package var headBytes = 32768
    /// Octets of a body; an eCall INVITE carries about 3 kB, with VEDS some tens of kB.
    package var bodyBytes = 131_072
    /// Calls at one time, whatever their state; an INVITE beyond it is answered 503 (RFC 3261 21.5.4).
    package var maximumCalls = 20_000
    /// Server transactions at one time; a request beyond it is answered 503 without state.
    package var maximumServerTransactions = 100_000
    /// Server transactions beyond those, for what belongs to a call and for what ends one.
    package var reservedServerTransactions = 10_000
    /// Calls at one time from one host: a proxy brings those of many vehicles, and leaves room for three others.
    package var maximumCallsPerHost = 5_000
    /// Server transactions at one time of one host's requests: half of all.
    ///
    /// Over a connection that is 1,500 calls a second, of which the INVITE is remembered for 32 s; over UDP the BYE is
    /// too, and they are half as many.
    package var maximumTransactionsPerHost = 50_000
    /// What belongs to a call of that host, or ends one, has room beyond those.
    package var reservedTransactionsPerHost = 5_000
    /// Requests in one second over one flow, and as many that belong to calls: what a proxy brings at its worst.
    package var maximumRequestsPerSecond = 5_000
    /// Early dialogs that one INVITE may create by forking; further ones are ignored until one answers.
    package var maximumEarlyDialogs = 8
    /// Reliable provisional answers to one INVITE that are acknowledged: one every few seconds of a long ringing.
    package var maximumReliableAnswers = 32
    /// Requests in one dialog that wait for our answer; one more is answered 500 with Retry-After.
    package var maximumPendingRequests = 16
    /// How long a pong may take; RFC 5626 4.4.1.
    package var pongWait = Duration.seconds(10)
    /// Pongs that show that a peer answers pings; a single one may be the line break that may precede any message.
    package var pongsThatOblige = 2
    /// The shortest interval of pings that a peer may ask for with Flow-Timer; the shortest of the configuration too.
    package var shortestKeepAlive = Duration.seconds(5)
    /// How long the rest of a begun message may take; 64*T1, after which the peer's own transaction has failed.
    package var partialMessageWait = Duration.seconds(32)
    /// What Retry-After says in a 503, in seconds; short, for a vehicle redials for two minutes only.
    package var retryAfterSeconds = 5

    package init() {}
}
