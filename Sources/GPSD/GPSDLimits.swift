/// The bounds of everything that gpsd, or whoever answers in its place, could make grow or wait.
package struct GPSDLimits: Hashable, Sendable {
    /// The longest line that is read: gpsd's own longest has 10,240 octets (its `GPS_JSON_RESPONSE_MAX`).
    static let maximumLineOctets = 16_384

    /// How deep values nest: a report holds a list of satellites that hold a list of signals at the most.
    static let maximumDepth = 8

    /// The values of a line: 200 satellites with a dozen values each are twice what any receiver sees.
    static let maximumValues = 2_500

    /// The longest number in a line: gpsd writes nine digits behind the point, and no computer more than 25 in all.
    static let maximumNumberOctets = 64

    /// How long gpsd may take to accept: it runs on this machine or next to it.
    package var connectTimeout: Duration = .seconds(5)

    /// How long after the end of a connection, or an attempt, the next begins: gpsd restarts within that.
    package var firstPause: Duration = .seconds(1)

    /// The longest pause, to which it doubles: the receiver's own start takes as long.
    package var longestPause: Duration = .seconds(30)

    /// Reports and problems of a second: a receiver at 20 Hz makes three kinds each time, and three times as many.
    ///
    /// Whoever sends more ends the connection, before it fills the loop's queue.
    package var maximumEventsPerSecond = 200

    /// Lines of a second, also those that tell nothing: an inertial sensor makes some hundreds of them.
    ///
    /// Each is read on the loop that serves the call.
    package var maximumLinesPerSecond = 2_000

    /// Octets of a second: ten times what a receiver at 20 Hz with every satellite makes.
    package var maximumOctetsPerSecond = 1_048_576

    /// How long gpsd may say nothing before it is asked for its version, and as long again for the answer: one that has
    /// no receiver says nothing by itself, and one that has lost its power never ends a connection.
    package var silence: Duration = .seconds(15)

    package init() {}
}
