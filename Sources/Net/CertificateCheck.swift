private import FoundationEssentials
private import Glibc
private import SwiftASN1
@_spi(DisableValidityCheck) internal import X509

/// Judges the certificates that a peer shows: strength, chain, purpose, names and dates, in this order.
///
/// By RFC 5280 for the chain and RFC 5922 for the names: a name matches whole, without wildcards, and stands in the
/// subject alternative name as a host, as a `sip:` URI or, for a numeric host, as an address.
struct CertificateCheck: Sendable {
    /// Who has to be at the other end.
    enum Peer: Hashable, Sendable {
        /// A center, under the host that the configuration names.
        case center(host: String)
        /// Any vehicle of an authority that is trusted.
        case vehicle
    }

    /// Certificates behind the peer's own: chains in the field have two, and some peers add two more.
    ///
    /// Those are the authority's itself and one that a former authority signed. The ways through a chain that somebody
    /// has made up grow with its factorial.
    static let maximumIntermediates = 4
    /// The shortest key of RSA that is not called weak (NIST SP 800-131A).
    static let minimumRSABits = 2_048

    let authorities: CertificateStore
    let peer: Peer
    let clock: @Sendable () -> TrustedTime

    /// What is thought of a chain in DER, the peer's own certificate first.
    func verdict(on chain: [[UInt8]]) async -> CertificateVerdict {
        do throws(CertificateRefusal) {
            let certificates = try Self.read(chain)
            try Self.refuseTwins(among: certificates)
            let time = self.clock()
            let now = Date(timeIntervalSince1970: TimeInterval(time.secondsSince1970))
            let trusted = try await self.path(from: certificates)
            // The authority is trusted whatever it says of itself.
            for certificate in trusted.count > 1 ? trusted.dropLast() : trusted[...] {
                try self.checkPurpose(of: certificate)
            }
            try self.checkNames(of: certificates[0])
            return try Self.checkDates(of: trusted, at: now, isClockSet: time.isSynchronized)
        } catch {
            return .refused(error)
        }
    }

    private static func read(_ chain: [[UInt8]]) throws(CertificateRefusal) -> [Certificate] {
        guard !chain.isEmpty else { throw .missing }
        guard chain.count <= 1 + Self.maximumIntermediates else {
            throw .badChain("more than \(Self.maximumIntermediates) certificates behind the peer's own")
        }
        var certificates: [Certificate] = []
        for octets in chain {
            if let bits = RSAKeyLength.bits(ofCertificate: octets), bits < Self.minimumRSABits {
                throw .weak("a key of RSA with \(bits) bits, where \(Self.minimumRSABits) are the least")
            }
            do {
                let certificate = try Certificate(derEncoded: octets)
                // An authority's signature on itself proves nothing either way.
                if Self.weakSignatures.contains(certificate.signatureAlgorithm),
                    certificate.subject != certificate.issuer
                {
                    throw CertificateRefusal.weak("signed by \(certificate.signatureAlgorithm)")
                }
                certificates.append(certificate)
            } catch let refusal as CertificateRefusal {
                throw refusal
            } catch {
                throw .unreadable("\(error)")
            }
        }
        return certificates
    }

    /// Certificates of one subject and one key sign each other in any order, and each order would be tried.
    ///
    /// An honest chain has no use for two: they are a loop (RFC 4158 5.2).
    private static func refuseTwins(among certificates: [Certificate]) throws(CertificateRefusal) {
        for (place, certificate) in certificates.enumerated() {
            let hasTwin = certificates[..<place].contains {
                $0.subject == certificate.subject && $0.publicKey == certificate.publicKey
            }
            if hasTwin { throw .badChain("two certificates of one subject and one key") }
        }
    }

    private static let weakSignatures: Set<Certificate.SignatureAlgorithm> = [.sha1WithRSAEncryption]

    /// The chain from the peer's certificate to an authority, dates apart, so that a wrong date hides nothing else.
    private func path(from certificates: [Certificate]) async throws(CertificateRefusal) -> [Certificate] {
        var verifier = Verifier(rootCertificates: self.authorities) {
            RFC5280Policy.withValidityCheckDisabled()
            NamesAndPurposes()
        }
        let result = await verifier.validate(
            leaf: certificates[0],
            intermediates: CertificateStore(certificates.dropFirst())
        )
        switch result {
        case .validCertificate(let chain):
            return Array(chain)
        case .couldNotValidate(let failures):
            // Without an authority there was no chain that a rule could fail on.
            if let failure = failures.first { throw .badChain("\(failure.policyFailureReason)") }
            let handled = verifier.policy.verifyingCriticalExtensions
            let unknown = certificates.lazy.flatMap(\.extensions).first { $0.critical && !handled.contains($0.oid) }
            if let unknown { throw .unknownExtension("\(unknown.oid)") }
            throw .unknownAuthority(issuer: "\(certificates[certificates.count - 1].issuer)")
        }
    }

    private func checkPurpose(of certificate: Certificate) throws(CertificateRefusal) {
        guard let purposes = try Self.readable({ try certificate.extensions.extendedKeyUsage }) else { return }
        let wanted: ExtendedKeyUsage.Usage
        switch self.peer {
        case .center: wanted = .serverAuth
        case .vehicle: wanted = .clientAuth
        }
        guard purposes.contains(wanted) || purposes.contains(.any) else { throw .wrongPurpose }
    }

