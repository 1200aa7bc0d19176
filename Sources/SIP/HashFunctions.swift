/// The hash functions that digest authentication needs, from outside so that the target stays without a library.
///
/// Each gives the digest of octets: 16 for MD5 (RFC 1321), 32 for SHA-256 (FIPS 180-4).
package struct HashFunctions: Sendable {
    package let md5: @Sendable ([UInt8]) -> [UInt8]
    package let sha256: @Sendable ([UInt8]) -> [UInt8]

    package init(
        md5: @escaping @Sendable ([UInt8]) -> [UInt8],
        sha256: @escaping @Sendable ([UInt8]) -> [UInt8]
    ) {
        self.md5 = md5
        self.sha256 = sha256
    }
}
