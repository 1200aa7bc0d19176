package import Timeline

/// Challenges requests and checks what comes back (RFC 3261 22, RFC 8760), for a server with a realm of its own.
///
/// A nonce carries its time and number under a keyed hash, so that challenges cost no memory. What is kept is the
/// highest count of each nonce that was used with good credentials, up to a limit.
package struct Authenticator: Sendable {
    /// What a request is to its server.
    package enum Verdict: Hashable, Sendable {
        /// The credentials of that user are good.
        case good(user: String)
        /// To be answered 401 with these headers; `reason` is a clause without any secret.
        case challenge(Headers, reason: String)
    }

    /// How long a nonce can be used first or again; a redial of two minutes stays within it.
    package static let nonceLifetime = Duration.seconds(300)
    /// Used nonces whose counts are kept; beyond it the oldest quarter counts as stale.
    package static let maximumNonces = 4_096

    private let users: AuthenticatorUsers
    private let key: [UInt8]
    private let hashes: HashFunctions
    private var lastNumber: UInt64 = 0
    /// The highest count of each used nonce by its number.
    private var counts: [UInt64: UInt32] = [:]
    /// Nonces below this number are stale unless their count is kept.
    private var floor: UInt64 = 0

    /// An authenticator whose nonces nobody without `key` can make: 32 octets, new at each start.
    package init(_ users: AuthenticatorUsers, key: [UInt8], _ hashes: HashFunctions) {
        precondition(key.count >= 32, "The key of the nonces has at least 32 octets.")
        self.users = users
        self.key = key
        self.hashes = hashes
    }

    /// How many nonces are remembered.
    package var nonceCount: Int { self.counts.count }

    /// Judges a request by its Authorization headers.
    package mutating func judge(_ request: Message, at now: Instant) -> Verdict {
        var reason = "it has no credentials"
        for value in request.headers.all("Authorization").prefix(DigestFields.Limits.maximumChallenges) {
            let authorization: DigestAuthorization
            do throws(SyntaxError) {
                let list = try DigestFields.list(parsing: value)
                guard list.count == 1, list[0]["realm"] == self.users.realm else { continue }
                authorization = try DigestAuthorization(list[0])
            } catch {
                reason = "its credentials cannot be read: \(error)"
                continue
            }
            guard self.isRight(authorization, for: request) else {
                reason = "its credentials are wrong"
                continue
            }
            // Only who knows the secret learns that a nonce is stale (RFC 7616 3.3).
            guard self.isFresh(authorization, at: now) else {
                return .challenge(self.challenges(stale: true, at: now), reason: "its nonce is stale or used")
            }
            return .good(user: authorization.user)
        }
        return .challenge(self.challenges(stale: false, at: now), reason: reason)
    }

    /// One challenge for each algorithm, the strongest first (RFC 8760 2.4).
    private mutating func challenges(stale: Bool, at now: Instant) -> Headers {
        self.lastNumber += 1
        let nonce = self.nonce(self.lastNumber, at: now)
        var headers = Headers()
        for algorithm in self.users.algorithms {
            let challenge = DigestChallenge(
                realm: self.users.realm,
                nonce: nonce,
                algorithm: algorithm,
                isStale: stale
            )
            headers.append("WWW-Authenticate", challenge.fields.description)
        }
        return headers
    }

    /// Whether the response is the one that the user's secret makes for this very request.
    private func isRight(_ authorization: DigestAuthorization, for request: Message) -> Bool {
        guard let method = request.method, authorization.subjectURI == request.requestURI,
            self.users.algorithms.contains(authorization.algorithm)
        else { return false }
        let subject = Digest.Subject(
            method: method,
            uri: authorization.subjectURI,
            nonce: authorization.nonce,
            use: authorization.use
        )
        // An unknown user costs the same time as a known one.
        let key = self.users.key(of: authorization.user, authorization.algorithm)
        let response = Digest.response(key: key ?? "", subject, authorization.algorithm, self.hashes)
        return Self.areEqual(response, authorization.response) && key != nil
    }

    /// Whether the nonce is ours, young, and not used with this count before; then the use is remembered.
    ///
    /// Without qop there is no count, and a nonce serves once.
    private mutating func isFresh(_ authorization: DigestAuthorization, at now: Instant) -> Bool {
        guard let (number, issued) = self.read(authorization.nonce), issued <= now,
            issued.duration(to: now) <= Self.nonceLifetime
        else { return false }
        let count = authorization.use?.count ?? 1
        if let last = self.counts[number] {
            guard count > last, authorization.use != nil else { return false }
        } else if number < self.floor {
            return false
        }
        self.counts[number] = count
        if self.counts.count > Self.maximumNonces { self.dropOldest() }
        return true
    }

    private mutating func dropOldest() {
        let numbers = self.counts.keys.sorted()
        for number in numbers.prefix(Self.maximumNonces / 4) {
            self.counts[number] = nil
            self.floor = max(self.floor, number + 1)
        }
    }

    // Number and time, 8 octets each, and 16 octets of a keyed hash over both.
    private func nonce(_ number: UInt64, at now: Instant) -> String {
        let head = Self.octets(number) + Self.octets(UInt64(clamping: now.nanosecondsSinceBoot))
        return Hexadecimal.text(head + self.seal(head))
    }

    private func read(_ nonce: String) -> (number: UInt64, issued: Instant)? {
        guard nonce.utf8.count == 64, let octets = Hexadecimal.octets(nonce) else { return nil }
        let head = Array(octets[..<16])
        guard Self.areEqual(Hexadecimal.text(self.seal(head)), Hexadecimal.text(octets[16...])) else { return nil }
        let nanoseconds = Self.number(octets[8..<16])
        return (Self.number(octets[0..<8]), Instant(nanosecondsSinceBoot: Int64(clamping: nanoseconds)))
    }

    /// HMAC-SHA-256 (RFC 2104), cut to 128 bits.
    private func seal(_ octets: [UInt8]) -> [UInt8] {
        let key = self.key.count > 64 ? self.hashes.sha256(self.key) : self.key
        let padded = key + [UInt8](repeating: 0, count: 64 - key.count)
        let inner = self.hashes.sha256(padded.map { $0 ^ 0x36 } + octets)
        return Array(self.hashes.sha256(padded.map { $0 ^ 0x5C } + inner).prefix(16))
    }

    private static func octets(_ number: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }

    private static func number(_ octets: ArraySlice<UInt8>) -> UInt64 {
        octets.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Compares without telling by its time where two texts differ.
    private static func areEqual(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        return zip(left.utf8, right.utf8).reduce(0) { $0 | ($1.0 ^ HeaderSyntax.lowercased($1.1)) } == 0
    }
}
