internal import MSD

/// The direction of travel, which stays as it was while the car is too slow for its receiver to know.
struct CourseHold: Hashable, Sendable {
    /// From this speed on the course counts again; above the other, so that it does not flicker between them.
    static let followsFromMetersPerSecond = 2.5

    /// Below this speed the course is noise and the last direction stays.
    static let holdsBelowMetersPerSecond = 2.0

    private enum State: Hashable {
        /// The car has not been fast enough so far. Becomes `following`.
        case unknown
        /// Each course counts; the step of the last one. Becomes `holding`.
        case following(UInt8)
        /// The direction from before the car got slow. Becomes `following`.
        case holding(UInt8)
    }

    private var state = State.unknown

    /// The last known direction in steps of 2 degrees.
    var direction: UInt8? {
        switch self.state {
        case .unknown: nil
        case .following(let step), .holding(let step): step
        }
    }

    /// Takes a course with the speed at which it was measured; one without the other says nothing.
    mutating func moved(trackDegrees: Double?, speedMetersPerSecond: Double?) {
        let step = trackDegrees.map(Direction.step(courseDegrees:)).flatMap { $0 == Direction.unknown ? nil : $0 }
        let speed = speedMetersPerSecond ?? 0
        switch self.state {
        case .unknown:
            if speed >= Self.followsFromMetersPerSecond, let step { self.state = .following(step) }
        case .following(let last):
            self.state =
                speed < Self.holdsBelowMetersPerSecond ? .holding(last) : .following(step ?? last)
        case .holding:
            if speed >= Self.followsFromMetersPerSecond, let step { self.state = .following(step) }
        }
    }
}
