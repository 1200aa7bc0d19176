/// Who may come in, and by which algorithms.
package struct AuthenticatorUsers: Hashable, Sendable {
    /// Why a list of users is refused; no password is in it.
    package struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
        package let line: Int?
        package let expected: String

        package var description: String {
            self.line.map { "line \($0): expected \(self.expected)" } ?? "expected \(self.expected)"
        }
    }

    /// Users of one list: the vehicles of a fleet on a test center.
    package static let maximumUsers = 10_000

    package let realm: String
    /// The algorithms that are offered, the strongest first: those for which every user has a key.
    package let algorithms: [DigestAlgorithm]
    private let keys: [String: [DigestAlgorithm: String]]

    /// Reads lines of `user:password` or `user:realm:KEY`, where KEY is H(user:realm:password) in hexadecimal digits.
    ///
    /// 32 digits are MD5's key, 64 those of SHA-256; a user may have a line for each. Empty lines and those that begin
    /// with `#` count for nothing.
    package init(lines text: String, realm: String, _ hashes: HashFunctions) throws(Mistake) {
        var keys: [String: [DigestAlgorithm: String]] = [:]
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else {
                throw Mistake(line: number, expected: "user:password, or user:realm:key")
            }
            let user = String(line[..<colon])
            let rest = String(line[line.index(after: colon)...])
            guard !rest.isEmpty else { throw Mistake(line: number, expected: "a password or a key behind the user") }
            keys[user, default: [:]].merge(Self.keys(of: user, rest, realm, hashes)) { $1 }
            guard keys.count <= Self.maximumUsers else {
                throw Mistake(line: number, expected: "at most \(Self.maximumUsers) users")
            }
        }
        guard !keys.isEmpty else { throw Mistake(line: nil, expected: "at least one user") }
        self.realm = realm
        self.keys = keys
        self.algorithms = [.sha256, .md5].filter { algorithm in keys.values.allSatisfy { $0[algorithm] != nil } }
        guard !self.algorithms.isEmpty else {
            throw Mistake(line: nil, expected: "keys of one algorithm that every user has")
        }
    }

    private static func keys(
        of user: String,
        _ text: String,
        _ realm: String,
        _ hashes: HashFunctions
    ) -> [DigestAlgorithm: String] {
        if text.hasPrefix("\(realm):") {
            let key = String(text.dropFirst(realm.count + 1))
            let isKey = Hexadecimal.octets(key) != nil
            for algorithm in [DigestAlgorithm.md5, .sha256] where isKey && key.utf8.count == algorithm.digits {
                return [algorithm: key.lowercased()]
            }
        }
        let pairs = [DigestAlgorithm.md5, .sha256].map { algorithm in
            (algorithm, Digest.key(user: user, realm: realm, password: text, algorithm, hashes))
        }
        return Dictionary(pairs) { first, _ in first }
    }

    func key(of user: String, _ algorithm: DigestAlgorithm) -> String? {
        self.keys[user]?[algorithm]
    }
}

// A key is as good as a password in its realm.
extension AuthenticatorUsers: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "\(self.keys.count) users of \(self.realm)" }
    package var debugDescription: String { self.description }
    package var customMirror: Mirror { Mirror(self, children: ["realm": self.realm, "users": self.keys.count]) }
}
