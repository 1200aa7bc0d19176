internal import Net

/// What is wrong with TLS to one center.
package struct TLSStanding: Hashable, Sendable {
    /// The place of the center in the configuration.
    package let center: Int
    /// Why no connection can be checked; `nil` when one can.
    package var fault: String?
    /// What is wrong with our own certificate; `nil` for nothing.
    package var identityFault: String?

    package init(center: Int, fault: String? = nil, identityFault: String? = nil) {
        self.center = center
        self.fault = fault
        self.identityFault = identityFault
    }
}

/// What connections over TLS to one center need, as far as its files can be used.
///
/// Our own certificate is for centers that ask for one: without it the others are called all the same.
struct CenterTLS: Sendable {
    let checked: Result<TLSClient, TLSFault>
    /// Without a check of who answers, for the second way to an emergency service.
    let unchecked: Result<TLSClient, TLSFault>
    /// Why no certificate of ours is shown although one is configured; `nil` when all is well.
    let identityFault: TLSFault?
    private let identity: LoadedIdentity?
    private let path: String?

    /// Reads the files.
    init(_ settings: TLSClient.Settings, clock: @escaping @Sendable () -> TrustedTime) {
        var (identity, fault): (LoadedIdentity?, TLSFault?)
        do throws(TLSFault) { identity = try settings.identity?.load() } catch { fault = error }
        let own = identity
        self.identityFault = fault
        self.identity = own
        self.path = settings.identity?.certificate
        self.checked = Result { () throws(TLSFault) in try TLSClient(settings, as: own, clock: clock) }
        self.unchecked = Result { () throws(TLSFault) in try TLSClient.unchecked(host: settings.host, as: own) }
    }

    /// Whether every file could be used.
    var isWhole: Bool { self.fault == nil && self.identityFault == nil }

    /// What is wrong with the dates of our certificate; it is shown all the same, and the center decides.
    func dateProblem(at now: TrustedTime) -> String? {
        guard let problem = self.identity?.dateProblem(at: now), let path = self.path else { return nil }
        return "\(path): \(problem)"
    }

    /// Why no connection can be checked; `nil` when one can.
    var fault: TLSFault? {
        switch self.checked {
        case .success: nil
        case .failure(let fault): fault
        }
    }
}
