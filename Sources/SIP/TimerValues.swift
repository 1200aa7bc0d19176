/// The timers of RFC 3261 Table 4 and RFC 6026 section 8, each a value of its own.
package struct TimerValues: Hashable, Sendable {
    /// T1, the round-trip estimate: the first retransmission interval.
    package var t1 = Duration.milliseconds(500)
    /// T2, the longest retransmission interval of non-INVITE requests and of INVITE answers.
    package var t2 = Duration.seconds(4)
    /// T4, how long a message may stay in the network; timers I and K on unreliable transports.
    package var t4 = Duration.seconds(5)
    /// Timer B: an INVITE without any answer has failed.
    package var inviteTimeout = Duration.seconds(32)
    /// Timer D: how long answers of a refused INVITE are absorbed on unreliable transports.
    package var inviteCompletedWait = Duration.seconds(32)
    /// Timer F: a non-INVITE request without final answer has failed.
    package var requestTimeout = Duration.seconds(32)
    /// Timer H: a final answer to an INVITE without ACK is given up; also the limit of 13.3.1.4 for a 2xx.
    package var ackTimeout = Duration.seconds(32)
    /// Timer J: how long retransmitted non-INVITE requests are absorbed on unreliable transports.
    package var requestCompletedWait = Duration.seconds(32)
    /// Timers L and M of RFC 6026: how long retransmitted INVITEs and 2xx are absorbed after a 2xx.
    package var acceptedWait = Duration.seconds(32)
    /// The 200 ms of RFC 3261 17.2.1, after which a 100 is sent for an INVITE not yet answered.
    package var tryingDelay = Duration.milliseconds(200)

    package init() {}
}
