/// The times and counts of a registration, and what a registrar may choose of them.
package struct RegistrationLimits: Hashable, Sendable {
    /// What a pause after a failure is made of; there is one flow, so all have failed (RFC 5626 4.5).
    package var basePause = Duration.seconds(30)
    /// The longest pause (RFC 5626 4.5), whatever Retry-After says.
    package var maximumPause = Duration.seconds(1_800)
    /// The longest binding that is asked for on a 423, or believed: a day, as long as the configuration may ask for.
    package var longestSeconds = 86_400
    /// How often in a row a 423 is followed; a registrar that raises its minimum again is not meant to be reached.
    package var maximumFollowed = 2
    /// The shortest time before a refresh, so that a registrar with tiny expiries is not asked all the time.
    package var shortestRefresh = Duration.seconds(10)
    /// A binding longer than this is refreshed `refreshAhead` before its end, any other in its middle, as 3GPP TS 24.229
    /// 5.1.1.4.1 has it.
    package var longBinding = Duration.seconds(1_200)
    package var refreshAhead = Duration.seconds(600)

    package init() {}

    /// When a binding is refreshed, counted from its beginning.
    func refresh(ofSeconds seconds: Int) -> Duration {
        let whole = Duration.seconds(seconds)
        return whole > self.longBinding ? whole - self.refreshAhead : whole / 2
    }

    /// The upper bound of the pause after so many failures in a row.
    func longestPause(afterFailures count: Int) -> Duration {
        // Beyond 2^16 the maximum has long been reached.
        min(self.maximumPause, self.basePause * (1 << min(count, 16)))
    }
}
