/// What is thought of the certificates that a peer has shown.
enum CertificateVerdict: Hashable, Sendable {
    case trusted
    /// Only a date is wrong, and the clock here is not to be trusted either; the sentence says which date.
    case trustedButForDate(String)
    case refused(CertificateRefusal)
}

/// Why a peer's certificate is not accepted.
package enum CertificateRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The peer showed none.
    case missing
    /// It is no certificate of X.509 that can be read.
    case unreadable(String)
    /// The key, or the signature of one in the chain, can be broken with today's means.
    case weak(String)
    /// No chain leads to an authority that is trusted here.
    case unknownAuthority(issuer: String)
    /// The chain breaks a rule of RFC 5280.
    case badChain(String)
    /// It has an extension that is critical and means nothing here (RFC 5280 4.2), by its number.
    case unknownExtension(String)
    /// It names nothing in the extension that holds names; the common name does not count (RFC 5922 7.1).
    case unnamed
    /// It is for others.
    case wrongName(expected: String, found: [String])
    /// Its purposes leave out the one that it was shown for.
    case wrongPurpose
    case expired(String)
    case notYetValid(String)
    /// Nobody looked at it: so many chains wait to be judged, or the connection was gone before its turn.
    case unjudged(waiting: Int)

    /// The refusal as the rest of a sentence that begins with the peer.
    package var description: String {
        switch self {
        case .missing: "shows no certificate"
        case .unreadable(let reason): "shows a certificate that cannot be read: \(reason)"
        case .weak(let what): "shows a certificate that is too weak: \(what)"
        case .unknownAuthority(let issuer): "shows a certificate of an unknown authority: \(issuer)"
        case .badChain(let reason): "shows a chain of certificates that breaks the rules: \(reason)"
        case .unknownExtension(let number):
            "shows a certificate with a critical extension that is not understood here: \(number)"
        case .unnamed: "shows a certificate that names no host (no subject alternative name)"
        case .wrongName(let expected, let found):
            "shows a certificate for another name: expected \(expected), found \(found.joined(separator: ", "))"
        case .wrongPurpose: "shows a certificate that is not for this side of TLS"
        case .expired(let date): "shows a certificate that expired on \(date)"
        case .notYetValid(let date): "shows a certificate that is not valid before \(date)"
        case .unjudged(let count): "shows a certificate that is not looked at: \(count) others wait for it already"
        }
    }
}

/// What is known of the protection of a connection.
package struct FlowSecurity: Hashable, Sendable {
    /// How far the peer has proved that it is who it should be.
    package enum Proof: String, Hashable, Sendable {
        case verified
        /// But for a date that no clock here can confirm: whoever has an old key of the center shows the same.
        case dated
        case unverified
    }

    package let proof: Proof
    /// What is to be told of it, a sentence; `nil` when all is as it should be.
    package let remark: String?

    package init(_ proof: Proof, remark: String? = nil) {
        self.proof = proof
        self.remark = remark
    }

    package init(isVerified: Bool, remark: String? = nil) {
        self.init(isVerified ? .verified : .unverified, remark: remark)
    }

    /// Whether the peer's word can end an emergency.
    package var isVerified: Bool { self.proof == .verified }
}

/// The time of day with how far it can be trusted.
package struct TrustedTime: Hashable, Sendable {
    package let secondsSince1970: Int64
    package let isSynchronized: Bool

    package init(secondsSince1970: Int64, isSynchronized: Bool) {
        self.secondsSince1970 = secondsSince1970
        self.isSynchronized = isSynchronized
    }
}
