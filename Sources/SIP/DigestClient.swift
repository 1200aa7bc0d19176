/// Answers the challenges of one hop with the credentials that are configured for it.
///
/// It remembers the nonces of the hop, so that later requests carry an authorization from the start (RFC 7616 3.6).
struct DigestClient: Sendable {
    /// Challenges that one request is answered in its attempts: a proxy's, a server's, and one stale nonce of each.
    static let maximumAnswers = 4
    /// Nonces that are remembered: one for each realm of ours, in both spaces.
    static let maximumSessions = 16

    /// Who has challenged, which decides about the header of the answer.
    enum Space: Hashable, Sendable, CaseIterable {
        case server
        case proxy

        var challengeHeader: String { self == .server ? "WWW-Authenticate" : "Proxy-Authenticate" }
        var authorizationHeader: String { self == .server ? "Authorization" : "Proxy-Authorization" }
    }

    private struct Session: Sendable {
        let space: Space
        let challenge: DigestChallenge
        /// The same for all uses: the key of a session algorithm is made of it.
        let clientNonce: String
        var count: UInt32 = 0
    }

    /// What a request has been through.
    struct History: Hashable, Sendable {
        /// The nonces that this request carries an answer to.
        var carried: [String] = []
        /// The challenges to this request and to those that it repeats.
        var challenged: [Challenged] = []
        var answers = 0
    }

    struct Challenged: Hashable, Sendable {
        let space: Space
        let realm: String
        let nonce: String
    }

    private let credentials: [Credentials]
    private let hashes: HashFunctions
    private var sessions: [Session] = []

    init(_ credentials: [Credentials], _ hashes: HashFunctions) {
        self.credentials = credentials
        self.hashes = hashes
    }

    /// Adds an authorization for each remembered nonce and tells which they were.
    mutating func authorize(_ request: inout Message) -> [String] {
        guard let method = request.method, let uri = request.requestURI else { return [] }
        self.sessions.removeAll { $0.count == .max }
        var carried: [String] = []
        for index in self.sessions.indices {
            self.sessions[index].count += 1
            let session = self.sessions[index]
            guard let credentials = self.credentials(for: session.challenge.realm) else { continue }
            let use = Digest.Use(count: session.count, clientNonce: session.clientNonce)
            let authorization = DigestAuthorization(
                to: session.challenge,
                of: credentials,
                method: method,
                uri: uri,
                use: session.challenge.hasQuality ? use : nil,
                self.hashes
            )
            request.headers.append(session.space.authorizationHeader, authorization.fields.description)
            carried.append(session.challenge.nonce)
        }
        return carried
    }

    /// Takes the challenges of a 401 or 407; on `.answered` the nonces are remembered for the repetition.
    mutating func challenged(
        by response: Message,
        _ history: inout History,
        clientNonce: () -> String
    ) -> ChallengeOutcome {
        let challenges = Space.allCases.flatMap { Self.challenges(of: response, $0) }
        guard let first = challenges.first else { return .notUnderstood }
        let known = challenges.filter { self.credentials(for: $0.1.realm) != nil }
        guard !known.isEmpty else { return .noCredentials(realm: first.1.realm) }
        for (space, challenge) in known where !Self.isWorthAnAnswer(space, challenge, history) {
            self.forget(space, challenge.realm)
            return .refused(realm: challenge.realm)
        }
        guard history.answers < Self.maximumAnswers else {
            for (space, challenge) in known { self.forget(space, challenge.realm) }
            return .refused(realm: known[0].1.realm)
        }
        history.answers += 1
        for (space, challenge) in known {
            self.forget(space, challenge.realm)
            history.challenged.append(Challenged(space: space, realm: challenge.realm, nonce: challenge.nonce))
            if self.sessions.count == Self.maximumSessions { self.sessions.removeFirst() }
            self.sessions.append(Session(space: space, challenge: challenge, clientNonce: clientNonce()))
        }
        return .answered(realm: known[0].1.realm)
    }

    /// A nonce that this request has answered already, or a new one after an answer of this very request, is a refusal
    /// of the credentials, unless it says that only the nonce was too old.
    private static func isWorthAnAnswer(_ space: Space, _ challenge: DigestChallenge, _ history: History) -> Bool {
        if history.carried.contains(challenge.nonce) { return false }
        return challenge.isStale || !history.challenged.contains { $0.space == space && $0.realm == challenge.realm }
    }

    private mutating func forget(_ space: Space, _ realm: String) {
        self.sessions.removeAll { $0.space == space && $0.challenge.realm == realm }
    }

    private func credentials(for realm: String) -> Credentials? {
        self.credentials.first { $0.realm == realm }
    }

    /// For each realm the first challenge that is understood (RFC 8760 2.4); fields that cannot be read count as none.
    private static func challenges(of response: Message, _ space: Space) -> [(Space, DigestChallenge)] {
        var found: [(Space, DigestChallenge)] = []
        for value in response.headers.all(space.challengeHeader) {
            // A challenge that cannot be read cannot be answered; the others are.
            for fields in (try? DigestFields.list(parsing: value)) ?? [] {
                guard let challenge = DigestChallenge(fields) else { continue }
                guard !found.contains(where: { $0.1.realm == challenge.realm }) else { continue }
                found.append((space, challenge))
            }
        }
        return found
    }
}
