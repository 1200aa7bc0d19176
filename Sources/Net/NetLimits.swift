/// The bounds of everything a peer, a name server or a slow link could make grow or wait.
package struct NetLimits: Hashable, Sendable {
    /// How long one address may take to accept a connection: the first SYN and its repetitions after 1 s and 3 s
    /// (RFC 6298 section 2) get their answer.
    package var connectTimeout: Duration = .seconds(5)

    /// How long the handshake of TLS may take once the connection stands: two round trips with one loss each.
    ///
    /// What is lost is sent again after 1 s (RFC 6298 section 2). Behind a connection that comes in time it fits into the
    /// 5 s of an attempt.
    package var handshakeTimeout: Duration = .seconds(3)

    /// Accepted connections that shake hands at once; each costs a signature, and a flood of half of one must not use
    /// up the places of calls.
    package var maximumHandshakes = 256

    /// Chains of certificates judged at once, a thread each: a small board has four cores, and a call needs the others.
    package var maximumJudgements = 2

    /// Chains that wait to be judged or are: one for each handshake of the flood above.
    package var maximumWaitingJudgements = 256

    /// How long a name may take to become addresses: one unanswered query (5 s, resolv.conf(5)) and the answer to
    /// its repetition.
    package var resolveTimeout: Duration = .seconds(6)

    /// How long the name server may take where addresses of an earlier answer are known, before those are tried: an
    /// answer that comes at all is there by then, and an emergency call does not wait longer for a better one.
    package var knownNameWait: Duration = .milliseconds(500)

    /// Octets read of one connection in a second, a tenth of them in each tenth; `nil` for as many as come.
    ///
    /// A peer that sends more waits at its own end, and the kernel keeps half a second of it. Over UDP as many as come are
    /// read: nobody waits there, and what was not read would be lost, an answer of the center's among it.
    package var octetsPerSecond: Int?

    /// Octets of one flow that may wait for the kernel to take them: some eighty INVITEs of an eCall, 3 kB each.
    package var maximumBacklog = 262_144

    /// Accepted connections alive at once; a thousand calls, and as many connections that nobody has closed yet.
    package var maximumAccepted = 2_048

    /// Of them those of one address, a quarter: vehicles behind one translation of addresses share it, and a flood from
    /// one place leaves the rest to the others.
    package var maximumAcceptedPerAddress = 512

    /// Of the accepted connections that shake hands those of one address, a quarter for the same reason.
    package var maximumHandshakesPerAddress = 64

    /// UDP peers of listening addresses alive at once: anybody can make one with one datagram from an invented address,
    /// so that they are more than connections, and beyond them the one that has been silent longest ends.
    package var maximumPeers = 4_096

    /// Of them those of one address, a quarter for the same reason; beyond them that of the address ends which has been
    /// silent longest.
    package var maximumPeersPerAddress = 1_024

    /// Whether the limits of each address hold on loopback, where the vehicles of a rig or a measurement all have one.
    package var limitsLoopback = false

    /// How long a UDP peer without a hold may be silent before its flow is forgotten: twice the 64*T1 = 32 s of the
    /// longest transaction (RFC 3261 Table 4), so that a message sent again still finds what it belongs to.
    package var peerSilence: Duration = .seconds(64)

    /// How long the first of several addresses of a name has for its ICMP error before it is taken, over UDP; the way
    /// there and back within a continent.
    package var probeWait: Duration = .milliseconds(100)

    package init() {}
}

extension NetLimits {
    /// Addresses of one name that are tried; with `connectTimeout` each, more would outlast every redial.
    package static let maximumAddresses = 8

    /// Names whose last addresses are kept for when no name server answers: more than there are centers to call.
    package static let maximumKnownNames = 64

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

    /// Octets taken from a connection by one read: an eCall INVITE, or ten small messages, a millisecond's work, for which
    /// a trigger waits at the most.
    package static let readSize = 4_096

    /// Readings of one flow that wait to be handled.
    package static let unhandledReadings = 1

    /// Connections that the kernel holds ready to be accepted; a second of arrivals at the center's full rate.
    package static let acceptQueue = 1_024

    /// Octets of the largest datagram there is (RFC 768), so that none is cut (RFC 3261 18.1.1).
    package static let datagramSize = 65_535

    /// Datagrams read from one socket before others have their turn.
    package static let datagramsPerTurn = 32

    /// Octets that a listening UDP socket may hold unread: a second of INVITEs at the center's full rate.
    ///
    /// Each takes 4 kB in the kernel, which grants less where net.core.rmem_max does.
    package static let datagramReceiveBuffer = 4_194_304
}
