import Digests
import SIP
import Testing
import Timeline

/// A server's challenges, and a user agent of ours that answers them.
@Suite struct AuthenticatorTests {
    private static let realm = "center.invalid"
    private static let key = [UInt8](repeating: 7, count: 32)

    private func authenticator(_ lines: String = "ivs:secret\nother:word") throws -> Authenticator {
        let users = try AuthenticatorUsers(lines: lines, realm: Self.realm, .crypto)
        return Authenticator(users, key: Self.key, .crypto)
    }

    /// An INVITE with an authorization for a challenge.
    private func request(
        answering headers: Headers = [],
        password: String = "secret",
        user: String = "ivs",
        count: UInt32? = 1,
        algorithm: DigestAlgorithm = .sha256,
        _ change: (inout Message) -> Void = { _ in }
    ) throws -> Message {
        var message = Message(startLine: .request(method: .invite, uri: "sip:psap@center.invalid"), headers: [])
        for value in headers.all("WWW-Authenticate") {
            let challenge = try #require(DigestChallenge(try DigestFields.list(parsing: value)[0]))
            guard challenge.algorithm == algorithm else { continue }
            let use = count.map { Digest.Use(count: $0, clientNonce: "c") }
            let subject = Digest.Subject(
                method: .invite,
                uri: "sip:psap@center.invalid",
                nonce: challenge.nonce,
                use: use
            )
            let key = Digest.key(user: user, realm: Self.realm, password: password, algorithm, .crypto)
            var fields: [DigestFields.Field] = [
                .init("username", user), .init("realm", challenge.realm), .init("nonce", challenge.nonce),
                .init("uri", subject.uri),
                .init("response", Digest.response(key: key, subject, algorithm, .crypto)),
                .init("algorithm", algorithm.rawValue, quoted: false),
            ]
            if let use {
                fields += [.init("qop", "auth"), .init("nc", use.countText, quoted: false), .init("cnonce", "c")]
            }
            message.headers.append("Authorization", DigestFields(fields).description)
        }
        change(&message)
        return message
    }

    private func challenge(_ authenticator: inout Authenticator, at now: Instant = .boot) throws -> Headers {
        guard case .challenge(let headers, _) = authenticator.judge(try self.request(), at: now) else { return [] }
        return headers
    }

    private func reason(_ verdict: Authenticator.Verdict) -> String {
        switch verdict {
        case .good(let user): "good \(user)"
        case .challenge(let headers, let reason):
            (headers.all("WWW-Authenticate").allSatisfy { $0.contains("stale=true") } ? "stale: " : "") + reason
        }
    }

