/// What becomes of a request that was answered 401 or 407.
package enum ChallengeOutcome: Hashable, Sendable {
    /// It is repeated with credentials, in the same call.
    case answered(realm: String)
    /// There are no credentials for that realm.
    case noCredentials(realm: String)
    /// The credentials of that realm were refused; they are not tried again.
    case refused(realm: String)
    /// No challenge has a scheme, an algorithm and a quality that can be answered.
    case notUnderstood
    /// The request is withdrawn already, and is not repeated for that.
    case withdrawn

    /// The outcome as a stable word.
    package var word: String {
        switch self {
        case .answered: "answered"
        case .noCredentials: "noCredentials"
        case .refused: "refused"
        case .notUnderstood: "notUnderstood"
        case .withdrawn: "withdrawn"
        }
    }

    /// The outcome as a clause; the realm is the peer's text, cut to a length that fits a log.
    package var sentence: String {
        switch self {
        case .answered(let realm): "answered with the credentials of \(Self.quoted(realm))"
        case .noCredentials(let realm): "there are no credentials for \(Self.quoted(realm))"
        case .refused(let realm): "the credentials of \(Self.quoted(realm)) are refused"
        case .notUnderstood: "no challenge in it can be answered"
        case .withdrawn: "the request is withdrawn"
        }
    }

    /// Octets of a realm in a sentence.
    private static let maximumRealm = 64

    private static func quoted(_ realm: String) -> String {
        let cut = realm.unicodeScalars.prefix(Self.maximumRealm).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }
        return "\"\(String(String.UnicodeScalarView(cut)))\""
    }
}
