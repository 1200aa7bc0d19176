/// The ceilings of the SIP traces; whatever a center sends ends at one of these.
package enum TraceLimits {
    /// Messages kept of one incident: a redial of two minutes over UDP with every repetition has about 300.
    package static let maximumMessages = 1_000
    /// Octets kept of one incident: about 100 INVITEs.
    package static let maximumOctets = 512 * 1_024
    /// Octets kept of one message, the largest datagram there is; a longer one is cut, and its length told.
    package static let maximumMessageOctets = 65_535
    /// Incidents whose trace is kept, 25 MiB at the worst; beyond it the oldest traces go, with their octets.
    package static let maximumTraces = 50
    /// Octets that wait for the store, whatever the disk does; beyond it messages are left out.
    package static let maximumPendingOctets = 2 * Self.maximumOctets
    /// Messages of one write, so that a trigger's record never waits for a long one.
    package static let maximumBatchMessages = 64
    /// Octets of one write, but for its last message, for the same reason.
    package static let maximumBatchOctets = 64 * 1_024
    /// How long a message may wait for others that share its write: what a power cut takes from a trace.
    package static let batchWait = Duration.milliseconds(250)
    /// Calls whose incident is remembered, so that late messages of one are not taken for the next one's.
    package static let maximumCalls = 64
    /// Incidents that are counted at a time: the present one and those that are being wound up.
    package static let maximumIncidents = 8
    /// Octets of messages in one page of a trace, but for its last message; in base64 a fifth of the largest reply.
    package static let maximumPageOctets = 128 * 1_024
    /// Messages of one page of a trace, which bounds the values of its reply.
    package static let maximumPageMessages = 256
    /// Octets of a start line as people are shown it.
    package static let maximumShownOctets = 200
}