    @Test func theStrongestAlgorithmIsOfferedFirst() throws {
        var authenticator = try self.authenticator()
        let challenges = try self.challenge(&authenticator).all("WWW-Authenticate")
            .map { try #require(DigestChallenge(try DigestFields.list(parsing: $0)[0])) }
        #expect(challenges.map(\.algorithm) == [.sha256, .md5])
        #expect(challenges.allSatisfy { $0.hasQuality && !$0.isStale && $0.realm == Self.realm })
    }

    @Test(arguments: [DigestAlgorithm.sha256, .md5])
    func goodCredentialsComeIn(algorithm: DigestAlgorithm) throws {
        var authenticator = try self.authenticator()
        let request = try self.request(answering: try self.challenge(&authenticator), algorithm: algorithm)
        #expect(authenticator.judge(request, at: .boot) == .good(user: "ivs"))
    }

    @Test func wrongPasswordUnknownUserAndChangedRequestAreChallengedAgain() throws {
        var authenticator = try self.authenticator()
        let headers = try self.challenge(&authenticator)
        let wrong = "its credentials are wrong"
        #expect(
            self.reason(authenticator.judge(try self.request(answering: headers, password: "Secret"), at: .boot))
                == wrong
        )
        #expect(
            self.reason(authenticator.judge(try self.request(answering: headers, user: "nobody"), at: .boot)) == wrong
        )
        let moved = try self.request(answering: headers) {
            $0.startLine = .request(method: .invite, uri: "sip:else@center.invalid")
        }
        #expect(self.reason(authenticator.judge(moved, at: .boot)) == wrong)
        let other = try self.request(answering: headers) {
            $0.startLine = .request(method: .info, uri: "sip:psap@center.invalid")
        }
        #expect(self.reason(authenticator.judge(other, at: .boot)) == wrong)
        #expect(authenticator.nonceCount == 0, "only good credentials cost memory")
    }

    @Test func aUseOfANonceCountsOnce() throws {
        var authenticator = try self.authenticator()
        let headers = try self.challenge(&authenticator)
        let words = try [1, 1, 3, 2, 4].map { count in
            self.reason(authenticator.judge(try self.request(answering: headers, count: count), at: .boot))
        }
        let used = "stale: its nonce is stale or used"
        #expect(words == ["good ivs", used, "good ivs", used, "good ivs"])
    }

    @Test func withoutACountANonceServesOnce() throws {
        var authenticator = try self.authenticator()
        let headers = try self.challenge(&authenticator)
        let request = try self.request(answering: headers, count: nil)
        #expect(authenticator.judge(request, at: .boot) == .good(user: "ivs"))
        #expect(self.reason(authenticator.judge(request, at: .boot)).hasPrefix("stale"))
    }

    @Test func anOldNonceIsStale() throws {
        var authenticator = try self.authenticator()
        let headers = try self.challenge(&authenticator)
        let last = Instant.boot.advanced(by: Authenticator.nonceLifetime)
        #expect(authenticator.judge(try self.request(answering: headers), at: last) == .good(user: "ivs"))
        let late = last.advanced(by: .nanoseconds(1))
        let word = self.reason(authenticator.judge(try self.request(answering: headers, count: 2), at: late))
        #expect(word.hasPrefix("stale"))
    }

    @Test func aNonceOfAnotherKeyOrWithAFlippedDigitIsStale() throws {
        var authenticator = try self.authenticator()
        let users = try AuthenticatorUsers(lines: "ivs:secret", realm: Self.realm, .crypto)
        var stranger = Authenticator(users, key: [UInt8](repeating: 8, count: 32), .crypto)
        let foreign = try self.challenge(&stranger)
        #expect(self.reason(authenticator.judge(try self.request(answering: foreign), at: .boot)).hasPrefix("stale"))
        let value = try #require(try self.challenge(&authenticator).all("WWW-Authenticate").first)
        var challenge = try #require(DigestChallenge(try DigestFields.list(parsing: value)[0]))
        let own = Array(challenge.nonce)
        for index in own.indices {
            var digits = own
            digits[index] = digits[index] == "0" ? "1" : "0"
            challenge.nonce = String(digits)
            let headers: Headers = [Header("WWW-Authenticate", challenge.fields.description)]
            let word = self.reason(authenticator.judge(try self.request(answering: headers), at: .boot))
            #expect(word.hasPrefix("stale"), "digit \(index)")
        }
    }

    @Test func theMemoryOfUsesIsBoundedAndForgetsTowardsStale() throws {
        var authenticator = try self.authenticator()
        var first: Headers?
        for _ in 0...Authenticator.maximumNonces {
            let headers = try self.challenge(&authenticator)
            first = first ?? headers
            let verdict = authenticator.judge(try self.request(answering: headers), at: .boot)
            try #require(verdict == .good(user: "ivs"))
        }
        #expect(authenticator.nonceCount <= Authenticator.maximumNonces)
        let again = try self.request(answering: try #require(first), count: 2)
        #expect(self.reason(authenticator.judge(again, at: .boot)).hasPrefix("stale"))
    }

    @Test func keysStandForPasswords() throws {
        let md5 = Digest.key(user: "ivs", realm: Self.realm, password: "secret", .md5, .crypto)
        let sha256 = Digest.key(user: "ivs", realm: Self.realm, password: "secret", .sha256, .crypto)
        var both = try self.authenticator("ivs:\(Self.realm):\(md5)\nivs:\(Self.realm):\(sha256.uppercased())")
        let request = try self.request(answering: try self.challenge(&both))
        #expect(both.judge(request, at: .boot) == .good(user: "ivs"))
        var one = try self.authenticator("# a comment\n\nivs:\(Self.realm):\(md5)\nother:word\n")
        #expect(try self.challenge(&one).all("WWW-Authenticate").count == 1)
        let old = try self.request(answering: try self.challenge(&one), algorithm: .md5)
        #expect(one.judge(old, at: .boot) == .good(user: "ivs"))
    }

    @Test(arguments: ["", "ivs", ":secret", "ivs:", "# nothing"])
    func aListThatSaysNothingIsRefusedWithoutItsText(lines: String) throws {
        do throws(AuthenticatorUsers.Mistake) {
            _ = try AuthenticatorUsers(lines: lines, realm: Self.realm, .crypto)
            Issue.record("the list is taken")
        } catch {
            #expect(!error.description.contains("secret") && error.description.contains("expected"))
        }
    }

    @Test func theUsersKeysAreInNoText() throws {
        let users = try AuthenticatorUsers(lines: "ivs:hush", realm: Self.realm, .crypto)
        var dumped = ""
        dump(users, to: &dumped)
        dump(Authenticator(users, key: Self.key, .crypto), to: &dumped)
        let key = Digest.key(user: "ivs", realm: Self.realm, password: "hush", .md5, .crypto)
        #expect(!("\(users)" + String(reflecting: users) + dumped).contains(key))
    }

    @Test func bothEndsAgreeInMemory() throws {
        var wire = Wire()
        wire.vehicle.use(
            [Credentials(realm: Self.realm, user: "ivs", password: "secret")],
            .crypto,
            over: wire.vehicleFlow
        )
        var authenticator = try self.authenticator()
        var users: [String] = []
        for _ in 0..<2 {
            _ = wire.invite(try Wire.plan())
            wire.settle()
            while case .incoming(let call, let invite, _)? = wire.takeEvents(.center).last {
                switch authenticator.judge(invite, at: wire.now) {
                case .good(let user):
                    users.append(user)
                    wire.center { $0.answer(call, headers: [], body: [], at: $1) }
                case .challenge(let headers, _):
                    wire.center { $0.reject(call, status: 401, reason: nil, headers: headers, body: [], at: $1) }
                }
                wire.settle()
            }
        }
        #expect(users == ["ivs", "ivs"])
        // The second call carries the nonce of the first from its start.
        #expect(wire.takeTrace().filter { $0 == "< 401" }.count == 1)
    }
}
