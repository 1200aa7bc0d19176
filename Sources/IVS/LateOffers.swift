internal import SIP
internal import Store
internal import Timeline

/// When data that no center has acknowledged is offered again: one incident at a time, between calls only.
struct LateOffers: Hashable, Sendable {
    /// The pause behind the first offer that found nobody; each further one is twice as long.
    static let firstPause = Duration.seconds(60)
    /// The longest pause: no load on a center, and soon enough for data that is late already.
    static let longestPause = Duration.seconds(3_600)

    private enum Stage: Hashable {
        /// Nothing is known to wait.
        case nothing
        /// Something may wait on record; it is looked for from this instant on.
        case due(Instant)
        /// The store is being asked.
        case reading
        /// A center is being asked.
        case offering(LateData, UserAgent.Sent)
    }

    private var stage = Stage.nothing
    /// Whether something was put on record while another thing was being done.
    private var isOwedMore = false
    private var failures = 0
    /// What is done in this run, should the record of that have failed.
    private var ended: [String: LateResult] = [:]

    /// An incident has ended without an acknowledgement, or the store is open.
    mutating func owed(at now: Instant) {
        switch self.stage {
        case .nothing: self.stage = .due(now)
        case .due(let instant): self.stage = .due(min(instant, now))
        case .reading, .offering: self.isOwedMore = true
        }
    }

    /// Whether nothing is known to wait.
    var isNothing: Bool { self.stage == .nothing }

    /// Whether the store may be asked, if a center can be reached.
    func isDue(at now: Instant) -> Bool {
        if case .due(let instant) = self.stage { instant <= now } else { false }
    }

    /// When an offer is next due; what is due already waits for a center.
    func nextDeadline(after now: Instant) -> Instant? {
        if case .due(let instant) = self.stage, instant > now { instant } else { nil }
    }

    /// The store is asked.
    mutating func asked() {
        self.stage = .reading
        self.isOwedMore = false
    }

    /// What came of data in this run, though its record may have failed.
    func result(of incident: String) -> LateResult? { self.ended[incident] }

    /// Nothing waits on record.
    mutating func nothingFound(at now: Instant) {
        self.failures = 0
        self.stage = self.isOwedMore ? .due(now) : .nothing
    }

    /// What was found cannot be offered now.
    mutating func owedAgain(at now: Instant) {
        self.stage = .due(now)
    }

    /// The data was sent.
    mutating func offered(_ data: LateData, _ sent: UserAgent.Sent) {
        self.stage = .offering(data, sent)
    }

    /// The data whose MESSAGE this was; `nil` for any other.
    func data(of sent: UserAgent.Sent) -> LateData? {
        if case .offering(let data, sent) = self.stage { data } else { nil }
    }

    /// That data is done with; the next may follow.
    mutating func ended(_ incident: String, _ result: LateResult, at now: Instant) {
        self.failures = 0
        // Far more than are on record at once; what is forgotten is offered a second time at worst, and known as such.
        if self.ended.count >= VehicleStore.maximumIncidents { self.ended = [:] }
        self.ended[incident] = result
        self.stage = .due(now)
    }

    /// Nobody took it, or it could not be read: a pause follows, each longer than the last where a center refused it.
    mutating func failed(isRefused: Bool, at now: Instant) -> Duration {
        let pause = isRefused ? Self.firstPause * (1 << min(self.failures, 6)) : Self.firstPause
        if isRefused { self.failures += 1 }
        let bounded = min(Self.longestPause, pause)
        self.stage = .due(now.advanced(by: bounded))
        return bounded
    }

    /// The answer of the store may have been lost: it is asked again.
    mutating func answersLost(at now: Instant) {
        if case .reading = self.stage { self.stage = .due(now.advanced(by: Self.firstPause)) }
    }
}
