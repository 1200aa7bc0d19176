package import Timeline

/// One event as an event data recorder keeps it (49 CFR 563, UN R160); velocities in km/h.
package struct CrashRecord: Hashable, Sendable {
    /// How often the change of velocity is kept, and for how long: 0 to 250 ms every 10 ms.
    package static let interval = Duration.milliseconds(10)
    package static let count = 26
    /// Samples that are kept around time zero.
    package static let before = Duration.milliseconds(100)
    package static let after = Duration.milliseconds(300)

    /// The start of the window that woke the detector.
    package let timeZero: Instant
    /// Which event of its crash it is, from 1.
    package let number: Int
    /// The change of velocity since time zero, forward and to the right, at 0, 10 … 250 ms.
    package var changes: [PlanarVector] = []
    /// The largest change, the one by which the event is judged, and how long after time zero it was reached.
    package var maximum = PlanarVector.zero
    package var maximumAfter = Duration.zero
    /// The largest along each axis, with its sign, and when.
    package var maximumLongitudinal = 0.0
    package var longitudinalAfter = Duration.zero
    package var maximumLateral = 0.0
    package var lateralAfter = Duration.zero
    /// How long after time zero the event ended; `nil` while it goes on.
    package var endAfter: Duration?
    /// The largest roll angle so far, with its sign; `nil` where nothing measures it.
    package var rollAngle: Double?
    package var hasRolledOver = false
    /// Whether an axis was at the end of its range: the true change was larger.
    package var isSaturated = false
    /// Whether samples were missing.
    package var isIncomplete = false
    /// What was measured from 100 ms before time zero to 300 ms behind it.
    package var samples: [AccelerationSample] = []

    package init(timeZero: Instant, number: Int) {
        self.timeZero = timeZero
        self.number = number
    }

    package var direction: PrincipalDirection? { PrincipalDirection(deltaV: self.maximum) }

    /// More samples than a sensor of 6.4 kHz gives in 400 ms, with those at both ends, are not kept.
    package static let maximumSamples = 2_561
}
