/// How a digest is made (RFC 8760 2.2, RFC 7616 6.1).
package enum DigestAlgorithm: String, Hashable, Sendable, CaseIterable {
    case md5 = "MD5"
    case md5Session = "MD5-sess"
    case sha256 = "SHA-256"
    case sha256Session = "SHA-256-sess"

    /// The algorithm of that name, compared without case; `nil` for one that is not understood.
    package init?(name: String) {
        guard let found = Self.allCases.first(where: { HeaderSyntax.equalsIgnoringCase($0.rawValue, name) }) else {
            return nil
        }
        self = found
    }

    /// Whether the key of a session takes the place of the user's.
    package var isSession: Bool {
        switch self {
        case .md5, .sha256: false
        case .md5Session, .sha256Session: true
        }
    }

    /// Hexadecimal digits of a digest.
    package var digits: Int {
        switch self {
        case .md5, .md5Session: 32
        case .sha256, .sha256Session: 64
        }
    }

    /// The digest of a text as lower-case hexadecimal digits.
    package func digest(_ text: String, _ hashes: HashFunctions) -> String {
        let octets = Array(text.utf8)
        return switch self {
        case .md5, .md5Session: Hexadecimal.text(hashes.md5(octets))
        case .sha256, .sha256Session: Hexadecimal.text(hashes.sha256(octets))
        }
    }
}

/// The computations of digest authentication (RFC 7616 3.4).
package enum Digest {
    /// What a response covers besides the key.
    package struct Subject: Hashable, Sendable {
        package var method: Method
        /// The Request-URI as it stands in the request.
        package var uri: String
        package var nonce: String
        /// Count and client nonce of `qop=auth`; `nil` for the form of RFC 2069, without qop.
        package var use: Use?

        package init(method: Method, uri: String, nonce: String, use: Use?) {
            self.method = method
            self.uri = uri
            self.nonce = nonce
            self.use = use
        }
    }

    /// One use of a nonce.
    package struct Use: Hashable, Sendable {
        package var count: UInt32
        package var clientNonce: String

        package init(count: UInt32, clientNonce: String) {
            self.count = count
            self.clientNonce = clientNonce
        }

        /// The count as eight hexadecimal digits.
        package var countText: String {
            let digits = String(self.count, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }
    }

    /// H(user:realm:password), the key that a server may keep in place of the password.
    package static func key(
        user: String,
        realm: String,
        password: String,
        _ algorithm: DigestAlgorithm,
        _ hashes: HashFunctions
    ) -> String {
        algorithm.digest("\(user):\(realm):\(password)", hashes)
    }

    /// The response to a challenge; a session algorithm needs a use.
    package static func response(
        key: String,
        _ subject: Subject,
        _ algorithm: DigestAlgorithm,
        _ hashes: HashFunctions
    ) -> String {
        var key = key
        if algorithm.isSession {
            key = algorithm.digest("\(key):\(subject.nonce):\(subject.use?.clientNonce ?? "")", hashes)
        }
        let request = algorithm.digest("\(subject.method.name):\(subject.uri)", hashes)
        guard let use = subject.use else { return algorithm.digest("\(key):\(subject.nonce):\(request)", hashes) }
        let middle = "\(subject.nonce):\(use.countText):\(use.clientNonce):auth"
        return algorithm.digest("\(key):\(middle):\(request)", hashes)
    }
}

/// Octets as digits and back.
enum Hexadecimal {
    static func text(_ octets: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: octets.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The octets of an even number of digits, either case; `nil` for anything else.
    static func octets(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map(Self.value)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var octets: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            octets.append(high << 4 | low)
        }
        return octets
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
}
