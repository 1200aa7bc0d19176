internal import CallControl
internal import NGECall
internal import SIP

/// Why the hours of a rig may not be made minutes.
package enum TimeScaleRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case outOfRange(Int)
    /// A center that is on no loopback address.
    case reachesOut(center: String, host: String)

    package var description: String {
        switch self {
        case .outOfRange(let factor): "--time-scale takes \(VehicleConfiguration.timeScales), not \(factor)"
        case .reachesOut(let center, let host):
            "--time-scale needs every center and hop on this machine; \(center) is at \(host)"
        }
    }
}

extension VehicleConfiguration {
    /// From a rig's own time to one in which an hour is a second.
    static let timeScales = 1...3_600

    /// Makes the timers of hours, T2, T9 and T10, and the retention so many times as short, for tests on this machine alone.
    ///
    /// Throws where a center or hop may be another machine's: nobody else's call may be cut off by a test.
    package mutating func scaleTime(by factor: Int) throws(TimeScaleRefusal) {
        guard Self.timeScales.contains(factor) else { throw .outOfRange(factor) }
        for center in self.centers {
            let host = center.endpoint.host
            guard host == "localhost" || EmergencyGate.isLoopback(host) else {
                throw .reachesOut(center: center.name, host: host)
            }
        }
        self.timeScale = factor
        self.call.clearDownFallback /= factor
        self.call.callbackWindow /= factor
        self.emergencyRetention /= factor
        self.privateRetention = self.privateRetention.map { $0 / factor }
        self.call.deregistration = self.call.deregistration.map { $0 / factor }
    }
}
