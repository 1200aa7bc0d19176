/// A challenge of WWW-Authenticate or Proxy-Authenticate (RFC 3261 20.44) that can be answered.
package struct DigestChallenge: Hashable, Sendable {
    package var realm: String
    package var nonce: String
    package var algorithm: DigestAlgorithm
    /// Whether `qop=auth` is offered; without it the answer has the form of RFC 2069.
    package var hasQuality: Bool
    /// Given back as it came.
    package var opaque: String?
    /// The credentials were good, but the nonce is too old.
    package var isStale: Bool
    /// Whether the challenge names its algorithm; without one it is MD5.
    var namesAlgorithm = true

    package init(
        realm: String,
        nonce: String,
        algorithm: DigestAlgorithm,
        hasQuality: Bool = true,
        opaque: String? = nil,
        isStale: Bool = false
    ) {
        self.realm = realm
        self.nonce = nonce
        self.algorithm = algorithm
        self.hasQuality = hasQuality
        self.opaque = opaque
        self.isStale = isStale
    }

    /// The challenge of those fields; `nil` for another scheme, algorithm or qop, or without realm and nonce.
    package init?(_ fields: DigestFields) {
        guard fields.isDigest, let realm = fields["realm"], let nonce = fields["nonce"], !nonce.isEmpty else {
            return nil
        }
        let name = fields["algorithm"]
        guard let algorithm = name.map(DigestAlgorithm.init(name:)) ?? .md5 else { return nil }
        let qualities = fields["qop"].map { HeaderSyntax.split(atCommas: $0) }
        let hasQuality = qualities?.contains { HeaderSyntax.equalsIgnoringCase($0, "auth") } ?? false
        // Only auth-int offered: the body is not covered here. A session without qop has no client nonce.
        guard hasQuality || qualities == nil, hasQuality || !algorithm.isSession else { return nil }
        self.realm = realm
        self.nonce = nonce
        self.algorithm = algorithm
        self.hasQuality = hasQuality
        self.opaque = fields["opaque"]
        self.isStale = fields["stale"].map { HeaderSyntax.equalsIgnoringCase($0, "true") } ?? false
        self.namesAlgorithm = name != nil
    }

    /// The fields as a server writes them.
    package var fields: DigestFields {
        var fields = [DigestFields.Field("realm", self.realm), .init("nonce", self.nonce)]
        if let opaque = self.opaque { fields.append(.init("opaque", opaque)) }
        if self.isStale { fields.append(.init("stale", "true", quoted: false)) }
        if self.namesAlgorithm { fields.append(.init("algorithm", self.algorithm.rawValue, quoted: false)) }
        if self.hasQuality { fields.append(.init("qop", "auth")) }
        return DigestFields(fields)
    }
}

/// What Authorization or Proxy-Authorization says (RFC 3261 20.7).
package struct DigestAuthorization: Hashable, Sendable {
    package var user: String
    package var realm: String
    package var subjectURI: String
    package var nonce: String
    package var response: String
    package var algorithm: DigestAlgorithm
    package var use: Digest.Use?
    package var opaque: String?
    private var namesAlgorithm = true

    /// The authorization of those fields; throws for what is missing or cannot be read, `nil` algorithm counts as MD5.
    package init(_ fields: DigestFields) throws(SyntaxError) {
        guard fields.isDigest else { throw SyntaxError(expected: "the scheme Digest") }
        self.user = try Self.required("username", fields)
        self.realm = try Self.required("realm", fields)
        self.subjectURI = try Self.required("uri", fields)
        self.nonce = try Self.required("nonce", fields)
        self.response = try Self.required("response", fields)
        let name = fields["algorithm"]
        guard let algorithm = name.map(DigestAlgorithm.init(name:)) ?? .md5 else {
            throw SyntaxError(expected: "a known algorithm")
        }
        self.algorithm = algorithm
        self.namesAlgorithm = name != nil
        self.opaque = fields["opaque"]
        self.use = nil
        guard let quality = fields["qop"] else {
            guard !algorithm.isSession else { throw SyntaxError(expected: "qop=auth with a session") }
            return
        }
        guard HeaderSyntax.equalsIgnoringCase(quality, "auth") else { throw SyntaxError(expected: "qop=auth") }
        guard let text = fields["nc"], text.utf8.count == 8, let count = UInt32(text, radix: 16), count > 0 else {
            throw SyntaxError(expected: "nc with 8 hexadecimal digits")
        }
        self.use = Digest.Use(count: count, clientNonce: try Self.required("cnonce", fields))
    }

    /// The answer to a challenge.
    init(
        to challenge: DigestChallenge,
        of credentials: Credentials,
        method: Method,
        uri: String,
        use: Digest.Use?,
        _ hashes: HashFunctions
    ) {
        self.user = credentials.user
        self.realm = challenge.realm
        self.subjectURI = uri
        self.nonce = challenge.nonce
        self.algorithm = challenge.algorithm
        self.namesAlgorithm = challenge.namesAlgorithm
        self.opaque = challenge.opaque
        self.use = use
        self.response = Digest.response(
            key: credentials.key(challenge.algorithm, hashes),
            Digest.Subject(method: method, uri: uri, nonce: challenge.nonce, use: use),
            challenge.algorithm,
            hashes
        )
    }

    private static func required(_ name: String, _ fields: DigestFields) throws(SyntaxError) -> String {
        guard let value = fields[name] else { throw SyntaxError(expected: "a \(name)") }
        return value
    }

    package var fields: DigestFields {
        var fields: [DigestFields.Field] = [
            .init("username", self.user), .init("realm", self.realm), .init("nonce", self.nonce),
            .init("uri", self.subjectURI), .init("response", self.response),
        ]
        if self.namesAlgorithm { fields.append(.init("algorithm", self.algorithm.rawValue, quoted: false)) }
        if let opaque = self.opaque { fields.append(.init("opaque", opaque)) }
        if let use = self.use {
            fields.append(.init("qop", "auth", quoted: false))
            fields.append(.init("nc", use.countText, quoted: false))
            fields.append(.init("cnonce", use.clientNonce))
        }
        return DigestFields(fields)
    }
}
