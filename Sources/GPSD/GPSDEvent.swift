package import Timeline

/// What the client tells, each with the instant at which it was seen.
///
/// A connection that was told as `connected` ends with `lost`; one that never stood is `unreachable`.
package enum GPSDEvent: Hashable, Sendable {
    /// The connection stands; whether a gpsd answers is shown by its first report.
    case connected(at: Instant)
    case report(GPSDReport, at: Instant)
    /// A line was refused; the next one is read.
    case problem(GPSDProblem, at: Instant)
    /// The connection has ended; the next attempt comes after the pause.
    case lost(GPSDLoss, nextAttempt: Duration, at: Instant)
    /// An attempt to connect failed; the next one comes after the pause.
    case unreachable(GPSDLoss, nextAttempt: Duration, at: Instant)
}

/// Why there is no connection.
package enum GPSDLoss: Error, Hashable, Sendable {
    /// gpsd ended the connection in order.
    case closedByPeer
    /// Nobody answered in this time.
    case timedOut(after: Duration)
    /// The name has no address.
    case unresolved
    /// A system call failed with this error number.
    case system(errno: Int32)
    /// More reports and problems came in a second than this.
    case flooded(limit: Int)
    /// More lines, whatever they told.
    case tooManyLines(limit: Int)
    /// More octets.
    case tooManyOctets(limit: Int)
    /// It did not even answer when it was asked for its version, in this time.
    case silent(after: Duration)
    /// SwiftNIO reported an error that carries no number.
    case other(String)
}

/// Why a line of gpsd is not taken; nothing of what it said is in here, as that may be a place.
package enum GPSDProblem: Error, Hashable, Sendable {
    /// The line is longer than this; the rest of it is skipped.
    case lineTooLong(limit: Int)
    /// The connection ended in the middle of a line of so many octets.
    case unfinishedLine(octets: Int)
    /// The line is no JSON text (RFC 8259); `octet` counts from 0.
    case malformed(JSONFlaw, octet: Int)
    /// The line is a JSON text and no object.
    case noObject
    /// The object does not say what it is.
    case noClass
    /// A value is of another type than gpsd's.
    case wrongType(of: String, in: String, expected: String)
    /// A text is no time in UTC as ISO 8601 writes it.
    case noTime(String, in: String)
}

/// What makes a text no JSON, or more of it than is read.
package enum JSONFlaw: Error, Hashable, Sendable {
    case unexpectedEnd, unexpectedOctet, notUTF8, malformedEscape, malformedNumber
    /// The number is beyond what `Double` holds.
    case hugeNumber
    case tooDeep(limit: Int)
    case tooManyValues(limit: Int)
}
