import Authority
import Crypto
import Foundation
import SwiftASN1
import X509

@testable import Net

/// Somebody with a name and a key, who signs whatever a test wants signed.
struct Party {
    let name: DistinguishedName
    let key = P256.Signing.PrivateKey()

    init(_ name: String) throws {
        self.name = try DistinguishedName { CommonName(name) }
    }

    /// Somebody whose subject is empty.
    init() {
        self.name = DistinguishedName()
    }

    /// A certificate of another's key, valid around the instant of the bench.
    func signs(_ subject: Party, _ extensions: [Certificate.Extension]) throws -> Certificate {
        try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: .init(subject.key.publicKey),
            notValidBefore: Date(timeIntervalSince1970: TimeInterval(TLSBench.valid.begin)),
            notValidAfter: Date(timeIntervalSince1970: TimeInterval(TLSBench.valid.end)),
            issuer: self.name,
            subject: subject.name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions(extensions),
            issuerPrivateKey: .init(self.key)
        )
    }

    /// The extensions of an authority, and more.
    static func authority(and more: [Certificate.Extension] = []) throws -> [Certificate.Extension] {
        try [Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil)).makeCertificateExtension()] + more
    }

    static func names(_ host: String = TLSBench.host, isCritical: Bool = false) throws -> Certificate.Extension {
        var names = try SubjectAlternativeNames([.dnsName(host)]).makeCertificateExtension()
        names.critical = isCritical
        return names
    }

    static func purpose(_ usage: ExtendedKeyUsage.Usage, isCritical: Bool = false) throws -> Certificate.Extension {
        var purpose = try ExtendedKeyUsage([usage]).makeCertificateExtension()
        purpose.critical = isCritical
        return purpose
    }
}

extension Certificate {
    var octets: [UInt8] {
        get throws {
            var serializer = DER.Serializer()
            try serializer.serialize(self)
            return serializer.serializedBytes
        }
    }
}
