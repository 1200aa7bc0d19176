internal import Glibc

/// The direction that the force of an impact came from, clockwise from the front.
package struct PrincipalDirection: Hashable, Sendable {
    /// 0 up to 360.
    package let degrees: Double

    /// Below this change of velocity nothing is said of the direction, in km/h.
    package static let leastChange = 3.0

    /// `nil` for a change of velocity that is too small to have one; it is that of the vehicle itself.
    package init?(deltaV: PlanarVector) {
        guard deltaV.magnitude >= Self.leastChange else { return nil }
        let angle = atan2(-deltaV.y, -deltaV.x) * 180 / Double.pi
        self.degrees = angle < 0 ? angle + 360 : angle
    }

    /// The hour on the face of a clock that lies on the vehicle, 1 to 12; halves go up.
    package var clock: Int {
        let hour = Int((self.degrees / 30 + 0.5).rounded(.down)) % 12
        return hour == 0 ? 12 : hour
    }

    /// The side that was hit; the corners belong to front and rear.
    package var side: ImpactSide {
        switch self.degrees {
        case ...45, 315...: .front
        case ..<135: .right
        case ...225: .rear
        case ..<315: .left
        default: .unknown
        }
    }
}
