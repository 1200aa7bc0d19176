/// The bounds of everything a peer, a name server or a slow link could make grow or wait.
package struct NetLimits: Hashable, Sendable {
    /// How long one address may take to accept a connection: the first SYN and its repetitions after 1 s and 3 s
    /// (RFC 6298 section 2) get their answer.
    package var connectTimeout: Duration = .seconds(5)

    /// How long a name may take to become addresses: one unanswered query (5 s, resolv.conf(5)) and the answer to
    /// its repetition.
    package var resolveTimeout: Duration = .seconds(6)

    /// Octets of one flow that may wait for the kernel to take them: some eighty INVITEs of an eCall, 3 kB each.
    package var maximumBacklog = 262_144

    /// Accepted connections alive at once; a thousand calls, and as many connections that nobody has closed yet.
    package var maximumAccepted = 2_048

    package init() {}
}

extension NetLimits {
    /// Addresses of one name that are tried; with `connectTimeout` each, more would outlast every redial.
    package static let maximumAddresses = 8

    /// Names being looked up at once: a thread each, and more than there are centers to call.
    package static let maximumLookups = 4

    /// How long sent octets may stay unacknowledged before the kernel gives the connection up (TCP_USER_TIMEOUT).
    ///
    /// Shorter than 64*T1 = 32 s (RFC 3261 17.1.1.2), so that a dead path is reported as such and not as Timer B.
    package static let deadPeerTimeout: Duration = .seconds(20)

    /// How long a connection is silent before the kernel probes it; two probes fit into `deadPeerTimeout`.
    package static let keepAliveIdle: Duration = .seconds(10)

    /// The wait between two of the kernel's probes.
    package static let keepAliveInterval: Duration = .seconds(5)

    /// Octets taken from a connection by one read; an eCall INVITE fits five times.
    package static let readSize = 16_384

    /// Connections that the kernel holds ready to be accepted; a second of arrivals at the center's full rate.
    package static let acceptQueue = 1_024
}
