import SwiftASN1
import Testing
import X509

@testable import Net

/// Chains that somebody has made up, and honest ones that look odd.
@Suite struct CertificateCheckTests {
    private let root: Party
    private let check: CertificateCheck

    init() throws {
        self.root = try Party("root")
        self.check = CertificateCheck(
            authorities: CertificateStore([try self.root.signs(self.root, try Party.authority())]),
            peer: .center(host: TLSBench.host),
            clock: TLSBench.clock()
        )
    }

    private func verdict(_ chain: [Certificate]) async throws -> CertificateVerdict {
        await self.check.verdict(on: try chain.map { try $0.octets })
    }

    /// A center's certificate and `count` authorities behind it, the last signed by the root.
    private func chain(intermediates count: Int) throws -> [Certificate] {
        var (signer, chain) = (self.root, [Certificate]())
        for number in 0..<count {
            let next = try Party("intermediate \(number)")
            chain.insert(try signer.signs(next, try Party.authority()), at: 0)
            signer = next
        }
        chain.insert(try signer.signs(try Party("center"), [try Party.names()]), at: 0)
        return chain
    }

    @Test func aChainWithTwoCertificatesOfOneSubjectAndKeyIsRefused() async throws {
        let twin = try Party("twin")
        let leaf = try twin.signs(try Party("center"), [try Party.names()])
        let twins = try ["a.test", "b.test", "c.test"].map { name in
            try twin.signs(twin, try Party.authority(and: [try Party.names(name)]))
        }
        #expect(
            try await self.verdict([leaf] + twins) == .refused(.badChain("two certificates of one subject and one key"))
        )
    }

    @Test func aChainMayHaveFourIntermediatesAndNoMore() async throws {
        #expect(try await self.verdict(try self.chain(intermediates: 4)) == .trusted)
        let reason = "more than 4 certificates behind the peer's own"
        #expect(try await self.verdict(try self.chain(intermediates: 5)) == .refused(.badChain(reason)))
    }

    /// A center's certificate with an empty subject and these extensions.
    private func verdict(with extensions: [Certificate.Extension]) async throws -> CertificateVerdict {
        try await self.verdict([try self.root.signs(Party(), extensions)])
    }

    @Test func namesThatAreCriticalAreReadAsTheSubjectIsEmpty() async throws {
        #expect(try await self.verdict(with: [try Party.names(isCritical: true)]) == .trusted)
        let other = try await self.verdict(with: [try Party.names("other.test", isCritical: true)])
        #expect(other == .refused(.wrongName(expected: TLSBench.host, found: ["other.test"])))
    }

    @Test func aPurposeThatIsCriticalIsRead() async throws {
        let names = try Party.names()
        #expect(try await self.verdict(with: [names, try Party.purpose(.serverAuth, isCritical: true)]) == .trusted)
        let other = try await self.verdict(with: [names, try Party.purpose(.codeSigning, isCritical: true)])
        #expect(other == .refused(.wrongPurpose))
    }

    @Test(arguments: [true, false]) func thePurposesOfAnAuthorityInBetweenCount(isCritical: Bool) async throws {
        for (usage, verdict) in [
            (ExtendedKeyUsage.Usage.serverAuth, CertificateVerdict.trusted), (.codeSigning, .refused(.wrongPurpose)),
        ] {
            let between = try Party("between")
            let purpose = try Party.purpose(usage, isCritical: isCritical)
            let chain = [
                try between.signs(try Party("center"), [try Party.names()]),
                try self.root.signs(between, try Party.authority(and: [purpose])),
            ]
            #expect(try await self.verdict(chain) == verdict)
        }
    }

    @Test func anUnknownExtensionIsRefusedWithItsNumberWhenItIsCritical() async throws {
        let number: ASN1ObjectIdentifier = [1, 3, 6, 1, 4, 1, 55_555, 1]
        for isCritical in [true, false] {
            let strange = Certificate.Extension(oid: number, critical: isCritical, value: [0x05, 0x00])
            let verdict: CertificateVerdict = isCritical ? .refused(.unknownExtension("1.3.6.1.4.1.55555.1")) : .trusted
            #expect(try await self.verdict(with: [try Party.names(), strange]) == verdict)
            let between = try Party("between")
            let chain = [
                try between.signs(try Party("center"), [try Party.names()]),
                try self.root.signs(between, try Party.authority(and: [strange])),
            ]
            #expect(try await self.verdict(chain) == verdict)
        }
    }

    @Test(arguments: [true, false]) func namesAndPurposesThatCannotBeReadAreRefused(isCritical: Bool) async throws {
        for number in [ASN1ObjectIdentifier.X509ExtensionID.extendedKeyUsage, .X509ExtensionID.subjectAlternativeName] {
            let broken = Certificate.Extension(oid: number, critical: isCritical, value: [0x02, 0x01, 0x00])
            let names = number == .X509ExtensionID.extendedKeyUsage ? [try Party.names()] : []
            guard case .refused(.unreadable) = try await self.verdict(with: names + [broken]) else {
                Issue.record("\(number) counts as absent")
                continue
            }
        }
    }
}
