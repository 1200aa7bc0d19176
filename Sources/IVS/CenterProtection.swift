internal import NIOConcurrencyHelpers
internal import NIOPosix
internal import Net
internal import Supervision

/// What connections over TLS need, center by center.
///
/// Files that cannot be used are read again until they can be, as a file system may be mounted late or a mode be wrong.
/// They are read off the loop, which uses what there is. The lock in `state` guards what both see.
final class CenterProtection: Sendable {
    /// How often files that cannot be used are read again, and dates are looked at: often enough for who has just
    /// repaired something and waits for it.
    static let period = Duration.seconds(10)

    private struct State {
        var centers: [Int: CenterTLS] = [:]
        var told: [Int: TLSStanding] = [:]
        /// What a clock that was set has found wrong with the dates of our certificates.
        var dateProblems: [Int: String] = [:]
        var isLooking = false
    }

    private let settings: [Int: TLSClient.Settings]
    private let clock: @Sendable () -> TrustedTime
    private let state = NIOLockedValueBox(State())

    /// The files of every center that is reached over TLS; they are read by `look`, first of all before any connection.
    init(_ configuration: VehicleConfiguration, clock: @escaping @Sendable () -> TrustedTime = CenterProtection.wall) {
        var settings: [Int: TLSClient.Settings] = [:]
        for (index, center) in configuration.centers.enumerated() { settings[index] = center.tls }
        self.settings = settings
        self.clock = clock
    }

    private static let wall: @Sendable () -> TrustedTime = {
        let wall = WallClock.now()
        return TrustedTime(secondsSince1970: wall.seconds, isSynchronized: wall.isSynchronized)
    }

    /// Whether any center is reached over TLS.
    var isNeeded: Bool { !self.settings.isEmpty }

    /// What a connection needs, or why it is not there; `nil` for a center without TLS.
    func client(_ center: Int, isChecked: Bool) -> Result<TLSClient, TLSFault>? {
        let tls = self.state.withLockedValue { $0.centers[center] }
        return isChecked ? tls?.checked : tls?.unchecked
    }

    /// Whether files of a center could not be used.
    func isFaulty(_ center: Int) -> Bool {
        self.state.withLockedValue { $0.centers[center].map { !$0.isWhole } ?? false }
    }

    /// Reads what has not been read or could not be used, and returns what is new of the centers, in their order.
    ///
    /// A certificate of ours whose dates are wrong is read again too, as there may be another by now. Blocks as long as
    /// the files do.
    func look() -> [TLSStanding] {
        let now = self.clock()
        return self.settings.sorted { $0.key < $1.key }.compactMap { center, settings in
            let before = self.state.withLockedValue { $0.centers[center] }
            let isGood = before.map { $0.isWhole && $0.dateProblem(at: now) == nil } ?? false
            let tls = isGood ? before : CenterTLS(settings, clock: self.clock)
            return self.state.withLockedValue { state in
                state.centers[center] = tls
                // A clock that is not set any more takes back nothing.
                if now.isSynchronized || !isGood { state.dateProblems[center] = tls?.dateProblem(at: now) }
                let standing = TLSStanding(
                    center: center,
                    fault: tls?.fault?.description,
                    identityFault: tls?.identityFault?.description ?? state.dateProblems[center]
                )
                let earlier = state.told.updateValue(standing, forKey: center) ?? TLSStanding(center: center)
                return earlier == standing ? nil : standing
            }
        }
    }

    /// Looks on a thread that may wait, unless one looks already, and tells there what is new.
    func look(tell: @escaping @Sendable (TLSStanding) -> Void) {
        let mayLook = self.state.withLockedValue { state in
            defer { state.isLooking = true }
            return !state.isLooking
        }
        guard mayLook else { return }
        NIOThreadPool.singleton.submit { _ in
            for standing in self.look() { tell(standing) }
            self.state.withLockedValue { $0.isLooking = false }
        }
    }
}
