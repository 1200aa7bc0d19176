package import SIP
package import Timeline

/// One SIP message as it went over the wire in clear text, its credentials masked.
package struct TraceMessage: Hashable, Sendable {
    package enum Direction: String, Hashable, Sendable, CaseIterable {
        case sent
        case received
    }

    /// The two ends of the connection that the message went over.
    package struct Path: Hashable, Sendable {
        package let transport: Transport
        package let local: FlowAddress
        package let remote: FlowAddress

        package init(transport: Transport, local: FlowAddress, remote: FlowAddress) {
            self.transport = transport
            self.local = local
            self.remote = remote
        }
    }

    /// Counts the messages of the incident from 1, those that are not kept too: a gap is what is missing.
    package let number: Int
    package let at: Instant
    /// Milliseconds since 1970 in UTC, `nil` while the wall clock was not trusted.
    package let wallMilliseconds: Int64?
    package let direction: Direction
    package let path: Path
    /// The octets that the masked message has; more than those of `octets` when it was cut.
    package let length: Int
    package let octets: [UInt8]

    package init(
        number: Int,
        at: Instant,
        wallMilliseconds: Int64?,
        direction: Direction,
        path: Path,
        length: Int,
        octets: [UInt8]
    ) {
        self.number = number
        self.at = at
        self.wallMilliseconds = wallMilliseconds
        self.direction = direction
        self.path = path
        self.length = length
        self.octets = octets
    }
}
