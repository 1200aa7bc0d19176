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
}
