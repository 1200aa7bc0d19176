import Crypto
package import SIP

extension HashFunctions {
    /// The hash functions of swift-crypto.
    package static let crypto = Self(
        md5: { Array(Insecure.MD5.hash(data: $0)) },
        sha256: { Array(SHA256.hash(data: $0)) }
    )
}
