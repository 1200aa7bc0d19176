internal import Net
internal import Supervision

/// What connections over TLS to one center need, or why it is not there.
struct CenterTLS: Sendable {
    let checked: Result<TLSClient, TLSFault>
    /// Without a check of who answers, for the second way to an emergency service.
    let unchecked: Result<TLSClient, TLSFault>

    /// Reads the files of every center that is reached over TLS, by its place in the configuration.
    static func read(_ configuration: VehicleConfiguration) -> [Int: CenterTLS] {
        var found: [Int: CenterTLS] = [:]
        for (index, center) in configuration.centers.enumerated() {
            guard let settings = center.tls else { continue }
            found[index] = CenterTLS(
                checked: Result { () throws(TLSFault) in try TLSClient(settings, clock: Self.clock) },
                unchecked: Result { () throws(TLSFault) in try TLSClient.unchecked(settings) }
            )
        }
        return found
    }

    private static let clock: @Sendable () -> TrustedTime = {
        let wall = WallClock.now()
        return TrustedTime(secondsSince1970: wall.seconds, isSynchronized: wall.isSynchronized)
    }
}
