/// Who we are in one realm; the password leaves it only as part of a digest.
package struct Credentials: Hashable, Sendable {
    package let realm: String
    package let user: String
    private let password: String

    package init(realm: String, user: String, password: String) {
        self.realm = realm
        self.user = user
        self.password = password
    }

    /// H(user:realm:password).
    func key(_ algorithm: DigestAlgorithm, _ hashes: HashFunctions) -> String {
        Digest.key(user: self.user, realm: self.realm, password: self.password, algorithm, hashes)
    }
}

// Whatever prints, dumps or reflects the value is told of the realm and the user only.
extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "credentials of \(self.user) in \(self.realm)" }
    package var debugDescription: String { self.description }
    package var customMirror: Mirror { Mirror(self, children: ["realm": self.realm, "user": self.user]) }
}
