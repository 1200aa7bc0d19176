private import Crypto
private import Foundation
private import SwiftASN1
private import X509

/// A certificate authority for rigs and tests: it makes its own root and signs centers and vehicles with it.
///
/// Its key lives in memory and in the file that it is written to, and nowhere else; it is not for anything that is to
/// be safe against people who can read that file.
package struct TestAuthority: Sendable {
    /// What a certificate is for.
    package enum Purpose: Hashable, Sendable {
        case center
        case vehicle
        /// A purpose that neither side of TLS has, to test that it is refused.
        case other
    }

    /// Seconds since 1970 between which a certificate is valid.
    package struct Validity: Hashable, Sendable {
        package var begin: Int64
        package var end: Int64

        package init(begin: Int64, end: Int64) {
            self.begin = begin
            self.end = end
        }

        /// From an hour before `now`, for clocks that are behind, on for so many days.
        package init(days: Int64, from now: Int64) {
            self.init(begin: now - 3_600, end: now + days * 86_400)
        }
    }

    /// A certificate and its key, as PEM.
    package struct Issued: Hashable, Sendable {
        package let certificate: String
        package let key: String
    }

    private let key: P256.Signing.PrivateKey
    private let root: Certificate

    /// A new authority with a key of its own.
    package init(name: String, _ validity: Validity) throws {
        self.key = P256.Signing.PrivateKey()
        let subject = try Self.name(name)
        self.root = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: .init(self.key.publicKey),
            notValidBefore: Self.date(validity.begin),
            notValidAfter: Self.date(validity.end),
            issuer: subject,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
            },
            issuerPrivateKey: .init(self.key)
        )
    }

    /// The authority's own certificate and key, as PEM.
    package var issued: Issued {
        get throws { Issued(certificate: try Self.pem(self.root), key: self.key.pemRepresentation) }
    }

    /// Signs a certificate with a new key; `hosts` are names and numeric addresses, and may be none.
    package func issue(
        _ name: String,
        hosts: [String],
        for purpose: Purpose,
        _ validity: Validity
    ) throws -> Issued {
        let own = P256.Signing.PrivateKey()
        let names = hosts.map(Self.generalName)
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: .init(own.publicKey),
            notValidBefore: Self.date(validity.begin),
            notValidAfter: Self.date(validity.end),
            issuer: self.root.subject,
            subject: try Self.name(name),
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([Self.usage(purpose)])
                if !names.isEmpty { SubjectAlternativeNames(names) }
            },
            issuerPrivateKey: .init(self.key)
        )
        return Issued(certificate: try Self.pem(certificate), key: own.pemRepresentation)
    }

    private static func usage(_ purpose: Purpose) -> ExtendedKeyUsage.Usage {
        switch purpose {
        case .center: .serverAuth
        case .vehicle: .clientAuth
        case .other: .codeSigning
        }
    }

    private static func generalName(_ host: String) -> GeneralName {
        if host.hasPrefix("sip:") { return .uniformResourceIdentifier(host) }
        guard let octets = HostOctets.of(host) else { return .dnsName(host) }
        return .ipAddress(ASN1OctetString(contentBytes: octets[...]))
    }

    private static func name(_ text: String) throws -> DistinguishedName {
        try DistinguishedName {
            CommonName(text)
            OrganizationName("NG eCall rig")
        }
    }

    private static func date(_ seconds: Int64) -> Date { Date(timeIntervalSince1970: TimeInterval(seconds)) }

    private static func pem(_ certificate: Certificate) throws -> String {
        try certificate.serializeAsPEM().pemString
    }
}