    /// An extension, `nil` when it is not there; one that cannot be read is not taken for one that is not there.
    private static func readable<Extension>(
        _ read: () throws -> Extension?
    ) throws(CertificateRefusal) -> Extension? {
        do { return try read() } catch { throw .unreadable("\(error)") }
    }

    private func checkNames(of certificate: Certificate) throws(CertificateRefusal) {
        guard case .center(let host) = self.peer else { return }
        let names = try Self.readable { try certificate.extensions.subjectAlternativeNames }
        guard let names, !names.isEmpty else { throw .unnamed }
        let address = AddressOctets.of(host)
        let wanted = host.hasSuffix(".") ? String(host.dropLast()) : host
        for name in names {
            switch name {
            case .ipAddress(let octets) where address == Array(octets.bytes): return
            case .dnsName(let text) where address == nil && Self.isSame(text, wanted): return
            case .uniformResourceIdentifier(let text) where address == nil && Self.isSame(text, "sip:" + wanted): return
            default: continue
            }
        }
        throw .wrongName(expected: host, found: names.prefix(8).map(Self.text))
    }

    private static func isSame(_ left: String, _ right: String) -> Bool {
        left.lowercased() == right.lowercased()
    }

    private static func text(_ name: GeneralName) -> String {
        switch name {
        case .dnsName(let text): text
        case .uniformResourceIdentifier(let text): text
        case .ipAddress(let octets): AddressOctets.text(Array(octets.bytes))
        default: "a name of another kind"
        }
    }

    private static func checkDates(
        of chain: [Certificate],
        at now: Date,
        isClockSet: Bool
    ) throws(CertificateRefusal) -> CertificateVerdict {
        let refusal = chain.lazy.compactMap { certificate -> CertificateRefusal? in
            if certificate.notValidAfter < now { return .expired(Self.text(certificate.notValidAfter)) }
            if now < certificate.notValidBefore { return .notYetValid(Self.text(certificate.notValidBefore)) }
            return nil
        }.first
        guard let refusal else { return .trusted }
        // A clock that nothing has set says 1970, or the time of the last shutdown: no call fails for it.
        guard !isClockSet else { throw refusal }
        return .trustedButForDate("\(refusal); the clock here is not set, so the connection is used all the same")
    }

    private static func text(_ date: Date) -> String {
        date.formatted(.iso8601.year().month().day())
    }

    /// The day of an instant in seconds since 1970, as in 2026-11-26.
    static func day(of seconds: Int64) -> String {
        Self.text(Date(timeIntervalSince1970: TimeInterval(seconds)))
    }
}

/// The extensions that are looked at here and not by the library, which would call a critical one unknown.
///
/// RFC 5280 4.2.1.6 wants the names critical where the subject is empty, and 4.2.1.12 lets the purposes be.
private struct NamesAndPurposes: VerifierPolicy {
    let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
        .X509ExtensionID.subjectAlternativeName, .X509ExtensionID.extendedKeyUsage,
    ]

    func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
        .meetsPolicy
    }
}

/// The length of an RSA key, read by itself: X.509 libraries refuse short keys without a word on why.
enum RSAKeyLength {
    /// The algorithm identifier of RFC 8017 A.1.
    private static let rsaEncryption: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 1, 1]

    /// The bits of the modulus; `nil` for other keys and for what is no certificate.
    static func bits(ofCertificate octets: [UInt8]) -> Int? {
        // What cannot be taken apart here is refused, with its reason, by who reads it next.
        try? Self.modulusBits(octets)
    }

    private static func modulusBits(_ octets: [UInt8]) throws -> Int? {
        let toBeSigned = try Self.children(try Self.children(try DER.parse(octets)).first)
        // The version in front is optional; the key is the sixth behind the serial number (RFC 5280 4.1).
        let fields = toBeSigned.drop { $0.identifier.tagClass == .contextSpecific }
        guard fields.count > 5 else { return nil }
        let key = try Self.children(fields[fields.startIndex + 5])
        guard key.count == 2, let algorithm = try Self.children(key[0]).first,
            try ASN1ObjectIdentifier(derEncoded: algorithm) == Self.rsaEncryption
        else { return nil }
        let parts = try Self.children(try DER.parse(ASN1BitString(derEncoded: key[1]).bytes))
        guard let modulus = parts.first, case .primitive(let content) = modulus.content else { return nil }
        let significant = content.drop { $0 == 0 }
        guard let first = significant.first else { return 0 }
        return significant.count * 8 - first.leadingZeroBitCount
    }

    private static func children(_ node: ASN1Node?) throws -> [ASN1Node] {
        guard let node, case .constructed(let nodes) = node.content else { return [] }
        return Array(nodes)
    }
}

/// IP addresses as octets, the form that certificates hold.
enum AddressOctets {
    /// Four or sixteen octets; `nil` for a name.
    static func of(_ host: String) -> [UInt8]? {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var octets = [UInt8](repeating: 0, count: count)
            if unsafe inet_pton(family, bare, &octets) == 1 { return octets }
        }
        return nil
    }

    static func text(_ octets: [UInt8]) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = octets.count == 4 ? AF_INET : AF_INET6
        guard octets.count == 4 || octets.count == 16,
            unsafe inet_ntop(family, octets, &text, socklen_t(text.count)) != nil
        else { return "an address of \(octets.count) octets" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
