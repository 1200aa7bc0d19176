/// The numbers by which accelerations are judged; velocities in km/h, accelerations in g, angles in degrees.
package struct CrashLimits: Hashable, Sendable {
    /// The samples a second that can be judged: the filter of class 60 wants three times its corner of 125 Hz, and a
    /// record has room for the upper end.
    package static let rates = 400.0...6_400.0

    /// The change of velocity over the short window that wakes the detector (49 CFR 563).
    package var wake = 0.8
    package var shortWindow = Duration.milliseconds(20)
    /// The change of velocity over the long window that is an event (49 CFR 563, UN R160).
    package var event = 8.0
    package var longWindow = Duration.milliseconds(150)
    /// How long an event lasts at the most.
    package var longestEvent = Duration.milliseconds(300)
    /// The change of velocity of an event that calls, in any direction and to the side.
    package var call = 24.0
    package var callLateral = 15.0
    /// How long after the end of an event another one belongs to the same crash.
    package var multipleWithin = Duration.seconds(5)
    /// The roll angle that is a rollover when it lasts.
    package var rolloverAngle = 60.0
    package var rolloverHold = Duration.milliseconds(100)
    /// The rate and the angle that together are one, where an acceleration confirms it.
    package var rolloverRate = 100.0
    package var rolloverRateAngle = 45.0
    /// What confirms it: so much to the side, or so little up, lately.
    package var rolloverSafing = 0.5
    package var safingWithin = Duration.milliseconds(500)

    package init() {}
}
